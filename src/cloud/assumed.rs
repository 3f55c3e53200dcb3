//! What the documents leave open, and what Papercloud answers: one visible table.

use super::TaskEvent;

/// Name of a memory mapping's creating job; the 23 documented names have none for mappings.
pub const CREATE_MAPPING_JOB: &str = "CreateDbCacheMapping";

/// Name of a synchronisation's creating job; the 24 documented names have none for it.
pub const CREATE_REPLICATION_JOB: &str = "CreateClickHouseReplication";

/// `job_type` of the job that prepares an online migration task.
pub const CREATE_MIGRATION_TASK_JOB: &str = "createOnlineMigrationTaskJob";

/// Reason of a failure that an id starting with `0000dead` asked for.
pub const FAIL_REASON: &str = "an id starting with 0000dead asked for this failure";

/// Reason of a failure for which a test has given none.
pub const FAIL_REASON_OF_A_TEST: &str = "a test asked for this failure";

/// `supported_features` of an online migration task: clients want a list that is not empty.
pub const SUPPORTED_FEATURES: &[&str] = &["exchange_ip", "exchange_domain"];

/// `version` of a migration task.
pub const TASK_VERSION: &str = "v2";

/// `ecs_tenant_private_ip` of an online migration task: an address for documentation (RFC 5737).
pub const TASK_ADDRESS: &str = "192.0.2.10";

/// Name of a memory mapping's deleting job; the 23 documented names have none for mappings.
pub const DELETE_MAPPING_JOB: &str = "DeleteDbCacheMapping";

/// `ttl` of a rule that was created without one, in milliseconds: 30 days, as the creating page
/// says, while the listing page says -1.
pub const RULE_TTL: i64 = 2_592_000_000;

/// Longest `ttl` in milliseconds: whole in every JSON client. No page has a limit.
pub const LONGEST_TTL: i64 = 999_999_999_999_999;

/// Most columns in a list of a rule: `InnoDB` has no table with more.
pub const MOST_COLUMNS: usize = 1_017;

/// `role` of the instance in the path of the call that made the relationship, and of the other.
/// Its values are not documented; the page on the role of an instance knows these two words.
pub const DUAL_ACTIVE_ROLES: (&str, &str) = ("master", "slave");

/// Action of both instances while a relationship is built; the list of actions is not documented.
pub const BUILD_ACTION: &str = "BUILD_BIACTIVE";

/// Action of both instances while a relationship is released.
pub const RELEASE_ACTION: &str = "RELEASE_BIACTIVE";

/// Regions that an instance can be paired with, beside those of the instances that are known.
pub const BIACTIVE_REGIONS: &[&str] =
    &["ap-southeast-1", "ap-southeast-3", "cn-north-4", "cn-south-1", "eu-west-101"];

/// What an adopted `GeminiDB` instance consists of; these APIs have no call that says so.
pub mod geminidb {
    /// Nodes of an instance in mode `Replication`: a primary and a standby.
    pub const REPLICATION_NODES: usize = 2;
    /// Nodes of any other instance: the fewest that a cluster can have.
    pub const CLUSTER_NODES: usize = 3;
    /// Processors of a node.
    pub const VCPUS: &str = "4";
    /// Memory of a node in GB.
    pub const RAM: &str = "16";
    /// The flavour with these processors and this memory, after `geminidb.{engine}.`.
    pub const FLAVOR: &str = "xlarge.4";
    /// Storage in GB.
    pub const VOLUME_SIZE: &str = "100";
    /// Used storage in GB.
    pub const VOLUME_USED: &str = "0.01";
    /// Its network; the range is one for documentation (RFC 5737).
    pub const CIDR: &str = "198.51.100.0/24";
    pub const SUBNET: &str = "0e2eda62-1d42-4d64-a9d1-4e9aa9cd994f";
}

/// Id and name of the role that every user has: what an account's administrator is answered.
pub const ROLE: (&str, &str) = ("0", "te_admin");

/// Names of TaurusDB's other jobs, in the style of [`CREATE_REPLICATION_JOB`].
pub const DELETE_REPLICATION_JOB: &str = "DeleteClickHouseReplication";
/// Changes which tables a synchronisation takes.
pub const UPDATE_REPLICATION_JOB: &str = "UpdateClickHouseReplicationConfig";
/// Cancels such a change.
pub const CANCEL_REPLICATION_UPDATE_JOB: &str = "DeleteClickHouseReplicationConfig";

/// The names of all jobs of TaurusDB.
pub const TAURUSDB_JOBS: &[&str] = &[
    CREATE_REPLICATION_JOB,
    DELETE_REPLICATION_JOB,
    UPDATE_REPLICATION_JOB,
    CANCEL_REPLICATION_UPDATE_JOB,
    "CreateClickHouseInstance",
    "DeleteClickHouseInstance",
    "RebootClickHouseInstance",
];

/// User that every instance has.
pub const ROOT: &str = "root";
/// Character set of a database that a synchronisation named.
pub const CHARSET: &str = "utf8mb4";
/// `task_status` of a migration task whose addresses are being switched back; the documents have
/// no word for it, and clients wait only for the end.
pub const ROLLING_BACK: &str = "ROLLBACKING";

/// `task_status` of a migration task whose addresses could not be switched.
pub const EXCHANGE_FAILED: &str = "EXCHANGE_FAILED";

/// `task_status` of a migration task whose addresses could not be switched back.
pub const ROLLBACK_FAILED: &str = "ROLLBACK_FAILED";

/// Level, code and text of the entries in a migration task's log; the documents show the form of
/// a code, `migration.NNNN`, and no list of them.
pub const MIGRATION_LOG: &[(TaskEvent, &str, &str, &str)] = &[
    (TaskEvent::Created, "INFO", "migration.1001", "The migration task is created."),
    (TaskEvent::Prepared, "INFO", "migration.1002", "The migration host is ready."),
    (TaskEvent::Configured, "INFO", "migration.1003", "The migration task is configured."),
    (TaskEvent::Restarted, "INFO", "migration.1004", "The migration task is started again."),
    (TaskEvent::FullMigrationDone, "INFO", "migration.1005", "The full migration is done."),
    (TaskEvent::Imported, "INFO", "migration.1006", "The backup files are imported."),
    (TaskEvent::Stopping, "INFO", "migration.1007", "The migration task is being stopped."),
    (TaskEvent::Terminated, "INFO", "migration.1008", "The migration task is stopped."),
    (TaskEvent::Exchanging, "INFO", "migration.1009", "The IP addresses are being switched."),
    (TaskEvent::Exchanged, "INFO", "migration.1010", "The IP addresses are switched."),
    (TaskEvent::RolledBack, "INFO", "migration.1011", "The IP addresses are switched back."),
    (TaskEvent::Failed, "ERROR", "migration.2001", "The migration task failed."),
];

/// `source_dbsize` of a migration: keys in its source.
pub const MIGRATED_KEYS: u64 = 1_000;

/// `target_input_kbps` of a migration that moves data.
pub const MIGRATION_KBPS: u64 = 512;

/// `target_ops` of a migration that moves data.
pub const MIGRATION_OPS: u64 = 250;

/// By how many bytes `offset` grows in a second of incremental migration.
pub const MIGRATION_BYTES: u64 = 64;
