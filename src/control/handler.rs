//! Control calls as axum handlers.
//!
//! The compiler makes a copy of the extractors for each type of handler, so there is one type for each
//! shape of call (with or without an ID, with or without a body), and not one for each call.

mod parts;

pub use parts::{LimitedBody, PathParams};

use super::ControlError;
use crate::app::App;
use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use std::future::{Ready, ready};
use std::panic::resume_unwind;
use std::sync::Arc;

type Answer = Response<Body>;
type Service = State<Arc<App>>;
/// A project, and the ID of something in its world.
type Within = PathParams<(String, String)>;

/// A call about the service.
pub fn service_call(
    call: fn(&App) -> Answer,
) -> impl Fn(Service) -> Ready<Answer> + Clone + Send + Sync + 'static {
    move |app| ready(call(&app))
}

/// A call about what the path names.
pub fn call(
    call: fn(&App, &str) -> Answer,
) -> impl Fn(Service, PathParams) -> Ready<Answer> + Clone + Send + Sync + 'static {
    move |app, PathParams(name)| ready(call(&app, &name))
}

/// The same with a body.
pub fn call_with_body(
    call: fn(&App, &str, &[u8]) -> Answer,
) -> impl Fn(Service, PathParams, LimitedBody) -> Ready<Answer> + Clone + Send + Sync + 'static {
    move |app, PathParams(name), LimitedBody(body)| ready(call(&app, &name, &body.bytes))
}

/// A call about something in the world of a project.
pub fn world_call(
    call: fn(&App, &str, &str) -> Answer,
) -> impl Fn(Service, Within) -> Ready<Answer> + Clone + Send + Sync + 'static {
    move |app, PathParams((project, id))| ready(call(&app, &project, &id))
}

/// The same with a body.
pub fn world_call_with_body(
    call: fn(&App, &str, &str, &[u8]) -> Answer,
) -> impl Fn(Service, Within, LimitedBody) -> Ready<Answer> + Clone + Send + Sync + 'static {
    move |app, PathParams((project, id)), LimitedBody(body)| {
        ready(call(&app, &project, &id, &body.bytes))
    }
}

/// Runs a slow call on a thread of its own, since one thread may serve all requests.
pub async fn spawn_blocking<T: Send + 'static>(
    call: impl FnOnce() -> Result<T, ControlError> + Send + 'static,
) -> Result<T, ControlError> {
    let done = tokio::task::spawn_blocking(call).await;
    done.unwrap_or_else(|error| match error.try_into_panic() {
        // `CatchPanicLayer` answers it, as it does the panic of any control call.
        Ok(panic) => resume_unwind(panic),
        Err(error) => Err(ControlError::failed(error.to_string())),
    })
}
