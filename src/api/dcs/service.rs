//! DCS's dialect: host, envelope and codes, after the published code list, and what its migration
//! calls share.

use crate::clock::Moment;
use crate::cloud::{Instance, MigrationTask, RequestContext, Side};
use crate::contract::{Envelope, ErrorKind, Field, Kind, Note, Refused, Service};
use crate::error::{Refusal, Resource};
use axum::http::StatusCode;
use serde::Serialize;

/// Distributed Cache Service.
pub static SERVICE: Service = Service {
    name: "DCS",
    hosts: &["dcs"],
    prefix_aliases: &[],
    envelope: Envelope::Extended,
    speaks_chinese: false,
    refusals: &[
        Refused::new(ErrorKind::MalformedProjectId, StatusCode::BAD_REQUEST, "DCS.4002"),
        Refused::new(ErrorKind::EmptyBody, StatusCode::BAD_REQUEST, "DCS.4004"),
        Refused::new(ErrorKind::MalformedBody, StatusCode::BAD_REQUEST, "DCS.4005"),
        Refused::new(ErrorKind::InvalidParameter, StatusCode::BAD_REQUEST, "DCS.4800"),
        Refused::new(ErrorKind::MalformedId, StatusCode::BAD_REQUEST, "DCS.4070"),
        Refused::new(ErrorKind::UnknownInstance, StatusCode::NOT_FOUND, "DCS.3022"),
        Refused::new(ErrorKind::UnknownTask, StatusCode::BAD_REQUEST, "DCS.4133"),
        Refused::new(ErrorKind::UnknownJob, StatusCode::BAD_REQUEST, "111400063"),
        Refused::new(ErrorKind::WrongEngine, StatusCode::BAD_REQUEST, "DCS.4913"),
        Refused::new(ErrorKind::Forbidden, StatusCode::FORBIDDEN, "DCS.2003"),
        Refused::new(ErrorKind::Busy, StatusCode::BAD_REQUEST, "DCS.4026"),
        Refused::new(ErrorKind::WrongState, StatusCode::BAD_REQUEST, "DCS.4957"),
        Refused::new(ErrorKind::Internal, StatusCode::INTERNAL_SERVER_ERROR, "DCS.5000"),
    ],
};

/// Every status that a migration task is seen in.
pub const TASK_STATUSES: Kind = Kind::OneOf(&[
    "SUCCESS",
    "FAILED",
    "MIGRATING",
    "TERMINATING",
    "TERMINATED",
    "CREATING",
    "RUNNING",
    "FULLMIGRATING",
    "INCRMIGEATING",
    "INCRMIGRATING",
    "MIGRATION_FAILED",
    "ERROR",
]);

/// Reply of the two documented calls: the task in four members.
pub static TASK: &[Field] = &[
    Field::mandatory("id", Kind::TEXT).means("migration task ID").names("task_id"),
    Field::mandatory("name", Kind::TEXT).means("migration task name").notes(&[Note {
        matter: "The table says that name is the task's; the example of the backup import shows \
                 the name of the target instance.",
        decision: "name is the task's name, as lists and details show it.",
    }]),
    Field::mandatory("status", TASK_STATUSES).means("migration status").notes(&[Note {
        matter: "The table lists SUCCESS, FAILED, MIGRATING and TERMINATED; the example of the \
                 online migration answers FULLMIGRATING, and clients wait for INCRMIGEATING, which \
                 other pages spell INCRMIGRATING.",
        decision: "A configured task is FULLMIGRATING at once, then SUCCESS or INCRMIGEATING; \
                   --spell-incrmigrating turns the last into the documents' spelling.",
    }]),
    Field::mandatory("error", Kind::TEXT).means("error message; empty unless the task failed"),
];

/// Reply of the two documented calls: the task in four members.
#[derive(Serialize)]
pub struct Task {
    id: String,
    name: String,
    status: &'static str,
    error: String,
}

impl Task {
    /// A task as it is now.
    pub fn of(task: &MigrationTask, context: &RequestContext<'_>) -> Self {
        Self {
            id: (*task.id).to_owned(),
            name: task.name.clone(),
            status: status(task, context),
            error: error(task, context),
        }
    }
}

/// A task that has to be there.
pub fn find<'p>(id: &str, context: &'p RequestContext<'_>) -> Result<&'p MigrationTask, Refusal> {
    context.state.migration_tasks.get(id).ok_or_else(|| unknown(id))
}

/// A task that has to be there, to change it.
pub fn find_mut<'p>(
    id: &str,
    context: &'p mut RequestContext<'_>,
) -> Result<&'p mut MigrationTask, Refusal> {
    context.state.migration_tasks.get_mut(id).ok_or_else(|| unknown(id))
}

/// Refuses what a task's state does not allow.
pub fn allow_in(
    task: &MigrationTask,
    allowed: &'static [&'static str],
    now: Moment,
) -> Result<(), Refusal> {
    let state = task.phase(now).status;
    if allowed.contains(&state) {
        return Ok(());
    }
    let (resource, id) = (Resource::MigrationTask, task.id.to_string());
    Err(Refusal::WrongState { resource, id, state, allowed })
}

/// No task has this id.
pub fn unknown(id: &str) -> Refusal {
    Refusal::NotFound { resource: Resource::MigrationTask, id: id.to_owned() }
}

/// The parameter that names a task in the path.
pub const TASK_ID: Field = Field::mandatory("task_id", Kind::TEXT).means("migration task ID");

/// The status of a task in the spelling that was chosen.
pub fn status(task: &MigrationTask, context: &RequestContext<'_>) -> &'static str {
    match task.phase(context.now).status {
        "INCRMIGEATING" if context.settings.spell_incrmigrating => "INCRMIGRATING",
        status => status,
    }
}

/// Why a task failed; empty unless it did.
pub fn error(task: &MigrationTask, context: &RequestContext<'_>) -> String {
    let failed = task.phase(context.now).failed;
    if failed { context.reason(task.run()).to_owned() } else { String::new() }
}

/// One end of a migration, as details and lists show it: never with its password.
#[derive(Serialize)]
pub struct End {
    pub addrs: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl End {
    /// A side as it was configured, with what is known of its instance.
    pub fn of(side: &Side, context: &RequestContext<'_>) -> Self {
        let instance = side.id.as_ref().and_then(|id| context.state.instances.get(id));
        let address = || instance.map(Instance::address).unwrap_or_default();
        Self {
            addrs: side.addrs.clone().unwrap_or_else(address),
            id: side.id.as_deref().map(str::to_owned),
            name: instance.map(|instance| instance.name.clone()),
        }
    }
}
