//! Active-active relationships between GeminiDB Cassandra instances.

use super::lifecycle::Run;
use std::collections::HashMap;

/// One side's view of a relationship.
#[derive(Clone, Debug)]
pub struct Relationship {
    /// The other side.
    pub peer_instance_id: Box<str>,
    /// Its region.
    pub peer_region: String,
    /// `keyspace.table` names that are synchronised; none stands for the whole instance.
    pub tables: Vec<String>,
    /// The building of it.
    pub building: Run,
}

/// The relationships of a world, by the instance that is looked at.
pub type Relationships = HashMap<Box<str>, Relationship>;
