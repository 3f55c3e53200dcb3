//! Stopping Migration Tasks in Batches: each that can be stopped is.

use super::batch::{MALFORMED_ID, RESULTS, Results, TASK_ID, UNKNOWN_TASK, WHOLE_OR_PART, each};
use super::service::SERVICE;
use super::stopping::{NOT_MIGRATING, Rest, stop};
use crate::cloud::RequestContext;
use crate::contract::{Contract, Field, Kind, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use axum::http::Method;
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "BatchStopMigrationTasks",
    title: "Stopping Migration Tasks in Batches",
    service: &SERVICE,
    source: Source::Companion("BatchStopMigrationTasks"),
    method: Method::POST,
    path: "/v2/{project_id}/migration-task/batch-stop",
    body: &[Field::mandatory("migration_tasks", Kind::List(&TASK_ID, 1000))
        .means("IDs of the tasks to stop")
        .names("task_id")],
    reply: RESULTS,
    refusals: &[NOT_MIGRATING, MALFORMED_ID, UNKNOWN_TASK],
    notes: &[WHOLE_OR_PART],
    example: include_str!("../../../fixtures/dcs/batch_stop_migration_tasks/documented.json"),
    undoes: true,
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    migration_tasks: Vec<String>,
}

pub struct BatchStopMigrationTasks;

impl Operation for BatchStopMigrationTasks {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Results;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Results, Refusal> {
        each(&CONTRACT, request.migration_tasks, context, |id, context| {
            stop(id, Rest::Later, context)
        })
    }
}
