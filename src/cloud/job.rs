//! Jobs: what an accepted call leaves running.

use super::lifecycle::{Execution, Lifecycle, Phase};
use super::maps::OrderedById;
use super::stored::Stored;
use super::timeline::Activity;
use crate::clock::Moment;
use std::collections::HashSet;
use uuid::Uuid;

/// What a job does, declared once at the operation that starts it.
#[derive(Debug)]
pub struct JobKind {
    /// Its name in job lists.
    pub name: &'static str,
    /// The service that answers for it.
    pub owner: Owner,
    /// The statuses it goes through.
    pub lifecycle: &'static Lifecycle,
}

/// The service that answers for a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    GeminiDb,
    Dcs,
    TaurusDb,
}

/// A job.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its id; DCS prints it without dashes.
    pub id: Uuid,
    /// What it does.
    pub kind: &'static JobKind,
    /// The instance it works on.
    pub instance_id: Box<str>,
    /// When it started and how it will end.
    pub run: Execution,
}

impl Job {
    /// Where it is.
    pub fn phase(&self, now: Moment) -> Phase {
        self.kind.lifecycle.phase(&self.run, now)
    }
}

/// The jobs of a service, in the order they were created.
type JobsById = OrderedById<Job>;

/// The jobs of a world; each service lists its own, in the order they were created.
#[derive(Debug, Default)]
pub struct Jobs {
    by_owner: [JobsById; 3],
    /// Jobs whose records were removed: taking them out of the order would move all the others.
    removed: HashSet<Uuid>,
    /// How many of them belong to each service.
    removed_of: [usize; 3],
}

impl Jobs {
    /// The jobs of a service.
    pub fn of(&self, owner: Owner) -> &JobsById {
        &self.by_owner[owner as usize]
    }

    /// Records a job.
    pub fn insert(&mut self, job: Job) {
        self.by_owner[job.kind.owner as usize].insert(job.id, job);
    }

    /// A job of a service by the id as it was sent, with dashes or without.
    pub fn find(&self, owner: Owner, id: &str) -> Option<&Job> {
        let job = self.of(owner).get(&Uuid::try_parse(id).ok()?)?;
        (!self.is_removed(job)).then_some(job)
    }

    /// A job of any service, whether its record was removed or not.
    pub fn get(&self, id: Uuid) -> Option<&Job> {
        self.by_owner.iter().find_map(|jobs| jobs.get(&id))
    }

    fn get_mut(&mut self, id: Uuid) -> Option<&mut Job> {
        self.by_owner.iter_mut().find_map(|jobs| jobs.get_mut(&id))
    }

    /// All of them, service by service, and those whose records were removed.
    pub fn iter(&self) -> impl Iterator<Item = &Job> {
        self.by_owner.iter().flat_map(JobsById::values)
    }

    /// Forgets those that may go, and says how many did.
    pub fn forget(&mut self, goes: impl Fn(&Job) -> bool) -> usize {
        let before = self.len();
        for jobs in &mut self.by_owner {
            jobs.retain(|_, job| !goes(job));
        }
        if !self.removed.is_empty() {
            let known = std::mem::take(&mut self.removed);
            self.removed_of = [0; 3];
            for id in known {
                self.remove(id);
            }
        }
        before - self.len()
    }

    /// The jobs of a service whose records were not removed.
    pub fn there(&self, owner: Owner) -> impl Iterator<Item = &Job> {
        self.of(owner).values().filter(|job| !self.is_removed(job))
    }

    /// How many these are.
    pub fn count(&self, owner: Owner) -> usize {
        self.of(owner).len() - self.removed_of[owner as usize]
    }

    /// Removes the record of a job.
    pub fn remove(&mut self, id: Uuid) {
        let owner = self.by_owner.iter().position(|jobs| jobs.contains_key(&id));
        if let Some(owner) = owner.filter(|_| self.removed.insert(id)) {
            self.removed_of[owner] += 1;
        }
    }

    /// Whether the record of a job was removed.
    pub fn is_removed(&self, job: &Job) -> bool {
        self.removed.contains(&job.id)
    }
}

impl Stored for Jobs {
    /// With those whose records were removed.
    fn len(&self) -> usize {
        self.by_owner.iter().map(JobsById::len).sum()
    }

    fn counted(&self) -> usize {
        0
    }

    fn each_run(&mut self, visit: &mut dyn FnMut(&mut Execution)) {
        self.by_owner.iter_mut().flat_map(JobsById::values_mut).for_each(|job| visit(&mut job.run));
    }

    fn each_run_near(&mut self, activity: &Activity, visit: &mut dyn FnMut(&mut Execution)) {
        if let Some(job) = activity.job.and_then(|(id, _)| self.get_mut(id)) {
            visit(&mut job.run);
        }
    }
}
