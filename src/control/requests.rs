//! What was asked of a world, and what a test claims about it.

mod checks;
mod listing;
mod pattern;

pub use checks::{CheckRequest, Times, Verified};
pub use listing::{Listing, PARAMETERS};
pub use pattern::{Pattern, operations, unknown};

use super::handler::{ask, tell};
use super::problem::read;
use super::{ControlError, answer, answer_empty, world};
use crate::http::App;
use crate::testing::journal::{Check, NearMiss, View, nearest, show};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::routing::{get, post};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

pub(super) const PATHS: &[&str] = &[
    "/_paper/worlds/{project_id}/requests",
    "/_paper/worlds/{project_id}/requests/verify",
    "/_paper/worlds/{project_id}/requests/near-misses",
];

type App_ = State<Arc<App>>;

pub(super) fn router() -> Router<Arc<App>> {
    let [all, verify_, near_misses_] = PATHS else { unreachable!("three paths") };
    Router::new()
        .route(
            all,
            get(async |app: App_, project: Path<String>, uri: Uri| {
                answer(
                    Listing::parse(uri.query().unwrap_or_default())
                        .and_then(|listing| list(&app, &project, &listing)),
                )
            })
            .delete(ask(|app, project| answer_empty(clear(app, project)))),
        )
        .route(
            verify_,
            post(tell(|app, project, body| {
                answer(checks::read_all(body).and_then(|checks| verify(app, project, &checks)))
            })),
        )
        .route(
            near_misses_,
            post(tell(|app, project, body| {
                answer(read(body).and_then(|it: Pattern| near_misses(app, project, &it)))
            })),
        )
}

/// Requests that were asked for.
#[derive(Debug, Serialize)]
pub struct Listed {
    /// Whether nothing was dropped.
    pub exact: bool,
    /// How many requests were dropped.
    pub dropped: u64,
    /// How many there are, of which only the last may be shown.
    pub count: usize,
    /// The requests, the newest last.
    pub requests: Vec<Value>,
}

/// Requests that are nearly what was meant.
#[derive(Debug, Serialize)]
pub struct NearMisses {
    exact: bool,
    dropped: u64,
    count: usize,
    /// The nearest first.
    pub near_misses: Vec<NearMiss>,
}

/// The requests of a world that are meant.
pub fn list(app: &App, project: &str, listing: &Listing) -> Result<Listed, ControlError> {
    let matcher = listing.pattern.matcher()?;
    let cell = world(app, project)?;
    let world = cell.lock();
    let journal = &world.testing.journal;
    let mut views: Vec<_> = View::all(journal).collect();
    if let Some(since) = &listing.since {
        let at = views.iter().position(|view| view.request_id == *since).ok_or_else(|| {
            ControlError::bad(format!(
                "since must be the id of a request in the journal, got {since:?}; {} were dropped",
                journal.dropped()
            ))
        })?;
        views.drain(..=at);
    }
    views.retain(|view| matcher.matches(view));
    let strictness = app.cloud.settings().strictness;
    let shown = &views[views.len().saturating_sub(listing.limit)..];
    Ok(Listed {
        exact: journal.dropped() == 0,
        dropped: journal.dropped(),
        count: views.len(),
        requests: shown.iter().map(|view| show(view, strictness)).collect(),
    })
}

/// Forgets them, also that any were dropped.
pub fn clear(app: &App, project: &str) -> Result<(), ControlError> {
    world(app, project)?.lock().testing.journal.clear();
    Ok(())
}

/// Judges what is claimed about them.
pub fn verify(app: &App, project: &str, checks: &[CheckRequest]) -> Result<Verified, ControlError> {
    let checks: Vec<Check> = checks.iter().map(CheckRequest::check).collect::<Result<_, _>>()?;
    let cell = world(app, project)?;
    let world = cell.lock();
    let journal = &world.testing.journal;
    let views: Vec<_> = View::all(journal).collect();
    let findings: Vec<_> = checks.iter().map(|check| check.judge(journal, &views)).collect();
    Ok(Verified {
        passed: findings.iter().all(|finding| finding.passed),
        exact: journal.dropped() == 0,
        dropped: journal.dropped(),
        checks: findings,
    })
}

/// Those that are nearly what is meant.
pub fn near_misses(
    app: &App,
    project: &str,
    pattern: &Pattern,
) -> Result<NearMisses, ControlError> {
    let matcher = pattern.matcher()?;
    let cell = world(app, project)?;
    let world = cell.lock();
    let journal = &world.testing.journal;
    let views: Vec<_> = View::all(journal).collect();
    Ok(NearMisses {
        exact: journal.dropped() == 0,
        dropped: journal.dropped(),
        count: views.iter().filter(|view| matcher.matches(view)).count(),
        near_misses: nearest(&matcher, views.iter()),
    })
}
