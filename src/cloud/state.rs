//! Everything one project has.

use super::dual_active::Relationships;
use super::ids::Ids;
use super::instance::Instances;
use super::job::Jobs;
use super::lifecycle::Execution;
use super::maps::Map;
use super::memory_mapping::MemoryMappings;
use super::memory_rule::MemoryRules;
use super::migration_task::MigrationTasks;
use super::quota::Quota;
use super::record::Records;
use super::replication::{Checked, Replications, SourceDatabases};
use super::timeline::{Activity, Called, Due, Timeline};
use crate::clock::{Clock, ClockCommand, ClockError, Moment};
use crate::contract::check::Members;
use crate::contract::{Awaits, Contract};

/// What a client polls until it has come to rest.
#[derive(Debug)]
pub struct PollTarget<'t> {
    /// The call that it looks with.
    pub contract: &'static Contract,
    /// The id that it asks for; everything of the service where there is none.
    pub id: Option<&'t str>,
}

impl<'t> PollTarget<'t> {
    /// What a request looks at, if it does.
    pub fn read(
        contract: &'static Contract,
        path: &'t Members<'_>,
        query: &'t Members<'_>,
    ) -> Option<Self> {
        let id = match contract.awaits {
            Awaits::Nothing => return None,
            Awaits::All => None,
            Awaits::Named(name) => {
                let sent = path.iter().chain(query).rev().find(|(sent, _)| sent == name);
                sent.and_then(|(_, id)| id.as_text())
            }
        };
        Some(Self { contract, id })
    }

    /// Whether something is it.
    pub fn means(&self) -> impl Fn(&Activity) -> bool {
        let called = self.id.map(Called::by);
        move |activity| match &called {
            Some(called) => activity.is_called(called),
            None => std::ptr::eq(activity.contract.service, self.contract.service),
        }
    }
}

/// Everything one project has.
#[derive(Debug)]
pub struct State {
    pub project_id: Box<str>,
    /// Its time.
    pub clock: Clock,
    pub ids: Ids,
    /// What is under way in it.
    pub timeline: Timeline,
    pub instances: Instances,
    pub jobs: Jobs,
    pub memory_mappings: MemoryMappings,
    pub memory_rules: MemoryRules,
    /// Its active-active relationships.
    pub relationships: Relationships,
    pub migration_tasks: MigrationTasks,
    /// Its synchronisations, by ClickHouse instance.
    pub replications: Map<Box<str>, Replications>,
    /// Settings that passed the checks before a synchronization, for the next one that is created.
    pub checked: Checked,
    /// The databases that synchronisations named, by TaurusDB instance.
    pub source_databases: SourceDatabases,
    /// What declared operations have created.
    pub records: Records,
    /// How much it may keep.
    pub quota: Quota,
}

impl State {
    /// A world with nothing in it.
    pub fn new(key: u64, project_id: &str, frozen_at: Option<Moment>) -> Self {
        Self {
            project_id: project_id.into(),
            clock: Clock::new(frozen_at),
            ids: Ids::new(key),
            timeline: Timeline::default(),
            instances: Instances::default(),
            jobs: Jobs::default(),
            memory_mappings: MemoryMappings::default(),
            memory_rules: MemoryRules::default(),
            relationships: Relationships::default(),
            migration_tasks: MigrationTasks::default(),
            replications: Map::default(),
            checked: Checked::default(),
            source_databases: SourceDatabases::default(),
            records: Records::default(),
            quota: Quota::default(),
        }
    }

    /// Moves the clock, and returns what became due, in the order of time.
    pub fn move_clock(&mut self, command: &ClockCommand) -> Result<Vec<Due>, ClockError> {
        let before = self.clock.now();
        self.timeline.catch_up(before);
        match command {
            ClockCommand::By(duration) => self.clock.advance(*duration)?,
            ClockCommand::To(moment) => self.clock.move_to(*moment)?,
            ClockCommand::Freeze(at) => self.clock.freeze(*at)?,
            ClockCommand::NextEvent => {
                if let Some(next) = self.timeline.next_event(before) {
                    // A running clock may have come past it meanwhile.
                    self.clock.move_to(next.max(self.clock.now()))?;
                }
            }
        }
        Ok(self.timeline.pass(before, self.clock.now()))
    }

    /// Folds in what has come to rest of what was done to records. Instances that are gone since are
    /// known no longer.
    pub fn settle_records(&mut self, now: Moment) {
        let (gone, activities) = self.records.settle(now);
        for id in gone {
            self.forget_instance(&id);
        }
        self.timeline.forget_resources(&activities, now);
    }

    /// Forgets an instance, and what its clients see of it.
    pub fn forget_instance(&mut self, id: &str) {
        if let Some(instance) = self.instances.shift_remove(id) {
            self.records.note_gone(id, &instance.name);
            self.forget_parts_of(&[id.into()].into());
        }
    }

    /// Whether what a client polls is still under way.
    pub fn is_unfinished(&self, target: &PollTarget) -> bool {
        let now = self.clock.now();
        let is_meant = target.means();
        let is_open = |activity: &Activity| activity.phases(now).any(|phase| phase.ended.is_none());
        self.timeline.under_way().any(|activity| is_meant(activity) && is_open(activity))
    }

    /// Changes how something that is under way goes on, wherever a copy of its run is kept. The
    /// activity as it is now, or nothing if nothing under way has this id.
    pub fn steer(
        &mut self,
        id: &str,
        now: Moment,
        change: impl FnOnce(&mut Execution),
    ) -> Option<Activity> {
        self.timeline.catch_up(now);
        let mut activity = self.timeline.find(id)?.clone();
        change(&mut activity.run);
        let run = activity.run;
        self.each_run_near(&activity, |copy| {
            if copy.activity == run.activity {
                *copy = run;
            }
        });
        self.timeline.steer(run, now);
        Some(activity)
    }

    /// Ends an activity that a client has stopped or whose resource it has deleted. True if it was
    /// under way.
    pub fn cut_short(&mut self, activity: u32) -> bool {
        self.timeline.catch_up(self.clock.now());
        self.timeline.forget(activity)
    }
}
