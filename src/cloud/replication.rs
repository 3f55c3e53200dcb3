//! Synchronisation of a TaurusDB database to a ClickHouse instance.

use super::lifecycle::{Execution, Lifecycle, Phase};
use super::maps::{Map, OrderedMap, OrderedSet};
use super::stored::{Gone, Stored};
use crate::clock::Moment;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One database kept in step.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Replication {
    /// The TaurusDB instance.
    pub source_instance_id: Box<str>,
    /// The node it is read from.
    pub source_node_id: String,
    /// The database, which has the same name on both sides.
    pub database: Arc<str>,
    /// Its activity.
    pub run: Execution,
    /// What is synchronised and how, as it was created.
    pub configuration: ReplicationConfig,
    /// The last change of its tables.
    pub change: Option<ScopeChange>,
    /// Its deletion.
    pub removal: Option<Execution>,
}

/// What is synchronised and how.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ReplicationConfig {
    /// Parameters of the database.
    pub parameters: Vec<Setting>,
    /// Clauses for single tables.
    pub tables: Vec<TableSetting>,
    /// The tables.
    pub scope: TableScope,
}

/// A parameter of a database with its value.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    pub param_name: String,
    pub value: String,
}

/// Clauses for one table.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TableSetting {
    pub table_name: String,
    /// The clauses.
    pub table_config: String,
}

/// Which tables of a database are synchronised.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TableScope {
    /// What the list is.
    pub repl_type: ListKind,
    /// The list.
    pub tables: Vec<String>,
}

/// What a list of tables is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum ListKind {
    /// The tables that are synchronised.
    #[serde(rename = "white_list")]
    White,
    /// The tables that are not.
    #[serde(rename = "black_list")]
    Black,
}

impl ListKind {
    /// The words on the wire.
    pub const WORDS: &'static [&'static str] = &["white_list", "black_list"];

    /// The word on the wire, as a list of the one that is allowed.
    pub const fn only(self) -> &'static [&'static str] {
        match self {
            Self::White => &["white_list"],
            Self::Black => &["black_list"],
        }
    }
}

impl Default for TableScope {
    /// Every table: an empty list of exceptions.
    fn default() -> Self {
        Self { repl_type: ListKind::Black, tables: Vec::new() }
    }
}

/// A change of the tables that are synchronised; the kind of the list stays.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeChange {
    /// The new list.
    pub tables: Vec<String>,
    /// Its activity.
    pub run: Execution,
}

/// What every job of TaurusDB goes through; nothing here ever waits to be started.
pub static RUNNING: Lifecycle =
    Lifecycle { stages: &[("Running", 1.0)], ends: "Completed", fails: "Failed" };

/// How much of the run is over before data begin to flow.
const WAITING: f64 = 0.25;

/// The stage in which data follow every change of the source.
pub const FOLLOWING: &str = "Incremental";

/// Stages as the documented example of the list capitalises them.
pub static LIFECYCLE: Lifecycle = Lifecycle {
    stages: &[("Wait", WAITING), ("Full", 1.0 - WAITING)],
    ends: FOLLOWING,
    fails: "Failed",
};

impl Replication {
    fn each_run(&mut self, visit: &mut dyn FnMut(&mut Execution)) {
        visit(&mut self.run);
        self.change.iter_mut().for_each(|change| visit(&mut change.run));
        self.removal.iter_mut().for_each(&mut *visit);
    }

    /// Its stage.
    pub fn phase(&self, now: Moment) -> Phase {
        LIFECYCLE.phase(&self.run, now)
    }

    /// How much of the existing data has been copied, in percent.
    pub fn percentage(&self, now: Moment) -> u8 {
        let phase = self.phase(now);
        // What failed has not copied everything.
        let over = f64::from(phase.percent.min(if phase.failed { 99 } else { 100 })) / 100.0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100")]
        let copied = ((over - WAITING) / (1.0 - WAITING) * 100.0).clamp(0.0, 100.0) as u8;
        copied
    }

    /// Whether it is being deleted.
    pub fn is_going(&self, now: Moment) -> bool {
        self.removal.is_some_and(|removal| RUNNING.phase(&removal, now).ended.is_none())
    }

    /// Whether it was deleted.
    pub fn is_gone(&self, now: Moment) -> bool {
        self.removal.is_some_and(|removal| {
            let phase = RUNNING.phase(&removal, now);
            phase.ended.is_some() && !phase.failed
        })
    }

    /// The change that is under way.
    pub fn pending_change(&self, now: Moment) -> Option<&ScopeChange> {
        self.change.as_ref().filter(|change| RUNNING.phase(&change.run, now).ended.is_none())
    }

    /// The last change, if it failed.
    pub fn failed_change(&self, now: Moment) -> Option<&Execution> {
        let last = self.change.as_ref().map(|change| &change.run);
        last.filter(|run| RUNNING.phase(run, now).failed)
    }

    /// The tables that are synchronised: the last change counts once it has ended well.
    pub fn scope(&self, now: Moment) -> TableScope {
        let TableScope { repl_type, tables } = &self.configuration.scope;
        let done = self.change.as_ref().filter(|change| {
            let phase = RUNNING.phase(&change.run, now);
            phase.ended.is_some() && !phase.failed
        });
        let tables = done.map_or(tables, |change| &change.tables);
        TableScope { repl_type: *repl_type, tables: tables.clone() }
    }

    /// Starts a change, on top of the last one if that has ended well.
    pub fn begin_change(&mut self, change: ScopeChange, now: Moment) {
        self.configuration.scope = self.scope(now);
        self.change = Some(change);
    }
}

/// The synchronisations of one ClickHouse instance, by database. A deleted one stays in its place
/// until several are taken out at once, since taking it out moves all that follow.
pub type Replications = OrderedMap<Arc<str>, Replication>;

/// What the checks of a database were told, by ClickHouse instance, TaurusDB instance and database.
pub type Checked = OrderedMap<[Box<str>; 3], ReplicationConfig>;

/// Names of databases, by TaurusDB instance; a database outlives its synchronisation.
pub type SourceDatabases = Map<Box<str>, OrderedSet<Arc<str>>>;

impl Stored for Map<Box<str>, Replications> {
    fn len(&self) -> usize {
        self.values().map(Replications::len).sum()
    }

    fn each_run(&mut self, visit: &mut dyn FnMut(&mut Execution)) {
        self.values_mut().flat_map(Replications::values_mut).for_each(|one| one.each_run(visit));
    }

    /// Nothing belongs to one.
    fn forget_deleted(&mut self, now: Moment, _gone: &mut Gone) -> usize {
        let inspected = Stored::len(self) + self.keys().len();
        self.retain(|_, known| {
            known.retain(|_, replication| !replication.is_gone(now));
            !known.is_empty()
        });
        inspected
    }

    fn forget_parts_of(&mut self, gone: &Gone) {
        self.retain(|clickhouse, _| !gone.contains(clickhouse));
    }
}

impl Stored for Checked {
    fn len(&self) -> usize {
        self.keys().len()
    }

    fn each_run(&mut self, _visit: &mut dyn FnMut(&mut Execution)) {}

    fn forget_parts_of(&mut self, gone: &Gone) {
        self.retain(|[clickhouse, ..], _| !gone.contains(clickhouse));
    }
}

impl Stored for SourceDatabases {
    fn len(&self) -> usize {
        self.values().map(OrderedSet::len).sum()
    }

    fn each_run(&mut self, _visit: &mut dyn FnMut(&mut Execution)) {}
}
