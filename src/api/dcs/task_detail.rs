//! Everything about one task but its passwords: what the calls that show and that stop it answer.

use super::service::{End, TASK_STATUSES, status};
use crate::clock::Moment;
use crate::cloud::assumed::{
    EXCHANGE_FAILED, ROLLBACK_FAILED, ROLLING_BACK, SUPPORTED_FEATURES, TASK_ADDRESS, TASK_VERSION,
};
use crate::cloud::{
    BackupFile, BackupImport, MigrationMethod, MigrationTask, Network, OnlineMigration,
    RequestContext, Side, Work,
};
use crate::contract::{Certainty, Field, Kind, Note};
use serde::Serialize;

/// Reply of the calls that answer a task in detail.
pub static DETAIL: &[Field] = &[
    Field::mandatory("task_id", Kind::TEXT).means("migration task ID"),
    Field::mandatory("task_name", Kind::TEXT).means("migration task name"),
    Field::optional("description", Kind::TEXT).means("description"),
    Field::mandatory("status", TASK_STATUSES).means("migration status"),
    Field::mandatory("migration_type", Kind::OneOf(&["backupfile_import", "online_migration"]))
        .means("what is migrated")
        .notes(&[Note {
            matter: "The example shows a migration method as the migration_type.",
            decision: "migration_type has the values of its table.",
        }]),
    Field::optional("migration_method", Kind::OneOf(MigrationMethod::WORDS))
        .means("full or incremental; absent until it is configured"),
    Field::optional("ecs_tenant_private_ip", Kind::TEXT).means("address of the host"),
    Field::optional("backup_files", Kind::Object(BACKUP_FILES)).means("what is imported"),
    Field::optional("network_type", Kind::OneOf(&["vpc", "vpn"])).means("network"),
    Field::optional("source_instance", Kind::Object(SIDE)).means("where the data come from"),
    Field::optional("target_instance", Kind::Object(SIDE)).means("where the data go to"),
    Field::mandatory("created_at", Kind::TEXT)
        .means("creation, yyyy/MM/dd HH:mm:ss")
        .known_from(Certainty::Example),
    Field::mandatory("updated_at", Kind::TEXT).means("last change, yyyy/MM/dd HH:mm:ss"),
    Field::optional("released_at", Kind::TEXT).means("end of the host, yyyyMMddHHmm"),
    Field::mandatory("version", Kind::TEXT).means("version of the task"),
    Field::optional("resume_mode", Kind::OneOf(&["auto", "manual"])).means("reconnection"),
    Field::optional("supported_features", Kind::List(&Kind::TEXT, 100))
        .means("what can be done with the task"),
    Field::optional("tenant_vpc_id", Kind::TEXT).means("VPC of the host"),
    Field::optional("tenant_subnet_id", Kind::TEXT).means("subnet of the host"),
    Field::optional("tenant_security_group_id", Kind::TEXT).means("its security group"),
    Field::optional("bandwidth_limit_mb", Kind::TEXT).means("bandwidth limit in MB/s, as a string"),
    Field::optional("task_status", EXCHANGE_STATUSES)
        .means("how far the switching of addresses is; absent until it is asked for")
        .known_from(Certainty::Client)
        .notes(&[Note {
            matter: "The table knows only EXCHANGING; Terraform waits for EXCHANGE_SUCCESS and \
                     ROLLBACK_SUCCESS.",
            decision: "EXCHANGING, then EXCHANGE_SUCCESS, and ROLLBACK_SUCCESS after a rollback.",
        }]),
];

/// What `task_status` can be.
const EXCHANGE_STATUSES: Kind = Kind::OneOf(&[
    "EXCHANGING",
    "EXCHANGE_SUCCESS",
    EXCHANGE_FAILED,
    ROLLING_BACK,
    "ROLLBACK_SUCCESS",
    ROLLBACK_FAILED,
]);

const BACKUP_FILES: &[Field] = &[
    Field::mandatory("file_source", Kind::OneOf(&["self_build_obs", "backup_record"]))
        .means("an OBS bucket or a backup record"),
    Field::optional("bucket_name", Kind::TEXT).means("the OBS bucket"),
    Field::mandatory("files", Kind::List(&FILE, 1000)).means("the files"),
    Field::optional("backup_id", Kind::TEXT).means("the backup record"),
    Field::optional(
        "backup_record",
        Kind::Object(&[Field::mandatory("backup_id", Kind::TEXT).means("its ID")]),
    )
    .means("the same, where Terraform reads it")
    .known_from(Certainty::Client),
];

