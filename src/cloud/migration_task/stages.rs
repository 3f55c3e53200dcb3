//! What a task goes through, and the statuses that are asked about.

use crate::cloud::assumed;
use crate::cloud::lifecycle::Lifecycle;

/// From creation to waiting for configuration.
pub static PREPARATION: Lifecycle =
    Lifecycle { stages: &[("CREATING", 1.0)], ends: "RUNNING", fails: "ERROR" };

/// From the start of a full migration to its end.
pub static FULL_MIGRATION: Lifecycle =
    Lifecycle { stages: &[("FULLMIGRATING", 1.0)], ends: "SUCCESS", fails: "MIGRATION_FAILED" };

/// The wire's spelling of the last stage; the documents write `INCRMIGRATING`.
pub static INCREMENTAL_MIGRATION: Lifecycle =
    Lifecycle { stages: &[("FULLMIGRATING", 1.0)], ends: INCREMENTAL, fails: "MIGRATION_FAILED" };

/// From the reading of the files to the last of them.
pub static IMPORT: Lifecycle =
    Lifecycle { stages: &[("MIGRATING", 1.0)], ends: "SUCCESS", fails: "FAILED" };

/// From the call that stops a task to its rest.
pub static TERMINATION: Lifecycle =
    Lifecycle { stages: &[("TERMINATING", 1.0)], ends: TERMINATED, fails: TERMINATED };

/// `task_status` while addresses are switched; the only documented value is the first.
pub static EXCHANGE: Lifecycle =
    Lifecycle { stages: &[("EXCHANGING", 1.0)], ends: EXCHANGED, fails: assumed::EXCHANGE_FAILED };

/// `task_status` while addresses are switched back.
pub static ROLLBACK: Lifecycle = Lifecycle {
    stages: &[(assumed::ROLLING_BACK, 1.0)],
    ends: "ROLLBACK_SUCCESS",
    fails: assumed::ROLLBACK_FAILED,
};

pub(super) const TERMINATED: &str = "TERMINATED";

/// `task_status` of a task whose addresses are switched.
pub const EXCHANGED: &str = "EXCHANGE_SUCCESS";

/// The statuses in which data are moved.
pub const MIGRATING: &[&str] = &["MIGRATING", "FULLMIGRATING", INCREMENTAL];

/// The status of an incremental migration that follows its source.
pub const INCREMENTAL: &str = "INCRMIGEATING";
