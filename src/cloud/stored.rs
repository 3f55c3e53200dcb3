//! What a world stores, kind by kind.

use super::{Activity, Execution, State};
use crate::clock::Moment;
use std::collections::{HashMap, HashSet};

/// A kind of resources that a world stores.
///
/// Each is a member of [`State`] and an element of [`State::stored`], and whatever is done with all
/// of them is done there. A member that is forgotten there or in an export does not compile.
pub trait Stored {
    /// How many there are, with those that are only remembered as deleted.
    fn len(&self) -> usize;

    /// How many of them count towards the common limit of a world. Jobs, tasks and backups have
    /// limits of their own and count none.
    fn counted(&self) -> usize {
        self.len()
    }

    /// Visits every execution that is kept here.
    fn each_run(&mut self, visit: &mut dyn FnMut(&mut Execution));

    /// Visits every execution that may be a copy of an activity's. Where there may be very many of a
    /// kind, those are found by what the activity names.
    fn each_run_near(&mut self, _activity: &Activity, visit: &mut dyn FnMut(&mut Execution)) {
        self.each_run(visit);
    }

    /// Forgets what was deleted and need not be remembered. The ids of what is gone, so that others
    /// can forget what belonged to it, and how many things were gone through.
    fn forget_deleted(&mut self, _now: Moment, _gone: &mut Gone) -> usize {
        0
    }

    /// Forgets what belongs to things that are gone.
    fn forget_parts_of(&mut self, _gone: &Gone) {}
}

/// The ids of things that were deleted.
pub type Gone = HashSet<Box<str>>;

impl State {
    pub(super) fn stored(&mut self) -> [&mut dyn Stored; 10] {
        let Self {
            instances,
            jobs,
            memory_mappings,
            memory_rules,
            relationships,
            migration_tasks,
            replications,
            checked,
            source_databases,
            records,
            // What is no resource.
            project_id: _,
            clock: _,
            ids: _,
            timeline: _,
            quota: _,
        } = self;
        [
            instances,
            jobs,
            memory_mappings,
            memory_rules,
            relationships,
            migration_tasks,
            replications,
            checked,
            source_databases,
            records,
        ]
    }

    /// Visits every execution that is kept in it.
    pub(super) fn each_run(&mut self, mut visit: impl FnMut(&mut Execution)) {
        for kind in self.stored() {
            kind.each_run(&mut visit);
        }
    }

    /// Visits every execution that may be a copy of an activity's.
    pub(super) fn each_run_near(
        &mut self,
        activity: &Activity,
        mut visit: impl FnMut(&mut Execution),
    ) {
        for kind in self.stored() {
            kind.each_run_near(activity, &mut visit);
        }
    }

    /// Refuses executions of an activity that has not begun, and copies of one that do not agree.
    pub fn check_runs(&mut self) -> Result<(), String> {
        let begun = self.timeline.latest_number();
        let under_way = self.timeline.under_way().map(|activity| activity.run);
        let mut copies: HashMap<_, _> = under_way.map(|run| (run.activity, run)).collect();
        let mut problem = None;
        self.each_run(|run| {
            let activity = run.activity;
            // What was over from the start is of no activity, and nobody steers it.
            let agrees = activity == 0 || *copies.entry(activity).or_insert(*run) == *run;
            if activity > begun {
                let said = "agenda.begun says that";
                problem = Some(format!("there is no course {activity}: {said} {begun} have begun"));
            } else if !agrees {
                problem = Some(format!("what is kept of course {activity} differs"));
            }
        });
        problem.map_or(Ok(()), Err)
    }

    /// Forgets what was deleted and need not be remembered. How many things were gone through.
    pub fn forget_deleted(&mut self, now: Moment) -> usize {
        let mut gone = Gone::new();
        let mut gone_through = 0;
        for kind in self.stored() {
            gone_through += kind.forget_deleted(now, &mut gone);
        }
        if !gone.is_empty() {
            gone_through += self.forget_parts_of(&gone);
        }
        gone_through
    }

    /// Forgets what belongs to things that are gone. How many things were gone through.
    pub(super) fn forget_parts_of(&mut self, gone: &Gone) -> usize {
        let mut gone_through = 0;
        for kind in self.stored() {
            gone_through += kind.counted();
            kind.forget_parts_of(gone);
        }
        gone_through
    }

    /// How many things count towards the common limit.
    pub(super) fn counted(&mut self) -> usize {
        self.stored().iter().map(|kind| kind.counted()).sum()
    }

    /// Whether nothing was ever started in it, and nothing is known: nothing in it has a time.
    pub fn is_untouched(&mut self) -> bool {
        self.timeline.latest_number() == 0 && self.stored().iter().all(|kind| kind.len() == 0)
    }
}