static FILE: Kind = Kind::Object(&[
    Field::mandatory("file_name", Kind::TEXT).means("name"),
    Field::optional("size", Kind::TEXT).means("size, as it was sent"),
    Field::optional("update_at", Kind::TEXT).means("time, as it was sent"),
]);

const SIDE: &[Field] = &[
    Field::mandatory("addrs", Kind::TEXT).means("addresses"),
    Field::optional("id", Kind::TEXT).means("instance ID"),
    Field::optional("name", Kind::TEXT).means("instance name"),
];

/// A task in detail. What is absent for its kind is left out.
#[derive(Default, Serialize)]
pub struct TaskDetail {
    task_id: String,
    task_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    status: &'static str,
    migration_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    migration_method: Option<MigrationMethod>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ecs_tenant_private_ip: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backup_files: Option<BackupFiles>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_instance: Option<End>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_instance: Option<End>,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    released_at: Option<String>,
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    resume_mode: Option<String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    supported_features: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_vpc_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_subnet_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_security_group_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bandwidth_limit_mb: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_status: Option<&'static str>,
}

#[derive(Serialize)]
struct BackupFiles {
    file_source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket_name: Option<String>,
    files: Vec<BackupFile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backup_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backup_record: Option<BackupRecord>,
}

#[derive(Serialize)]
struct BackupRecord {
    backup_id: String,
}

impl TaskDetail {
    /// A task as it is now.
    pub fn of(task: &MigrationTask, context: &RequestContext<'_>) -> Self {
        let common = Self {
            task_id: task.id.to_string(),
            task_name: task.name.clone(),
            description: task.description.clone(),
            status: status(task, context),
            created_at: task.created.with_slashes(),
            updated_at: task.updated(context.now).with_slashes(),
            version: TASK_VERSION,
            task_status: task.task_status(context.now),
            ..Self::default()
        };
        match &task.work {
            Work::Online(online) => common.online(online, context),
            Work::BackupImport(import) => common.import(import, task, context),
        }
    }

    fn online(self, online: &OnlineMigration, context: &RequestContext<'_>) -> Self {
        let network = online.network.clone();
        let (vpc, subnet, group) = network.map_or((None, None, None), |network| {
            let Network { vpc_id, subnet_id, security_group_id } = network;
            (Some(vpc_id), Some(subnet_id), Some(security_group_id))
        });
        let prepared = Self {
            migration_type: "online_migration",
            ecs_tenant_private_ip: Some(TASK_ADDRESS),
            network_type: Some("vpc"),
            supported_features: SUPPORTED_FEATURES,
            tenant_vpc_id: vpc,
            tenant_subnet_id: subnet,
            tenant_security_group_id: group,
            resume_mode: online.resume_mode.clone(),
            ..self
        };
        let Some((configuration, _)) = &online.configured else { return prepared };
        Self {
            migration_method: Some(configuration.method),
            bandwidth_limit_mb: configuration.bandwidth_limit_mb.map(|limit| limit.to_string()),
            source_instance: Some(End::of(&configuration.source, context)),
            target_instance: Some(End::of(&configuration.target, context)),
            ..prepared
        }
    }

    fn import(
        self,
        import: &BackupImport,
        task: &MigrationTask,
        context: &RequestContext<'_>,
    ) -> Self {
        let target =
            Side { id: Some(import.target_instance_id.clone()), addrs: None, password: None };
        let named = End::of(&target, context);
        let name = import.target_instance_name.clone().or_else(|| named.name.clone());
        Self {
            migration_type: "backupfile_import",
            migration_method: Some(import.method),
            backup_files: Some(BackupFiles {
                file_source: import.file_source.clone(),
                bucket_name: import.bucket_name.clone(),
                files: import.files.clone(),
                backup_id: import.backup_id.clone(),
                backup_record: import.backup_id.clone().map(|backup_id| BackupRecord { backup_id }),
            }),
            target_instance: Some(End { name, ..named }),
            released_at: task.phase(context.now).ended.map(Moment::to_the_minute),
            ..self
        }
    }
}
