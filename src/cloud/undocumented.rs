//! What the documents leave open, and what Papercloud answers: one visible table.

use super::Happening;

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

/// Level, code and text of the entries in a migration task's log; the documents show the form of
/// a code, `migration.NNNN`, and no list of them.
pub const MIGRATION_LOG: &[(Happening, &str, &str, &str)] = &[
    (Happening::Created, "INFO", "migration.1001", "The migration task is created."),
    (Happening::Prepared, "INFO", "migration.1002", "The migration host is ready."),
    (Happening::Configured, "INFO", "migration.1003", "The migration task is configured."),
    (Happening::Restarted, "INFO", "migration.1004", "The migration task is started again."),
    (Happening::FullMigrationDone, "INFO", "migration.1005", "The full migration is done."),
    (Happening::Imported, "INFO", "migration.1006", "The backup files are imported."),
    (Happening::Stopping, "INFO", "migration.1007", "The migration task is being stopped."),
    (Happening::Terminated, "INFO", "migration.1008", "The migration task is stopped."),
    (Happening::Exchanging, "INFO", "migration.1009", "The IP addresses are being switched."),
    (Happening::Exchanged, "INFO", "migration.1010", "The IP addresses are switched."),
    (Happening::RolledBack, "INFO", "migration.1011", "The IP addresses are switched back."),
    (Happening::Failed, "ERROR", "migration.2001", "The migration task failed."),
];

/// `source_dbsize` of a migration: keys in its source.
pub const MIGRATED_KEYS: u64 = 1_000;

/// `target_input_kbps` of a migration that moves data.
pub const MIGRATION_KBPS: u64 = 512;

/// `target_ops` of a migration that moves data.
pub const MIGRATION_OPS: u64 = 250;

/// By how many bytes `offset` grows in a second of incremental migration.
pub const MIGRATION_BYTES: u64 = 64;

/// `backup_format` of a backup for which none was asked for.
pub const BACKUP_FORMAT: &str = "rdb";

/// `size` of a finished backup, in bytes.
pub const BACKUP_BYTES: u32 = 1_048_576;

/// `error_code` of a backup that an id starting with `0000dead` let fail.
pub const BACKUP_ERROR: &str = "DCS.5000";

/// A DCS instance, which no call of these creates: one small Redis is shown for every id.
pub mod dcs {
    /// It can be used.
    pub const STATUS: &str = "RUNNING";
    /// Nothing else is to say about its status.
    pub const SUB_STATUS: &str = "NORMAL";
    /// The only engine that is migrated.
    pub const ENGINE: &str = "Redis";
    /// Addresses can be switched from 4.0 on.
    pub const ENGINE_VERSION: &str = "6.0";
    /// A single node of 1 GB.
    pub const SPEC_CODE: &str = "redis.single.xu1.large.1";
    /// In GB.
    pub const CAPACITY: u32 = 1;
    /// The same as text.
    pub const CAPACITY_MINOR: &str = "1";
    /// In MB.
    pub const MAX_MEMORY: u32 = 1024;
    /// In MB.
    pub const USED_MEMORY: u32 = 2;
    /// Of every Redis.
    pub const PORT: u16 = 6379;
    /// The network that every instance stands in.
    pub const VPC_ID: &str = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";
    /// Its name.
    pub const VPC_NAME: &str = "vpc-default";
    /// The subnet that every instance stands in.
    pub const SUBNET_ID: &str = "1b2c3d4e-5f6a-4b7c-8d8e-0f1a2b3c4d5e";
    /// Its name.
    pub const SUBNET_NAME: &str = "subnet-default";
    /// Its addresses, for documentation (RFC 5737).
    pub const SUBNET_CIDR: &str = "198.51.100.0/24";
    /// The security group of every instance.
    pub const SECURITY_GROUP_ID: &str = "2c3d4e5f-6a7b-4c8d-8e9f-1a2b3c4d5e6f";
    /// Its name.
    pub const SECURITY_GROUP_NAME: &str = "default";
    /// The zone of every node.
    pub const ZONE: &str = "eu-mock-1a";
    /// Its ID.
    pub const ZONE_ID: &str = "3d4e5f6a7b8c4d9e8f0a1b2c3d4e5f6a";
    /// Before any world begins.
    pub const CREATED_AT: &str = "2020-01-01T00:00:00.000Z";
    /// Pay-per-use.
    pub const CHARGING_MODE: u8 = 0;
    /// Who created it.
    pub const USER_ID: &str = "4e5f6a7b8c9d4e0f8a1b2c3d4e5f6a7b";
    /// The same by name.
    pub const USER_NAME: &str = "papercloud";
    /// Passwords are accepted and not needed.
    pub const NO_PASSWORD_ACCESS: &str = "true";
    /// The service's default window.
    pub const MAINTAIN_BEGIN: &str = "02:00:00";
    /// Its end.
    pub const MAINTAIN_END: &str = "06:00:00";
    /// The default enterprise project.
    pub const ENTERPRISE_PROJECT_ID: &str = "0";
    /// Its name.
    pub const ENTERPRISE_PROJECT_NAME: &str = "default";
    /// Architecture.
    pub const CPU_TYPE: &str = "x86_64";
    /// The basic edition.
    pub const PRODUCT_TYPE: &str = "generic";
    /// In memory.
    pub const STORAGE_TYPE: &str = "DRAM";
    /// One node.
    pub const CACHE_MODE: &str = "single";
    /// Slow queries are logged.
    pub const SUPPORT_SLOW_LOG: &str = "true";
    /// Of every Redis that is no cluster.
    pub const DATABASES: u32 = 256;
    /// The node itself.
    pub const REPLICAS: u32 = 1;
    /// No cluster.
    pub const SHARDS: u32 = 1;
    /// Of DCS, in bills.
    pub const SERVICE_TYPE_CODE: &str = "hws.service.type.dcs3";
    /// Of a Redis, in bills.
    pub const RESOURCE_TYPE_CODE: &str = "hws.resource.type.dcs3";
}
