//! The control API below `/_paper/`, by which tests steer and inspect the emulated cloud.
//!
//! Each submodule has the functions of some calls, with their HTTP routes; the
//! [`World`](crate::World) of a test in Rust calls the same functions.

mod calls;
pub mod catalogue;
pub mod clock;
mod coverage;
mod events;
pub mod explain;
mod failures;
pub mod faults;
mod handler;
pub mod instances;
pub mod jobs;
pub mod metrics;
mod page;
mod query;
pub mod report;
pub mod requests;
mod resources;
mod save;
pub mod scenarios;
mod strict;
pub mod worlds;

use crate::api;
use crate::app::App;
use crate::auth::guard::Guard;
use crate::contract::Strictness;
use crate::contract::rules::{self, ListedNote};
use crate::error::Refusal;
use crate::error::control::ControlError;
use crate::http::reply::{self, refuse};
use crate::http::{host_of, log, own_url};
use crate::operation::Route;
use crate::project_id::project_id;
use crate::publish;
use crate::text::language::Language;
use crate::worlds::WorldCell;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response_with_state};
use axum::routing::any;
use calls::{Calls, Listed};
use serde::Serialize;
use serde_json::{Value, json};
use std::any::Any;
use std::collections::VecDeque;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use tower_http::catch_panic::CatchPanicLayer;

/// Everything below this path is the control API.
pub const ROOT: &str = "/_paper";

/// The query parameters of the lists of rules and of answers.
const FILTERS: &[&str] = &["operation", "service"];

/// The calls that need no token and are served on every port.
fn open_calls() -> Calls {
    Calls::default()
        .get("/_paper/health", async |State(app): State<Arc<App>>| {
            ok(&json!({ "status": "ok", "pid": std::process::id(), "instance": app.instance }))
        })
        .get("/_paper/ready", ready)
}

/// The calls for those who may control.
fn guarded_calls() -> Calls {
    Calls::default()
        .get("/_paper/openapi.json", document)
        .get("/_paper/disagreements", async || ok(&list_disagreements()))
        .get("/_paper/rules", async |uri: Uri| answer(list_rules(uri.query().unwrap_or_default())))
        .reads(FILTERS)
        .and(catalogue::calls())
        .and(clock::calls())
        .and(coverage::calls())
        .and(failures::calls())
        .and(faults::calls())
        .and(explain::handler::calls())
        .and(instances::calls())
        .and(jobs::calls())
        .and(scenarios::calls())
        .and(requests::calls())
        .and(resources::calls())
        .and(events::calls())
        .and(report::calls())
        .and(metrics::calls())
        .and(save::calls())
        .and(worlds::calls())
}

/// Every path of the control API with its methods, to name the nearest one in a refusal.
static LISTED: LazyLock<Vec<Listed>> =
    LazyLock::new(|| open_calls().and(page::calls()).and(guarded_calls()).listed());

/// Method and path of each call, without those of the page for people.
pub fn calls() -> impl Iterator<Item = String> {
    let listed = open_calls().and(guarded_calls()).listed();
    let calls = |call: Listed| {
        let named = call.methods().map(|method| format!("{method} {}", call.path));
        named.collect::<Vec<_>>()
    };
    listed.into_iter().flat_map(calls)
}

/// The API's port where the control API has a port of its own: without this route GET /{version} of
/// GeminiDB would answer for `/_paper`.
pub fn closed_router() -> Router<Arc<App>> {
    Router::new().route(ROOT, any(no_call))
}

/// The guarded calls, and the page for people. The page needs no token, since others link to it.
pub fn router(app: &Arc<App>) -> Router<Arc<App>> {
    let calls = guarded(
        guarded_calls().router().layer(from_fn(strict::check_request)),
        app,
        |guard, request| guard.admit(request.headers(), request.uri()),
    );
    calls.merge(guarded(page::calls().router(), app, |guard, request| {
        let own = guard.require_host(request.headers(), request.uri());
        own.map_err(ControlError::forbidden)
    }))
}

/// Adds the open calls to [`router`], and to every answer a request ID, even after a panic.
pub fn answered(router: Router<Arc<App>>, app: &Arc<App>) -> Router<Arc<App>> {
    let open = guarded(
        open_calls().router().layer(from_fn(strict::check_request)),
        app,
        |guard, request| {
            let admitted = guard.admit_sender(request.headers(), request.uri());
            admitted.map_err(ControlError::forbidden)
        },
    );
    open.merge(router)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(log::control_call))
        .layer(map_response_with_state(Arc::clone(app), identify))
}

