//! Querying Account Information Accessible to Users: the caller's account.

use super::keystone_show_domain::{DOMAIN, Domain};
use super::service::{LINK, Links, SERVICE};
use crate::cloud::RequestContext;
use crate::contract::{Certainty, Contract, Field, Kind, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "KeystoneListAuthDomains",
    title: "Querying Account Information Accessible to Users",
    service: &SERVICE,
    source: Source::Companion("KeystoneListAuthDomains"),
    path: "/v3/auth/domains",
    query: &[Field::optional("name", Kind::TEXT)
        .means("name of the account")
        .known_from(Certainty::Client)],
    reply: &[
        Field::mandatory("domains", Kind::List(&DOMAIN, 1)).means("the caller's account"),
        Field::mandatory("links", Kind::Object(LINK)).means("where the list is found"),
    ],
    example: include_str!("../../../fixtures/iam/keystone_list_auth_domains/documented.json"),
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    name: Option<String>,
}

#[derive(Serialize)]
pub struct Reply {
    domains: Vec<Domain>,
    links: Links,
}

pub struct KeystoneListAuthDomains;

impl Operation for KeystoneListAuthDomains {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let domain = Domain::of(context.access.identity(), context);
        let fits = request.name.is_none_or(|name| name == domain.name);
        Ok(Reply {
            domains: fits.then_some(domain).into_iter().collect(),
            links: Links::to(context.access.url("/v3/auth/domains")),
        })
    }
}
