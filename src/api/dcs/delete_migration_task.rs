//! Deleting Migration Tasks: they are gone from lists, and nobody finds them again.

use super::service::{SERVICE, allow_in};
use crate::cloud::RequestContext;
use crate::contract::{Certainty, Contract, Field, Kind, Note, Source};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use axum::http::Method;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "DeleteMigrationTask",
    title: "Deleting Migration Tasks",
    service: &SERVICE,
    source: Source::Companion("DeleteMigrationTask"),
    method: Method::DELETE,
    path: "/v2/{project_id}/migration-tasks/delete",
    body: &[Field::mandatory("task_id_list", Kind::List(&Kind::TEXT, 1000))
        .means("IDs of the tasks to delete")
        .names("task_id")],
    reply: &[Field::mandatory("task_id_list", Kind::List(&Kind::TEXT, 1000))
        .means("the same IDs")
        .known_from(Certainty::Client)],
    notes: &[
        Note {
            matter: "Nothing says what deleting an unknown task does; Terraform demands an ID in \
                     the answer whether or not the task is there.",
            decision: "Unknown IDs are ignored, and the answer has every ID that was sent.",
        },
        Note {
            matter: "Nothing says in which states a task can be deleted; clients stop it before.",
            decision: "Not while it moves data or is terminating: 400 DCS.4957, and no task of \
                       the list is deleted.",
        },
    ],
    example: include_str!("../../../fixtures/dcs/delete_migration_task/documented.json"),
    ..Contract::BLANK
};

/// Where a task can be deleted.
const DELETABLE: &[&str] =
    &["CREATING", "RUNNING", "SUCCESS", "TERMINATED", "FAILED", "MIGRATION_FAILED", "ERROR"];

/// Both ways: what is asked and what is answered are the same.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Tasks {
    task_id_list: Vec<String>,
}

pub struct DeleteMigrationTask;

impl Operation for DeleteMigrationTask {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Tasks;
    type Reply = Tasks;

    fn call(tasks: Tasks, context: &mut RequestContext<'_>) -> Result<Tasks, Refusal> {
        for id in &tasks.task_id_list {
            match context.apply_reserved_id(id, Resource::MigrationTask) {
                Err(Refusal::NotFound { .. }) => {}
                applied => applied?,
            }
            if let Some(task) = context.state.migration_tasks.get(id) {
                allow_in(task, DELETABLE, context.now)?;
            }
        }
        let is_there = |id: &String| context.state.migration_tasks.get(id).is_some();
        if !tasks.task_id_list.iter().any(is_there) {
            context.leave_unchanged();
        }
        for id in &tasks.task_id_list {
            let activity = context.state.migration_tasks.get(id).map(|task| task.run().activity);
            context.state.migration_tasks.delete(id);
            if let Some(activity) = activity {
                context.cut_short(activity);
            }
        }
        Ok(tasks)
    }
}