/// Gives an answer a request ID, as every answer has one; control requests are in no journal.
pub async fn identify<B: Send>(
    State(app): State<Arc<App>>,
    mut response: Response<B>,
) -> Response<B> {
    if let Ok(id) = HeaderValue::try_from(app.worlds.next_control_id()) {
        response.headers_mut().insert(crate::headers::REQUEST_ID, id);
    }
    response
}

/// Answers a panic of a control call with the control API's JSON.
#[expect(clippy::needless_pass_by_value, reason = "the signature that the layer wants")]
fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
    let cause = reply::panic_message(panic.as_ref());
    tracing::error!(cause, "a control call failed");
    let reason = "Papercloud failed; its log says where";
    refuse(StatusCode::INTERNAL_SERVER_ERROR, reason).map(Body::from)
}

/// Any answer means ready: the port is served only after the self-test has passed.
async fn ready(State(app): State<Arc<App>>) -> Response<Body> {
    ok(&json!({
        "status": "ready",
        "version": env!("CARGO_PKG_VERSION"),
        "seed": app.worlds.settings().seed,
        "auth": app.auth.name(),
        "pid": std::process::id(),
        "instance": app.instance,
    }))
}

/// The rules of the operations that a query names; all of them, if it names none.
fn list_rules(query: &str) -> Result<Value, ControlError> {
    Ok(json!({ "rules": rules::rules(&requests::operations(query)?) }))
}

/// The OpenAPI document, with the address that the request was sent to.
async fn document(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Response<Body> {
    let api_port = app.guard.port.and(app.guard.address).map(|address| address.port());
    let address = own_url(&app, host_of(&uri, &headers), api_port);
    let text = document_at(app.worlds.settings().strictness, address);
    reply::json_text(StatusCode::OK, Vec::new()).map(|_| Body::from(text))
}

/// The document for an address. It is rendered once for each strictness. The texts with the latest
/// addresses are shared by all answers: they are long, and slow clients hold them.
fn document_at(strictness: Strictness, address: String) -> Bytes {
    const ADDRESS: &str = "http://address.invalid";
    const MOST_ADDRESSES: usize = 8;
    // A process may have several configurations.
    static RENDERED: Mutex<Vec<(Strictness, Arc<str>)>> = Mutex::new(Vec::new());
    static ADDRESSED: Mutex<VecDeque<(Strictness, String, Bytes)>> = Mutex::new(VecDeque::new());
    let mut addressed = ADDRESSED.lock().unwrap_or_else(PoisonError::into_inner);
    let known = addressed.iter().find(|(of, at, _)| (*of, at) == (strictness, &address));
    if let Some((.., text)) = known {
        return text.clone();
    }
    let mut rendered = RENDERED.lock().unwrap_or_else(PoisonError::into_inner);
    let known = rendered.iter().find(|(of, _)| *of == strictness).map(|(_, text)| text.clone());
    let text = known.unwrap_or_else(|| {
        let document = publish::document(api::routes(), strictness, ADDRESS);
        let text = Arc::from(document.to_string());
        rendered.push((strictness, Arc::clone(&text)));
        text
    });
    let text = Bytes::from(text.replacen(ADDRESS, &address, 1));
    if addressed.len() == MOST_ADDRESSES {
        addressed.pop_front();
    }
    addressed.push_back((strictness, address, text.clone()));
    text
}

/// Every place where the documents disagree, and what is done: the same as in docs/disagreements.md.
fn list_disagreements() -> Value {
    let found = rules::disagreements(api::routes().iter().map(Route::contract)).into_iter();
    let shown = |(operation, note): (&str, ListedNote)| json!({ "operation": operation, "matter": note.matter, "decision": note.decision });
    let all: Vec<_> = found.map(shown).collect();
    json!({ "count": all.len(), "disagreements": all })
}

/// The world that a path names, for a call that only reads: if there is none, a new one that is not
/// kept, so reading makes no world and evicts none.
pub fn look(app: &App, project: &str) -> Result<Arc<WorldCell>, ControlError> {
    let id = project_id(project)?;
    #[cfg(test)]
    crate::cloud::failpoint::pass(id, "control");
    Ok(app.worlds.look(id))
}

/// The world that a path names, for a call that changes it: the first one makes it.
pub fn world(app: &App, project: &str) -> Result<Arc<WorldCell>, ControlError> {
    let id = project_id(project)?;
    #[cfg(test)]
    crate::cloud::failpoint::pass(id, "control");
    let entered = app.worlds.enter(id);
    entered.inspect(|entered| entered.cell.hold()).map(|entered| entered.cell).map_err(|full| {
        let reason = Refusal::from(full).message(Language::English);
        ControlError { status: StatusCode::TOO_MANY_REQUESTS, ..ControlError::bad(reason) }
    })
}

/// The answer to a control request that is refused.
fn answer_error(error: &ControlError) -> Response<Body> {
    refuse(error.status, &error.to_string()).map(Body::from)
}

/// The answer to a control request.
pub fn answer<T: Serialize>(done: Result<T, ControlError>) -> Response<Body> {
    match done {
        Ok(body) => ok(&body),
        Err(error) => answer_error(&error),
    }
}

/// The answer to one that makes something.
pub fn answer_created<T: Serialize>(done: Result<T, ControlError>) -> Response<Body> {
    let created = done.is_ok();
    let mut response = answer(done);
    if created {
        *response.status_mut() = StatusCode::CREATED;
    }
    response
}

/// The answer to one that leaves nothing to say.
pub fn answer_empty(done: Result<(), ControlError>) -> Response<Body> {
    match done {
        Ok(()) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NO_CONTENT;
            response
        }
        Err(error) => answer_error(&error),
    }
}

