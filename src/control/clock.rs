//! A world's clock over HTTP: read, freeze, resume, advance.

use super::refuse;
use crate::cloud::{Clock, ClockError, Moment};
use crate::http::{App, reply};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode};
use axum::routing::{get, post};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// The clock's routes.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/_paper/worlds/{project_id}/clock", get(read))
        .route("/_paper/worlds/{project_id}/clock/freeze", post(freeze))
        .route("/_paper/worlds/{project_id}/clock/resume", post(resume))
        .route("/_paper/worlds/{project_id}/clock/advance", post(advance))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Freeze {
    at: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Resume {
    scale: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: Option<f64>,
    to: Option<String>,
}

#[derive(Serialize)]
struct Shown {
    mode: &'static str,
    now: String,
    scale: f64,
}

async fn read(app: State<Arc<App>>, project: Path<String>) -> Response<Body> {
    turn(&app, &project, |_| Ok(()))
}

async fn freeze(app: State<Arc<App>>, project: Path<String>, body: Bytes) -> Response<Body> {
    turn(&app, &project, |clock| {
        let Freeze { at } = from_json(&body)?;
        let at = at.as_deref().map(moment).transpose()?;
        clock.freeze(at).map_err(said)
    })
}

async fn resume(app: State<Arc<App>>, project: Path<String>, body: Bytes) -> Response<Body> {
    turn(&app, &project, |clock| {
        let Resume { scale } = from_json(&body)?;
        clock.resume(scale.unwrap_or(1.0)).map_err(said)
    })
}

async fn advance(app: State<Arc<App>>, project: Path<String>, body: Bytes) -> Response<Body> {
    turn(&app, &project, |clock| match from_json(&body)? {
        Advance { seconds: Some(seconds), to: None } => {
            let by = Duration::try_from_secs_f64(seconds)
                .map_err(|_| format!("seconds must be a number from 0 up, got {seconds}"))?;
            clock.advance(by);
            Ok(())
        }
        Advance { seconds: None, to: Some(to) } => clock.move_to(moment(&to)?).map_err(said),
        _ => Err("advance takes either seconds or to".to_owned()),
    })
}

/// Turns a clock and shows it, or says why not.
fn turn(
    app: &App,
    project: &str,
    change: impl FnOnce(&mut Clock) -> Result<(), String>,
) -> Response<Body> {
    let cell = app.cloud.world(project);
    let mut world = cell.lock();
    let response = match change(&mut world.clock) {
        Ok(()) => {
            let clock = &world.clock;
            let (mode, now, scale) = (clock.mode(), clock.now().with_milliseconds(), clock.scale());
            reply::json(StatusCode::OK, &Shown { mode, now, scale })
        }
        Err(reason) => refuse(StatusCode::BAD_REQUEST, &reason),
    };
    response.map(Body::from)
}

/// An empty body is an empty object.
fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| format!("the body is refused: {error}"))
}

fn moment(text: &str) -> Result<Moment, String> {
    Moment::parse(text)
        .map_err(|error| format!("{text:?} must be a time such as 2026-01-01T00:00:00Z: {error}"))
}

#[expect(clippy::needless_pass_by_value, reason = "used as map_err(said)")]
fn said(error: ClockError) -> String {
    error.to_string()
}
