//! Calls on several migration tasks at once: each has a result of its own.

use super::service::unknown;
use crate::cloud::RequestContext;
use crate::contract::{Contract, ErrorKind, Field, Format, Kind, Note, Refused, format};
use crate::error::{Refusal, Resource};
use axum::http::StatusCode;
use serde::Serialize;

/// Either form that the id of a migration task has.
pub static TASK_ID: Kind = Kind::Format(&EITHER_ID);

static EITHER_ID: Format = Format {
    english: "a UUID with dashes or 32 hexadecimal digits",
    chinese: "带连字符的 UUID 或 32 位十六进制数字",
    pattern: "^([0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\
              |[0-9A-Fa-f]{32})$",
    accepts: |text| (format::DASHED_UUID.accepts)(text) || (format::HEX_32.accepts)(text),
    error_kind: ErrorKind::MalformedId,
};

/// The list has something in it that is the id of no task.
pub const MALFORMED_ID: Refused =
    Refused::new(ErrorKind::MalformedId, StatusCode::BAD_REQUEST, "DCS.4855");

/// The list names no task of the context, or one result says that its id does not.
pub const UNKNOWN_TASK: Refused =
    Refused::new(ErrorKind::UnknownTask, StatusCode::BAD_REQUEST, "DCS.4855");

/// When a list is refused, and when only one of its tasks is.
pub const WHOLE_OR_PART: Note = Note {
    matter: "An unknown ID is 400 DCS.4855 by the code list, but a call whose every task failed \
             is 200.",
    decision: "A list that names no known task is 400 DCS.4855; among known ones, an unknown task \
               is a failed result with that code.",
};

/// Reply of the calls on several tasks.
pub static RESULTS: &[Field] =
    &[Field::mandatory("migration_tasks", Kind::List(&RESULT, 1000)).means("one result a task")];

static RESULT: Kind = Kind::Object(&[
    Field::mandatory("task_id", Kind::TEXT).means("migration task ID"),
    Field::mandatory("result", Kind::OneOf(&["success", "failed"])).means("whether it was done"),
    Field::optional("error_code", Kind::TEXT).means("why not; only where it failed").notes(&[
        Note {
            matter: "error_code is declared to have at most 9 characters; its own example, \
                     dcs.41.0001, has 11.",
            decision: "No limit.",
        },
    ]),
    Field::optional("error_msg", Kind::Text(1024)).means("why not, in words"),
]);

/// Reply of the calls on several tasks.
#[derive(Serialize)]
pub struct Results {
    migration_tasks: Vec<TaskResult>,
}

#[derive(Serialize)]
struct TaskResult {
    task_id: String,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_msg: Option<String>,
}

/// Does something to each of the tasks.
pub fn each(
    contract: &'static Contract,
    ids: Vec<String>,
    context: &mut RequestContext<'_>,
    act: impl Fn(&str, &mut RequestContext<'_>) -> Result<(), Refusal>,
) -> Result<Results, Refusal> {
    let mut one = |id: String| {
        let done = context.in_own_activity(|context| act(&id, context));
        (id, done)
    };
    let done: Vec<_> = ids.into_iter().map(&mut one).collect();
    let is_unknown = |done: &Result<(), Refusal>| {
        matches!(done, Err(Refusal::NotFound { resource: Resource::MigrationTask, .. }))
    };
    if let [(first, _), ..] = done.as_slice()
        && done.iter().all(|(_, done)| is_unknown(done))
    {
        return Err(unknown(first));
    }
    if done.iter().all(|(_, done)| done.is_err()) {
        context.leave_unchanged();
    }
    let result = |(id, done)| TaskResult::of(contract, id, done);
    Ok(Results { migration_tasks: done.into_iter().map(result).collect() })
}

impl TaskResult {
    fn of(contract: &'static Contract, task_id: String, done: Result<(), Refusal>) -> Self {
        let Err(refusal) = done else {
            return Self { task_id, result: "success", error_code: None, error_msg: None };
        };
        let error_code = contract.refusal(refusal.error_kind()).map(|refused| refused.code);
        Self { task_id, result: "failed", error_code, error_msg: Some(refusal.to_string()) }
    }
}
