//! The caller's account by its ID: what the links to accounts lead to.

use super::service::{LINK, Links, SERVICE};
use crate::cloud::{Identity, RequestContext};
use crate::contract::{Contract, ErrorKind, Field, Kind, Refused, Source};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "KeystoneShowDomain",
    title: "Querying an Account",
    service: &SERVICE,
    source: Source::Companion("KeystoneListAuthDomains"),
    path: "/v3/domains/{domain_id}",
    path_parameters: &[
        Field::mandatory("domain_id", Kind::TEXT).means("account ID; there is the caller's own")
    ],
    reply: &[Field::mandatory("domain", DOMAIN).means("the account")],
    refusals: &[Refused::new(ErrorKind::UnknownAccount, StatusCode::NOT_FOUND, "404")],
    example: include_str!("../../../fixtures/iam/keystone_show_domain/documented.json"),
    ..Contract::BLANK
};

/// An account.
pub const DOMAIN: Kind = Kind::Object(&[
    Field::mandatory("enabled", Kind::Boolean).means("whether it can be used; always"),
    Field::mandatory("id", Kind::TEXT).means("account ID"),
    Field::mandatory("name", Kind::TEXT).means("account name"),
    Field::mandatory("links", Kind::Object(LINK)).means("where it is found"),
    Field::mandatory("description", Kind::TEXT).means("description; always empty"),
]);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    domain_id: String,
}

#[derive(Serialize)]
pub struct Reply {
    domain: Domain,
}

/// An account.
#[derive(Serialize)]
pub struct Domain {
    enabled: bool,
    id: String,
    /// Its name.
    pub name: String,
    links: Links,
    description: &'static str,
}

impl Domain {
    /// That of a caller.
    pub fn of(identity: Identity, context: &RequestContext<'_>) -> Self {
        let id = identity.domain_id();
        let links = Links::to(context.access.url(&format!("/v3/domains/{id}")));
        Self { enabled: true, id, name: identity.domain, links, description: "" }
    }
}

pub struct KeystoneShowDomain;

impl Operation for KeystoneShowDomain {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(
        Request { domain_id: id }: Request,
        context: &mut RequestContext<'_>,
    ) -> Result<Reply, Refusal> {
        let identity = context.access.identity();
        if id != identity.domain_id() {
            return Err(Refusal::NotFound { resource: Resource::Account, id });
        }
        Ok(Reply { domain: Domain::of(identity, context) })
    }
}
