#![doc = include_str!("../README.md")]

// The floors of the house, from the roof to the ground: each module knows only those below it.
// `tests/it/floors.rs` holds this order, and docs/ARCHITECTURE.md says what each floor is for.
mod api;
mod app;
mod auth;
mod clock;
mod cloud;
mod config;
mod contract;
mod control;
mod credentials;
mod docs;
mod embedded;
mod error;
mod faults;
mod headers;
mod http;
mod journal;
mod lint;
mod operation;
mod project_id;
mod publish;
mod reading;
mod router;
mod save;
mod selftest;
mod server;
mod snapshot;
mod text;
mod world_file;
mod worlds;

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
pub use docs::{control_calls, openapi, operations, readme_section, readme_sections};
pub use embedded::{Fault, Mismatch, Requests, World};
pub use error::control::ControlError;
pub use save::SaveError;
pub use selftest::{Proof, selftest};
pub use server::{PaperCloud, StartError};
