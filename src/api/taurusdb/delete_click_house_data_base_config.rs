//! Canceling a Change of a Data Synchronization Task: the tables stay as they are.

use super::service::{
    CLICKHOUSE_ID, SERVICE, UNKNOWN_REPLICATION, find_clickhouse, find_replication, job,
    require_staying,
};
use crate::api::job::{JobStarted, STARTED};
use crate::cloud::assumed::CANCEL_REPLICATION_UPDATE_JOB;
use crate::cloud::{JobKind, RequestContext};
use crate::contract::{Contract, Field, Kind, Note, Source};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use axum::http::Method;
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "DeleteClickHouseDataBaseConfig",
    title: "Canceling a Change of a Data Synchronization Task",
    service: &SERVICE,
    source: Source::Companion("DeleteClickHouseDataBaseConfig"),
    method: Method::DELETE,
    path: "/v3/{project_id}/instances/{instance_id}/clickhouse/databases/replication/config",
    path_parameters: &[CLICKHOUSE_ID],
    query: &[Field::mandatory("database", Kind::TEXT).means("the database")],
    reply: STARTED,
    refusals: &[UNKNOWN_REPLICATION],
    notes: &[Note {
        matter: "No page says when a change is canceled, or what becomes of its job.",
        decision: "It is dropped at once and its job runs to its end; without a change under way \
                   the call is 409 DBS.280406.",
    }],
    example: include_str!(
        "../../../fixtures/taurusdb/delete_click_house_data_base_config/documented.json"
    ),
    ..Contract::BLANK
};

static JOB: JobKind = job(CANCEL_REPLICATION_UPDATE_JOB);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
    database: String,
}

pub struct DeleteClickHouseDataBaseConfig;

impl Operation for DeleteClickHouseDataBaseConfig {
    const CONTRACT: &'static Contract = &CONTRACT;
    const JOB: Option<&'static JobKind> = Some(&JOB);
    type Request = Request;
    type Reply = JobStarted;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<JobStarted, Refusal> {
        let Request { instance_id, database } = request;
        find_clickhouse(&instance_id, context)?;
        let now = context.now;
        let replication = find_replication(&instance_id, &database, context)?;
        require_staying(replication, now)?;
        if replication.pending_change(now).is_none() {
            let (resource, id) = (Resource::Replication, database);
            return Err(Refusal::WrongState { resource, id, state: UNCHANGED, allowed: CHANGING });
        }
        replication.change = None;
        Ok(JobStarted { job_id: context.start_job(&JOB, &instance_id) })
    }
}

const UNCHANGED: &str = "not changing";
const CHANGING: &[&str] = &["changing"];
