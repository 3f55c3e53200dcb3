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

/// `task_status` of a migration task whose addresses are being switched back; the documents have
/// no word for it, and clients wait only for the end.
pub const ROLLING_BACK: &str = "ROLLBACKING";

/// `task_status` of a migration task whose addresses could not be switched.
pub const EXCHANGE_FAILED: &str = "EXCHANGE_FAILED";

/// `task_status` of a migration task whose addresses could not be switched back.
pub const ROLLBACK_FAILED: &str = "ROLLBACK_FAILED";
