//! The lifecycles of records, by the names that declarations and exports have for them.

use crate::cloud::lifecycle::Lifecycle;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// Each lifecycle with its name.
pub static LIFECYCLES: &[(&str, &Lifecycle)] = &[
    ("working", &Lifecycle { stages: &[("working", 1.0)], ends: "done", fails: "failed" }),
    ("creating", &Lifecycle { stages: &[("creating", 1.0)], ends: "normal", fails: "createfail" }),
    (
        "dcs_creating",
        &Lifecycle { stages: &[("CREATING", 1.0)], ends: "RUNNING", fails: "CREATEFAILED" },
    ),
    (
        "dcs_extending",
        &Lifecycle { stages: &[("EXTENDING", 1.0)], ends: "RUNNING", fails: "RUNNING" },
    ),
    (
        "dcs_restarting",
        &Lifecycle { stages: &[("RESTARTING", 1.0)], ends: "RUNNING", fails: "ERROR" },
    ),
    (
        "dcs_flushing",
        &Lifecycle { stages: &[("FLUSHING", 1.0)], ends: "RUNNING", fails: "RUNNING" },
    ),
    (
        "dcs_restoring",
        &Lifecycle { stages: &[("RESTORING", 1.0)], ends: "RUNNING", fails: "RUNNING" },
    ),
    ("building", &Lifecycle { stages: &[("BUILD", 1.0)], ends: "ACTIVE", fails: "FAILED" }),
    ("account", &Lifecycle { stages: &[("CREATING", 1.0)], ends: "AVAILABLE", fails: "FAILED" }),
    (
        "account_change",
        &Lifecycle { stages: &[("UPDATING", 1.0)], ends: "AVAILABLE", fails: "AVAILABLE" },
    ),
    (
        "scan",
        &Lifecycle {
            stages: &[("waiting", 1.0), ("running", 3.0)],
            ends: "success",
            fails: "failed",
        },
    ),
    ("diagnosis", &Lifecycle { stages: &[("diagnosing", 1.0)], ends: "finished", fails: "failed" }),
    ("background", &Lifecycle { stages: &[("EXECUTING", 1.0)], ends: "SUCCESS", fails: "FAIL" }),
    ("vpc", &Lifecycle { stages: &[("CREATING", 1.0)], ends: "OK", fails: "DOWN" }),
    ("subnet", &Lifecycle { stages: &[("UNKNOWN", 1.0)], ends: "ACTIVE", fails: "ERROR" }),
    ("publicip", &Lifecycle { stages: &[("PENDING_CREATE", 1.0)], ends: "DOWN", fails: "ERROR" }),
    (
        "backup",
        &Lifecycle {
            stages: &[("waiting", 0.25), ("backuping", 0.75)],
            ends: "succeed",
            fails: "failed",
        },
    ),
    (
        "restore",
        &Lifecycle {
            stages: &[("waiting", 0.25), ("restoring", 0.75)],
            ends: "succeed",
            fails: "failed",
        },
    ),
    (
        "backup_building",
        &Lifecycle { stages: &[("BUILDING", 1.0)], ends: "COMPLETED", fails: "FAILED" },
    ),
    ("proxy", &Lifecycle { stages: &[("ENABLING PROXY", 1.0)], ends: "ACTIVE", fails: "FAILED" }),
];

/// The lifecycle with a name.
pub fn lifecycle(name: &str) -> Option<&'static Lifecycle> {
    LIFECYCLES.iter().find(|(known, _)| *known == name).map(|(_, lifecycle)| *lifecycle)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde wants")]
pub fn serialize<S: Serializer>(
    lifecycle: &&'static Lifecycle,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let named = LIFECYCLES.iter().find(|(_, known)| std::ptr::eq(*known, *lifecycle));
    serializer.serialize_str(named.map_or("working", |(name, _)| name))
}

pub fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<&'static Lifecycle, D::Error> {
    let name = String::deserialize(deserializer)?;
    lifecycle(&name).ok_or_else(|| D::Error::custom(format!("no lifecycle is called {name:?}")))
}
