//! DCS data migration tasks: online migrations and backup imports.

use super::Moment;
use super::lifecycle::{Lifecycle, Phase, Run};
use super::words;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::mem;
use std::time::Duration;

/// A data migration task.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MigrationTask {
    /// A dashed UUID for an online migration, 32 hex digits for a backup import.
    pub id: Box<str>,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: Option<String>,
    /// When it was created.
    pub created: Moment,
    /// What it does.
    pub work: Work,
    /// The stopping of its present run, if it was stopped.
    pub stop: Option<Run>,
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

/// An online migration: prepared, then configured, possibly again.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OnlineMigration {
    /// Where its host stands; unknown for an adopted task.
    pub network: Option<Network>,
    /// The making of its host.
    pub preparation: Run,
    /// What it was told to migrate, and since when it does.
    #[serde(with = "words::configured")]
    pub configured: Option<(Configuration, Run)>,
    /// Whether it makes a broken connection again by itself, as it was told last.
    pub resume_mode: Option<String>,
    /// The switching of the two instances' addresses, if it was asked for.
    pub exchange: Option<Exchange>,
}

/// A switching of addresses, and its rollback.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// The switching.
    pub there: Run,
    /// The switching back, if it was asked for.
    pub back: Option<Run>,
}

/// Something that happened to a task, for its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// When.
    pub at: Moment,
    /// What.
    pub what: Happening,
}

/// What can happen to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// It was created.
    Created,
    /// Its host is ready.
    Prepared,
    /// It was told what to migrate.
    Configured,
    /// It was started again.
    Restarted,
    /// All data were copied once.
    FullMigrationDone,
    /// All files were imported.
    Imported,
    /// What it did failed.
    Failed,
    /// It was told to stop.
    Stopping,
    /// It has stopped.
    Terminated,
    /// The switching of addresses began.
    Exchanging,
    /// The addresses are switched.
    Exchanged,
    /// The addresses are switched back.
    RolledBack,
}

impl OnlineMigration {
    /// One that nothing but its preparation is known of.
    pub fn prepared_by(preparation: Run) -> Self {
        let (network, configured, resume_mode, exchange) = (None, None, None, None);
        Self { network, preparation, configured, resume_mode, exchange }
    }
}

/// Where the host of a migration stands.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// The VPC.
    pub vpc_id: String,
    /// The subnet.
    pub subnet_id: String,
    /// The security group.
    pub security_group_id: String,
}

/// What an online migration was told to do. Equal ones may be sent again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// Full or incremental.
    pub method: MigrationMethod,
    /// `auto` or `manual`.
    pub resume_mode: String,
    /// In MB/s.
    pub bandwidth_limit_mb: Option<u16>,
    /// Where the data come from.
    pub source: Side,
    /// Where they go to.
    pub target: Side,
}

/// Full or incremental.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum MigrationMethod {
    /// Once.
    #[serde(rename = "full_amount_migration")]
    Full,
    /// Once, and then whatever changes.
    #[serde(rename = "incremental_migration")]
    Incremental,
}

impl MigrationMethod {
    /// The words on the wire.
    pub const WORDS: &'static [&'static str] = &["full_amount_migration", "incremental_migration"];

    /// What a migration of this kind goes through.
    pub fn lifecycle(self) -> &'static Lifecycle {
        match self {
            Self::Full => &FULL_MIGRATION,
            Self::Incremental => &INCREMENTAL_MIGRATION,
        }
    }
}

/// One side of an online migration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// Its instance; wins over the addresses.
    pub id: Option<Box<str>>,
    /// Its addresses.
    pub addrs: Option<String>,
    /// A digest of its password: enough to tell whether a configuration changed.
    #[serde(rename = "password_digest", with = "words::digest")]
    pub password: Option<u64>,
}

/// An import of backup files.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BackupImport {
    /// Full or incremental; the documents allow either.
    pub method: MigrationMethod,
    /// `self_build_obs` or `backup_record`.
    pub file_source: String,
    /// The OBS bucket.
    pub bucket_name: Option<String>,
    /// The files in it.
    pub files: Vec<BackupFile>,
    /// The backup record.
    pub backup_id: Option<String>,
    /// The instance that the data go to.
    pub target_instance_id: Box<str>,
    /// Its name, as it was sent.
    pub target_instance_name: Option<String>,
    /// The import.
    pub run: Run,
}

