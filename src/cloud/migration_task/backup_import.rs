//! Imports of backup files.

use super::MigrationMethod;
use crate::cloud::lifecycle::Execution;
use serde::{Deserialize, Serialize};

/// An import of backup files.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BackupImport {
    /// Full or incremental; the documents allow either.
    pub method: MigrationMethod,
    /// `self_build_obs` or `backup_record`.
    pub file_source: String,
    /// The OBS bucket.
    pub bucket_name: Option<String>,
    pub files: Vec<BackupFile>,
    /// The backup record.
    pub backup_id: Option<String>,
    /// The instance that the data go to.
    pub target_instance_id: Box<str>,
    /// Its name, as it was sent.
    pub target_instance_name: Option<String>,
    /// The import.
    pub run: Execution,
}

/// A backup file. Size and time are kept as they were sent: the documents' own examples do not
/// follow the documents' own formats.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BackupFile {
    pub file_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
    /// When it last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_at: Option<String>,
}
