//! Advice about a refusal that no correction of the request would have avoided.

use crate::contract::ErrorKind;

/// What to do about a refusal of this kind.
pub fn after_refusal(error_kind: ErrorKind, project_id: &str) -> String {
    let world = format!("/_paper/worlds/{project_id}");
    match error_kind {
        ErrorKind::Busy => format!(
            "Wait until what is under way has ended: GET {world}/jobs lists it, and POST \
             {world}/clock/advance {{\"to\":\"next-event\"}} moves the clock there. An id that \
             starts with 00000409 is busy for good."
        ),
        ErrorKind::WrongState => format!(
            "Bring it into a state that the message names: POST {world}/clock/advance \
             {{\"to\":\"next-event\"}} lets what is under way go on."
        ),
        ErrorKind::UnknownInstance
        | ErrorKind::UnknownMapping
        | ErrorKind::UnknownRule
        | ErrorKind::UnknownTask
        | ErrorKind::UnknownJob
        | ErrorKind::UnknownReplication
        | ErrorKind::UnknownHtapInstance
        | ErrorKind::NoRelationship => format!(
            "Use an id that this project's world knows: one that a list or a create call has \
             answered since its last reset, or that the world file has. GET {world}/jobs lists \
             what is under way. An id that starts with 00000404 never exists."
        ),
        ErrorKind::UnknownToken => {
            "Log in again with POST /v3/auth/tokens, and use the X-Subject-Token of the answer."
                .to_owned()
        }
        ErrorKind::UnknownProject => {
            "Use a project that GET /v3/projects or GET /v3/auth/projects lists.".to_owned()
        }
        ErrorKind::UnknownRegion | ErrorKind::UnknownAccount => {
            "Use one that GET /v3/regions or GET /v3/auth/domains lists.".to_owned()
        }
        ErrorKind::Forbidden => {
            "Use another resource or other credentials. An id that starts with 00000403 is \
             forbidden for good."
                .to_owned()
        }
        ErrorKind::WrongEngine => {
            "Name an instance of the kind that the message asks for: the end of an id, such as \
             in12, tells the engine of an instance that is not known yet."
                .to_owned()
        }
        ErrorKind::NameTaken => {
            format!("Choose another name, or start anew with DELETE {world}.")
        }
        ErrorKind::Retired => "Call the operation that the message names.".to_owned(),
        ErrorKind::LimitReached => {
            "Start with a higher limit, or forget worlds that are no longer needed: DELETE \
             /_paper/worlds/{project_id}."
                .to_owned()
        }
        ErrorKind::BodyTooLarge => "Send a smaller body.".to_owned(),
        ErrorKind::BodyTimeout => {
            "Send the whole body in time, or start with a longer --body-seconds.".to_owned()
        }
        ErrorKind::UnsupportedBody => {
            "Send the body in UTF-8, as it is or compressed by gzip or deflate.".to_owned()
        }
        ErrorKind::NotEmulated => {
            "GET /_paper/openapi.json lists what is emulated. Where the client \
                                   needs this call, let the test answer it in another way."
                .to_owned()
        }
        ErrorKind::ForeignPage => {
            "Start with the flag that the message names, or send the request from elsewhere."
                .to_owned()
        }
        ErrorKind::Internal => {
            "Look into the log. An id that starts with 00000500 is answered so on purpose."
                .to_owned()
        }
        ErrorKind::UnknownRoute => {
            "GET /_paper/openapi.json lists every operation with its path.".to_owned()
        }
        _ => "Change what the message names.".to_owned(),
    }
}

/// What to do about an answer that a test has ordered.
pub fn after_fault(rule: &str, project_id: &str) -> String {
    format!(
        "A test has ordered this answer by {rule}; GET /_paper/worlds/{project_id}/faults lists \
         what is armed."
    )
}
