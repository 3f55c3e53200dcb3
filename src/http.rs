//! HTTP: the router made from the registry, and what happens to every request.

mod body;
mod entrance;
pub mod reply;
mod target;

pub use entrance::PortOf;
pub use target::distance;
#[cfg(test)]
pub use target::fits;

use crate::api::{ROUTES, gateway};
use crate::auth::{self, Arrival, AuthMode};
use crate::cloud::{Access, Cloud, Project, WorldCell};
use crate::contract::check::{Members, Sent, check};
use crate::contract::json::Json;
use crate::contract::{Contract, Field, Level, Rule, Service, Violation};
use crate::control;
use crate::error::Refusal;
use crate::language::Language;
use crate::operation::{Failure, Outcome, Route};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{
    HeaderMap, HeaderValue, Method, Response, header, request::Parts, uri::Authority,
};
use axum::routing::{MethodFilter, MethodRouter};
use entrance::Entrance;
use reply::Answer;
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use target::Target;

/// What requests are answered with.
#[derive(Debug)]
pub struct App {
    /// The worlds.
    pub cloud: Cloud,
    /// How credentials are looked at.
    pub auth: AuthMode,
    /// How long a body may take to arrive.
    pub body_timeout: Duration,
}

/// The router: every path with its operations, and the control API.
pub fn router(app: Arc<App>) -> Router {
    let mut router = Router::new().merge(control::router());
    for (template, methods) in entrance::by_template() {
        let mut handlers = MethodRouter::new();
        for (method, entrances) in methods {
            let filter = MethodFilter::try_from(method).expect("a method that axum knows");
            handlers = handlers.on(
                filter,
                move |State(app): State<Arc<App>>, request: Request| async move {
                    respond(&app, &entrances, request).await
                },
            );
        }
        router = router.route(template, handlers);
    }
    router
        .fallback(unknown_route)
        .method_not_allowed_fallback(unknown_route)
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(reply::panicked))
        .with_state(app)
}

/// What happens to every request for an operation.
async fn respond(app: &App, entrances: &[&'static Entrance], request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = body::receive(body, app.body_timeout).await;
    answer(app, entrances, &parts, body).map(Body::from)
}

/// Everything but the waiting: this part is synchronous, and the self-test calls it too.
fn answer(
    app: &App,
    entrances: &[&'static Entrance],
    parts: &Parts,
    body: Result<Bytes, Refusal>,
) -> Response<Vec<u8>> {
    let (template, routes) = entrance::of_service(entrances, parts);
    let service = routes[routes.len() - 1].contract.service;
    let mut answer = Answer::new(service, language(service, &parts.headers));
    let target = Target::read(&parts.uri, template);
    let project_id = target.as_ref().ok().and_then(Target::usable_project_id);
    let cell = app.cloud.world(project_id.unwrap_or_default());
    // One counter for all that belong to no project, or their ids would meet.
    answer.request_id = match project_id {
        Some(_) => cell.next_request_id(),
        None => app.cloud.stray_request_id(),
    };
    let outcome =
        target.and_then(|target| exchange(app, &cell, routes, parts, target, &body?, &mut answer));
    answer.write(outcome)
}

/// Answers a request without a connection, as the self-test does.
pub fn answer_in_process(app: &App, parts: &Parts, body: Bytes) -> Response<Vec<u8>> {
    let path = parts.uri.path();
    match entrance::fitting(&parts.method, path).as_slice() {
        [] => unknown(app, &parts.method, path),
        entrances => answer(app, entrances, parts, Ok(body)),
    }
}

/// One request against one world: the order of the steps is the order of the refusals.
fn exchange(
    app: &App,
    cell: &WorldCell,
    routes: &'static [Route],
    parts: &Parts,
    target: Target<'_>,
    body: &[u8],
    answer: &mut Answer,
) -> Result<Outcome, Refusal> {
    let settings = app.cloud.settings();
    let access = admit(app, routes, parts, &target, body)?;
    target.require_project_id()?;

    let takes_body = routes.iter().any(|route| !route.contract.body.is_empty());
    let may_lack_body = routes.iter().all(|route| route.contract.body_is_optional);
    let lacks_body = may_lack_body && body.trim_ascii().is_empty();
    let members = if takes_body && !lacks_body { body::members(body)? } else { Members::new() };
    let mut violations = target.remarks();
    violations.extend(remarks(routes, &parts.headers, takes_body));
    let mut sent =
        Sent { path: target.path, query: target.query, body: members, headers: Vec::new() };

    let route = match routes {
        [only] => only,
        several => entrance::choose(several, &sent, &cell.lock()),
    };
    answer.contract = Some(route.contract);
    sent.headers = read_headers(route.contract, &parts.headers)?;
    let checked = check(route.contract, sent);
    violations.extend(checked.violations);
    let level = |violation: &Violation| settings.strictness.level(violation.rule.class());
    let (refused, passed): (Vec<_>, Vec<_>) =
        violations.into_iter().partition(|violation| level(violation) == Level::Enforce);
    answer.warn(passed.iter().filter(|violation| level(violation) == Level::Warn));
    if !refused.is_empty() {
        return Err(Refusal::Invalid(refused));
    }

    let mut world = cell.lock();
    let mut project = Project::new(&mut world, access);
    let run = AssertUnwindSafe(|| route.perform(checked.document, &mut project));
    let done = catch_unwind(run).unwrap_or_else(|panic| {
        Err(Failure::Refused(Refusal::Internal { cause: reply::panic_message(panic.as_ref()) }))
    });
    answer.warnings.extend(project.finish(done.is_ok()));
    match done {
        Ok(outcome) => Ok(outcome),
        Err(Failure::Refused(refusal)) => Err(refusal),
        Err(Failure::Misfit(_)) if !passed.is_empty() => Err(Refusal::Invalid(passed)),
        Err(Failure::Misfit(cause)) => Err(Refusal::Internal { cause }),
    }
}

/// Lets a request in by its credentials, unless the call is what gives them.
fn admit<'r>(
    app: &'r App,
    routes: &[Route],
    parts: &'r Parts,
    target: &Target<'_>,
    body: &[u8],
) -> Result<Access<'r>, Refusal> {
    let project_id = target.usable_project_id();
    let arrival = Arrival { cloud: &app.cloud, parts, body, project_id };
    let open = routes.iter().all(|route| route.contract.open);
    auth::admit(if open { AuthMode::Off } else { app.auth }, &arrival)?;
    Ok(Access {
        cloud: &app.cloud,
        host: host(parts),
        caller: auth::recognise(&arrival),
        verifies: app.auth == AuthMode::Verify,
    })
}