fn ok(body: &impl Serialize) -> Response<Body> {
    reply::json(StatusCode::OK, body).map(Body::from)
}

async fn no_call(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    unknown_here(&app, &request).map(Body::from)
}

/// Answers a request for no control call at the API's port.
pub fn unknown_here(app: &App, request: &Request) -> Response<Vec<u8>> {
    let Some(port) = app.guard.port else { return unknown_at_port(&app.guard, request) };
    match app.guard.admit_sender(request.headers(), request.uri()) {
        Ok(()) => {
            let reason = format!("the control API is served at port {port}");
            refuse(StatusCode::NOT_FOUND, &reason)
        }
        Err(reason) => refuse(StatusCode::FORBIDDEN, &reason),
    }
}

/// Answers a request for no control call on the control API's own port.
pub fn unknown_at_port(guard: &Guard, request: &Request) -> Response<Vec<u8>> {
    match guard.admit(request.headers(), request.uri()) {
        Ok(()) => unknown(request.method(), request.uri().path()),
        Err(error) => refuse(error.status, &error.to_string()),
    }
}

/// Answers a request for an unknown path, or with a method that its path does not take.
fn unknown(method: &Method, path: &str) -> Response<Vec<u8>> {
    let shown = crate::text::shown(path);
    if let Some(listed) = LISTED.iter().find(|listed| listed.lacks(method, path)) {
        let reason = format!("{shown} takes {}, not {method}", listed.methods_in_words());
        let mut response = refuse(StatusCode::METHOD_NOT_ALLOWED, &reason);
        if let Ok(methods) = HeaderValue::try_from(listed.allow()) {
            response.headers_mut().insert(header::ALLOW, methods);
        }
        return response;
    }
    let distance =
        |listed: &&Listed| crate::contract::template::distance(path, listed.path, usize::MAX);
    let nearest = LISTED.iter().min_by_key(distance).map_or(ROOT, |listed| listed.path);
    let reason = format!("there is no {method} {shown}; the nearest path is {nearest}");
    refuse(StatusCode::NOT_FOUND, &reason)
}

/// Decides whether a control call is admitted.
type Admit = fn(&Guard, &Request) -> Result<(), ControlError>;

/// Calls behind a guard.
fn guarded(calls: Router<Arc<App>>, app: &Arc<App>, admit: Admit) -> Router<Arc<App>> {
    calls.layer(from_fn_with_state((Arc::clone(app), admit), admit_call))
}

async fn admit_call(
    State((app, admit)): State<(Arc<App>, Admit)>,
    request: Request,
    next: Next,
) -> Response<Body> {
    match admit(&app.guard, &request) {
        Ok(()) => next.run(request).await,
        Err(error) => answer_error(&error),
    }
}
