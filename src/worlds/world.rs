//! One project's world: what the emulated cloud keeps of it, and what tests have set up beside that.
//!
//! All of it is made together and goes with a reset, so that tests in different projects cannot
//! disturb each other.

use super::frozen::{FrozenPolls, warning};
use super::scenario::Scenario;
use crate::clock::{ClockCommand, ClockError, Moment};
use crate::cloud::{Activity, Due, Execution, PollTarget, State, Warning};
use crate::contract::Class;
use crate::faults::Faults;
use crate::faults::disarmed::Disarmed;
use crate::journal::{Budget, Journal};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything that belongs to one project.
#[derive(Debug)]
pub struct World {
    /// What the emulated cloud keeps of the project.
    pub state: State,
    /// Answers that are to go wrong.
    pub faults: Faults,
    /// Rules that were taken back.
    pub disarmed: Disarmed,
    /// The requests with their answers.
    pub journal: Journal,
    /// The scenario that holds for every request that brings no other.
    pub scenario: Option<Box<str>>,
    /// The scenarios that requests have carried, each as it was when the world entered it.
    pub scenarios: BTreeMap<Box<str>, Arc<Scenario>>,
    /// Polls while the clock stood still.
    pub frozen_polls: FrozenPolls,
    /// What a test calls its world.
    pub label: Option<Box<str>>,
    /// Whether each poll of something unfinished moves the clock to its next event.
    pub auto_advance: bool,
}

impl World {
    /// A world with nothing in it.
    pub fn new(
        key: u64,
        project_id: &str,
        frozen_at: Option<Moment>,
        budget: &Arc<Budget>,
    ) -> Self {
        Self {
            state: State::new(key, project_id, frozen_at),
            faults: Faults::new(key),
            disarmed: Disarmed::default(),
            journal: Journal::new(key, Arc::clone(budget)),
            scenario: None,
            scenarios: BTreeMap::new(),
            frozen_polls: FrozenPolls::default(),
            label: None,
            auto_advance: false,
        }
    }

    /// Whether nothing in it has a time: nothing is recorded, and no request is in the journal.
    pub fn is_untouched(&mut self) -> bool {
        self.state.is_untouched() && self.journal.entries().next().is_none()
    }

    /// Moves the clock. What became due by it, in the order of time.
    pub fn move_clock(&mut self, command: &ClockCommand) -> Result<Vec<Due>, ClockError> {
        self.state.move_clock(command)
    }

    /// A client has polled: the clock moves on to the next event if the world does so by itself.
    pub fn polled(&mut self, target: &PollTarget<'_>) {
        if self.auto_advance && self.state.is_unfinished(target) {
            // It goes forward or not at all.
            let _ = self.move_clock(&ClockCommand::NextEvent);
        }
    }

    /// The warning for a client that polls repeatedly while the clock stands still.
    pub fn frozen_warning(&mut self, target: &PollTarget<'_>, ordinal: u64) -> Option<Warning> {
        let stands = self.state.clock.scale() == 0.0 && !self.auto_advance;
        let now = self.state.clock.now();
        if !stands || !self.frozen_polls.count(target, now) || !self.state.is_unfinished(target) {
            return None;
        }
        self.frozen_polls.note_warning(target, now, ordinal);
        let message = warning(&self.state.project_id, now);
        if self.frozen_polls.warned == 1 {
            tracing::warn!(operation = target.contract.id, "{message}");
        }
        Some(Warning { class: Class::Hygiene, message })
    }

    /// Changes how something that is under way goes on. The activity as it is now, or nothing if
    /// nothing under way has this id.
    pub fn steer(
        &mut self,
        id: &str,
        now: Moment,
        change: impl FnOnce(&mut Execution),
    ) -> Option<Activity> {
        let activity = self.state.steer(id, now, change)?;
        self.journal.note_steered(activity.run);
        Some(activity)
    }
}
