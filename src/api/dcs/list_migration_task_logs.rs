//! Querying Migration Task Logs: what happened to a task, the newest first.

use super::service::{SERVICE, TASK_ID, find};
use crate::api::paging::{OFFSET, limit, page};
use crate::cloud::assumed::MIGRATION_LOG;
use crate::cloud::{Event, MigrationTask, RequestContext};
use crate::contract::{Certainty, Contract, ErrorKind, Field, Format, Kind, Note, Refused, Source};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "ListMigrationTaskLogs",
    title: "Querying Migration Task Logs",
    service: &SERVICE,
    source: Source::Companion("ListMigrationTaskLogs"),
    path: "/v2/{project_id}/migration-task/{task_id}/logs",
    path_parameters: &[TASK_ID],
    query: &[
        OFFSET,
        limit(1000, "10"),
        Field::optional("log_level", Kind::Format(&LEVEL)).means("only entries of this level").notes(
            &[Note {
                matter: "The page shows the levels in capitals and does not say whether case matters.",
                decision: "Case does not matter.",
            }],
        ),
    ],
    reply: &[
        Field::mandatory("log_num", Kind::Integer(0, i64::MAX)).means("how many entries fit"),
        Field::mandatory("migration_logs", Kind::List(&ENTRY, 1000)).means("one page of them"),
    ],
    refusals: &[Refused::new(ErrorKind::InvalidParameter, StatusCode::BAD_REQUEST, "111400063")],
    example: include_str!("../../../fixtures/dcs/list_migration_task_logs/documented.json"),
    ..Contract::BLANK
};

static LEVEL: Format = Format {
    english: "INFO or ERROR",
    chinese: "INFO 或 ERROR",
    pattern: "^([Ii][Nn][Ff][Oo]|[Ee][Rr][Rr][Oo][Rr])$",
    accepts: |text| ["INFO", "ERROR"].iter().any(|level| level.eq_ignore_ascii_case(text)),
    error_kind: ErrorKind::InvalidParameter,
};

static ENTRY: Kind = Kind::Object(&[
    Field::mandatory("created_at", Kind::TEXT).means("when, yyyy-MM-ddTHH:mm:ss.SSSZ"),
    Field::mandatory("log_level", Kind::OneOf(&["INFO", "ERROR"])).means("how bad it is"),
    Field::mandatory("message", Kind::TEXT).means("what happened"),
    Field::mandatory("log_code", Kind::TEXT)
        .means("code of the message, migration.NNNN")
        .known_from(Certainty::Example),
    Field::mandatory("keyword", Kind::List(&Kind::TEXT, 10)).means("what the message speaks of"),
]);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    task_id: String,
    offset: Option<usize>,
    limit: Option<usize>,
    log_level: Option<String>,
}

#[derive(Serialize)]
pub struct Reply {
    log_num: usize,
    migration_logs: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    created_at: String,
    log_level: &'static str,
    message: &'static str,
    log_code: &'static str,
    keyword: [String; 1],
}

pub struct ListMigrationTaskLogs;

impl Operation for ListMigrationTaskLogs {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        context.apply_reserved_id(&request.task_id, Resource::MigrationTask)?;
        let task = find(&request.task_id, context)?;
        let history = task.history(context.now);
        let entries = history.iter().rev().filter_map(|event| Entry::of(event, task));
        let wanted = |entry: &Entry| {
            let level = request.log_level.as_ref();
            level.is_none_or(|level| level.eq_ignore_ascii_case(entry.log_level))
        };
        let limit = request.limit.unwrap_or(10);
        let (migration_logs, log_num) = page(entries.filter(wanted), request.offset, limit);
        Ok(Reply { log_num, migration_logs })
    }
}

impl Entry {
    fn of(event: &Event, task: &MigrationTask) -> Option<Self> {
        let (_, log_level, log_code, message) =
            *MIGRATION_LOG.iter().find(|(what, ..)| *what == event.what)?;
        let (created_at, keyword) = (event.at.with_milliseconds(), [task.name.clone()]);
        Some(Self { created_at, log_level, message, log_code, keyword })
    }
}