/// A backup file. Size and time are kept as they were sent: the documents' own examples do not
/// follow the documents' own formats.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BackupFile {
    /// Its name.
    pub file_name: String,
    /// Its size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
    /// When it last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_at: Option<String>,
}

/// From creation to waiting for configuration.
pub static PREPARATION: Lifecycle =
    Lifecycle { stages: &[("CREATING", 1.0)], ends: "RUNNING", fails: "ERROR" };

/// From the start of a full migration to its end.
pub static FULL_MIGRATION: Lifecycle =
    Lifecycle { stages: &[("FULLMIGRATING", 1.0)], ends: "SUCCESS", fails: "MIGRATION_FAILED" };

/// The wire's spelling of the last stage; the documents write `INCRMIGRATING`.
pub static INCREMENTAL_MIGRATION: Lifecycle =
    Lifecycle { stages: &[("FULLMIGRATING", 1.0)], ends: INCREMENTAL, fails: "MIGRATION_FAILED" };

/// From the reading of the files to the last of them.
pub static IMPORT: Lifecycle =
    Lifecycle { stages: &[("MIGRATING", 1.0)], ends: "SUCCESS", fails: "FAILED" };

/// From the call that stops a task to its rest.
pub static TERMINATION: Lifecycle =
    Lifecycle { stages: &[("TERMINATING", 1.0)], ends: TERMINATED, fails: TERMINATED };

/// `task_status` while addresses are switched; the only documented value is the first.
pub static EXCHANGE: Lifecycle = Lifecycle {
    stages: &[("EXCHANGING", 1.0)],
    ends: EXCHANGED,
    fails: super::undocumented::EXCHANGE_FAILED,
};

/// `task_status` while addresses are switched back.
pub static ROLLBACK: Lifecycle = Lifecycle {
    stages: &[(super::undocumented::ROLLING_BACK, 1.0)],
    ends: "ROLLBACK_SUCCESS",
    fails: super::undocumented::ROLLBACK_FAILED,
};

const TERMINATED: &str = "TERMINATED";

/// `task_status` of a task whose addresses are switched.
pub const EXCHANGED: &str = "EXCHANGE_SUCCESS";

/// The statuses in which data are moved.
pub const MIGRATING: &[&str] = &["MIGRATING", "FULLMIGRATING", INCREMENTAL];

