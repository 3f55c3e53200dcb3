//! DCS data migration tasks: online migrations and backup imports.

mod backup_import;
mod history;
mod online;
mod stages;
mod tasks;

pub use backup_import::{BackupFile, BackupImport};
pub use history::{Event, TaskEvent};
pub use online::{Configuration, Exchange, MigrationMethod, Network, OnlineMigration, Side};
pub use stages::{
    EXCHANGE, EXCHANGED, FULL_MIGRATION, IMPORT, INCREMENTAL, INCREMENTAL_MIGRATION, MIGRATING,
    PREPARATION, ROLLBACK, TERMINATION,
};
pub use tasks::MigrationTasks;

use super::lifecycle::{Execution, Phase};
use crate::clock::Moment;
use serde::{Deserialize, Serialize};
use stages::TERMINATED;
use std::mem;
use std::time::Duration;

/// A data migration task.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MigrationTask {
    /// A dashed UUID for an online migration, 32 hex digits for a backup import.
    pub id: Box<str>,
    pub name: String,
    pub description: Option<String>,
    /// When it was created.
    pub created: Moment,
    /// What it does.
    pub work: Work,
    /// The stopping of its present run, if it was stopped.
    pub stop: Option<Execution>,
    /// What happened to it before its present run.
    past: Vec<Event>,
}

/// What a task does.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Migrates from one running Redis to another.
    Online(Box<OnlineMigration>),
    /// Imports backup files.
    BackupImport(Box<BackupImport>),
}

impl MigrationTask {
    /// A task to which nothing has happened yet.
    pub fn new(
        id: &str,
        name: String,
        description: Option<String>,
        created: Moment,
        work: Work,
    ) -> Self {
        let (stop, past) = (None, Vec::new());
        Self { id: id.into(), name, description, created, work, stop, past }
    }

    /// The online migration that it is, if it is one.
    pub fn online(&self) -> Option<&OnlineMigration> {
        match &self.work {
            Work::Online(online) => Some(online),
            Work::BackupImport(_) => None,
        }
    }

    fn each_run(&mut self, visit: &mut dyn FnMut(&mut Execution)) {
        self.stop.iter_mut().for_each(&mut *visit);
        match &mut self.work {
            Work::BackupImport(import) => visit(&mut import.run),
            Work::Online(online) => {
                visit(&mut online.preparation);
                online.configured.iter_mut().for_each(|(_, run)| visit(run));
                if let Some(exchange) = &mut online.exchange {
                    visit(&mut exchange.there);
                    exchange.back.iter_mut().for_each(&mut *visit);
                }
            }
        }
    }

    /// Where it is.
    pub fn phase(&self, now: Moment) -> Phase {
        if let Some(stop) = &self.stop {
            return TERMINATION.phase(stop, now);
        }
        match self.exchanged(now) {
            Some(at) => Phase { status: TERMINATED, percent: 100, ended: Some(at), failed: false },
            None => self.running(now),
        }
    }

    /// Where its present run is, or was when it was stopped.
    pub fn progress(&self, now: Moment) -> Phase {
        self.running(self.halted(now).map_or(now, |halted| halted.min(now)))
    }

    /// How much of the full migration or of the import is done; nothing before it is configured.
    pub fn migrated_percent(&self, now: Moment) -> u8 {
        let configured = self.online().is_none_or(|online| online.configured.is_some());
        let phase = self.progress(now);
        // A run that fails does so at the end of its time, and never has everything.
        if configured { phase.percent.min(if phase.failed { 99 } else { 100 }) } else { 0 }
    }

    /// How long incremental migration has followed its source, until it was stopped.
    pub fn followed(&self, now: Moment) -> Duration {
        let until = self.halted(now).map_or(now, |halted| halted.min(now));
        match self.progress(now) {
            Phase { status: INCREMENTAL, ended: Some(since), .. } => until.since(since),
            _ => Duration::ZERO,
        }
    }

