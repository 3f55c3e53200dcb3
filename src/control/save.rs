//! `/_paper/save`: saves the state of all worlds now, and not only at the end.

use super::answer;
use super::calls::Calls;
use super::handler::spawn_blocking;
use crate::app::App;
use crate::error::control::ControlError;
use crate::persist::Saved;
use axum::extract::State;
use std::sync::Arc;

/// The path of the call, which has no body.
pub const PATH: &str = "/_paper/save";

pub(super) fn calls() -> Calls {
    Calls::default().post(PATH, async |State(app): State<Arc<App>>| {
        answer(spawn_blocking(move || save(&app)).await)
    })
}

/// Saves the state of all worlds. Whatever was answered before is in it.
pub fn save(app: &App) -> Result<Saved, ControlError> {
    let saved = app.save().ok_or_else(|| {
        ControlError::conflict(
            "nothing says where the worlds are saved to; start with --state FILE",
        )
    })?;
    saved.map_err(|error| ControlError::failed(error.to_string()))
}
