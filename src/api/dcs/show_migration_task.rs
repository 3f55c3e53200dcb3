//! Querying a Migration Task: everything about one task but its passwords.

use super::service::{SERVICE, TASK_ID, find};
use super::task_detail::{DETAIL, TaskDetail};
use crate::cloud::RequestContext;
use crate::contract::{Awaits, Contract, Note, Source};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "ShowMigrationTask",
    title: "Querying a Migration Task",
    service: &SERVICE,
    source: Source::Companion("ShowMigrationTask"),
    path: "/v2/{project_id}/migration-task/{task_id}",
    path_parameters: &[TASK_ID],
    reply: DETAIL,
    notes: &[Note {
        matter: "The example shows passwords in clear text.",
        decision: "Passwords are kept as digests and never answered.",
    }],
    awaits: Awaits::Named("task_id"),
    example: include_str!("../../../fixtures/dcs/show_migration_task/documented.json"),
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    task_id: String,
}

pub struct ShowMigrationTask;

impl Operation for ShowMigrationTask {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = TaskDetail;

    fn call(
        Request { task_id }: Request,
        context: &mut RequestContext<'_>,
    ) -> Result<TaskDetail, Refusal> {
        context.apply_reserved_id(&task_id, Resource::MigrationTask)?;
        Ok(TaskDetail::of(find(&task_id, context)?, context))
    }
}
