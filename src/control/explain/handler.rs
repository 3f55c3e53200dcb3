//! `/_paper/requests/{request_id}`: explains a request by the ID that its answer has.

use crate::app::App;
use crate::control::answer;
use crate::control::calls::Calls;
use crate::control::explain::{Context, Explanation};
use crate::control::handler::call;
use crate::error::control::ControlError;
use crate::journal::{Absence, View, show};
use crate::project_id::path_name;
use serde::Serialize;
use serde_json::Value;

pub fn calls() -> Calls {
    Calls::default().get("/_paper/requests/{request_id}", call(|app, id| answer(explain(app, id))))
}

/// A request explained, and everything that the journal has of it.
#[derive(Debug, Serialize)]
pub struct Explained {
    #[serde(flatten)]
    explanation: Explanation,
    /// As lists of requests show it.
    journal: Value,
}

/// Explains the request with this ID, whichever world it was sent to.
pub fn explain(app: &App, request_id: &str) -> Result<Explained, ControlError> {
    if request_id.len() != 32 || !request_id.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        let shown = crate::text::shown(request_id);
        return Err(ControlError::bad(format!(
            "a request ID has 32 hexadecimal digits, as X-Request-Id of every answer shows it, \
             got {shown}"
        )));
    }
    let request_id = &request_id.to_lowercase();
    for id in app.worlds.project_ids() {
        let Some(cell) = app.worlds.known_world(&id) else { continue };
        // IDs are computed from the numbers of a world's requests, so that of a dropped request is
        // known to be one.
        let Some(ordinal) = cell.ordinal_of(request_id) else { continue };
        let project_id = path_name(&id);
        let world = cell.lock();
        let journal = &world.journal;
        let Some(entry) = journal.entries().rfind(|entry| entry.ordinal() == ordinal) else {
            let why = describe(app, journal.why_absent(ordinal));
            let reason = format!("request {request_id} went to {project_id}, {why}");
            return Err(ControlError::missing(reason));
        };
        let instances = &world.state.instances;
        let context = Context { entry, request_id, project_id, instances, app };
        return Ok(Explained {
            journal: show(&View::new(entry, journal.key()), context.strictness()),
            explanation: Explanation::of(context),
        });
    }
    Err(ControlError::missing(format!(
        "no request has the ID {request_id}: it was never answered, its project was reset since, \
         or it was a control request; take the X-Request-Id of an answer of the API"
    )))
}

/// Why a journal has no entry of a request, as the second half of a sentence.
fn describe(app: &App, absence: Absence) -> String {
    match absence {
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
    }
}

fn counted(requests: u64) -> String {
    if requests == 1 { "1 request".to_owned() } else { format!("{requests} requests") }
}
