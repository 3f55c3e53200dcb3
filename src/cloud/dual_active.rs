//! Active-active relationships between GeminiDB Cassandra instances.

use super::lifecycle::{Execution, Lifecycle};
use super::maps::Map;
use super::stored::{Gone, Stored};
use super::words::{self, Word};
use crate::clock::Moment;
use serde::{Deserialize, Serialize};

/// One side's view of a relationship.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Relationship {
    /// What the instance is in it.
    #[serde(deserialize_with = "words::role")]
    pub role: Word,
    /// The other side.
    pub peer_instance_id: Box<str>,
    pub peer_region: String,
    /// `keyspace.table` names that are synchronised; none stands for the whole instance. No
    /// emulated call shows them.
    pub tables: Vec<String>,
    pub building: Execution,
    /// Its latest release; one that failed leaves the relationship as it was.
    pub release: Option<Execution>,
}

/// Where a relationship is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A job builds it.
    Building,
    /// It was built, and is not released.
    Built,
    /// A job releases it.
    Releasing,
}

/// Building and release are either running or over; no answer shows their statuses.
static WORK: Lifecycle = Lifecycle { stages: &[("running", 1.0)], ends: "done", fails: "failed" };

impl Relationship {
    /// Where it is; nowhere once it is released, or if it could not be built.
    pub fn stage(&self, now: Moment) -> Option<Stage> {
        let building = WORK.phase(&self.building, now);
        if building.ended.is_none() {
            return Some(Stage::Building);
        }
        if building.failed {
            return None;
        }
        let Some(release) = &self.release else { return Some(Stage::Built) };
        let release = WORK.phase(release, now);
        match release.ended {
            None => Some(Stage::Releasing),
            Some(_) => release.failed.then_some(Stage::Built),
        }
    }
}

/// The relationships of a world, by the instance that is looked at.
#[derive(Debug, Default)]
pub struct Relationships {
    by_instance: Map<Box<str>, Relationship>,
}

impl Relationships {
    /// The relationship of an instance, and where it is.
    pub fn of(&self, instance_id: &str, now: Moment) -> Option<(&Relationship, Stage)> {
        let relationship = self.by_instance.get(instance_id)?;
        Some((relationship, relationship.stage(now)?))
    }

    /// Joins two instances, or one with itself, where the near side's view is kept. What either
    /// was in before is over for its peer too.
    pub fn join(&mut self, near: Relationship, far: Relationship) {
        let (far_id, near_id) = (near.peer_instance_id.clone(), far.peer_instance_id.clone());
        for id in [&near_id, &far_id] {
            self.part(id);
        }
        self.by_instance.insert(far_id, far);
        self.by_instance.insert(near_id, near);
    }

    /// Lets the release of an instance's relationship begin, on both sides.
    pub fn release(&mut self, instance_id: &str, release: Execution) {
        let Some(near) = self.by_instance.get_mut(instance_id) else { return };
        near.release = Some(release);
        let peer_instance_id = near.peer_instance_id.clone();
        if let Some(far) = self.by_instance.get_mut(&peer_instance_id) {
            far.release = Some(release);
        }
    }

    /// Each instance with its view of its relationship, whether that still stands or not.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Relationship)> {
        self.by_instance.iter().map(|(id, relationship)| (id.as_ref(), relationship))
    }

    /// Records what one instance sees. The other side is recorded by itself.
    pub fn insert(&mut self, instance_id: &str, relationship: Relationship) {
        self.by_instance.insert(instance_id.into(), relationship);
    }

    fn part(&mut self, instance_id: &str) {
        let Some(old) = self.by_instance.remove(instance_id) else { return };
        let peer = self.by_instance.get(&old.peer_instance_id);
        if peer.is_some_and(|peer| *peer.peer_instance_id == *instance_id) {
            self.by_instance.remove(&old.peer_instance_id);
        }
    }
}

impl Stored for Relationships {
    /// How many instances are in one.
    fn len(&self) -> usize {
        self.by_instance.len()
    }

    fn each_run(&mut self, visit: &mut dyn FnMut(&mut Execution)) {
        for relationship in self.by_instance.values_mut() {
            visit(&mut relationship.building);
            relationship.release.iter_mut().for_each(&mut *visit);
        }
    }

