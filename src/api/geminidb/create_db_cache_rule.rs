//! Creating a Memory Acceleration Rule: which rows a mapping serves, and under which keys.

use super::service::{COLUMNS, SEPARATOR, SERVICE, TTL, UNKNOWN_MAPPING, mapping_in};
use crate::cloud::assumed::RULE_TTL;
use crate::cloud::{Clash, MemoryRule, RequestContext, start_of_keys};
use crate::contract::{Contract, ErrorKind, Field, Kind, Note, Refused, Source, format};
use crate::error::Refusal;
use crate::operation::Operation;
use crate::text::shown;
use axum::http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

static CONTRACT: Contract = Contract {
    id: "CreateDbCacheRule",
    title: "Creating a Memory Acceleration Rule",
    service: &SERVICE,
    source: Source::Companion("CreateDbCacheRule"),
    method: Method::POST,
    path: "/v3/{project_id}/dbcache/rule",
    body: &[
        Field::mandatory("dbcache_mapping_id", Kind::TEXT).means("ID of the mapping"),
        Field::mandatory("name", Kind::Text(256)).means("name of the rule, unique in its mapping"),
        Field::mandatory("source_db_schema", Kind::TEXT).means("the database that is read"),
        Field::mandatory("source_db_table", Kind::TEXT).means("the table that is read"),
        Field::mandatory("storage_type", Kind::OneOf(&["hash"])).means("how rows are stored"),
        Field::mandatory("target_database", Kind::Format(&format::DATABASE_NUMBER))
            .means("the Redis database that is written to"),
        Field::mandatory("key_columns", COLUMNS).means("columns that make the key"),
        Field::mandatory("value_columns", COLUMNS).means("columns that make the value"),
        TTL.default("2592000000").notes(&[Note {
            matter: "Left out, ttl is 30 days on the creating page and -1, for ever, on the \
                     listing one.",
            decision: "30 days, and the list shows them.",
        }]),
        Field::mandatory("key_separator", SEPARATOR).means("stands between the parts of a key"),
        Field::optional("value_separator", SEPARATOR).means("stands between the parts of a value"),
        Field::mandatory("key_prefix", Kind::Text(1024)).means("what every key starts with").notes(
            &[Note {
                matter: "One page wants prefix and database to be unique in the mapping, another \
                         wants prefix and separator to be no prefix of another rule's. Neither \
                         gives a code.",
                decision: "The stricter rule, in all databases of the mapping: 400 DBS.200001.",
            }],
        ),
    ],
    reply: &[Field::mandatory("id", Kind::Format(&format::DASHED_UUID))
        .means("rule ID")
        .names("dbcache_rule_id")],
    refusals: &[
        UNKNOWN_MAPPING,
        Refused::new(ErrorKind::NameTaken, StatusCode::BAD_REQUEST, "DBS.200022"),
    ],
    notes: &[Note {
        matter: "No page says in which statuses a mapping takes rules.",
        decision: "In normal; otherwise 403 DBS.200011.",
    }],
    example: include_str!("../../../fixtures/geminidb/create_db_cache_rule/documented.json"),
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    dbcache_mapping_id: String,
    name: String,
    source_db_schema: String,
    source_db_table: String,
    #[serde(rename = "storage_type")]
    _storage_type: String,
    target_database: String,
    key_columns: Vec<String>,
    value_columns: Vec<String>,
    ttl: Option<i64>,
    key_separator: String,
    value_separator: Option<String>,
    key_prefix: String,
}

#[derive(Serialize)]
pub struct Reply {
    id: Uuid,
}

pub struct CreateDbCacheRule;

impl Operation for CreateDbCacheRule {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let mapping = mapping_in(&request.dbcache_mapping_id, &["normal"], context)?;
        let start = start_of_keys(&request.key_prefix, &request.key_separator);
        match context.state.memory_rules.clash(mapping.id, &request.name, &start) {
            Some(Clash::Name) => return Err(name_taken(&request.name)),
            Some(Clash::Keys(other)) => return Err(ambiguous_keys(&start, &other)),
            None => {}
        }
        let id = context.new_rule_id();
        context.state.memory_rules.insert(mapping.id, request.into_rule(id));
        Ok(Reply { id })
    }
}

fn name_taken(name: &str) -> Refusal {
    let name = shown(name);
    let (english, chinese) = (format!("the name {name} is taken"), format!("名称 {name} 已存在"));
    Refusal::own(ErrorKind::NameTaken, english, chinese)
}

fn ambiguous_keys(start: &str, other: &str) -> Refusal {
    let (start, other) = (shown(start), shown(other));
    let english = format!(
        "key_prefix with key_separator must not start like those of another rule of the mapping, \
         got \"{start}\" beside \"{other}\""
    );
    let chinese = format!(
        "key_prefix 加 key_separator 不能与同一映射下其他规则的互为前缀，实际为 \"{start}\"，\
         已有 \"{other}\""
    );
    Refusal::own(ErrorKind::InvalidParameter, english, chinese)
}

impl Request {
    fn into_rule(self, id: Uuid) -> MemoryRule {
        MemoryRule {
            id,
            name: self.name,
            source_db_schema: self.source_db_schema,
            source_db_table: self.source_db_table,
            target_database: self.target_database,
            key_columns: self.key_columns,
            value_columns: self.value_columns,
            ttl: self.ttl.unwrap_or(RULE_TTL),
            key_separator: self.key_separator,
            value_separator: self.value_separator,
            key_prefix: self.key_prefix,
        }
    }
}
