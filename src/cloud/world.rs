//! Everything one project has.

use super::backup::Backups;
use super::clock::{Clock, Moment};
use super::dual_active::Relationships;
use super::htap::ClickHouses;
use super::ids::Ids;
use super::instance::Instances;
use super::job::Jobs;
use super::memory_mapping::MemoryMappings;
use super::memory_rule::MemoryRules;
use super::migration_task::MigrationTasks;
use super::replication::{Checked, Replications, SourceDatabases};
use std::collections::HashMap;

/// Everything one project has.
#[derive(Debug)]
pub struct World {
    /// Its project.
    pub project_id: Box<str>,
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
    /// Their rules.
    pub memory_rules: MemoryRules,
    /// Its active-active relationships.
    pub relationships: Relationships,
    /// Its migration tasks.
    pub migration_tasks: MigrationTasks,
    /// Its synchronisations, by ClickHouse instance.
    pub replications: HashMap<Box<str>, Replications>,
    /// What the checks were told, for the synchronisations created next.
    pub checked: Checked,
    /// The databases that synchronisations named, by TaurusDB instance.
    pub source_databases: SourceDatabases,
    /// Its ClickHouse instances.
    pub clickhouses: ClickHouses,
}

impl World {
    /// A world with nothing in it.
    pub fn new(key: u64, project_id: &str, frozen_at: Option<Moment>) -> Self {
        Self {
            project_id: project_id.into(),
            clock: Clock::new(frozen_at),
            ids: Ids::new(key),
            instances: Instances::new(),
            jobs: Jobs::default(),
            backups: Backups::default(),
            memory_mappings: MemoryMappings::default(),
            memory_rules: MemoryRules::default(),
            relationships: Relationships::default(),
            migration_tasks: MigrationTasks::default(),
            replications: HashMap::new(),
            checked: Checked::new(),
            source_databases: SourceDatabases::new(),
            clickhouses: ClickHouses::default(),
        }
    }
}
