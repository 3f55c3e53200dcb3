//! Deleting a Memory Acceleration Rule: its rows are no longer served from memory.

use super::service::SERVICE;
use crate::cloud::RequestContext;
use crate::contract::{Contract, Field, Kind, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use axum::http::Method;
use serde::Deserialize;
use uuid::Uuid;

static CONTRACT: Contract = Contract {
    id: "DeleteDbCacheRule",
    title: "Deleting a Memory Acceleration Rule",
    service: &SERVICE,
    source: Source::Companion("DeleteDbCacheRule"),
    method: Method::DELETE,
    path: "/v3/{project_id}/dbcache/rule",
    body: &[Field::mandatory("id", Kind::TEXT).means("rule ID").names("dbcache_rule_id").notes(&[
        Note {
            matter: "Real clients say that a rule which does not exist is deleted with success.",
            decision: "200 for every ID.",
        },
    ])],
    example: include_str!("../../../fixtures/geminidb/delete_db_cache_rule/documented.json"),
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    id: String,
}

pub struct DeleteDbCacheRule;

impl Operation for DeleteDbCacheRule {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = ();

    fn call(Request { id }: Request, context: &mut RequestContext<'_>) -> Result<(), Refusal> {
        if let Ok(id) = Uuid::try_parse(&id) {
            context.state.memory_rules.remove(id);
        }
        Ok(())
    }
}
