//! Whether anything has an id that is still to be drawn: what is made next would have it too.

use crate::cloud::{CLICKHOUSE_SUFFIX, IdKind, Ids};
use crate::snapshot::Wrong;
use crate::snapshot::document::Document;
use uuid::Uuid;

/// Refuses a document in which an id is still to be drawn. Ids that were not drawn here, such as
/// those of the world file, are none of these.
pub fn check(document: &Document, ids: &Ids) -> Result<(), Wrong> {
    let drawn = &document.ids;
    let of = |name, kind, drawn| Drawn { ids, name, kind, drawn };
    let jobs = document.jobs.iter().map(|job| Some(job.id));
    of("job", IdKind::Job, drawn.job).hold(jobs, |at| format!("jobs[{at}].id"))?;
    let mappings = document.memory_mappings.iter().map(|mapping| Some(mapping.id));
    of("mapping", IdKind::Mapping, drawn.mapping)
        .hold(mappings, |at| format!("memory_mappings[{at}].id"))?;
    let tasks = document.migration_tasks.iter().map(|task| Uuid::try_parse(task.id()).ok());
    of("migration_task", IdKind::MigrationTask, drawn.migration_task)
        .hold(tasks, |at| format!("migration_tasks[{at}]"))?;
    for (mapping, rules) in &document.memory_rules.0 {
        let rules = rules.iter().map(|rule| Some(rule.id));
        of("memory_rule", IdKind::MemoryRule, drawn.memory_rule)
            .hold(rules, |at| format!("memory_rules.{mapping}[{at}].id"))?;
    }
    let clickhouse = |id: &str| Uuid::try_parse(id.strip_suffix(CLICKHOUSE_SUFFIX)?).ok();
    let clickhouses = document.clickhouses.iter().map(|one| clickhouse(&one.id));
    of("clickhouse", IdKind::ClickHouse, drawn.clickhouse)
        .hold(clickhouses, |at| format!("clickhouses[{at}].id"))?;
    let backups = document.backups.iter().map(|backup| Uuid::try_parse(&backup.id).ok());
    of("backup", IdKind::Backup, drawn.backup).hold(backups, |at| format!("backups[{at}].id"))
}

/// How many ids of a kind were drawn.
struct Drawn<'i> {
    ids: &'i Ids,
    name: &'static str,
    kind: IdKind,
    drawn: u64,
}

impl Drawn<'_> {
    /// Holds what is there against it.
    fn hold(
        &self,
        there: impl Iterator<Item = Option<Uuid>>,
        place: impl Fn(usize) -> String,
    ) -> Result<(), Wrong> {
        let Self { ids, name, kind, drawn } = self;
        let to_come = |id| ids.ordinal_of(*kind, id).is_some_and(|ordinal| ordinal >= *drawn);
        let found = there.enumerate().find(|(_, id)| id.is_some_and(to_come));
        found.map_or(Ok(()), |(at, _)| {
            let place = place(at);
            let problem = format!("is {drawn}, and {place} is still to be drawn");
            Err(Wrong::new(format!("ids.{name}"), problem))
        })
    }
}
