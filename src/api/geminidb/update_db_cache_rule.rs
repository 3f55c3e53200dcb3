//! Modifying a Memory Acceleration Rule: other columns in its values, another lifetime of its keys.

use super::service::{COLUMNS, SEPARATOR, SERVICE, TTL, mapping_in};
use crate::cloud::RequestContext;
use crate::contract::{Contract, ErrorKind, Field, Kind, Note, Refused, Source};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use axum::http::{Method, StatusCode};
use serde::Deserialize;
use uuid::Uuid;

static CONTRACT: Contract = Contract {
    id: "UpdateDbCacheRule",
    title: "Modifying a Memory Acceleration Rule",
    service: &SERVICE,
    source: Source::Companion("UpdateDbCacheRule"),
    method: Method::PUT,
    path: "/v3/{project_id}/dbcache/rule",
    body: &[
        Field::mandatory("dbcache_rule_id", Kind::TEXT).means("rule ID"),
        Field::mandatory("value_columns", COLUMNS).means("columns that make the value"),
        TTL.notes(&[
            Note {
                matter: "ttl is declared a string; the example sends the number 3000.",
                decision: "Both are accepted, here and when a rule is created; lists show a string.",
            },
            Note {
                matter: "Left out, ttl is said to be 30 days when a rule is modified, too.",
                decision: "What is left out stays as it was.",
            },
        ]),
        Field::optional("value_separator", SEPARATOR).means("stands between the parts of a value"),
    ],
    refusals: &[Refused::new(ErrorKind::UnknownRule, StatusCode::BAD_REQUEST, "DBS.280016").note(
        "No code is published for a rule that does not exist.",
        "400 DBS.280016, the code for any resource that is not found.",
    )],
    example: include_str!("../../../fixtures/geminidb/update_db_cache_rule/documented.json"),
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    dbcache_rule_id: String,
    value_columns: Vec<String>,
    ttl: Option<i64>,
    value_separator: Option<String>,
}

pub struct UpdateDbCacheRule;

impl Operation for UpdateDbCacheRule {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = ();

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<(), Refusal> {
        let id = request.dbcache_rule_id;
        let unknown = || Refusal::NotFound { resource: Resource::Rule, id: id.clone() };
        let rule_id = Uuid::try_parse(&id).map_err(|_| unknown())?;
        let mapping = context.state.memory_rules.mapping_of(rule_id).ok_or_else(unknown)?;
        // Rules vanish with their mapping, so one without a mapping is as unknown as any.
        context.state.memory_mappings.get(mapping, context.now).ok_or_else(unknown)?;
        mapping_in(&mapping.to_string(), &["normal"], context)?;
        let rule = context.state.memory_rules.get_mut(rule_id).ok_or_else(unknown)?;
        let before = rule.clone();
        rule.value_columns = request.value_columns;
        rule.ttl = request.ttl.unwrap_or(rule.ttl);
        rule.value_separator = request.value_separator.or_else(|| rule.value_separator.take());
        if *rule == before {
            context.leave_unchanged();
        }
        Ok(())
    }
}
