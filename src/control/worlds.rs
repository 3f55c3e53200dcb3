//! Worlds as a whole: list, export, import, reset and label them.

use super::calls::Calls;
use super::handler::{LimitedBody, PathParams, call, call_with_body, spawn_blocking};
use super::{answer, answer_empty, answer_error, query, world};
use crate::api::find::unknown;
use crate::app::App;
use crate::error::control::{ControlError, read};
use crate::http::reply;
use crate::journal::History;
use crate::persist::{Export, Header, Problem, check_label};
use crate::project_id::{path_name, project_id};
use crate::worlds::WorldCell;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode, Uri};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn calls() -> Calls {
    const ONE: &str = "/_paper/worlds/{project_id}";
    Calls::default()
        .get("/_paper/worlds", async |app: State<Arc<App>>, uri: Uri| {
            let listing = Listing::parse(uri.query().unwrap_or_default());
            answer(listing.map(|listing| list(&app, &listing)))
        })
        .reads(PARAMETERS)
        .get(ONE, async |State(app): State<Arc<App>>, PathParams(project): PathParams| {
            let exported = spawn_blocking(move || export(&app, &project)).await;
            exported.map_or_else(|error| answer_error(&error), document)
        })
        .put(
            ONE,
            async |State(app): State<Arc<App>>, PathParams(project): PathParams, body: Document| {
                let import = move || {
                    import(&app, &project, &body.0.bytes)?;
                    shown(&app, &project)
                };
                answer(spawn_blocking(import).await)
            },
        )
        .delete(ONE, call(|app, project| answer_empty(reset(app, project))))
        .put(
            "/_paper/worlds/{project_id}/label",
            call_with_body(|app, project, body| {
                answer(read(body).and_then(|it: Label| label(app, project, it.label)))
            }),
        )
}

/// A world as it is imported over HTTP: 64 MiB at most, where all other control requests have 2.
type Document = LimitedBody<{ 64 << 20 }>;

/// The query parameters of the list of worlds.
const PARAMETERS: &[&str] = &["marker", "limit"];

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
    worlds: Vec<WorldView>,
}

/// A world in short.
#[derive(Debug, Serialize)]
pub struct WorldView {
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
    let mut ids = app.worlds.project_ids();
    ids.sort_unstable();
    let first =
        listing.marker.as_ref().map_or(0, |marker| ids.partition_point(|id| **id <= **marker));
    // One that was reset meanwhile is left out.
    let shown = |id: &str| Some(WorldView::of(&*app.worlds.known_world(id)?, id));
    let worlds = ids[first..].iter().filter_map(|id| shown(id)).take(listing.limit).collect();
    List { count: ids.len(), worlds }
}

impl WorldView {
    fn of(cell: &WorldCell, id: &str) -> Self {
        let mut world = cell.lock();
        let now = world.state.clock.now();
        world.state.timeline.catch_up(now);
        Self {
            project_id: path_name(id).to_owned(),
            label: world.label.clone(),
            now: now.with_milliseconds(),
            requests: cell.requests(),
            under_way: world.state.timeline.under_way().count(),
        }
    }
}

/// Forgets everything about a project. What began before it goes on in the old world, which nobody
/// sees again.
pub fn reset(app: &App, project: &str) -> Result<(), ControlError> {
    app.worlds.reset(project_id(project)?);
    Ok(())
}

/// A world as a document: everything that decides what it answers from now on. See
/// [`persist`](crate::persist).
pub fn export(app: &App, project: &str) -> Result<String, ControlError> {
    let cell = super::look(app, project)?;
    let (settings, requests) = (app.worlds.settings(), cell.requests());
    let export = Export::of(&mut cell.lock(), project, requests, settings);
    Ok(export.write())
}

