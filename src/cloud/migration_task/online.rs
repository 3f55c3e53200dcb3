//! Online migrations.

use super::stages::{FULL_MIGRATION, INCREMENTAL_MIGRATION};
use crate::cloud::lifecycle::{Execution, Lifecycle};
use crate::cloud::words;
use serde::{Deserialize, Serialize};

/// An online migration: prepared, then configured, possibly again.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OnlineMigration {
    /// Where its host stands; unknown for an adopted task.
    pub network: Option<Network>,
    /// The making of its host.
    pub preparation: Execution,
    /// What it was told to migrate, and since when it does.
    #[serde(with = "words::configured")]
    pub configured: Option<(Configuration, Execution)>,
    /// Whether it makes a broken connection again by itself, as it was told last.
    pub resume_mode: Option<String>,
    /// The switching of the two instances' addresses, if it was asked for.
    pub exchange: Option<Exchange>,
}

impl OnlineMigration {
    /// A migration that is only prepared so far.
    pub fn prepared_by(preparation: Execution) -> Self {
        let (network, configured, resume_mode, exchange) = (None, None, None, None);
        Self { network, preparation, configured, resume_mode, exchange }
    }
}

/// A switching of addresses, and its rollback.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// The switching.
    pub there: Execution,
    /// The switching back, if it was asked for.
    pub back: Option<Execution>,
}

/// Where the host of a migration stands.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    pub vpc_id: String,
    pub subnet_id: String,
    pub security_group_id: String,
}

/// What an online migration was told to do. Equal ones may be sent again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum MigrationMethod {
    /// Once.
    #[serde(rename = "full_amount_migration")]
    LimitReached,
    /// Once, and then whatever changes.
    #[serde(rename = "incremental_migration")]
    Incremental,
}

impl MigrationMethod {
    /// The words on the wire.
    pub const WORDS: &'static [&'static str] = &["full_amount_migration", "incremental_migration"];

    /// What a migration of this kind goes through.
    pub fn lifecycle(self) -> &'static Lifecycle {
        match self {
            Self::LimitReached => &FULL_MIGRATION,
            Self::Incremental => &INCREMENTAL_MIGRATION,
        }
    }
}

/// One side of an online migration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// Its instance; wins over the addresses.
    pub id: Option<Box<str>>,
    pub addrs: Option<String>,
    /// A digest of its password: enough to tell whether a configuration changed.
    #[serde(rename = "password_digest", with = "words::digest")]
    pub password: Option<u64>,
}
