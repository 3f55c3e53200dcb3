//! Rebooting a ClickHouse Instance.

use super::service::{CLICKHOUSE_ID, SERVICE, find_clickhouse, job, require_status};
use crate::api::job::{JobStarted, STARTED};
use crate::cloud::assumed::{REBOOT_CLICKHOUSE_JOB, REBOOTING_ACTION};
use crate::cloud::{Action, JobKind, RequestContext};
use crate::contract::{Contract, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use axum::http::Method;
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "RebootClickHouseInstance",
    title: "Rebooting a ClickHouse Instance",
    service: &SERVICE,
    source: Source::Companion("RebootClickHouseInstance"),
    method: Method::PUT,
    path: "/v3/{project_id}/instances/{instance_id}/clickhouse/restart",
    path_parameters: &[CLICKHOUSE_ID],
    reply: STARTED,
    example: include_str!("../../../fixtures/taurusdb/reboot_click_house_instance/documented.json"),
    ..Contract::BLANK
};

static JOB: JobKind = job(REBOOT_CLICKHOUSE_JOB);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
}

pub struct RebootClickHouseInstance;

impl Operation for RebootClickHouseInstance {
    const CONTRACT: &'static Contract = &CONTRACT;
    const JOB: Option<&'static JobKind> = Some(&JOB);
    type Request = Request;
    type Reply = JobStarted;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<JobStarted, Refusal> {
        find_clickhouse(&request.instance_id, context)?;
        require_status(&request.instance_id, &["normal"], context)?;
        let job_id = context.start_job(&JOB, &request.instance_id);
        let action = Action { name: REBOOTING_ACTION, job_id, run: context.activity() };
        context.state.clickhouses.begin(&request.instance_id, action);
        Ok(JobStarted { job_id })
    }
}
