//! Stopping a task: what the three calls that do it share.

use super::service::{allow_in, find_mut};
use crate::cloud::{Execution, MIGRATING, RequestContext, TERMINATION};
use crate::contract::{ErrorKind, Refused};
use crate::error::{Refusal, Resource};
use axum::http::StatusCode;

/// A task that does not migrate cannot be stopped.
pub const NOT_MIGRATING: Refused =
    Refused::new(ErrorKind::WrongState, StatusCode::BAD_REQUEST, "DCS.4026");

/// When a stopped task has come to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// After it was terminating for a while.
    Later,
    /// Before the answer leaves.
    AtOnce,
}

/// Stops a task. A reserved id applies, but a task that was to fail or never to end can be
/// stopped like any other: being told so is what an endless one waits for.
pub fn stop(id: &str, rest: Rest, context: &mut RequestContext<'_>) -> Result<(), Refusal> {
    context.apply_reserved_id(id, Resource::MigrationTask)?;
    let now = context.now;
    allow_in(find_mut(id, context)?, MIGRATING, now)?;
    let stop = match rest {
        Rest::AtOnce => Execution::over(now),
        Rest::Later => context.start_undisturbed(&TERMINATION, id),
    };
    let task = find_mut(id, context)?;
    task.stop = Some(stop);
    let activity = task.run().activity;
    context.cut_short(activity);
    Ok(())
}
