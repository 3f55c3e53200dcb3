//! [`World`]: one project's world, as a test in Rust controls it.
//!
//! It does what the control API does over HTTP, by calling the same functions. What belongs to no
//! project are methods of [`PaperCloud`](crate::PaperCloud).

mod clock;
mod explain;
mod faults;
mod instances;
mod jobs;
mod report;
mod requests;
mod scenarios;
mod worlds;

pub use faults::Fault;
pub use requests::{Mismatch, Requests};

use crate::app::App;
use crate::error::control::ControlError;
use serde::Serialize;
use serde_json::Value;
use std::fmt;
use std::sync::Arc;

/// One project's world, as a test controls it.
///
/// Every project id has a world, without being set up, and nothing that is done in one is seen in
/// another: tests that run in parallel take a project each.
/// It can be kept, cloned and sent to other threads; it does not keep the service running.
///
/// # Panics
///
/// What can be refused for a good reason is a `Result`. Every other method panics, at the line that
/// calls it, where the project id is malformed or the service has no room for another world.
#[derive(Clone)]
pub struct World {
    app: Arc<App>,
    project_id: String,
}

impl World {
    pub(crate) fn new(app: Arc<App>, project_id: &str) -> Self {
        Self { app, project_id: project_id.to_owned() }
    }

    /// The project id.
    pub fn project_id(&self) -> &str {
        &self.project_id
    }
}

impl fmt::Debug for World {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("World")
            .field("project_id", &self.project_id)
            .finish_non_exhaustive()
    }
}

/// As the control API shows it.
fn shown(data: &impl Serialize) -> Value {
    serde_json::to_value(data).expect("plain data serialises")
}

/// The result of a call that fails only where the project id is malformed or there is no room for its
/// world. It panics then, at the line of the test.
#[track_caller]
fn sure<T>(done: Result<T, ControlError>) -> T {
    match done {
        Ok(value) => value,
        // Not `unwrap_or_else`: in a closure the panic would be reported at this line.
        Err(error) => panic!("Papercloud: {error}"),
    }
}
