//! Database instances: they cannot be created through these APIs, so they are adopted.

use super::ids;
use crate::contract::{Engine, InstanceKind, Mode};
use indexmap::IndexMap;

/// A database instance.
#[derive(Clone, Debug)]
pub struct Instance {
    /// As clients send it.
    pub id: Box<str>,
    /// Its name.
    pub name: String,
    /// Its engine.
    pub engine: Engine,
    /// Its mode.
    pub mode: Mode,
}

impl Instance {
    /// A healthy instance of the kind that a parameter asks for.
    pub fn adopted(id: &str, kind: InstanceKind) -> Self {
        let stem = kind.engine.name().to_lowercase().replace(' ', "-");
        let name = format!("{stem}-{}", ids::tag(id, 4));
        Self { id: id.into(), name, engine: kind.engine, mode: kind.mode }
    }

    /// Whether it is one of the kinds.
    pub fn is_any_of(&self, kinds: &[InstanceKind]) -> bool {
        kinds.iter().any(|kind| kind.engine == self.engine && kind.mode == self.mode)
    }

    /// Engine and mode in words.
    pub fn describe(&self) -> String {
        format!("{} in mode {}", self.engine.name(), self.mode.name())
    }

    /// Where a client would reach it: an address for documentation (RFC 5737), port of Redis.
    pub fn address(&self) -> String {
        format!("198.51.100.{}:6379", ids::digest(0, &self.id) % 254 + 1)
    }

    /// The id of its primary node: 32 hex digits and the suffix that the documents show for nodes.
    pub fn primary_node(&self) -> String {
        let suffix = self.id.get(32..).unwrap_or_default().replace("in", "no");
        let suffix = if suffix.is_empty() { "no07".to_owned() } else { suffix };
        format!("{}{}{suffix}", ids::tag(&self.id, 16), ids::tag(&suffix, 16))
    }
}

/// The instances of a world, in the order they became known.
pub type Instances = IndexMap<Box<str>, Instance>;
