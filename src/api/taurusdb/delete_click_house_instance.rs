//! Deleting a ClickHouse Instance.

use super::service::{SERVICE, TAURUSDB_ID, UNKNOWN_HTAP, find_htap, job, require_status};
use crate::api::job::{JobStarted, STARTED};
use crate::cloud::assumed::{DELETE_CLICKHOUSE_JOB, DELETING_ACTION};
use crate::cloud::{Action, JobKind, RequestContext};
use crate::contract::{Contract, Field, Kind, Note, Source, format};
use crate::error::Refusal;
use crate::operation::Operation;
use axum::http::Method;
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "DeleteClickHouseInstance",
    title: "Deleting a ClickHouse Instance",
    service: &SERVICE,
    source: Source::Companion("DeleteClickHouseInstance"),
    method: Method::DELETE,
    path: "/v3/{project_id}/instances/{instance_id}/clickhouse/{clickhouse_instance_id}",
    path_parameters: &[
        TAURUSDB_ID,
        Field::mandatory("clickhouse_instance_id", Kind::Format(&format::CLICKHOUSE_ID))
            .means("ID of the ClickHouse instance"),
    ],
    reply: STARTED,
    refusals: &[UNKNOWN_HTAP],
    notes: &[Note {
        matter: "No page says in which states a ClickHouse instance can be deleted.",
        decision: "In all but creating, which is 409 DBS.280406; with its synchronizations.",
    }],
    example: include_str!("../../../fixtures/taurusdb/delete_click_house_instance/documented.json"),
    ..Contract::BLANK
};

static JOB: JobKind = job(DELETE_CLICKHOUSE_JOB);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
    clickhouse_instance_id: String,
}

pub struct DeleteClickHouseInstance;

impl Operation for DeleteClickHouseInstance {
    const CONTRACT: &'static Contract = &CONTRACT;
    const JOB: Option<&'static JobKind> = Some(&JOB);
    type Request = Request;
    type Reply = JobStarted;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<JobStarted, Refusal> {
        let Request { instance_id, clickhouse_instance_id: id } = request;
        find_htap(&instance_id, &id, context)?;
        require_status(&id, &["normal", "abnormal", "createfail"], context)?;
        let job_id = context.start_job(&JOB, &id);
        let action = Action { name: DELETING_ACTION, job_id, run: context.activity() };
        context.state.clickhouses.begin(&id, action);
        Ok(JobStarted { job_id })
    }
}
