//! One request explained, by the id that its answer carries.

use super::handler::ask;
use super::{ACCOUNT, ControlError, answer};
use crate::http::App;
use crate::testing::explain::{Circumstances, Explanation};
use axum::Router;
use axum::routing::get;
use std::sync::Arc;

pub(super) const PATHS: &[&str] = &["/_paper/requests/{request_id}"];

/// How many numbers of requests are tried to tell a dropped entry from an id that was never given.
const MOST_TRIED: u64 = 1 << 20;

pub(super) fn router() -> Router<Arc<App>> {
    let [one] = PATHS else { unreachable!("one path") };
    Router::new().route(one, get(ask(|app, id| answer(explain(app, id)))))
}

/// Explains the request with this id, whichever world it was sent to.
pub fn explain(app: &App, request_id: &str) -> Result<Explanation, ControlError> {
    let digits = request_id.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !digits || request_id.len() != 32 {
        let shown: String = request_id.chars().take(64).flat_map(char::escape_debug).collect();
        return Err(ControlError::bad(format!(
            "a request ID has 32 hexadecimal digits, as X-Request-Id of every answer shows it, \
             got {shown}"
        )));
    }
    let request_id = request_id.to_lowercase();
    let strictness = app.cloud.settings().strictness;
    for id in app.cloud.project_ids() {
        let cell = app.cloud.world(&id);
        let world = cell.lock();
        let journal = &world.testing.journal;
        let mut entries = journal.entries().rev();
        let Some(entry) = entries.find(|entry| entry.request_id(journal.key()) == request_id)
        else {
            continue;
        };
        let project_id = if id.is_empty() { ACCOUNT } else { &id };
        let request_id = &request_id;
        let (guard, instances) = (&app.guard, &world.instances);
        let circumstances = Circumstances { request_id, project_id, strictness, guard, instances };
        return Ok(Explanation::of(entry, circumstances));
    }
    Err(ControlError::missing(why_not(app, &request_id)))
}

/// Why there is no entry for a request. Ids follow from the numbers of the requests, so one that
/// was dropped can be told from one that nobody got.
fn why_not(app: &App, request_id: &str) -> String {
    let mut left = MOST_TRIED;
    for id in app.cloud.project_ids() {
        let cell = app.cloud.world(&id);
        let tried = cell.requests().min(left);
        left -= tried;
        if !(0..tried).any(|ordinal| cell.request_id(ordinal) == request_id) {
            continue;
        }
        let project_id = if id.is_empty() { ACCOUNT } else { &id };
        return if cell.lock().testing.journal.dropped() > 0 {
            format!(
                "request {request_id} went to {project_id}, but its journal has dropped it: it \
                 keeps {} bytes; start with more --journal-bytes",
                app.cloud.settings().journal_bytes
            )
        } else {
            format!("request {request_id} went to {project_id}, and is not answered yet")
        };
    }
    format!(
        "no request has the ID {request_id}: it was never answered, its project was reset since, \
         or it was a control request; take the X-Request-Id of an answer of the API"
    )
}
