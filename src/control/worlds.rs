//! The worlds themselves: which there are, reset, and what a test calls its own.

use super::problem::read;
use super::{ACCOUNT, ControlError, answer, answer_empty, project_id, world};
use crate::http::App;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::{delete, get, put};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) const PATHS: &[&str] =
    &["/_paper/worlds", "/_paper/worlds/{project_id}", "/_paper/worlds/{project_id}/label"];

pub(super) fn router() -> Router<Arc<App>> {
    let [all, one, label_] = PATHS else { unreachable!("three paths") };
    Router::new()
        .route(all, get(async |app: State<Arc<App>>| answer(Ok(list(&app)))))
        .route(
            one,
            delete(async |app: State<Arc<App>>, project: Path<String>| {
                answer_empty(reset(&app, &project))
            }),
        )
        .route(
            label_,
            put(async |app: State<Arc<App>>, project: Path<String>, body: Bytes| {
                answer(read(&body).and_then(|it: Label| label(&app, &project, it.label)))
            }),
        )
}

/// The worlds that there are.
#[derive(Debug, Serialize)]
pub struct List {
    count: usize,
    worlds: Vec<Shown>,
}

/// A world at a glance.
#[derive(Debug, Serialize)]
pub struct Shown {
    project_id: String,
    label: Option<Box<str>>,
    now: String,
    requests: u64,
    under_way: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    label: Option<String>,
}

/// The worlds that there are, in the order of their project ids.
pub fn list(app: &App) -> List {
    let mut ids = app.cloud.project_ids();
    ids.sort_unstable();
    let worlds: Vec<_> = ids.iter().map(|id| glance(app, id)).collect();
    List { count: worlds.len(), worlds }
}

fn glance(app: &App, id: &str) -> Shown {
    let cell = app.cloud.world(id);
    let mut world = cell.lock();
    let now = world.clock.now();
    world.agenda.pass(now, drop);
    Shown {
        project_id: if id.is_empty() { ACCOUNT.to_owned() } else { id.to_owned() },
        label: world.testing.label.clone(),
        now: now.with_milliseconds(),
        requests: cell.requests(),
        under_way: world.agenda.under_way().count(),
    }
}

/// Forgets everything about a project. What began before it goes on in the old world, which nobody
/// sees again.
pub fn reset(app: &App, project: &str) -> Result<(), ControlError> {
    app.cloud.reset(project_id(project)?);
    Ok(())
}

/// Lets a test call its world something, or nothing.
pub fn label(app: &App, project: &str, label: Option<String>) -> Result<Shown, ControlError> {
    const LONGEST: usize = 256;
    if label.as_ref().is_some_and(|label| label.chars().count() > LONGEST) {
        return Err(ControlError::bad(format!("label must have at most {LONGEST} characters")));
    }
    let cell = world(app, project)?;
    cell.lock().testing.label = label.map(Into::into);
    Ok(glance(app, project_id(project)?))
}
