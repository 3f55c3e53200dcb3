//! A paper copy of a cloud's control plane, in the process of a test: it answers like the GeminiDB,
//! DCS and TaurusDB management APIs of Huawei Cloud, on a free port of this machine.
//!
//! ```
//! use papercloud::{Fault, PaperCloud};
//!
//! let cloud = PaperCloud::start(); // ready when it returns, stopped when it is dropped
//! let world = cloud.world_of("a program waits, and sees the failure"); // a project of its own
//! world.fault(Fault::on("CreateDbCacheMapping").first(1).status(503))?;
//!
//! let path = format!("{}/v3/{}/dbcache/mapping", cloud.url(), world.project_id());
//! let pair = r#"{"source_instance_id": "source", "target_instance_id": "target"}"#;
//! let create = || ureq::post(&path).header("X-Auth-Token", "any").send(pair);
//! assert!(create().is_err());
//! assert_eq!(create()?.status(), 202);
//!
//! let due = world.advance_to_next_event(); // no test sleeps: its clock stands still until it says so
//! assert_eq!(due[0].job_status, Some("Completed"));
//! world.requests().operation("CreateDbCacheMapping").committed(true).exactly(1)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A project ID is a world of its own, with state, clock, faults and journal, so tests run in parallel.
//! [`PaperCloud`] is the service, [`World`] a project, [`Fault`] a rule, [`Requests`] what was asked,
//! and [`Config`] everything that can be set. Without the default features `cli` and `tls` the crate is
//! smaller. The repository's README and docs have the guides, and the same as a program of its own.

// The floors of the house, from the roof to the ground: each module knows only those below it.
// `tests/it/floors.rs` holds this order, and docs/ARCHITECTURE.md says what each floor is for.

// Ways in: a test in Rust, and the socket.
mod embedded;
mod docs;
mod server;
mod router;
mod control;
mod publish;
mod selftest;
mod http;
mod app;
mod config;

// Worlds: what one document of them holds, who may come in, and one of them for each project.
mod persist;
mod auth;
mod worlds;

// Instruments: what tests see and change of the requests to a project.
mod lint;
mod journal;
mod faults;

// The emulated cloud: it knows nothing of tests.
mod api;
mod operation;
mod cloud;

// The ground.
mod credentials;
mod project_id;
mod error;
mod reading;
mod contract;
mod clock;
mod headers;
mod text;

/// The documents' blocks in Rust, as examples that are compiled and run.
#[cfg(doctest)]
#[path = "../tests/unit/documents.rs"]
mod documents;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
#[path = "../tests/unit/fuzzing/mod.rs"]
pub mod fuzzing;
#[cfg(test)]
#[path = "../tests/unit/sweep/mod.rs"]
mod sweep;

/// The JSON that is shown and matched.
pub use serde_json;

pub use auth::AuthMode;
pub use cloud::Due;
#[cfg(feature = "tls")]
pub use config::Certificate;
pub use config::{Config, Connections, Endpoint};
pub use contract::Level;
pub use credentials::Secret;
pub use docs::{control_calls, generated_section, generated_sections, openapi, operations};
pub use embedded::{Fault, Mismatch, Requests, World};
pub use error::control::ControlError;
pub use persist::SaveError;
pub use selftest::{Proof, selftest};
pub use server::{PaperCloud, StartError};
