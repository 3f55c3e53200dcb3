//! What has happened to a task, for its log.

use super::stages::{EXCHANGE, PREPARATION, ROLLBACK, TERMINATION};
use super::{Exchange, MigrationTask};
use crate::clock::Moment;
use crate::cloud::lifecycle::Phase;
use serde::{Deserialize, Serialize};

/// Something that happened to a task, for its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// When.
    pub at: Moment,
    /// What.
    pub what: TaskEvent,
}

/// What can happen to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskEvent {
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

impl MigrationTask {
    /// Everything that has happened to it, in the order of time.
    pub fn history(&self, now: Moment) -> Vec<Event> {
        let mut history = self.past.clone();
        history.extend(self.present(now, history.is_empty()));
        history
    }

    /// What follows from the present run, and from the creation where nothing is past.
    pub(super) fn present(&self, now: Moment, from_the_start: bool) -> Vec<Event> {
        let mut events = Vec::new();
        let mut add = |at: Option<Moment>, what| {
            events.extend(at.filter(|at| *at <= now).map(|at| Event { at, what }));
        };
        let online = self.online();
        if from_the_start {
            add(Some(self.created), TaskEvent::Created);
            let prepared = online.map(|online| PREPARATION.phase(&online.preparation, now));
            let what = prepared.map(|phase| outcome(phase, TaskEvent::Prepared));
            add(prepared.and_then(|phase| phase.ended), what.unwrap_or(TaskEvent::Prepared));
        }
        if online.is_none_or(|online| online.configured.is_some()) {
            let phase = self.progress(now);
            let done =
                if online.is_some() { TaskEvent::FullMigrationDone } else { TaskEvent::Imported };
            add(phase.ended, outcome(phase, done));
        }
        if let Some(Exchange { there, back }) = online.and_then(|online| online.exchange) {
            add(Some(there.started), TaskEvent::Exchanging);
            let phase = EXCHANGE.phase(&there, now);
            add(phase.ended, outcome(phase, TaskEvent::Exchanged));
            let back = back.map(|back| ROLLBACK.phase(&back, now));
            let what = back.map(|phase| outcome(phase, TaskEvent::RolledBack));
            add(back.and_then(|phase| phase.ended), what.unwrap_or(TaskEvent::RolledBack));
        }
        if let Some(stop) = &self.stop {
            add(Some(stop.started), TaskEvent::Stopping);
            add(TERMINATION.phase(stop, now).ended, TaskEvent::Terminated);
        }
        events.sort_by_key(|event| event.at);
        events
    }
}

fn outcome(phase: Phase, done: TaskEvent) -> TaskEvent {
    if phase.failed { TaskEvent::Failed } else { done }
}
