//! [`World`]: one project's world, as a test in Rust controls it.
//!
//! It does what the control API does over HTTP, by calling the same functions.

mod clock;
mod explain;
mod faults;
mod jobs;
mod report;
mod requests;
mod scenarios;
mod worlds;

pub use faults::Fault;
pub use requests::{Mismatch, Requests};

use crate::http::App;
use std::fmt;

/// One project's world, as a test controls it.
///
/// Every project id has a world, without being set up, and nothing that is done in one is seen in
/// another: tests that run in parallel take a project each.
#[derive(Clone)]
pub struct World<'c> {
    app: &'c App,
    project_id: String,
}

impl<'c> World<'c> {
    /// The world of a project.
    pub(crate) fn new(app: &'c App, project_id: &str) -> Self {
        Self { app, project_id: project_id.to_owned() }
    }
}

impl fmt::Debug for World<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("World").field("project_id", &self.project_id).finish()
    }
}
