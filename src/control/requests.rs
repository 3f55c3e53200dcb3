//! The requests to a world, and what a test claims about them.

mod checks;
mod listing;
mod pattern;
mod rules;

pub use checks::{CheckRequest, Times, Verified};
pub use listing::Listing;
pub use pattern::{Pattern, operations, routes_of};

use listing::PARAMETERS;

use super::calls::Calls;
use super::handler::{PathParams, call, call_with_body};
use super::{answer, answer_empty, look};
use crate::app::App;
use crate::error::control::{ControlError, read};
use crate::journal::{Check, Journal, NearMiss, View, nearest, show};
use axum::extract::State;
use axum::http::Uri;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

pub(super) fn calls() -> Calls {
    const ALL: &str = "/_paper/worlds/{project_id}/requests";
    Calls::default()
        .get(ALL, async |app: State<Arc<App>>, PathParams(project): PathParams, uri: Uri| {
            answer(
                Listing::parse(uri.query().unwrap_or_default())
                    .and_then(|listing| list(&app, &project, &listing)),
            )
        })
        .reads(PARAMETERS)
        .delete(ALL, call(|app, project| answer_empty(clear(app, project))))
        .post(
            "/_paper/worlds/{project_id}/requests/verify",
            call_with_body(|app, project, body| {
                answer(checks::read_all(body).and_then(|checks| verify(app, project, &checks)))
            }),
        )
        .post(
            "/_paper/worlds/{project_id}/requests/near-misses",
            call_with_body(|app, project, body| {
                answer(read(body).and_then(|it: Pattern| near_misses(app, project, &it)))
            }),
        )
}

/// A list of requests.
#[derive(Debug, Serialize)]
pub struct Listed {
    /// Whether nothing was dropped, and nothing is in flight that may be meant.
    pub exact: bool,
    /// How many requests were dropped.
    pub dropped: u64,
    /// How many requests of the world were received and are not in its journal yet.
    pub in_flight: usize,
    /// How many there are, of which only the last may be shown.
    pub count: usize,
    /// The requests in the order in which they were received, the newest last.
    pub requests: Vec<Value>,
}

/// Requests that are nearly what was meant.
#[derive(Debug, Serialize)]
pub struct NearMisses {
    exact: bool,
    dropped: u64,
    in_flight: usize,
    count: usize,
    /// The nearest first.
    pub near_misses: Vec<NearMiss>,
}

/// The requests of a world that are meant.
pub fn list(app: &App, project: &str, listing: &Listing) -> Result<Listed, ControlError> {
    let matcher = listing.pattern.matcher()?;
    let cell = look(app, project)?;
    let world = cell.lock();
    rules::require_known(app, &world, [&matcher].into_iter())?;
    let journal = &world.journal;
    let mut views = View::all(journal);
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
    let strictness = app.worlds.settings().strictness;
    let shown = &views[views.len().saturating_sub(listing.limit)..];
    Ok(Listed {
        exact: is_exact(journal, journal.in_flight.perhaps_meant(&matcher)),
        dropped: journal.dropped(),
        in_flight: journal.in_flight.count(),
        count: views.len(),
        requests: shown.iter().map(|view| show(view, strictness)).collect(),
    })
}

/// Whether a journal has everything that an answer is about, of which so much is in flight.
fn is_exact(journal: &Journal, in_flight: usize) -> bool {
    journal.is_whole() && in_flight == 0
}

/// Forgets them, also that any were dropped or came before the journal.
pub fn clear(app: &App, project: &str) -> Result<(), ControlError> {
    let cell = super::world(app, project)?;
    let mut world = cell.lock();
    world.journal.clear(cell.requests());
    Ok(())
}

/// Judges what is claimed about them.
pub fn verify(app: &App, project: &str, checks: &[CheckRequest]) -> Result<Verified, ControlError> {
    let checks: Vec<Check> = checks.iter().map(CheckRequest::check).collect::<Result<_, _>>()?;
    let cell = look(app, project)?;
    let world = cell.lock();
    rules::require_known(app, &world, checks.iter().flat_map(|check| check.claim.matchers()))?;
    let journal = &world.journal;
    let views = View::all(journal);
    let findings: Vec<_> = checks.iter().map(|check| check.judge(journal, &views)).collect();
    let claims = checks.iter().map(|check| &check.claim);
    let in_flight = claims.map(|claim| journal.in_flight.perhaps_claimed(claim)).sum();
    Ok(Verified {
        passed: findings.iter().all(|finding| finding.passed),
        exact: is_exact(journal, in_flight),
        dropped: journal.dropped(),
        in_flight: journal.in_flight.count(),
        checks: findings,
    })
}

/// The near misses of a pattern.
pub fn near_misses(
    app: &App,
    project: &str,
    pattern: &Pattern,
) -> Result<NearMisses, ControlError> {
    let matcher = pattern.matcher()?;
    let cell = look(app, project)?;
    let world = cell.lock();
    rules::require_known(app, &world, [&matcher].into_iter())?;
    let journal = &world.journal;
    let views = View::all(journal);
    Ok(NearMisses {
        exact: is_exact(journal, journal.in_flight.perhaps_meant(&matcher)),
        dropped: journal.dropped(),
        in_flight: journal.in_flight.count(),
        count: views.iter().filter(|view| matcher.matches(view)).count(),
        near_misses: nearest(&matcher, views.iter()),
    })
}
