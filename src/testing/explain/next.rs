//! What to do about a refusal that no other request body would have avoided.

use crate::contract::Situation;

/// What to do.
pub fn sentence(situation: Situation, project_id: &str) -> String {
    let world = format!("/_paper/worlds/{project_id}");
    match situation {
        Situation::Busy => format!(
            "Wait until what is under way has ended: GET {world}/jobs lists it, and POST \
             {world}/clock/advance {{\"to\":\"next-event\"}} moves the clock there. An id that \
             starts with 00000409 is busy for good."
        ),
        Situation::WrongState => format!(
            "Bring it into a state that the message names: POST {world}/clock/advance \
             {{\"to\":\"next-event\"}} lets what is under way go on."
        ),
        Situation::UnknownInstance
        | Situation::UnknownMapping
        | Situation::UnknownRule
        | Situation::UnknownTask
        | Situation::UnknownJob
        | Situation::UnknownReplication
        | Situation::UnknownHtapInstance
        | Situation::NoRelationship => format!(
            "Use an id that this project's world knows: one that a list or a create call has \
             answered since its last reset, or that the world file has. GET {world}/jobs lists \
             what is under way. An id that starts with 00000404 never exists."
        ),
        Situation::UnknownToken => {
            "Log in again with POST /v3/auth/tokens, and use the X-Subject-Token of the answer."
                .to_owned()
        }
        Situation::UnknownProject => {
            "Use a project that GET /v3/projects or GET /v3/auth/projects lists.".to_owned()
        }
        Situation::Forbidden => {
            "Use another resource or other credentials. An id that starts with 00000403 is \
             forbidden for good."
                .to_owned()
        }
        Situation::WrongEngine => {
            "Name an instance of the kind that the message asks for: the end of an id, such as \
             in12, tells the engine of an instance that is not known yet."
                .to_owned()
        }
        Situation::NameTaken => {
            format!("Choose another name, or start anew with DELETE {world}.")
        }
        Situation::Retired => "Call the operation that the message names.".to_owned(),
        Situation::Full => {
            "Start with a higher limit, or forget worlds that are no longer needed: DELETE \
             /_paper/worlds/{project_id}."
                .to_owned()
        }
        Situation::BodyTooLarge => "Send a smaller body.".to_owned(),
        Situation::BodyTimeout => {
            "Send the whole body in time, or start with a longer --body-seconds.".to_owned()
        }
        Situation::Internal => {
            "Look into the log. An id that starts with 00000500 is answered so on purpose."
                .to_owned()
        }
        Situation::UnknownRoute => {
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
