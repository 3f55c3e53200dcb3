//! Memory mappings of GeminiDB Redis instances.

use super::lifecycle::{Execution, Lifecycle, Phase};
use super::maps::{OrderedById, OrderedMap, Texts};
use super::stored::{Gone, Stored};
use super::timeline::Activity;
use crate::clock::Moment;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::Arc;
use uuid::Uuid;

/// A GeminiDB Redis instance serving the reads of a MySQL-compatible one.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryMapping {
    pub id: Uuid,
    /// Its name; the creating call has no parameter for it.
    pub name: String,
    /// The MySQL-compatible instance.
    pub source_instance_id: Arc<str>,
    /// The Redis instance.
    pub target_instance_id: Arc<str>,
    pub creation: Execution,
    /// Its latest deletion; one that failed leaves the mapping as it was.
    pub deletion: Option<Execution>,
}

/// What a mapping goes through while it is created.
pub static CREATION: Lifecycle =
    Lifecycle { stages: &[("creating", 1.0)], ends: "normal", fails: "createfail" };

/// What it goes through while it is deleted. A failure is not seen as a status: the mapping has
/// the one of its creation again.
pub static DELETION: Lifecycle =
    Lifecycle { stages: &[("deleting", 1.0)], ends: "deleted", fails: "" };

impl MemoryMapping {
    fn each_run(&mut self, visit: &mut dyn FnMut(&mut Execution)) {
        visit(&mut self.creation);
        self.deletion.iter_mut().for_each(visit);
    }

    pub fn status(&self, now: Moment) -> &'static str {
        self.phase(now).status
    }

    /// When its status last changed.
    pub fn updated(&self, now: Moment) -> Moment {
        let (run, phase) = match &self.deletion {
            Some(run) => (run, DELETION.phase(run, now)),
            None => (&self.creation, CREATION.phase(&self.creation, now)),
        };
        phase.ended.unwrap_or(run.started)
    }

    /// Whether it is there: a deleted mapping is in no list and under no id.
    pub fn exists(&self, now: Moment) -> bool {
        self.status(now) != DELETION.ends
    }

    fn phase(&self, now: Moment) -> Phase {
        let deletion = self.deletion.map(|run| DELETION.phase(&run, now));
        let deletion = deletion.filter(|phase| !phase.failed);
        deletion.unwrap_or_else(|| CREATION.phase(&self.creation, now))
    }
}

/// The mappings of a world, in the order of their creation, found by id or by pair. Deleted ones
/// stay where they are until several are taken out at once, since taking one out of the middle
/// moves all that follow.
#[derive(Debug, Default)]
pub struct MemoryMappings {
    by_id: OrderedById<MemoryMapping>,
    by_pair: OrderedMap<[Arc<str>; 2], Uuid>,
    /// Those that are being deleted, or were.
    deleting: HashSet<Uuid>,
}

impl MemoryMappings {
    /// All of them.
    pub fn iter(&self, now: Moment) -> impl Iterator<Item = &MemoryMapping> {
        self.by_id.values().filter(move |mapping| mapping.exists(now))
    }

    /// All of them, and those that were deleted.
    pub fn all(&self) -> impl ExactSizeIterator<Item = &MemoryMapping> {
        self.by_id.values()
    }

    /// How many there are.
    pub fn count(&self, now: Moment) -> usize {
        let gone = self.deleting.iter().filter(|id| self.get(**id, now).is_none());
        self.by_id.len() - gone.count()
    }

    /// A mapping by its id.
    pub fn get(&self, id: Uuid, now: Moment) -> Option<&MemoryMapping> {
        self.by_id.get(&id).filter(|mapping| mapping.exists(now))
    }

    /// Whether a mapping has this id, or had it and is deleted.
    pub fn contains(&self, id: Uuid) -> bool {
        self.by_id.contains_key(&id)
    }

    /// The mapping between two instances.
    pub fn between(&self, source: &str, target: &str, now: Moment) -> Option<&MemoryMapping> {
        self.get(*self.by_pair.get(&Texts([source, target]))?, now)
    }

    /// Records a mapping, in place of one between the same instances.
    pub fn insert(&mut self, mapping: MemoryMapping) {
        let pair =
            [Arc::clone(&mapping.source_instance_id), Arc::clone(&mapping.target_instance_id)];
        self.by_pair.insert(pair, mapping.id);
        match mapping.deletion {
            Some(_) => self.deleting.insert(mapping.id),
            None => self.deleting.remove(&mapping.id),
        };
        self.by_id.insert(mapping.id, mapping);
    }

