//! Restarting Online Migration Tasks in Batches: what was stopped or has failed starts over.

use super::batch::{MALFORMED_ID, RESULTS, Results, TASK_ID, UNKNOWN_TASK, WHOLE_OR_PART, each};
use super::service::{SERVICE, allow_in, find, find_mut};
use crate::cloud::{
    Configuration, FULL_MIGRATION, Lifecycle, MigrationTask, RequestContext, TaskEvent,
};
use crate::contract::{Certainty, Contract, ErrorKind, Field, Kind, Refused, Source};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use axum::http::{Method, StatusCode};
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "BatchRestartOnlineMigrationTasks",
    title: "Restarting Online Migration Tasks in Batches",
    service: &SERVICE,
    source: Source::Companion("BatchRestartOnlineMigrationTasks"),
    method: Method::POST,
    path: "/v2/{project_id}/migration-tasks/batch-restart",
    body: &[Field::mandatory("migration_tasks", Kind::List(&TASK_ID, 50))
        .means("IDs of the tasks to start again")
        .names("task_id")
        .known_from(Certainty::Client)],
    reply: RESULTS,
    refusals: &[
        Refused::new(ErrorKind::WrongState, StatusCode::BAD_REQUEST, "dcs.41.0001").note(
            "The only published failure of a task is dcs.41.0001, for a task of the old kind.",
            "dcs.41.0001 for a backup import and for a task that has no reason to start again.",
        ),
        MALFORMED_ID,
        UNKNOWN_TASK,
    ],
    notes: &[WHOLE_OR_PART],
    example: include_str!(
        "../../../fixtures/dcs/batch_restart_online_migration_tasks/documented.json"
    ),
    ..Contract::BLANK
};

/// Where a task can be started again.
const RESTARTABLE: &[&str] = &["TERMINATED", "FAILED", "MIGRATION_FAILED"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    migration_tasks: Vec<String>,
}

pub struct BatchRestartOnlineMigrationTasks;

impl Operation for BatchRestartOnlineMigrationTasks {
    const CONTRACT: &'static Contract = &CONTRACT;
    const LIFECYCLES: &'static [&'static Lifecycle] = &[&FULL_MIGRATION];
    type Request = Request;
    type Reply = Results;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Results, Refusal> {
        each(&CONTRACT, request.migration_tasks, context, restart)
    }
}

fn restart(id: &str, context: &mut RequestContext<'_>) -> Result<(), Refusal> {
    context.apply_reserved_id(id, Resource::MigrationTask)?;
    let task = find(id, context)?;
    let configuration = configuration(task)?.clone();
    allow_in(task, RESTARTABLE, context.now)?;
    // What an instance's id asked of the first start it asks of this one too.
    for side in [&configuration.source, &configuration.target] {
        if let Some(instance_id) = &side.id {
            context.apply_reserved_id(instance_id, Resource::Instance)?;
        }
    }
    let run = context.start(configuration.method.lifecycle(), id);
    find_mut(id, context)?.migrate(configuration, run, TaskEvent::Restarted);
    Ok(())
}

/// What a task was told to migrate. A backup import never was.
fn configuration(task: &MigrationTask) -> Result<&Configuration, Refusal> {
    let (state, allowed): (_, &[_]) = match task.online() {
        Some(online) => match &online.configured {
            Some((configuration, _)) => return Ok(configuration),
            None => ("not configured", RESTARTABLE),
        },
        None => ("a backupfile_import", &["an online_migration"]),
    };
    let (resource, id) = (Resource::MigrationTask, task.id.to_string());
    Err(Refusal::WrongState { resource, id, state, allowed })
}
