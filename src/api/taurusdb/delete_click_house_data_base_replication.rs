//! Deleting a Data Synchronization Task: a ClickHouse instance no longer follows a database.

use super::service::{
    CLICKHOUSE_ID, NOTHING_TO_DELETE, SERVICE, find_clickhouse, find_replication, job,
    require_staying,
};
use crate::api::job::{JobStarted, STARTED};
use crate::cloud::assumed::DELETE_REPLICATION_JOB;
use crate::cloud::{JobKind, RequestContext};
use crate::contract::{Contract, Field, Kind, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use axum::http::Method;
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "DeleteClickHouseDataBaseReplication",
    title: "Deleting a Data Synchronization Task",
    service: &SERVICE,
    source: Source::Companion("DeleteClickHouseDataBaseReplication"),
    method: Method::DELETE,
    path: "/v3/{project_id}/instances/{instance_id}/clickhouse/replication/{database_name}",
    path_parameters: &[
        CLICKHOUSE_ID,
        Field::mandatory("database_name", Kind::TEXT).means("the database").notes(&[Note {
            matter: "A database can be called like one of the paths beside this one, such as \
                     config.",
            decision: "Those paths have other methods, so DELETE always means a database.",
        }]),
    ],
    reply: STARTED,
    refusals: &[NOTHING_TO_DELETE],
    example: include_str!(
        "../../../fixtures/taurusdb/delete_click_house_data_base_replication/documented.json"
    ),
    ..Contract::BLANK
};

static JOB: JobKind = job(DELETE_REPLICATION_JOB);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
    database_name: String,
}

pub struct DeleteClickHouseDataBaseReplication;

impl Operation for DeleteClickHouseDataBaseReplication {
    const CONTRACT: &'static Contract = &CONTRACT;
    const JOB: Option<&'static JobKind> = Some(&JOB);
    type Request = Request;
    type Reply = JobStarted;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<JobStarted, Refusal> {
        let Request { instance_id, database_name } = request;
        find_clickhouse(&instance_id, context)?;
        let now = context.now;
        require_staying(find_replication(&instance_id, &database_name, context)?, now)?;
        let removal = context.activity();
        let replication = find_replication(&instance_id, &database_name, context)?;
        replication.removal = Some(removal);
        // It goes on until it is gone, and no client waits for its end any more.
        let activity = replication.run.activity;
        context.ended(activity);
        Ok(JobStarted { job_id: context.start_job(&JOB, &instance_id) })
    }
}
