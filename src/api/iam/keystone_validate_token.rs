//! Verifying a Token: what is in it, and until when.

use super::service::SERVICE;
use super::token::{NOCATALOG, REPLY, REPLY_HEADERS, Reply, SUBJECT_TOKEN};
use crate::cloud::RequestContext;
use crate::contract::{Contract, ErrorKind, Field, Kind, Refused, Source};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use axum::http::StatusCode;
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "KeystoneValidateToken",
    title: "Verifying a Token",
    service: &SERVICE,
    source: Source::Companion("KeystoneValidateToken"),
    path: "/v3/auth/tokens",
    query: &[NOCATALOG],
    headers: &[Field::mandatory(SUBJECT_TOKEN, Kind::TEXT).means("the token to look at").secret()],
    reply: REPLY,
    reply_headers: REPLY_HEADERS,
    refusals: &[Refused::new(ErrorKind::UnknownToken, StatusCode::NOT_FOUND, "404")],
    example: include_str!("../../../fixtures/iam/keystone_validate_token/documented.json"),
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    nocatalog: Option<String>,
    #[serde(rename = "X-Subject-Token")]
    subject_token: String,
}

pub struct KeystoneValidateToken;

impl Operation for KeystoneValidateToken {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let token = context.access.account.token(&request.subject_token);
        let token = token.filter(|token| context.now_in(&token.scope) < token.expires);
        let Some(token) = token else {
            // The token itself is a secret, even one that has expired.
            let id = format!("in {SUBJECT_TOKEN}");
            return Err(Refusal::NotFound { resource: Resource::Token, id });
        };
        Ok(Reply::of(&token, request.nocatalog.is_none(), context))
    }

    fn headers(reply: &Reply) -> Vec<(&'static str, String)> {
        reply.headers()
    }
}