    /// Those that are over, or were never built, are forgotten for both sides. Nothing else belongs
    /// to them.
    fn forget_deleted(&mut self, now: Moment, _gone: &mut Gone) -> usize {
        let inspected = self.len();
        let is_over = |id: &str| self.of(id, now).is_none();
        let over = self
            .by_instance
            .iter()
            .filter(|(id, known)| is_over(id) && is_over(&known.peer_instance_id));
        let over: Vec<_> = over.map(|(id, _)| id.clone()).collect();
        for id in over {
            self.by_instance.remove(&id);
        }
        inspected
    }
}

#[cfg(test)]
mod tests {
    use super::super::lifecycle::Outcome;
    use super::*;
    use std::time::Duration;

    fn after(seconds: u64) -> Moment {
        Moment::from_milliseconds(0).after(Duration::from_secs(seconds))
    }

    fn run(started: u64, outcome: Outcome) -> Execution {
        Execution::new(1, after(started), 2_000, outcome)
    }

    fn side(role: &'static str, peer: &str, outcome: Outcome) -> Relationship {
        Relationship {
            role,
            peer_instance_id: peer.into(),
            peer_region: "eu-de".to_owned(),
            tables: Vec::new(),
            building: run(0, outcome),
            release: None,
        }
    }

    fn joined(left: &str, right: &str, outcome: Outcome) -> Relationships {
        let mut relationships = Relationships::default();
        relationships.join(side("master", right, outcome), side("slave", left, outcome));
        relationships
    }

    fn stage(relationships: &Relationships, id: &str, seconds: u64) -> Option<Stage> {
        relationships.of(id, after(seconds)).map(|(_, stage)| stage)
    }

    #[test]
    fn a_relationship_is_built_stands_and_is_released_on_both_sides() {
        let mut relationships = joined("a", "b", Outcome::Succeeds);
        relationships.release("b", run(10, Outcome::Succeeds));
        for id in ["a", "b"] {
            let stages = [0, 10, 12].map(|seconds| stage(&relationships, id, seconds));
            assert_eq!(stages, [Some(Stage::Building), Some(Stage::Releasing), None], "{id}");
        }
        assert_eq!(stage(&joined("a", "b", Outcome::Succeeds), "a", 9), Some(Stage::Built));
    }

    #[test]
    fn a_release_that_fails_leaves_it_and_a_building_that_fails_leaves_nothing() {
        let mut relationships = joined("a", "b", Outcome::Succeeds);
        relationships.release("a", run(10, Outcome::FAILS));
        assert_eq!(stage(&relationships, "b", 12), Some(Stage::Built));
        assert_eq!(stage(&joined("a", "b", Outcome::FAILS), "a", 2), None);
    }

    #[test]
    fn a_relationship_that_is_over_is_forgotten_on_both_sides() {
        let mut relationships = joined("a", "b", Outcome::Succeeds);
        relationships.join(side("master", "d", Outcome::FAILS), side("slave", "c", Outcome::FAILS));
        relationships.release("b", run(10, Outcome::Succeeds));
        for (seconds, left) in [(1, 4), (2, 2), (11, 2), (12, 0)] {
            relationships.forget_deleted(after(seconds), &mut Gone::new());
            assert_eq!(relationships.len(), left, "{seconds}");
        }
    }

    #[test]
    fn a_newer_relationship_ends_the_older_one_for_its_peer_too() {
        let mut relationships = joined("a", "b", Outcome::Succeeds);
        relationships
            .join(side("master", "c", Outcome::Succeeds), side("slave", "a", Outcome::Succeeds));
        assert_eq!(stage(&relationships, "b", 5), None);
        assert_eq!(stage(&relationships, "a", 5), Some(Stage::Built));
    }

    #[test]
    fn an_instance_joined_with_itself_is_its_own_master() {
        let relationships = joined("a", "a", Outcome::Succeeds);
        let (relationship, _) = relationships.of("a", after(5)).unwrap();
        assert_eq!((relationship.role, &*relationship.peer_instance_id), ("master", "a"));
    }
}