/// The status of an incremental migration that follows its source.
pub const INCREMENTAL: &str = "INCRMIGEATING";

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

    fn each_run(&mut self, visit: &mut impl FnMut(&mut Run)) {
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
    pub fn migrate(&mut self, configuration: Configuration, run: Run, what: Happening) {
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

    /// Everything that has happened to it, in the order of time.
    pub fn history(&self, now: Moment) -> Vec<Event> {
        let mut history = self.past.clone();
        history.extend(self.present(now, history.is_empty()));
        history
    }

    /// Its present run, or the one that was stopped last.
    pub fn run(&self) -> &Run {
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

    /// What follows from the present run, and from the creation where nothing is past.
    fn present(&self, now: Moment, from_the_start: bool) -> Vec<Event> {
        let mut events = Vec::new();
        let mut add = |at: Option<Moment>, what| {
            events.extend(at.filter(|at| *at <= now).map(|at| Event { at, what }));
        };
        let online = self.online();
        if from_the_start {
            add(Some(self.created), Happening::Created);
            let prepared = online.map(|online| PREPARATION.phase(&online.preparation, now));
            let what = prepared.map(|phase| outcome(phase, Happening::Prepared));
            add(prepared.and_then(|phase| phase.ended), what.unwrap_or(Happening::Prepared));
        }
        if online.is_none_or(|online| online.configured.is_some()) {
            let phase = self.progress(now);
            let done =
                if online.is_some() { Happening::FullMigrationDone } else { Happening::Imported };
            add(phase.ended, outcome(phase, done));
        }
        if let Some(Exchange { there, back }) = online.and_then(|online| online.exchange) {
            add(Some(there.started), Happening::Exchanging);
            let phase = EXCHANGE.phase(&there, now);
            add(phase.ended, outcome(phase, Happening::Exchanged));
            let back = back.map(|back| ROLLBACK.phase(&back, now));
            let what = back.map(|phase| outcome(phase, Happening::RolledBack));
            add(back.and_then(|phase| phase.ended), what.unwrap_or(Happening::RolledBack));
        }
        if let Some(stop) = &self.stop {
            add(Some(stop.started), Happening::Stopping);
            add(TERMINATION.phase(stop, now).ended, Happening::Terminated);
        }
        events.sort_by_key(|event| event.at);
        events
    }
}

fn outcome(phase: Phase, done: Happening) -> Happening {
    if phase.failed { Happening::Failed } else { done }
}

/// The migration tasks of a world, in the order of their creation.
///
/// A deleted one leaves its id behind, so that it is not taken for one that was never seen; and
/// removing it costs the same however many there are.
#[derive(Debug, Default)]
pub struct MigrationTasks {
    by_id: IndexMap<Box<str>, Option<MigrationTask>>,
    /// How many of them were deleted.
    deleted: usize,
}

impl MigrationTasks {
    /// The task with an id.
    pub fn get(&self, id: &str) -> Option<&MigrationTask> {
        self.by_id.get(id)?.as_ref()
    }

    /// The task with an id, to change it.
    pub fn get_mut(&mut self, id: &str) -> Option<&mut MigrationTask> {
        self.by_id.get_mut(id)?.as_mut()
    }

    /// The ids of all of them and of those that were deleted, in the order of their creation.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.by_id.keys().map(AsRef::as_ref)
    }

    /// All of them in the order of their creation, and nothing in the place of each that was
    /// deleted.
    pub fn places(&self) -> impl ExactSizeIterator<Item = Option<&MigrationTask>> {
        self.by_id.values().map(Option::as_ref)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.by_id.len() - self.deleted
    }

    /// How many they are, with those that were deleted.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Forgets so many of the first that may go, and says how many did. Of those that were deleted
    /// only the ids are left.
    pub fn forget(
        &mut self,
        number: usize,
        goes: impl Fn(Option<&MigrationTask>) -> bool,
    ) -> usize {
        let before = self.len();
        let mut left = number;
        self.by_id.retain(|_, task| {
            let stays = left == 0 || !goes(task.as_ref());
            left -= usize::from(!stays);
            self.deleted -= usize::from(!stays && task.is_none());
            stays
        });
        before - self.len()
    }

    /// Visits every run that is kept here.
    pub fn each_run(&mut self, visit: &mut impl FnMut(&mut Run)) {
        self.by_id.values_mut().flatten().for_each(|task| task.each_run(visit));
    }

    /// Visits every run of the task with an id.
    pub fn each_run_of(&mut self, id: &str, visit: &mut impl FnMut(&mut Run)) {
        if let Some(task) = self.get_mut(id) {
            task.each_run(visit);
        }
    }

    /// Records a task.
    pub fn insert(&mut self, task: MigrationTask) {
        let before = self.by_id.insert(task.id.clone(), Some(task));
        self.deleted -= usize::from(matches!(before, Some(None)));
    }

    /// Records that there was a task with this id.
    pub fn insert_deleted(&mut self, id: &str) {
        let before = self.by_id.insert(id.into(), None);
        self.deleted += usize::from(!matches!(before, Some(None)));
    }

    /// Forgets a task, but not that there was one.
    pub fn delete(&mut self, id: &str) {
        let task = self.by_id.get_mut(id).and_then(Option::take);
        self.deleted += usize::from(task.is_some());
    }

    /// Whether a task with this id was deleted.
    pub fn was_deleted(&self, id: &str) -> bool {
        self.by_id.get(id).is_some_and(Option::is_none)
    }
}

#[cfg(test)]
mod tests {
    use super::super::lifecycle::Fate;
    use super::*;

    fn moment(seconds: u64) -> Moment {
        Moment::from_milliseconds(0).after(Duration::from_secs(seconds))
    }

    fn run(seconds: u64) -> Run {
        Run::new(1, moment(seconds), 2_000, Fate::Succeeds)
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
        task.migrate(incremental(), run(seconds), Happening::Configured);
        task
    }

    #[test]
    fn a_history_survives_a_new_start() {
        let mut task = configured(5);
        task.stop = Some(run(20));
        task.migrate(incremental(), run(30), Happening::Restarted);
        let history: Vec<_> =
            task.history(moment(31)).iter().map(|event| (event.at, event.what)).collect();
        assert_eq!(
            history,
            [
                (moment(0), Happening::Created),
                (moment(2), Happening::Prepared),
                (moment(5), Happening::Configured),
                (moment(7), Happening::FullMigrationDone),
                (moment(20), Happening::Stopping),
                (moment(22), Happening::Terminated),
                (moment(30), Happening::Restarted),
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
        let done = |event: &Event| event.what == Happening::FullMigrationDone;
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
