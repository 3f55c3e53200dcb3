//! Obtaining Caller Identity Information: the account, for those who know only their key.

use super::service::STS;
use crate::cloud::RequestContext;
use crate::contract::{Certainty, Contract, Field, Kind, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "GetCallerIdentity",
    title: "Obtaining Caller Identity Information",
    service: &STS,
    source: Source::Companion("GetCallerIdentity"),
    path: "/v5/caller-identity",
    reply: &[
        Field::mandatory("account_id", Kind::TEXT)
            .means("account ID")
            .known_from(Certainty::Client),
        Field::mandatory("principal_urn", Kind::TEXT)
            .means("name of the caller across accounts")
            .known_from(Certainty::Inferred),
        Field::mandatory("principal_id", Kind::TEXT)
            .means("ID of the caller")
            .known_from(Certainty::Inferred),
    ],
    example: include_str!("../../../fixtures/sts/get_caller_identity/documented.json"),
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {}

#[derive(Serialize)]
pub struct Reply {
    account_id: String,
    principal_urn: String,
    principal_id: String,
}

pub struct GetCallerIdentity;

impl Operation for GetCallerIdentity {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(_: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let identity = context.access.identity();
        let account_id = identity.domain_id();
        Ok(Reply {
            principal_urn: format!("iam::{account_id}:user:{}", identity.user),
            principal_id: identity.user_id(),
            account_id,
        })
    }
}
