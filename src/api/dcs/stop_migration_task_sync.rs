//! Stopping a Migration Task Synchronously: the task has come to rest when the call returns.

use super::service::{SERVICE, TASK_ID};
use super::stopping::{NOT_MIGRATING, Rest, stop};
use crate::cloud::RequestContext;
use crate::contract::{Contract, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use axum::http::{Method, StatusCode};
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "StopMigrationTaskSync",
    title: "Stopping a Migration Task Synchronously",
    service: &SERVICE,
    source: Source::Companion("StopMigrationTaskSync"),
    method: Method::POST,
    path: "/v2/{project_id}/migration-task/{task_id}/sync-stop",
    path_parameters: &[TASK_ID],
    success: StatusCode::NO_CONTENT,
    refusals: &[NOT_MIGRATING],
    example: include_str!("../../../fixtures/dcs/stop_migration_task_sync/documented.json"),
    undoes: true,
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    task_id: String,
}

pub struct StopMigrationTaskSync;

impl Operation for StopMigrationTaskSync {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = ();

    fn call(Request { task_id }: Request, context: &mut RequestContext<'_>) -> Result<(), Refusal> {
        stop(&task_id, Rest::AtOnce, context)
    }
}
