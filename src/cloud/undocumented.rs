//! What the documents leave open, and what Papercloud answers: one visible table.

/// Name of a memory mapping's creating job; the 23 documented names have none for mappings.
pub const CREATE_MAPPING_JOB: &str = "CreateDbCacheMapping";

/// Name of a synchronisation's creating job; the 24 documented names have none for it.
pub const CREATE_REPLICATION_JOB: &str = "CreateClickHouseReplication";

/// `job_type` of the job that prepares an online migration task.
pub const CREATE_MIGRATION_TASK_JOB: &str = "createOnlineMigrationTaskJob";

/// Reason of a failure that an id starting with `0000dead` asked for.
pub const FAIL_REASON: &str = "an id starting with 0000dead asked for this failure";

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
    /// The storage engine of all of them.
    pub const STORAGE_ENGINE: &str = "rocksDB";
    /// Its administrator.
    pub const USER: &str = "rwuser";
    /// Its network; the range is one for documentation (RFC 5737).
    pub const CIDR: &str = "198.51.100.0/24";
    /// The VPC of every instance.
    pub const VPC: &str = "490a4a08-ef4b-44c5-94be-3051ef9e4fce";
    /// Its subnet.
    pub const SUBNET: &str = "0e2eda62-1d42-4d64-a9d1-4e9aa9cd994f";
    /// Its security group.
    pub const SECURITY_GROUP: &str = "2a1f7fc8-3307-42a7-aa6f-42c8b9b8f8c5";
    /// When backups are made, in UTC.
    pub const BACKUP_WINDOW: &str = "16:00-17:00";
    /// How many days they are kept.
    pub const BACKUP_DAYS: u8 = 7;
    /// When it is maintained, in UTC.
    pub const MAINTENANCE_WINDOW: &str = "18:00-22:00";
    /// The enterprise project `default`.
    pub const ENTERPRISE_PROJECT: &str = "0";
}

/// Id and name of the role that every user has: what an account's administrator is answered.
pub const ROLE: (&str, &str) = ("0", "te_admin");