/// The host that a client has reached the service by.
fn host(parts: &Parts) -> &str {
    let named = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    named.or_else(|| parts.uri.authority().map(Authority::as_str)).unwrap_or("localhost")
}

/// The header parameters that a contract declares.
fn read_headers<'h>(contract: &Contract, headers: &'h HeaderMap) -> Result<Members<'h>, Refusal> {
    let sent = |field: &Field| Some((field.name, headers.get(field.name)?));
    let read = |(name, value): (&'static str, &'h HeaderValue)| match value.to_str() {
        Ok(text) => Ok((Cow::Borrowed(name), Json::Text(Cow::Borrowed(text.trim())))),
        Err(_) => Err(Refusal::MalformedRequest {
            reason: format!("the header {name} has signs that are not ASCII"),
        }),
    };
    contract.headers.iter().filter_map(sent).map(read).collect()
}

/// What is odd about the headers, but no reason to refuse the request.
fn remarks(
    routes: &[Route],
    headers: &HeaderMap,
    takes_body: bool,
) -> impl Iterator<Item = Violation> {
    let remark = |name: &str, rule| {
        let got = Some(reply::shown_header(headers.get(name)));
        Violation { path: name.to_owned(), rule, got }
    };
    let other_type = takes_body && !is_json(headers);
    let documents_language = routes.iter().any(|route| route.contract.service.speaks_chinese);
    let tag = headers.get("x-language").filter(|_| documents_language);
    let unknown = tag.is_some_and(|tag| tag.to_str().ok().and_then(Language::from_tag).is_none());
    let content_type = other_type.then(|| remark("Content-Type", Rule::ContentType));
    let language = unknown.then(|| remark("X-Language", Rule::Language));
    content_type.into_iter().chain(language)
}

/// A body without a type is read as JSON; a body of another type is too, with a remark.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else { return true };
    let essence = kind.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// The language that a service documents; every other service speaks English.
fn language(service: &Service, headers: &HeaderMap) -> Language {
    let tag = headers.get("x-language").filter(|_| service.speaks_chinese);
    tag.and_then(|tag| Language::from_tag(tag.to_str().ok()?)).unwrap_or_default()
}

/// Answers what is no operation.
async fn unknown_route(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    let (method, path) = (request.method(), request.uri().path());
    if path.starts_with(control::ROOT) {
        return control::unknown(method, path).map(Body::from);
    }
    unknown(&app, method, path).map(Body::from)
}

fn unknown(app: &App, method: &Method, path: &str) -> Response<Vec<u8>> {
    let mut answer = Answer::new(&gateway::SERVICE, Language::English);
    answer.request_id = app.cloud.stray_request_id();
    let nearest = nearest_route(method, path);
    let path = path.chars().take(256).collect();
    answer.write(Err(Refusal::UnknownRoute { method: method.to_string(), path, nearest }))
}

/// The operation that was probably meant: the same path with another method, or the path that
/// takes the fewest changes.
fn nearest_route(method: &Method, path: &str) -> Option<String> {
    let apart = |route: &&Route| {
        let contract = route.contract;
        (distance(path, contract.path), contract.method != *method)
    };
    let nearest = ROUTES.iter().min_by_key(apart)?;
    let near_enough = apart(&nearest).0 <= 8;
    near_enough.then(|| format!("{} {}", nearest.contract.method, nearest.contract.path))
}
