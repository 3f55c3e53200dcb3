//! Querying Memory Acceleration Rules and Details: all of a mapping, or those that fit the filters.

use super::service::{COLUMNS, SEPARATOR, SERVICE};
use crate::api::paging::{OFFSET, fits, limit, page};
use crate::cloud::{MemoryRule, RequestContext};
use crate::contract::{Contract, Field, Kind, Note, Source, format};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

static CONTRACT: Contract = Contract {
    id: "ListDbCacheRules",
    title: "Querying Memory Acceleration Rules and Details",
    service: &SERVICE,
    source: Source::Companion("ListDbCacheRules"),
    path: "/v3/{project_id}/dbcache/rules",
    query: &[
        Field::mandatory("dbcache_mapping_id", Kind::TEXT).means("ID of the mapping").notes(&[
            Note {
                matter: "No page says what an unknown mapping has; real clients take an empty \
                         list for a rule that is gone, and give up on an error.",
                decision: "200 and no rules.",
            },
        ]),
        Field::optional("rule_id", Kind::TEXT).means("rule ID").names("dbcache_rule_id"),
        Field::optional("rule_name", Kind::TEXT)
            .means("name of the rule; a leading * finds a part of it"),
        Field::optional("source_db_schema", Kind::TEXT)
            .means("database that is read; a leading * finds a part of it"),
        Field::optional("source_db_table", Kind::TEXT)
            .means("table that is read; a leading * finds a part of it"),
        OFFSET,
        limit(100, "100"),
    ],
    reply: &[
        Field::mandatory("total_count", Kind::Integer(0, i64::MAX)).means("how many fit"),
        Field::mandatory("dbcache_mapping_id", Kind::TEXT).means("ID of the mapping, as sent"),
        Field::mandatory("rules", Kind::List(&RULE, 100)).means("one page of them"),
    ],
    notes: &[
        Note {
            matter: "The page's example calls /dbcache/rule with a body.",
            decision: "/dbcache/rules with query parameters, as its table and the SDK have it.",
        },
        Note {
            matter: "offset and limit are declared strings here and integers everywhere else.",
            decision: "A query has only text, so the same rules hold.",
        },
    ],
    example: include_str!("../../../fixtures/geminidb/list_db_cache_rules/documented.json"),
    ..Contract::BLANK
};

static RULE: Kind = Kind::Object(&[
    Field::mandatory("id", Kind::Format(&format::DASHED_UUID))
        .means("rule ID")
        .names("dbcache_rule_id"),
    Field::optional("name", Kind::TEXT).means("name of the rule"),
    Field::optional("status", Kind::OneOf(&["normal", "createfail"])).means("status").notes(&[
        Note {
            matter: "A rule can be createfail, but no job creates it, so nothing can fail.",
            decision: "Always normal.",
        },
    ]),
    Field::optional("source_db_schema", Kind::TEXT).means("the database that is read"),
    Field::optional("source_db_table", Kind::TEXT).means("the table that is read"),
    Field::optional("storage_type", Kind::OneOf(&["hash"])).means("how rows are stored"),
    Field::optional("target_database", Kind::Format(&format::DATABASE_NUMBER))
        .means("the Redis database that is written to"),
    Field::optional("key_columns", COLUMNS).means("columns that make the key"),
    Field::optional("value_columns", COLUMNS).means("columns that make the value"),
    Field::optional("ttl", Kind::TEXT)
        .means("lifetime of a key in milliseconds, as a string; -1 for ever"),
    Field::optional("key_separator", SEPARATOR).means("stands between the parts of a key"),
    Field::optional("value_separator", SEPARATOR)
        .means("stands between the parts of a value; absent where none was given"),
    Field::optional("key_prefix", Kind::Text(1024)).means("what every key starts with"),
]);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    dbcache_mapping_id: String,
    rule_id: Option<String>,
    rule_name: Option<String>,
    source_db_schema: Option<String>,
    source_db_table: Option<String>,
    offset: Option<usize>,
    limit: Option<usize>,
}

#[derive(Serialize)]
pub struct Reply {
    total_count: usize,
    dbcache_mapping_id: String,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
struct Rule {
    id: Uuid,
    name: String,
    status: &'static str,
    source_db_schema: String,
    source_db_table: String,
    storage_type: &'static str,
    target_database: String,
    key_columns: Vec<String>,
    value_columns: Vec<String>,
    ttl: String,
    key_separator: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_separator: Option<String>,
    key_prefix: String,
}

pub struct ListDbCacheRules;

impl Operation for ListDbCacheRules {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let state = &context.state;
        let mapping = Uuid::try_parse(&request.dbcache_mapping_id).ok();
        let mapping = mapping.and_then(|id| state.memory_mappings.get(id, context.now));
        let rules = mapping.into_iter().flat_map(|mapping| state.memory_rules.of(mapping.id));
        let fitting = rules.filter(|rule| request.wants(rule));
        let (page, total_count) = page(fitting, request.offset, request.limit.unwrap_or(100));
        let rules = page.into_iter().map(Rule::of).collect();
        Ok(Reply { total_count, dbcache_mapping_id: request.dbcache_mapping_id, rules })
    }
}

impl Request {
    fn wants(&self, rule: &MemoryRule) -> bool {
        let id = self.rule_id.as_ref();
        id.is_none_or(|id| Uuid::try_parse(id) == Ok(rule.id))
            && fits(self.rule_name.as_ref(), &rule.name)
            && fits(self.source_db_schema.as_ref(), &rule.source_db_schema)
            && fits(self.source_db_table.as_ref(), &rule.source_db_table)
    }
}

impl Rule {
    fn of(rule: &MemoryRule) -> Self {
        Self {
            id: rule.id,
            name: rule.name.clone(),
            status: "normal",
            source_db_schema: rule.source_db_schema.clone(),
            source_db_table: rule.source_db_table.clone(),
            storage_type: "hash",
            target_database: rule.target_database.clone(),
            key_columns: rule.key_columns.clone(),
            value_columns: rule.value_columns.clone(),
            ttl: rule.ttl.to_string(),
            key_separator: rule.key_separator.clone(),
            value_separator: rule.value_separator.clone(),
            key_prefix: rule.key_prefix.clone(),
        }
    }
}
