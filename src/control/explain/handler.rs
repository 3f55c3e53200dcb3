//! `/_paper/requests/{request_id}`: explains a request by the ID that its answer has.

use crate::app::App;
use crate::control::answer;
use crate::control::calls::Calls;
use crate::control::explain::{Circumstances, Explanation};
use crate::control::handler::ask;
use crate::error::control::ControlError;
use crate::journal::{Absence, Entry, View, show};
use crate::project_id::ACCOUNT;
use serde::Serialize;
use serde_json::Value;

pub fn calls() -> Calls {
    Calls::default().get("/_paper/requests/{request_id}", ask(|app, id| answer(explain(app, id))))
}

/// A request explained, and everything that the journal has of it.
#[derive(Debug, Serialize)]
pub struct Explained {
    #[serde(flatten)]
    explanation: Explanation,
    /// As lists of requests show it.
    journal: Value,
}

/// Explains the request with this id, whichever world it was sent to.
pub fn explain(app: &App, request_id: &str) -> Result<Explained, ControlError> {
    find(app, request_id, |entry, key, circumstances| Explained {
        journal: show(&View::new(entry, key), circumstances.strictness),
        explanation: Explanation::of(entry, circumstances),
    })
}

/// Finds the entry of a request, in the journal with this key, and what it is explained with.
fn find<T>(
    app: &App,
    request_id: &str,
    tell: impl FnOnce(&Entry, u64, Circumstances<'_>) -> T,
) -> Result<T, ControlError> {
    let digits = request_id.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !digits || request_id.len() != 32 {
        let shown = crate::text::shown(request_id);
        return Err(ControlError::bad(format!(
            "a request ID has 32 hexadecimal digits, as X-Request-Id of every answer shows it, \
             got {shown}"
        )));
    }
    let request_id = request_id.to_lowercase();
    let strictness = app.worlds.settings().strictness;
    for id in app.worlds.project_ids() {
        let Some(cell) = app.worlds.known_world(&id) else { continue };
        let world = cell.lock();
        let journal = &world.journal;
        let mut entries = journal.entries().rev();
        let Some(entry) = entries.find(|entry| entry.request_id(journal.key()) == request_id)
        else {
            continue;
        };
        let project_id = if id.is_empty() { ACCOUNT } else { &id };
        let request_id = &request_id;
        let (transport, guard, instances) = (app.transport, &app.guard, &world.state.instances);
        let region = app.worlds.settings().region.as_str();
        let circumstances = Circumstances {
            request_id,
            project_id,
            strictness,
            transport,
            guard,
            instances,
            region,
        };
        return Ok(tell(entry, journal.key(), circumstances));
    }
    Err(ControlError::missing(why_not(app, &request_id)))
}

/// Why there is no entry for a request. Ids follow from the numbers of the requests, so one that
/// was dropped can be told from one that nobody got.
fn why_not(app: &App, request_id: &str) -> String {
    for id in app.worlds.project_ids() {
        let Some(cell) = app.worlds.known_world(&id) else { continue };
        let Some(ordinal) = cell.ordinal_of(request_id) else { continue };
        let project_id = if id.is_empty() { ACCOUNT } else { &id };
        let absence = cell.lock().journal.why_absent(ordinal);
        let why = match absence {
            Absence::BeforeWorld(requests) => format!(
                "but its world was imported, loaded or forgotten for another one since, after {}, \
                 and the journal is not kept with a world",
                counted(requests)
            ),
            Absence::Cleared(requests) => format!(
                "but its journal was cleared since, when there had been {} \
                 (DELETE /_paper/worlds/{{project_id}}/requests)",
                counted(requests)
            ),
            Absence::Dropped => format!(
                "but its journal has dropped it: all journals together keep {} bytes; \
                 start with more --journal-bytes",
                app.worlds.world_settings().journal_bytes
            ),
            Absence::Unanswered => "and is not answered yet".to_owned(),
        };
        return format!("request {request_id} went to {project_id}, {why}");
    }
    format!(
        "no request has the ID {request_id}: it was never answered, its project was reset since, \
         or it was a control request; take the X-Request-Id of an answer of the API"
    )
}

fn counted(requests: u64) -> String {
    if requests == 1 { "1 request".to_owned() } else { format!("{requests} requests") }
}
