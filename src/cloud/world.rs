//! Everything one project has.

use super::agenda::{Agenda, Called, Course, Due};
use super::backup::Backups;
use super::clock::{Clock, ClockError, Moment, Stamp, Turn};
use super::dual_active::Relationships;
use super::htap::ClickHouses;
use super::ids::Ids;
use super::instance::Instances;
use super::job::Jobs;
use super::lifecycle::Run;
use super::maps::Map;
use super::memory_mapping::MemoryMappings;
use super::memory_rule::MemoryRules;
use super::migration_task::MigrationTasks;
use super::replication::{Checked, Replications, SourceDatabases};
use super::room::Room;
use crate::contract::check::Sent;
use crate::contract::{Awaits, Contract};
use crate::testing::Testing;
use crate::testing::lint::Look;

/// What a client looks at again and again until it has come to rest.
#[derive(Debug)]
pub struct Awaited {
    /// The call that it looks with.
    pub contract: &'static Contract,
    /// The id that it asks for; everything of the service where there is none.
    pub id: Option<String>,
}

impl Awaited {
    /// What a request looks at, if it does.
    pub fn read(contract: &'static Contract, sent: &Sent<'_>) -> Option<Self> {
        let id = match contract.awaits {
            Awaits::Nothing => return None,
            Awaits::All => None,
            Awaits::Named(name) => {
                let sent = sent.path.iter().chain(&sent.query).rev().find(|(sent, _)| sent == name);
                sent.and_then(|(_, id)| id.as_text()).map(str::to_owned)
            }
        };
        Some(Self { contract, id })
    }

    /// Whether something is it.
    pub fn means(&self) -> impl Fn(&Course) -> bool {
        let called = self.id.as_deref().map(Called::by);
        move |course| match &called {
            Some(called) => course.is_called(called),
            None => std::ptr::eq(course.contract.service, self.contract.service),
        }
    }
}

/// Everything one project has.
#[derive(Debug)]
pub struct World {
    /// Its project.
    pub project_id: Box<str>,
    /// Its time.
    pub clock: Clock,
    /// Its ids.
    pub ids: Ids,
    /// What is under way in it.
    pub agenda: Agenda,
    /// Its instances.
    pub instances: Instances,
    /// Its jobs.
    pub jobs: Jobs,
    /// Its backups.
    pub backups: Backups,
    /// Its memory mappings.
    pub memory_mappings: MemoryMappings,
    /// Their rules.
    pub memory_rules: MemoryRules,
    /// Its active-active relationships.
    pub relationships: Relationships,
    /// Its migration tasks.
    pub migration_tasks: MigrationTasks,
    /// Its synchronisations, by ClickHouse instance.
    pub replications: Map<Box<str>, Replications>,
    /// What the checks were told, for the synchronisations created next.
    pub checked: Checked,
    /// The databases that synchronisations named, by TaurusDB instance.
    pub source_databases: SourceDatabases,
    /// Its ClickHouse instances.
    pub clickhouses: ClickHouses,
    /// What it has for the sake of tests.
    pub testing: Testing,
    /// Whether an operation has ended in a panic in it, so that a change may be half made.
    pub is_damaged: bool,
    /// How much it may keep.
    pub room: Room,
}

impl World {
    /// A world with nothing in it.
    pub fn new(
        key: u64,
        project_id: &str,
        frozen_at: Option<Moment>,
        journal_bytes: usize,
    ) -> Self {
        Self {
            project_id: project_id.into(),
            clock: Clock::new(frozen_at),
            ids: Ids::new(key),
            agenda: Agenda::default(),
            instances: Instances::default(),
            jobs: Jobs::default(),
            backups: Backups::default(),
            memory_mappings: MemoryMappings::default(),
            memory_rules: MemoryRules::default(),
            relationships: Relationships::default(),
            migration_tasks: MigrationTasks::default(),
            replications: Map::default(),
            checked: Checked::default(),
            source_databases: SourceDatabases::default(),
            clickhouses: ClickHouses::default(),
            testing: Testing::new(key, journal_bytes),
            is_damaged: false,
            room: Room::default(),
        }
    }

