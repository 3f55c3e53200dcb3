//! `/_paper/failures`: the requests of all worlds that were refused.

use super::answer;
use super::calls::Calls;
use super::query::{self, parse};
use crate::api::find::unknown;
use crate::app::App;
use crate::contract::envelope::code_and_message;
use crate::error::control::ControlError;
use crate::journal::{Verdict, View};
use crate::project_id::path_name;
use axum::extract::State;
use axum::http::Uri;
use serde::Serialize;
use std::sync::Arc;

/// The query parameters.
const PARAMETERS: &[&str] = &["limit"];

pub(super) fn calls() -> Calls {
    Calls::default()
        .get("/_paper/failures", async |State(app): State<Arc<App>>, uri: Uri| {
            answer(list(&app, uri.query().unwrap_or_default()))
        })
        .reads(PARAMETERS)
}

/// The requests that were refused; what a fault rule has answered is not among them.
#[derive(Debug, Serialize)]
pub struct Failures {
    /// Whether no journal has dropped anything.
    exact: bool,
    /// How many requests the journals have.
    requests: usize,
    /// How many of them were refused, of which only the last may be shown.
    count: usize,
    failures: Vec<Failure>,
}

#[derive(Debug, Serialize)]
struct Failure {
    project_id: String,
    label: Option<Box<str>>,
    request_id: String,
    received: String,
    method: String,
    path: String,
    operation: Option<&'static str>,
    status: u16,
    error_code: Option<String>,
    reason: Option<String>,
}

/// The last refusals, in the order of their time.
pub fn list(app: &App, query: &str) -> Result<Failures, ControlError> {
    let mut limit = 20;
    query::read(query, |name, value| match name {
        "limit" => parse(name, &value, "a number").map(|value| limit = value),
        _ => Err(unknown("parameter", name, PARAMETERS.iter().copied())),
    })?;
    let (mut exact, mut requests, mut failures) = (true, 0, Vec::new());
    for id in app.worlds.project_ids() {
        let Some(cell) = app.worlds.known_world(&id) else { continue };
        let world = cell.lock();
        let journal = &world.journal;
        exact &= journal.is_whole();
        requests += journal.entries().count();
        let refused = journal.entries().filter(|entry| {
            matches!(entry.record.verdict, Verdict::Refused(_) | Verdict::Unknown)
                && entry.status.is_some_and(|status| status.as_u16() >= 400)
        });
        let project_id = path_name(&id);
        failures.extend(refused.map(|entry| {
            let view = View::new(entry, journal.key());
            let (error_code, reason) = code_and_message(view.answer_body());
            let given = |text: String| Some(text).filter(|text| !text.is_empty());
            let failure = Failure {
                project_id: project_id.to_owned(),
                label: world.label.clone(),
                request_id: view.request_id.clone(),
                received: entry.received.moment().with_milliseconds(),
                method: entry.method.to_string(),
                path: view.path().to_owned(),
                operation: entry.record.contract.map(|contract| contract.id),
                status: entry.status.map_or(0, |status| status.as_u16()),
                error_code: given(error_code),
                reason: given(reason),
            };
            (entry.received.moment(), entry.ordinal(), failure)
        }));
    }
    failures.sort_by_key(|(received, ordinal, _)| (*received, *ordinal));
    let count = failures.len();
    let last = failures.into_iter().skip(count.saturating_sub(limit));
    Ok(Failures { exact, requests, count, failures: last.map(|(.., failure)| failure).collect() })
}
