//! Memory mappings of GeminiDB Redis instances.

use super::Moment;
use super::lifecycle::{Lifecycle, Run};
use indexmap::IndexMap;
use std::collections::HashMap;
use uuid::Uuid;

/// A GeminiDB Redis instance serving the reads of a MySQL-compatible one.
#[derive(Clone, Debug)]
pub struct MemoryMapping {
    /// Its id.
    pub id: Uuid,
    /// Its name; the creating call has no parameter for it.
    pub name: String,
    /// The MySQL-compatible instance.
    pub source_instance_id: Box<str>,
    /// The Redis instance.
    pub target_instance_id: Box<str>,
    /// Its creation.
    pub creation: Run,
}

/// What a mapping goes through while it is created.
pub static CREATION: Lifecycle =
    Lifecycle { stages: &[("creating", 1.0)], ends: "normal", fails: "createfail" };

impl MemoryMapping {
    /// Its status.
    pub fn status(&self, now: Moment) -> &'static str {
        CREATION.phase(&self.creation, now).status
    }

    /// When its status last changed.
    pub fn updated(&self, now: Moment) -> Moment {
        CREATION.phase(&self.creation, now).ended.unwrap_or(self.creation.started)
    }
}

/// The mappings of a world, in the order of their creation, found by id or by pair.
#[derive(Debug, Default)]
pub struct MemoryMappings {
    by_id: IndexMap<Uuid, MemoryMapping>,
    by_pair: HashMap<(Box<str>, Box<str>), Uuid>,
}

impl MemoryMappings {
    /// All of them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &MemoryMapping> {
        self.by_id.values()
    }

    /// The mapping between two instances.
    pub fn between(&self, source: &str, target: &str) -> Option<&MemoryMapping> {
        self.by_id.get(self.by_pair.get(&(source.into(), target.into()))?)
    }

    /// Records a mapping, in place of one between the same instances.
    pub fn insert(&mut self, mapping: MemoryMapping) {
        let pair = (mapping.source_instance_id.clone(), mapping.target_instance_id.clone());
        self.by_pair.insert(pair, mapping.id);
        self.by_id.insert(mapping.id, mapping);
    }
}
