//! Failpoints: a test makes a project's next request panic at a named place. Only test builds have them.

use std::sync::{Mutex, PoisonError};

static ARMED: Mutex<Vec<(String, &'static str)>> = Mutex::new(Vec::new());

/// Lets the next request of a project panic at this place.
pub fn arm(project_id: &str, place: &'static str) {
    ARMED.lock().unwrap_or_else(PoisonError::into_inner).push((project_id.to_owned(), place));
}

/// Panics if [`arm`] has named this place. The message is not for logs.
pub fn pass(project_id: &str, place: &'static str) {
    let armed = {
        let mut armed = ARMED.lock().unwrap_or_else(PoisonError::into_inner);
        let at = armed.iter().position(|(project, at)| project == project_id && *at == place);
        at.map(|at| armed.swap_remove(at))
    };
    if let Some((project, place)) = armed {
        panic!("{project} tripped over {place} and let fall planted-secret");
    }
}
