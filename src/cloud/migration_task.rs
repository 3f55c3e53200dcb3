//! DCS data migration tasks: online migrations and backup imports.

use super::Moment;
use super::lifecycle::{Lifecycle, Phase, Run};
use indexmap::IndexMap;

/// A data migration task.
#[derive(Clone, Debug)]
pub struct MigrationTask {
    /// A dashed UUID for an online migration, 32 hex digits for a backup import.
    pub id: Box<str>,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: Option<String>,
    /// When it was created.
    pub created: Moment,
    /// What it does.
    pub work: Work,
}

/// What a task does.
#[derive(Clone, Debug)]
pub enum Work {
    /// Migrates from one running Redis to another.
    Online(Box<OnlineMigration>),
    /// Imports backup files.
    BackupImport(Box<BackupImport>),
}

/// An online migration: prepared, then configured, possibly again.
#[derive(Clone, Debug)]
pub struct OnlineMigration {
    /// Where its host stands; unknown for an adopted task.
    pub network: Option<Network>,
    /// The making of its host.
    pub preparation: Run,
    /// What it was told to migrate, and since when it does.
    pub configured: Option<(Configuration, Run)>,
}

/// Where the host of a migration stands.
#[derive(Clone, Debug)]
pub struct Network {
    /// The VPC.
    pub vpc_id: String,
    /// The subnet.
    pub subnet_id: String,
    /// The security group.
    pub security_group_id: String,
}

/// What an online migration was told to do. Equal ones may be sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// Full or incremental.
    pub method: MigrationMethod,
    /// `auto` or `manual`.
    pub resume_mode: String,
    /// In MB/s.
    pub bandwidth_limit_mb: Option<u16>,
    /// Where the data come from.
    pub source: Side,
    /// Where they go to.
    pub target: Side,
}

/// Full or incremental.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub enum MigrationMethod {
    /// Once.
    #[serde(rename = "full_amount_migration")]
    Full,
    /// Once, and then whatever changes.
    #[serde(rename = "incremental_migration")]
    Incremental,
}

impl MigrationMethod {
    /// The words on the wire.
    pub const WORDS: &'static [&'static str] = &["full_amount_migration", "incremental_migration"];
}

/// One side of an online migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Its instance; wins over the addresses.
    pub id: Option<Box<str>>,
    /// Its addresses.
    pub addrs: Option<String>,
    /// A digest of its password: enough to tell whether a configuration changed.
    pub password: Option<u64>,
}

/// An import of backup files.
#[derive(Clone, Debug)]
pub struct BackupImport {
    /// Full or incremental; the documents allow either.
    pub method: MigrationMethod,
    /// `self_build_obs` or `backup_record`.
    pub file_source: String,
    /// The OBS bucket.
    pub bucket_name: Option<String>,
    /// The files in it.
    pub files: Vec<BackupFile>,
    /// The backup record.
    pub backup_id: Option<String>,
    /// The instance that the data go to.
    pub target_instance_id: Box<str>,
    /// Its name, as it was sent.
    pub target_instance_name: Option<String>,
    /// The import.
    pub run: Run,
}

/// A backup file. Size and time are kept as they were sent: the documents' own examples do not
/// follow the documents' own formats.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct BackupFile {
    /// Its name.
    pub file_name: String,
    /// Its size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
    /// When it last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_at: Option<String>,
}

/// From creation to waiting for configuration.
pub static PREPARATION: Lifecycle =
    Lifecycle { stages: &[("CREATING", 1.0)], ends: "RUNNING", fails: "ERROR" };

static FULL_MIGRATION: Lifecycle =
    Lifecycle { stages: &[("FULLMIGRATING", 1.0)], ends: "SUCCESS", fails: "MIGRATION_FAILED" };

/// The wire's spelling of the last stage; the documents write `INCRMIGRATING`.
static INCREMENTAL_MIGRATION: Lifecycle = Lifecycle {
    stages: &[("FULLMIGRATING", 1.0)],
    ends: "INCRMIGEATING",
    fails: "MIGRATION_FAILED",
};

static IMPORT: Lifecycle =
    Lifecycle { stages: &[("MIGRATING", 1.0)], ends: "SUCCESS", fails: "FAILED" };

impl MigrationTask {
    /// Where it is.
    pub fn phase(&self, now: Moment) -> Phase {
        match &self.work {
            Work::Online(online) => match &online.configured {
                Some((configuration, run)) => match configuration.method {
                    MigrationMethod::Full => FULL_MIGRATION.phase(run, now),
                    MigrationMethod::Incremental => INCREMENTAL_MIGRATION.phase(run, now),
                },
                None => PREPARATION.phase(&online.preparation, now),
            },
            Work::BackupImport(import) => IMPORT.phase(&import.run, now),
        }
    }

    /// When its status last changed.
    pub fn updated(&self, now: Moment) -> Moment {
        let run = match &self.work {
            Work::Online(online) => {
                online.configured.as_ref().map_or(&online.preparation, |(_, run)| run)
            }
            Work::BackupImport(import) => &import.run,
        };
        self.phase(now).ended.unwrap_or(run.started)
    }
}

/// The migration tasks of a world, in the order of their creation.
pub type MigrationTasks = IndexMap<Box<str>, MigrationTask>;
