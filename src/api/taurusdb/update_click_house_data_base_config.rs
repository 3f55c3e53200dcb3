//! Modifying the Tables of a Data Synchronization Task: other tables, the same kind of list.

use super::service::{
    CLICKHOUSE_ID, SERVICE, SOURCE_NODE, UNKNOWN_REPLICATION, find_replication, find_sides, job,
    require_staying,
};
use crate::api::job::{JobStarted, STARTED};
use crate::clock::Moment;
use crate::cloud::assumed::UPDATE_REPLICATION_JOB;
use crate::cloud::{FOLLOWING, JobKind, ListKind, Replication, RequestContext, ScopeChange};
use crate::contract::{Certainty, Contract, Field, Kind, Note, Rule, Source, Violation, format};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use axum::http::Method;
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "UpdateClickHouseDataBaseConfig",
    title: "Modifying the Tables of a Data Synchronization Task",
    service: &SERVICE,
    source: Source::Companion("UpdateClickHouseDataBaseConfig"),
    method: Method::PUT,
    path: "/v3/{project_id}/instances/{instance_id}/clickhouse/databases/replication/config",
    path_parameters: &[CLICKHOUSE_ID],
    body: &[
        Field::mandatory("source_instance_id", Kind::TEXT).means("ID of the TaurusDB instance"),
        SOURCE_NODE,
        Field::mandatory("database", Kind::TEXT).means("the database"),
        Field::mandatory("value", Kind::Format(&format::SCOPE_CHANGE))
            .means("the new list of tables, of the kind that the task was created with")
            .known_from(Certainty::Example),
    ],
    reply: STARTED,
    refusals: &[UNKNOWN_REPLICATION],
    notes: &[Note {
        matter: "No page says in which stage the tables can be changed, or what a second change \
                 does while the first is under way.",
        decision: "In the stage Incremental, else 409 DBS.280406; a second change is 409 \
                   DBS.200047.",
    }],
    example: include_str!(
        "../../../fixtures/taurusdb/update_click_house_data_base_config/documented.json"
    ),
    ..Contract::BLANK
};

static JOB: JobKind = job(UPDATE_REPLICATION_JOB);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
    source_instance_id: String,
    source_node_id: Option<String>,
    database: String,
    value: Change,
}

/// JSON within a string: the kind of the list, and the tables joined by commas.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Change {
    kind: ListKind,
    tables: Vec<String>,
}

impl TryFrom<String> for Change {
    type Error = serde_json::Error;

    fn try_from(text: String) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Sent {
            WhiteList(String),
            BlackList(String),
        }
        let (kind, tables) = match serde_json::from_str(&text)? {
            Sent::WhiteList(tables) => (ListKind::White, tables),
            Sent::BlackList(tables) => (ListKind::Black, tables),
        };
        let tables = tables.split(',').map(str::trim).filter(|table| !table.is_empty());
        Ok(Self { kind, tables: tables.map(str::to_owned).collect() })
    }
}

pub struct UpdateClickHouseDataBaseConfig;

impl Operation for UpdateClickHouseDataBaseConfig {
    const CONTRACT: &'static Contract = &CONTRACT;
    const JOB: Option<&'static JobKind> = Some(&JOB);
    type Request = Request;
    type Reply = JobStarted;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<JobStarted, Refusal> {
        let Request { instance_id, source_instance_id, database, value, .. } = request;
        let node = request.source_node_id.as_deref();
        find_sides(&instance_id, &source_instance_id, node, context)?;
        let (now, run) = (context.now, context.activity());
        let replication = find_replication(&instance_id, &database, context)?;
        require_changeable(replication, &source_instance_id, value.kind, now)?;
        replication.begin_change(ScopeChange { tables: value.tables, run }, now);
        Ok(JobStarted { job_id: context.start_job(&JOB, &instance_id) })
    }
}

fn require_changeable(
    replication: &Replication,
    source_instance_id: &str,
    kind: ListKind,
    now: Moment,
) -> Result<(), Refusal> {
    let id = replication.database.to_string();
    if *replication.source_instance_id != *source_instance_id {
        return Err(Refusal::NotFound { resource: Resource::Replication, id });
    }
    require_staying(replication, now)?;
    let (state, resource) = (replication.phase(now).status, Resource::Replication);
    if state != FOLLOWING {
        return Err(Refusal::WrongState { resource, id, state, allowed: &[FOLLOWING] });
    }
    if replication.pending_change(now).is_some() {
        return Err(Refusal::Busy { id });
    }
    let fixed = replication.scope(now).repl_type;
    if kind == fixed {
        return Ok(());
    }
    let rule = Rule::OneOf { allowed: fixed.only(), nearest: None };
    let got = kind.only().first().map(|&word| word.to_owned());
    Err(Refusal::Invalid(vec![Violation { path: "value".to_owned(), rule, got }]))
}
