#![doc = include_str!("../README.md")]

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
pub use persist::SaveError;
pub use selftest::{Proof, selftest};
pub use server::{PaperCloud, StartError};
