//! Stopping a Migration Task: ends a migration or an import that is under way.

use super::service::{SERVICE, TASK_ID, find};
use super::stopping::{NOT_MIGRATING, Rest, stop};
use super::task_detail::{DETAIL, TaskDetail};
use crate::cloud::RequestContext;
use crate::contract::{Contract, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use axum::http::Method;
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "StopMigrationTask",
    title: "Stopping a Migration Task",
    service: &SERVICE,
    source: Source::Companion("StopMigrationTask"),
    method: Method::POST,
    path: "/v2/{project_id}/migration-task/{task_id}/stop",
    path_parameters: &[TASK_ID],
    reply: DETAIL,
    refusals: &[NOT_MIGRATING],
    notes: &[Note {
        matter: "Nothing says when a stopped task leaves its status; Terraform takes a task that \
                 is still INCRMIGEATING at its first look for a failure.",
        decision: "The answer has TERMINATING already; TERMINATED follows by the clock.",
    }],
    example: include_str!("../../../fixtures/dcs/stop_migration_task/documented.json"),
    undoes: true,
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    task_id: String,
}

pub struct StopMigrationTask;

impl Operation for StopMigrationTask {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = TaskDetail;

    fn call(
        Request { task_id }: Request,
        context: &mut RequestContext<'_>,
    ) -> Result<TaskDetail, Refusal> {
        stop(&task_id, Rest::Later, context)?;
        Ok(TaskDetail::of(find(&task_id, context)?, context))
    }
}
