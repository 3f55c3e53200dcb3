//! Stopping a task: what the three calls that do it share.

use super::service::{allow_in, find_mut};
use crate::cloud::{MIGRATING, Project, Run, TERMINATION};
use crate::contract::{Refused, Situation};
use crate::error::{Refusal, Resource};
use axum::http::StatusCode;

/// A task that does not migrate cannot be stopped.
pub const NOT_MIGRATING: Refused =
    Refused::new(Situation::WrongState, StatusCode::BAD_REQUEST, "DCS.4026");

/// When a stopped task has come to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// After it was terminating for a while.
    Later,
    /// Before the answer leaves.
    AtOnce,
}

/// Stops a task. What its id means is heeded, but a task that was to fail or never to end can be
/// stopped like any other: being told so is what an endless one waits for.
pub fn stop(id: &str, rest: Rest, project: &mut Project<'_>) -> Result<(), Refusal> {
    project.heed(id, Resource::MigrationTask)?;
    let now = project.now;
    allow_in(find_mut(id, project)?, MIGRATING, now)?;
    let stop = match rest {
        Rest::AtOnce => Run::over(now),
        Rest::Later => project.start_undisturbed(&TERMINATION, id),
    };
    let task = find_mut(id, project)?;
    task.stop = Some(stop);
    let course = task.run().course;
    project.world.cut_short(course);
    Ok(())
}
