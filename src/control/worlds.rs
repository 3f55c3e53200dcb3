//! The worlds themselves: which there are, reset, and what a test calls its own.

use super::handler::{ask, tell};
use super::problem::read;
use super::requests::unknown;
use super::{ACCOUNT, ControlError, answer, answer_empty, project_id, query, refuse, world};
use crate::http::{App, reply};
use crate::snapshot::{Header, Snapshot, Wrong};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{Response, StatusCode, Uri};
use axum::routing::{get, put};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) const PATHS: &[&str] =
    &["/_paper/worlds", "/_paper/worlds/{project_id}", "/_paper/worlds/{project_id}/label"];

pub(super) fn router() -> Router<Arc<App>> {
    let [all, one, label_] = PATHS else { unreachable!("three paths") };
    Router::new()
        .route(
            all,
            get(async |app: State<Arc<App>>, uri: Uri| {
                let listing = Listing::parse(uri.query().unwrap_or_default());
                answer(listing.map(|listing| list(&app, &listing)))
            }),
        )
        .route(
            one,
            get(ask(answer_export))
                .put(async |app: State<Arc<App>>, project: Path<String>, body: Received| {
                    answer_import(&app, &project, body)
                })
                .delete(ask(|app, project| answer_empty(reset(app, project))))
                .layer(DefaultBodyLimit::max(LARGEST)),
        )
        .route(
            label_,
            put(tell(|app, project, body| {
                answer(read(body).and_then(|it: Label| label(app, project, it.label)))
            })),
        )
}

/// The largest document that is imported over HTTP, in bytes: 64 MiB, where all other control
/// requests have 2 MiB.
const LARGEST: usize = 64 << 20;

type Received = Result<Bytes, BytesRejection>;

/// What the list of worlds can be cut down by.
pub(super) const PARAMETERS: &[&str] = &["marker", "limit"];

/// Which worlds are to be listed.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Only those behind this one, in the order of their project ids.
    pub marker: Option<String>,
    /// How many are shown at most: the first ones.
    pub limit: usize,
}

impl Default for Listing {
    fn default() -> Self {
        Self { marker: None, limit: 1000 }
    }
}

impl Listing {
    /// Reads a query string.
    pub fn parse(query: &str) -> Result<Self, ControlError> {
        let mut listing = Self::default();
        query::read(query, |name, value| {
            match name {
                "marker" => listing.marker = Some(project_id(&value)?.to_owned()),
                "limit" => listing.limit = query::parse(name, &value, "a number")?,
                _ => return Err(unknown("parameter", name, PARAMETERS.iter().copied())),
            }
            Ok(())
        })?;
        Ok(listing)
    }
}

/// The worlds that there are: how many, and those that were asked for.
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

/// The worlds that are asked for, in the order of their project ids. The account is the first.
pub fn list(app: &App, listing: &Listing) -> List {
    let mut ids = app.cloud.project_ids();
    ids.sort_unstable();
    let first =
        listing.marker.as_ref().map_or(0, |marker| ids.partition_point(|id| **id <= **marker));
    let worlds = ids[first..].iter().take(listing.limit).map(|id| glance(app, id)).collect();
    List { count: ids.len(), worlds }
}

fn glance(app: &App, id: &str) -> Shown {
    let cell = app.cloud.world(id);
    let mut world = cell.lock();
    let now = world.clock.now();
    world.agenda.catch_up(now);
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

/// A world as a document: everything that decides what it answers from now on. See
/// [`snapshot`](crate::snapshot).
pub fn export(app: &App, project: &str) -> Result<String, ControlError> {
    let cell = world(app, project)?;
    let (settings, requests) = (app.cloud.settings(), cell.requests());
    let snapshot = Snapshot::of(&cell.lock(), project, requests, settings);
    Ok(snapshot.write())
}

/// Puts the world of a document in the place of the project's, as an epoch: what began before it
/// goes on in the old world, which nobody sees again. The document has to be one of this project.
pub fn import(app: &App, project: &str, document: &[u8]) -> Result<(), ControlError> {
    let id = project_id(project)?;
    read::<Header>(document)?.check().map_err(said)?;
    let snapshot: Snapshot = read(document)?;
    snapshot.check(project, app.cloud.settings()).map_err(said)?;
    require_label(snapshot.label())?;
    // There has to be room for it.
    world(app, project)?;
    let requests = snapshot.requests();
    let known = |name: &str| app.cloud.scenario(name).ok();
    app.cloud.replace(id, requests, |world| snapshot.settle(world, &known)).map_err(said)
}

#[expect(clippy::needless_pass_by_value, reason = "used as map_err(said)")]
fn said(wrong: Wrong) -> ControlError {
    ControlError::bad(format!("the body is refused: {wrong}"))
}

fn answer_export(app: &App, project: &str) -> Response<Body> {
    match export(app, project) {
        Ok(document) => reply::json_text(StatusCode::OK, document.into_bytes()).map(Body::from),
        Err(error) => answer::<()>(Err(error)),
    }
}

fn answer_import(app: &App, project: &str, body: Received) -> Response<Body> {
    match body {
        Ok(body) => answer(import(app, project, &body).and_then(|()| shown(app, project))),
        Err(rejection) => {
            let reason =
                format!("the body is refused: {}, at most {LARGEST} bytes", rejection.body_text());
            refuse(rejection.status(), &reason).map(Body::from)
        }
    }
}

fn shown(app: &App, project: &str) -> Result<Shown, ControlError> {
    Ok(glance(app, project_id(project)?))
}

/// Lets a test call its world something, or nothing.
pub fn label(app: &App, project: &str, label: Option<String>) -> Result<Shown, ControlError> {
    require_label(label.as_deref())?;
    let cell = world(app, project)?;
    cell.lock().testing.label = label.map(Into::into);
    shown(app, project)
}

fn require_label(label: Option<&str>) -> Result<(), ControlError> {
    const LONGEST: usize = 256;
    if label.is_some_and(|label| label.chars().count() > LONGEST) {
        return Err(ControlError::bad(format!("label must have at most {LONGEST} characters")));
    }
    Ok(())
}