/// Replaces the world of a project by that of a document, which has to be of the same project. What
/// began before goes on in the old world, which nobody sees again. The journal counts the document's
/// requests as dropped: what they were is not in it.
pub fn import(app: &App, project: &str, document: &[u8]) -> Result<(), ControlError> {
    let id = project_id(project)?;
    let settings = app.worlds.settings();
    // Another version may have other members, so it is looked at alone first.
    read::<Header>(document)?.check().map_err(to_control_error)?;
    let export = read::<Export>(document)?;
    export.check(project, settings.seed).map_err(to_control_error)?;
    if export.name.is_some() {
        let reason = "name: only a file that is read at the start names a project";
        return Err(ControlError::bad(reason));
    }
    let past = History::of_imported(export.requests());
    let known = |name: &str| app.worlds.known_scenario(name);
    app.worlds.replace(id, past, |new| {
        export.fill(new, &known).map_err(to_control_error)?;
        // This may evict another world, so it comes once nothing else can fail.
        world(app, project).map(drop)
    })
}

#[expect(clippy::needless_pass_by_value, reason = "the signature that map_err wants")]
fn to_control_error(problem: Problem) -> ControlError {
    ControlError::bad(format!("the body is refused: {problem}"))
}

fn document(exported: String) -> Response<Body> {
    reply::json_text(StatusCode::OK, exported.into_bytes()).map(Body::from)
}

fn shown(app: &App, project: &str) -> Result<WorldView, ControlError> {
    Ok(WorldView::of(&*world(app, project)?, project_id(project)?))
}

/// Labels a world, or removes its label.
pub fn label(app: &App, project: &str, label: Option<String>) -> Result<WorldView, ControlError> {
    check_label(label.as_deref()).map_err(to_control_error)?;
    let cell = world(app, project)?;
    cell.lock().label = label.map(Into::into);
    Ok(WorldView::of(&cell, project_id(project)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::{explain, report};
    use crate::router::router;
    use crate::selftest::example_app;
    use axum::http::Request;
    use hyper::service::Service;
    use hyper_util::service::TowerToHyperService;
    use std::pin::pin;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc::channel;
    use std::task::{Context, Waker};
    use std::thread;
    use std::time::Duration;

    #[test]
    fn whoever_only_looks_brings_no_world_back() {
        let (app, done) = (example_app(), AtomicBool::new(false));
        let look = || {
            while !done.load(Ordering::Relaxed) {
                list(&app, &Listing::default());
                report::report_all(&app);
                assert!(
                    explain::handler::explain(&app, "00000000000000000000000000000000").is_err()
                );
            }
        };
        thread::scope(|scope| {
            scope.spawn(look);
            scope.spawn(look);
            for _ in 0..2_000 {
                label(&app, "one", None).unwrap();
                reset(&app, "one").unwrap();
            }
            label(&app, "one", None).unwrap();
            reset(&app, "one").unwrap();
            done.store(true, Ordering::Relaxed);
        });
        assert!(app.worlds.known_world("one").is_none());
    }

    /// Whether a call lets its thread go on while it is being done, which is until this is over.
    fn leaves_the_thread(app: &Arc<App>, method: &str, body: String, end: impl FnOnce()) -> bool {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let request = Request::builder().method(method).uri("/_paper/worlds/p");
        let request = request.body(Body::from(body)).unwrap();
        let _within = runtime.enter();
        let mut answer = pin!(TowerToHyperService::new(router(Arc::clone(app))).call(request));
        let left = answer.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending();
        end();
        if left {
            assert_eq!(runtime.block_on(answer).unwrap().status(), StatusCode::OK);
        }
        left
    }

    #[test]
    fn a_large_world_holds_up_nobody_while_it_is_exported_or_imported() {
        let app = Arc::new(example_app());
        let document = export(&app, "p").unwrap();
        let ((held, is_held), (release, released)) = (channel(), channel());
        let cell = world(&app, "p").unwrap();
        let holder = thread::spawn(move || {
            let _world = cell.lock();
            held.send(()).unwrap();
            // Should the export wait for it here, it is not to do so for ever.
            let _ = released.recv_timeout(Duration::from_secs(5));
        });
        is_held.recv().unwrap();
        assert!(leaves_the_thread(&app, "GET", String::new(), || release.send(()).unwrap_or(())));
        holder.join().unwrap();
        // What is read in no time could be done before anybody looks.
        let document = document + &" ".repeat(16 << 20);
        assert!(leaves_the_thread(&app, "PUT", document, || {}));
    }
}
