//! Database instances: they cannot be created through these APIs, so they are adopted.

use super::ids;
use super::lifecycle::Execution;
use super::maps::OrderedMap;
use super::stored::Stored;
use super::words::Word;
use crate::clock::Moment;
use crate::contract::{Engine, InstanceKind, Mode};

/// A database instance.
#[derive(Clone, Debug)]
pub struct Instance {
    /// As clients send it.
    pub id: Box<str>,
    pub name: String,
    pub engine: Engine,
    /// Its mode.
    pub mode: Mode,
    /// Its status, in the words of `GeminiDB`'s instance list.
    pub status: Word,
    /// When it became known.
    pub created: Moment,
    /// Ids of its nodes, where they are known; the primary comes first.
    pub nodes: Vec<Box<str>>,
    /// Its region, where it is not the one that the emulated endpoints stand in.
    pub region: Option<Box<str>>,
    /// The TaurusDB instance beside which it stands, if it is a ClickHouse instance.
    pub taurusdb_id: Option<Box<str>>,
}

impl Instance {
    /// The status in which everything can be done with an instance.
    pub const NORMAL: &'static str = "normal";

    /// The statuses that an instance can have here.
    pub const STATUSES: &'static [Word] = &[Self::NORMAL, "abnormal", "createfail", "frozen"];

    /// A healthy instance of the kind that a parameter asks for.
    pub fn adopted(id: &str, kind: InstanceKind, now: Moment) -> Self {
        let stem = kind.engine.name().to_lowercase().replace(' ', "-");
        Self {
            id: id.into(),
            name: format!("{stem}-{}", ids::tag(id, 4)),
            engine: kind.engine,
            mode: kind.mode,
            status: Self::NORMAL,
            created: now,
            nodes: Vec::new(),
            region: None,
            taurusdb_id: None,
        }
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

    /// The address of a TaurusDB or ClickHouse instance, without a port: one for documentation (RFC 5737).
    pub fn data_address(&self) -> String {
        format!("203.0.113.{}", ids::digest(0, &self.id) % 254 + 1)
    }

    /// The id of its primary node: 32 hex digits and the suffix that the documents show for nodes.
    pub fn primary_node(&self) -> String {
        if let Some(primary) = self.nodes.first() {
            return primary.to_string();
        }
        let suffix = self.id.get(32..).unwrap_or_default().replace("in", "no");
        let suffix = if suffix.is_empty() { "no07".to_owned() } else { suffix };
        format!("{}{}{suffix}", ids::tag(&self.id, 16), ids::tag(&suffix, 16))
    }

    /// The id of one of its parts, such as `("no", 1)` for a node and `("gr", 1)` for a group: 32
    /// hex digits, and the two letters before the number of its engine.
    pub fn part_id(&self, letters: &str, ordinal: usize) -> String {
        if let ("no", Some(node)) = (letters, self.nodes.get(ordinal.saturating_sub(1))) {
            return node.to_string();
        }
        let suffix = self.engine.suffix().replace("in", letters);
        let part = ids::tag(&format!("{suffix}-{ordinal}"), 16);
        format!("{}{part}{suffix}", ids::tag(&self.id, 16))
    }

    /// The private address of one of its nodes: one for documentation (RFC 5737).
    pub fn node_address(&self, ordinal: usize) -> String {
        let host = (ids::digest(0, &self.id) % 254 + ordinal as u64) % 254 + 1;
        format!("198.51.100.{host}")
    }
}

/// The instances of a world, in the order they became known.
pub type Instances = OrderedMap<Box<str>, Instance>;

impl Stored for Instances {
    fn len(&self) -> usize {
        self.keys().len()
    }

    fn each_run(&mut self, _visit: &mut dyn FnMut(&mut Execution)) {}
}
