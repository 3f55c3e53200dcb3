//! What the documents leave open, and what Papercloud answers: one visible table.

use super::Moment;

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

/// Names of TaurusDB's other jobs, in the style of [`CREATE_REPLICATION_JOB`].
pub const DELETE_REPLICATION_JOB: &str = "DeleteClickHouseReplication";
/// Changes which tables a synchronisation takes.
pub const UPDATE_REPLICATION_JOB: &str = "UpdateClickHouseReplicationConfig";
/// Cancels such a change.
pub const CANCEL_REPLICATION_UPDATE_JOB: &str = "DeleteClickHouseReplicationConfig";
/// Creates a ClickHouse instance.
pub const CREATE_CLICKHOUSE_JOB: &str = "CreateClickHouseInstance";
/// Deletes one.
pub const DELETE_CLICKHOUSE_JOB: &str = "DeleteClickHouseInstance";
/// Restarts one.
pub const REBOOT_CLICKHOUSE_JOB: &str = "RebootClickHouseInstance";

/// The names of all jobs of TaurusDB.
pub const TAURUSDB_JOBS: &[&str] = &[
    CREATE_REPLICATION_JOB,
    DELETE_REPLICATION_JOB,
    UPDATE_REPLICATION_JOB,
    CANCEL_REPLICATION_UPDATE_JOB,
    CREATE_CLICKHOUSE_JOB,
    DELETE_CLICKHOUSE_JOB,
    REBOOT_CLICKHOUSE_JOB,
];

/// What an instance is doing, in its list of actions; no page gives the words.
pub const CREATING_ACTION: &str = "CREATE";
/// It is restarted.
pub const REBOOTING_ACTION: &str = "REBOOT";
/// It is deleted.
pub const DELETING_ACTION: &str = "DELETE";

/// `create_fail_error_code` of a ClickHouse instance whose creation failed.
pub const CREATE_FAIL_CODE: &str = "DBS.200005";

/// `max_htap_instance_num_of_taurus`; it is told, and not enforced.
pub const MOST_HTAP_INSTANCES: u32 = 5;

/// Creation of an adopted TaurusDB or ClickHouse instance, 2025-01-01: it was there before.
pub const ADOPTED_SINCE: Moment = Moment::from_milliseconds(1_735_689_600_000);

/// Version of an adopted ClickHouse instance: one digit, as the page of its creation asks.
pub const CLICKHOUSE_VERSION: &str = "2";
/// Ports of ClickHouse, as the program itself assigns them.
pub const CLICKHOUSE_PORTS: ClickHousePorts =
    ClickHousePorts { tep: 9000, http: 8123, mysql: 3306, https: 8443, tep_secure: 9440 };
/// Size of every node: CPUs, memory in GB, connections.
pub const NODE_SIZE: (&str, &str, &str) = ("4", "16", "2500");
/// Specification code of an adopted ClickHouse instance.
pub const CLICKHOUSE_FLAVOR: &str = "gaussdb.clickhouse.xlarge.x86.4";
/// Used part of its storage in GB.
pub const CLICKHOUSE_STORAGE_USED: &str = "1";

/// Version and kernel version of a TaurusDB instance.
pub const TAURUSDB_VERSION: (&str, &str) = ("8.0", "2.0.60.241200");
/// Its port, which is a number in some answers and text in others.
pub const TAURUSDB_PORT: (u16, &str) = (3306, "3306");
/// Its specification code.
pub const TAURUSDB_FLAVOR: &str = "gaussdb.mysql.xlarge.x86.4";
/// Its storage in GB, as a whole and used.
pub const TAURUSDB_STORAGE: (u32, &str) = (100, "1");
/// Its backup window and the days that a backup is kept.
pub const BACKUP_STRATEGY: (&str, &str) = ("17:00-18:00", "7");
/// When the service may maintain it.
pub const TAURUSDB_MAINTENANCE: (&str, &str) = ("02:00", "06:00");
/// The availability zone of what was adopted.
pub fn zone(region: &str) -> String {
    format!("{region}a")
}

/// Time zone of an instance that was created without one.
pub const TIME_ZONE: &str = "UTC+00:00";
/// User that every instance has.
pub const ROOT: &str = "root";
/// Character set of a database that a synchronisation named.
pub const CHARSET: &str = "utf8mb4";
/// Network of TaurusDB and ClickHouse instances.
pub const TAURUSDB_VPC: &str = "5c2e1f38-2d5f-4f7c-8e8a-0d5a4c7b9e01";
/// Subnet in it.
pub const TAURUSDB_SUBNET: &str = "9f4b6c1a-7e35-4a0b-b3f2-6a1d8c5e2f02";
/// Security group in it.
pub const TAURUSDB_SECURITY_GROUP: &str = "c7d8a9b0-1e2f-4c3d-9a4b-5c6d7e8f9003";
/// The default enterprise project, which is 0 for every account.
pub const TAURUSDB_ENTERPRISE_PROJECT: &str = "0";

/// Ports of a ClickHouse instance.
#[derive(Clone, Copy, Debug)]
pub struct ClickHousePorts {
    /// Its own protocol.
    pub tep: u16,
    /// HTTP.
    pub http: u16,
    /// `MySQL` protocol.
    pub mysql: u16,
    /// HTTPS.
    pub https: u16,
    /// Its own protocol within TLS.
    pub tep_secure: u16,
}
