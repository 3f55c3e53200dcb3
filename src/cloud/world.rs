//! Everything one project has.

use super::backup::Backups;
use super::clock::{Clock, Moment};
use super::dual_active::Relationships;
use super::ids::Ids;
use super::instance::Instances;
use super::job::Jobs;
use super::memory_mapping::MemoryMappings;
use super::migration_task::MigrationTasks;
use super::replication::Replications;
use std::collections::HashMap;

/// Everything one project has.
#[derive(Debug)]
pub struct World {
    /// Its time.
    pub clock: Clock,
    /// Its ids.
    pub ids: Ids,
    /// Its instances.
    pub instances: Instances,
    /// Its jobs.
    pub jobs: Jobs,
    /// Its backups.
    pub backups: Backups,
    /// Its memory mappings.
    pub memory_mappings: MemoryMappings,
    /// Its active-active relationships.
    pub relationships: Relationships,
    /// Its migration tasks.
    pub migration_tasks: MigrationTasks,
    /// Its synchronisations, by ClickHouse instance.
    pub replications: HashMap<Box<str>, Replications>,
}

impl World {
    /// A world with nothing in it.
    pub fn new(key: u64, frozen_at: Option<Moment>) -> Self {
        Self {
            clock: Clock::new(frozen_at),
            ids: Ids::new(key),
            instances: Instances::new(),
            jobs: Jobs::default(),
            backups: Backups::default(),
            memory_mappings: MemoryMappings::default(),
            relationships: Relationships::new(),
            migration_tasks: MigrationTasks::default(),
            replications: HashMap::new(),
        }
    }
}
