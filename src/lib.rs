#![doc = include_str!("../README.md")]

mod api;
mod auth;
mod cloud;
mod config;
mod contract;
mod control;
mod credentials;
mod documentation;
mod error;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod handle;
mod http;
mod language;
mod operation;
mod reading;
mod save;
mod selftest;
mod server;
mod snapshot;
#[cfg(test)]
mod sweep;
mod testing;
mod world_file;

/// The JSON that is shown and matched.
pub use serde_json;

pub use auth::AuthMode;
pub use cloud::Due;
#[cfg(feature = "tls")]
pub use config::Certificate;
pub use config::{Config, Connections, Endpoint};
pub use contract::Level;
pub use control::ControlError;
pub use credentials::Secret;
pub use documentation::{control_calls, openapi, readme_section, readme_sections};
pub use handle::{Fault, Mismatch, Requests, World};
pub use save::SaveError;
pub use selftest::{Proof, selftest};
pub use server::{PaperCloud, StartError};