    /// How far the switching of addresses is, if it was asked for.
    pub fn task_status(&self, now: Moment) -> Option<&'static str> {
        let exchange = self.online()?.exchange?;
        let there = || EXCHANGE.phase(&exchange.there, now).status;
        Some(exchange.back.map_or_else(there, |back| ROLLBACK.phase(&back, now).status))
    }

    /// When its status last changed.
    pub fn updated(&self, now: Moment) -> Moment {
        let started = self.stop.as_ref().unwrap_or(self.run()).started;
        self.phase(now).ended.unwrap_or(started)
    }

    /// Starts an online migration, or starts it over: what was stopped or switched before is past.
    pub fn migrate(&mut self, configuration: Configuration, run: Execution, what: TaskEvent) {
        let mut past = mem::take(&mut self.past);
        past.extend(self.present(run.started, past.is_empty()));
        past.push(Event { at: run.started, what });
        self.past = past;
        self.stop = None;
        if let Work::Online(online) = &mut self.work {
            online.resume_mode = Some(configuration.resume_mode.clone());
            online.configured = Some((configuration, run));
            online.exchange = None;
        }
    }

    /// Its present run, or the one that was stopped last.
    pub fn run(&self) -> &Execution {
        match &self.work {
            Work::Online(online) => {
                online.configured.as_ref().map_or(&online.preparation, |(_, run)| run)
            }
            Work::BackupImport(import) => &import.run,
        }
    }

    fn running(&self, now: Moment) -> Phase {
        let lifecycle = match &self.work {
            Work::Online(online) => match &online.configured {
                Some((configuration, _)) => configuration.method.lifecycle(),
                None => &PREPARATION,
            },
            Work::BackupImport(_) => &IMPORT,
        };
        lifecycle.phase(self.run(), now)
    }

    /// When its present run was cut short, if it was.
    fn halted(&self, now: Moment) -> Option<Moment> {
        self.stop.map(|stop| stop.started).or_else(|| self.exchanged(now))
    }

    /// When its addresses were switched, if they are: the migration ends with it.
    fn exchanged(&self, now: Moment) -> Option<Moment> {
        let exchange = self.online()?.exchange?;
        EXCHANGE.phase(&exchange.there, now).ended
    }
}

#[cfg(test)]
mod tests {
    use super::super::lifecycle::Outcome;
    use super::super::stored::Stored;
    use super::*;

    fn moment(seconds: u64) -> Moment {
        Moment::from_milliseconds(0).after(Duration::from_secs(seconds))
    }

    fn run(seconds: u64) -> Execution {
        Execution::new(1, moment(seconds), 2_000, Outcome::Succeeds)
    }

    fn incremental() -> Configuration {
        let side = || Side { id: None, addrs: None, password: None };
        Configuration {
            method: MigrationMethod::Incremental,
            resume_mode: "auto".to_owned(),
            bandwidth_limit_mb: None,
            source: side(),
            target: side(),
        }
    }

    fn configured(seconds: u64) -> MigrationTask {
        let work = Work::Online(OnlineMigration::prepared_by(run(0)).into());
        let mut task = MigrationTask::new("task", "name".to_owned(), None, moment(0), work);
        task.migrate(incremental(), run(seconds), TaskEvent::Configured);
        task
    }

    #[test]
    fn a_history_survives_a_new_start() {
        let mut task = configured(5);
        task.stop = Some(run(20));
        task.migrate(incremental(), run(30), TaskEvent::Restarted);
        let history: Vec<_> =
            task.history(moment(31)).iter().map(|event| (event.at, event.what)).collect();
        assert_eq!(
            history,
            [
                (moment(0), TaskEvent::Created),
                (moment(2), TaskEvent::Prepared),
                (moment(5), TaskEvent::Configured),
                (moment(7), TaskEvent::FullMigrationDone),
                (moment(20), TaskEvent::Stopping),
                (moment(22), TaskEvent::Terminated),
                (moment(30), TaskEvent::Restarted),
            ]
        );
        assert_eq!(task.phase(moment(31)).status, "FULLMIGRATING");
    }

    #[test]
    fn progress_stands_still_where_a_task_was_stopped() {
        let mut task = configured(5);
        task.stop = Some(run(6));
        assert_eq!(task.phase(moment(60)).status, "TERMINATED");
        assert_eq!(task.progress(moment(60)).percent, 50);
        let done = |event: &Event| event.what == TaskEvent::FullMigrationDone;
        assert!(!task.history(moment(60)).iter().any(done));
    }

    #[test]
    fn a_deleted_task_is_remembered_as_such() {
        let mut tasks = MigrationTasks::default();
        tasks.insert(configured(5));
        tasks.delete("task");
        tasks.delete("never seen");
        assert!(tasks.get("task").is_none() && tasks.places().flatten().next().is_none());
        assert!(tasks.was_deleted("task") && !tasks.was_deleted("never seen"));
    }

    #[test]
    fn the_number_of_tasks_is_known_whatever_became_of_them() {
        let mut tasks = MigrationTasks::default();
        let known = |tasks: &MigrationTasks| (tasks.count(), tasks.len());
        tasks.insert_deleted("task");
        tasks.insert_deleted("task");
        tasks.insert_deleted("other");
        assert_eq!(known(&tasks), (0, 2));
        tasks.insert(configured(5));
        tasks.insert(configured(6));
        assert_eq!((known(&tasks), tasks.places().flatten().count()), ((1, 2), 1));
        tasks.delete("task");
        tasks.delete("task");
        assert_eq!(known(&tasks), (0, 2));
        tasks.insert(configured(7));
        assert_eq!(tasks.forget(1, |task| task.is_none()), 1);
        assert_eq!(known(&tasks), (1, 1));
        assert_eq!(tasks.forget(9, |_| true), 1);
        assert_eq!(known(&tasks), (0, 0));
    }
}
