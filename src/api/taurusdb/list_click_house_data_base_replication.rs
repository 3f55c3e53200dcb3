//! Querying Data Synchronization Tasks: which databases a ClickHouse instance follows, and how far.

use super::service::{CLICKHOUSE_ID, SERVICE, find_clickhouse};
use crate::api::paging::{OFFSET, limit, page};
use crate::cloud::{Replication, RequestContext};
use crate::contract::{Awaits, Contract, Field, Kind, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

static CONTRACT: Contract = Contract {
    id: "ListClickHouseDataBaseReplication",
    title: "Querying Data Synchronization Tasks",
    service: &SERVICE,
    source: Source::Companion("ListClickHouseDataBaseReplication"),
    path: "/v3/{project_id}/instances/{instance_id}/clickhouse/replication",
    path_parameters: &[CLICKHOUSE_ID],
    query: &[OFFSET, limit(100, "10")],
    reply: &[
        Field::mandatory("total_count", Kind::Integer(0, i64::MAX)).means("how many there are"),
        Field::mandatory("replications", Kind::List(&REPLICATION, 100)).means("one page of them"),
        Field::optional("ext_text", Kind::TEXT).means("always null").nullable(),
    ],
    awaits: Awaits::All,
    example: include_str!(
        "../../../fixtures/taurusdb/list_click_house_data_base_replication/documented.json"
    ),
    ..Contract::BLANK
};

static REPLICATION: Kind = Kind::Object(&[
    Field::mandatory("source_database", Kind::TEXT).means("the database it is read from"),
    Field::mandatory("target_database", Kind::TEXT).means("the database it is written to"),
    Field::mandatory("status", Kind::OneOf(&["normal", "abnormal"])).means("status"),
    Field::mandatory("stage", Kind::OneOf(&["Wait", "Full", "Incremental", "Failed"]))
        .means("how far it is")
        .notes(&[Note {
            matter: "The table writes the stages in lower case, the example capitalises them.",
            decision: "Capitalised, as in the example.",
        }]),
    Field::mandatory("percentage", Kind::TEXT).means("0 to 100, as a string").notes(&[Note {
        matter: "percentage is declared a string; the example shows a number.",
        decision: "A string, as declared: the Go SDK refuses a number.",
    }]),
    Field::mandatory("catchup_stage", Kind::TEXT)
        .means("stage of tables added later; null where there are none")
        .nullable(),
]);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
    offset: Option<usize>,
    limit: Option<usize>,
}

#[derive(Serialize)]
pub struct Reply {
    total_count: usize,
    replications: Vec<Listed>,
    ext_text: Option<String>,
}

#[derive(Serialize)]
struct Listed {
    source_database: Arc<str>,
    target_database: Arc<str>,
    status: &'static str,
    stage: &'static str,
    percentage: String,
    catchup_stage: Option<&'static str>,
}

pub struct ListClickHouseDataBaseReplication;

impl Operation for ListClickHouseDataBaseReplication {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        find_clickhouse(&request.instance_id, context)?;
        let replications = context.state.replications.get(request.instance_id.as_str());
        let all = replications.into_iter().flat_map(|known| known.values());
        let there = all.filter(|replication| !replication.is_gone(context.now));
        let (page, total_count) = page(there, request.offset, request.limit.unwrap_or(10));
        let replications = page.into_iter().map(|one| Listed::of(one, context)).collect();
        Ok(Reply { total_count, replications, ext_text: None })
    }
}

impl Listed {
    fn of(replication: &Replication, context: &RequestContext<'_>) -> Self {
        let phase = replication.phase(context.now);
        Self {
            source_database: replication.database.clone(),
            target_database: replication.database.clone(),
            status: if phase.failed { "abnormal" } else { "normal" },
            stage: phase.status,
            percentage: replication.percentage(context.now).to_string(),
            catchup_stage: None,
        }
    }
}