    /// Turns the clock. What became due by it, in the order of time.
    pub fn turn(&mut self, turn: &Turn) -> Result<Vec<Due>, ClockError> {
        self.agenda.catch_up(self.clock.now());
        match turn {
            Turn::By(duration) => self.clock.advance(*duration)?,
            Turn::To(moment) => self.clock.move_to(*moment)?,
            Turn::Freeze(at) => self.clock.freeze(*at)?,
            Turn::NextEvent => {
                if let Some(next) = self.agenda.next_event() {
                    // A running clock may have come past it meanwhile.
                    self.clock.move_to(next.max(self.clock.now()))?;
                }
            }
        }
        let mut due = Vec::new();
        self.agenda.pass(self.clock.now(), |course, at| due.push(course.due(at)));
        Ok(due)
    }

    /// Whether nothing was ever done in it, and nothing known: nothing in it has a time.
    pub fn is_untouched(&self) -> bool {
        self.agenda.latest_number() == 0
            && self.instances.is_empty()
            && self.jobs.len() == 0
            && self.backups.len() == 0
            && self.memory_mappings.all().len() == 0
            && self.memory_rules.len() == 0
            && self.relationships.len() == 0
            && self.migration_tasks.len() == 0
            && self.replications.is_empty()
            && self.checked.is_empty()
            && self.source_databases.is_empty()
            && self.clickhouses.len() == 0
            && self.testing.journal.entries().next().is_none()
    }

    /// Takes a look for a client whether something has come to rest, and moves on if the world does
    /// so by itself. What it has shown is known when it is answered.
    pub fn looked_at(&mut self, awaited: &Awaited, at: Moment, ordinal: u64) -> Look {
        let begun = self.agenda.latest_number();
        let number = self.testing.lint.next_look();
        let look = Look { at: Stamp::at(at), ordinal, begun, number };
        if !self.testing.auto_advance {
            return look;
        }
        let now = self.clock.now();
        let unfinished = |course: &Course| course.phases(now).any(|phase| phase.ended.is_none());
        let means = awaited.means();
        if self.agenda.under_way().any(|course| means(course) && unfinished(course)) {
            // It goes forward or not at all.
            let _ = self.turn(&Turn::NextEvent);
        }
        look
    }

    /// Changes how something that is under way goes on, wherever a copy of its run is kept. The
    /// course as it is now, or nothing if nothing under way has this id.
    pub fn steer(
        &mut self,
        id: &str,
        now: Moment,
        change: impl FnOnce(&mut Run),
    ) -> Option<Course> {
        self.agenda.catch_up(now);
        let mut course = self.agenda.find(id)?.clone();
        change(&mut course.run);
        let run = course.run;
        self.each_run_near(&course, |copy| {
            if copy.course == run.course {
                *copy = run;
            }
        });
        self.agenda.steer(run, now);
        self.testing.lint.steered(run);
        Some(course)
    }

    /// Notes that a client has cut something short, or done away with it: if it was under way, it
    /// comes to no end of its own.
    pub fn cut_short(&mut self, course: u32) {
        self.agenda.catch_up(self.clock.now());
        let was_under_way = self.agenda.forget(course);
        self.testing.lint.cut_short(course, was_under_way);
    }

    /// Visits every run that is kept in the world.
    pub(super) fn each_run(&mut self, mut visit: impl FnMut(&mut Run)) {
        self.jobs.each_run(&mut visit);
        self.backups.each_run(&mut visit);
        self.memory_mappings.each_run(&mut visit);
        self.migration_tasks.each_run(&mut visit);
        self.each_other_run(visit);
    }

    /// Visits every run that may be a copy of a course's. Of what there may be very many of, that
    /// is only what the course names.
    fn each_run_near(&mut self, course: &Course, mut visit: impl FnMut(&mut Run)) {
        if let Some(job) = course.job.and_then(|(id, _)| self.jobs.get_mut(id)) {
            visit(&mut job.run);
        }
        if let Some((id, _)) = &course.resource {
            self.backups.each_run_of(id, &mut visit);
            self.memory_mappings.each_run_of(id, &mut visit);
            self.migration_tasks.each_run_of(id, &mut visit);
        }
        self.each_other_run(visit);
    }

    fn each_other_run(&mut self, mut visit: impl FnMut(&mut Run)) {
        self.relationships.each_run(&mut visit);
        self.clickhouses.each_run(&mut visit);
        for replication in self.replications.values_mut().flat_map(Replications::values_mut) {
            replication.each_run(&mut visit);
        }
    }
}