    /// Lets the deletion of a mapping begin.
    pub fn delete(&mut self, id: Uuid, deletion: Execution) {
        if let Some(mapping) = self.by_id.get_mut(&id) {
            mapping.deletion = Some(deletion);
            self.deleting.insert(id);
        }
    }
}

impl Stored for MemoryMappings {
    fn len(&self) -> usize {
        self.by_id.len()
    }

    fn each_run(&mut self, visit: &mut dyn FnMut(&mut Execution)) {
        self.by_id.values_mut().for_each(|mapping| mapping.each_run(visit));
    }

    fn each_run_near(&mut self, activity: &Activity, visit: &mut dyn FnMut(&mut Execution)) {
        let id = activity.resource.as_ref().and_then(|(id, _)| Uuid::try_parse(id).ok());
        if let Some(mapping) = id.and_then(|id| self.by_id.get_mut(&id)) {
            mapping.each_run(visit);
        }
    }

    fn forget_deleted(&mut self, now: Moment, all_gone: &mut Gone) -> usize {
        let inspected = self.deleting.len();
        let gone = self.deleting.iter().filter(|id| self.get(**id, now).is_none());
        let mut gone: Vec<_> = gone.copied().collect();
        gone.sort_unstable();
        if gone.is_empty() {
            return inspected;
        }
        for id in &gone {
            self.deleting.remove(id);
        }
        self.by_pair.retain(|_, id| gone.binary_search(id).is_err());
        self.by_id.retain(|id, _| gone.binary_search(id).is_err());
        all_gone.extend(gone.iter().map(|id| id.to_string().into()));
        inspected + self.by_id.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::lifecycle::Outcome;
    use super::*;
    use std::time::Duration;

    const START: Moment = Moment::from_milliseconds(0);

    fn mappings(deleted_after: u64, outcome: Outcome) -> (MemoryMappings, Uuid) {
        let id = Uuid::from_u128(7);
        let creation = Execution::new(1, START, 2_000, Outcome::Succeeds);
        let mut mappings = MemoryMappings::default();
        mappings.insert(MemoryMapping {
            id,
            name: "mapping".to_owned(),
            source_instance_id: "source".into(),
            target_instance_id: "target".into(),
            creation,
            deletion: None,
        });
        mappings.delete(id, Execution::new(2, after(deleted_after), 2_000, outcome));
        (mappings, id)
    }

    fn after(seconds: u64) -> Moment {
        START.after(Duration::from_secs(seconds))
    }

    #[test]
    fn a_deleted_mapping_is_deleting_at_once_and_then_gone() {
        let (mappings, id) = mappings(5, Outcome::Succeeds);
        let deleting = mappings.get(id, after(5)).unwrap();
        assert_eq!((deleting.status(after(5)), deleting.updated(after(6))), ("deleting", after(5)));
        assert!(mappings.get(id, after(7)).is_none());
        assert!(mappings.between("source", "target", after(7)).is_none());
        assert_eq!((mappings.iter(after(6)).count(), mappings.count(after(6))), (1, 1));
        assert_eq!((mappings.iter(after(7)).count(), mappings.count(after(7))), (0, 0));
    }

    #[test]
    fn a_mapping_is_forgotten_once_it_is_deleted_and_the_next_of_the_pair_stays() {
        let (mut mappings, id) = mappings(5, Outcome::Succeeds);
        let forget = |mappings: &mut MemoryMappings, seconds| {
            let mut gone = Gone::new();
            mappings.forget_deleted(after(seconds), &mut gone);
            gone
        };
        assert_eq!((forget(&mut mappings, 6), mappings.deleting.len()), (Gone::new(), 1));
        let next = MemoryMapping {
            id: Uuid::from_u128(8),
            deletion: None,
            ..mappings.get(id, after(6)).unwrap().clone()
        };
        mappings.insert(next);
        let gone = Gone::from([id.to_string().into()]);
        assert_eq!((forget(&mut mappings, 7), mappings.deleting.len()), (gone, 0));
        let found = mappings.between("source", "target", after(7)).map(|mapping| mapping.id);
        assert_eq!((found, mappings.len()), (Some(Uuid::from_u128(8)), 1));
    }

    #[test]
    fn a_mapping_whose_deletion_failed_is_as_it_was() {
        let (mappings, id) = mappings(5, Outcome::FAILS);
        let mapping = mappings.get(id, after(7)).unwrap();
        assert_eq!((mapping.status(after(6)), mapping.status(after(7))), ("deleting", "normal"));
        assert_eq!(mapping.updated(after(9)), after(7));
    }
}
