//! Querying Migration Statistics: how far a task is.

use super::service::{SERVICE, TASK_ID, find};
use crate::clock::Moment;
use crate::cloud::assumed::{MIGRATED_KEYS, MIGRATION_BYTES, MIGRATION_KBPS, MIGRATION_OPS};
use crate::cloud::{MIGRATING, MigrationTask, RequestContext};
use crate::contract::{Awaits, Contract, Field, Kind, Note, Source};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "ShowMigrationTaskStats",
    title: "Querying Migration Statistics",
    service: &SERVICE,
    source: Source::Companion("ShowMigrationTaskStats"),
    path: "/v2/{project_id}/migration-task/{task_id}/stats",
    path_parameters: &[TASK_ID],
    reply: &[
        Field::mandatory("full_migration_progress", Kind::TEXT)
            .means("percentage of the full migration that is done, 0 to 100")
            .notes(&[AS_TEXT]),
        Field::mandatory("offset", Kind::TEXT)
            .means("bytes that incremental migration has followed its source by"),
        Field::mandatory("source_dbsize", Kind::TEXT).means("keys in the source"),
        Field::mandatory("target_dbsize", Kind::TEXT).means("keys in the target"),
        Field::mandatory("target_input_kbps", Kind::TEXT).means("KB/s that the target receives"),
        Field::mandatory("target_ops", Kind::TEXT).means("commands a second on the target"),
        Field::mandatory("is_migrating", Kind::Boolean).means("whether data are moved"),
    ],
    awaits: Awaits::Named("task_id"),
    example: include_str!("../../../fixtures/dcs/show_migration_task_stats/documented.json"),
    ..Contract::BLANK
};

const AS_TEXT: Note = Note {
    matter: "The statistics are declared strings; the example shows numbers.",
    decision: "Strings, as declared: the Go SDK refuses a number.",
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    task_id: String,
}

#[derive(Serialize)]
pub struct Reply {
    full_migration_progress: String,
    offset: String,
    source_dbsize: String,
    target_dbsize: String,
    target_input_kbps: String,
    target_ops: String,
    is_migrating: bool,
}

pub struct ShowMigrationTaskStats;

impl Operation for ShowMigrationTaskStats {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(
        Request { task_id }: Request,
        context: &mut RequestContext<'_>,
    ) -> Result<Reply, Refusal> {
        context.apply_reserved_id(&task_id, Resource::MigrationTask)?;
        Ok(Reply::of(find(&task_id, context)?, context.now))
    }
}

impl Reply {
    fn of(task: &MigrationTask, now: Moment) -> Self {
        let status = task.phase(now).status;
        let is_migrating = MIGRATING.contains(&status);
        let percent = task.migrated_percent(now);
        let rate = |rate: u64| if is_migrating { rate } else { 0 }.to_string();
        Self {
            full_migration_progress: percent.to_string(),
            offset: (task.followed(now).as_secs() * MIGRATION_BYTES).to_string(),
            source_dbsize: MIGRATED_KEYS.to_string(),
            target_dbsize: (MIGRATED_KEYS * u64::from(percent) / 100).to_string(),
            target_input_kbps: rate(MIGRATION_KBPS),
            target_ops: rate(MIGRATION_OPS),
            is_migrating,
        }
    }
}
