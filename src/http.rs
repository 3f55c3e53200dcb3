//! HTTP: the router made from the registry, and what happens to every request.

pub mod body;
mod client;
pub mod endpoint;
pub mod log;
pub mod pipeline;
pub mod reply;
pub mod target;

pub use client::ClientWatch;
pub use endpoint::PortOf;

use crate::api::nearest::nearest_contract;
use crate::app::App;
use crate::clock::Stamp;
use crate::contract::check::Members;
use crate::contract::gateway::{self, BODY_LIMIT};
use crate::contract::json::Json;
use crate::contract::{Contract, Field, Rule, Service, Violation};
use crate::error::Refusal;
use crate::journal::{Entry, RequestRecord, Verdict, is_known_word};
use crate::operation::Route;
use crate::project_id::is_usual_project_id;
use crate::text;
use crate::text::language::Language;
use crate::worlds::World;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Uri, header, request::Parts,
    uri::Authority,
};
use body::Received;
use endpoint::Endpoint;
use pipeline::{Done, Exchange, Step};
use reply::Answer;
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Sleep;

/// The language that a client wants messages in.
const LANGUAGE: HeaderName = HeaderName::from_static("x-language");

/// Answers a request for an operation. Panics are caught here and in the operation, and not in a
/// layer around all of it, which would cost each request more.
pub async fn respond(
    app: &Arc<App>,
    endpoints: &[&'static Endpoint],
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    if endpoint::hide_another(endpoints, parts.uri.path()) {
        let answer = catch_unwind(AssertUnwindSafe(|| unknown(app, &parts)));
        return answer.map_or_else(reply::panicked, |answer| answer.map(Body::from));
    }
    let begin = || {
        let mut exchange = Exchange::begin(app, endpoints, &parts);
        match exchange.refuse_unless_admitted() {
            None => Ok(exchange),
            Some(refused) => Err(Box::new(refused.map(Body::from))),
        }
    };
    let mut exchange = match catch_unwind(AssertUnwindSafe(begin)) {
        Ok(Ok(exchange)) => exchange,
        Ok(Err(forbidden)) => return *forbidden,
        Err(panic) => return reply::panicked(panic),
    };
    let body = app.bodies.receive(&parts.headers, body, BODY_LIMIT).await;
    let client = parts.extensions.get::<ClientWatch>();
    let mut left_after = None;
    let Done { response, delay, disruption } = loop {
        match catch_unwind(AssertUnwindSafe(|| exchange.advance(&body))) {
            Ok(Step::Done(done)) => break done,
            // A client that has left does not notice how long it takes, so the request is performed at once.
            Ok(Step::Wait(latency)) => left_after = leaves_within(client, latency).await,
            Err(panic) => return reply::panicked(panic),
        }
    };
    if left_after.is_none() && !delay.is_zero() {
        left_after = leaves_within(client, delay).await;
    }
    if let Some(rest) = left_after {
        exchange.note_departure();
        rest.await;
    }
    let mut response = response.map(Body::from);
    if let Some(disruption) = disruption {
        // The server does it to the bytes of the answer.
        response.extensions_mut().insert(disruption);
    }
    response
}

/// Waits. If the client leaves meanwhile, the rest of the time is left: one that only says no more
/// looks the same, and gets its answer when it is due.
async fn leaves_within(client: Option<&ClientWatch>, time: Duration) -> Option<Pin<Box<Sleep>>> {
    let mut rest = Box::pin(tokio::time::sleep(time));
    let Some(client) = client else {
        rest.await;
        return None;
    };
    tokio::select! {
        () = client.left() => Some(rest),
        () = rest.as_mut() => None,
    }
}

/// Answers a request without a connection, as the self-test does: nothing waits there, and nothing
/// can be cut off.
pub fn answer_in_process(app: &App, parts: &Parts, body: Bytes) -> Response<Vec<u8>> {
    let path = parts.uri.path();
    let endpoints = endpoint::fitting(&parts.method, path);
    if endpoints.is_empty() {
        return unknown(app, parts);
    }
    let mut exchange = Exchange::begin(app, &endpoints, parts);
    let body = Ok(Received::of(body));
    loop {
        if let Step::Done(done) = exchange.advance(&body) {
            return done.response;
        }
    }
}

/// The host that a client has reached the service by: that of the target where it has one, which
/// HTTP has win over the header.
pub fn host(parts: &Parts) -> Option<&str> {
    host_of(&parts.uri, &parts.headers)
}

/// The same of a request that was not taken apart.
pub fn host_of<'r>(uri: &'r Uri, headers: &'r HeaderMap) -> Option<&'r str> {
    let of_target = uri.authority().map(Authority::as_str);
    // User information may stand before it.
    let of_target = of_target.map(|authority| authority.rsplit('@').next().unwrap_or(authority));
    of_target.or_else(|| headers.get(header::HOST)?.to_str().ok())
}

/// The header parameters that a contract declares.
pub fn read_headers<'h>(
    contract: &Contract,
    headers: &'h HeaderMap,
) -> Result<Members<'h>, Refusal> {
    let sent = |field: &Field| Some((field.name, headers.get(field.name)?));
    let read = |(name, value): (&'static str, &'h HeaderValue)| match value.to_str() {
        Ok(text) => Ok((Cow::Borrowed(name), Json::Text(Cow::Borrowed(text.trim())))),
        Err(_) => Err(Refusal::MalformedRequest {
            reason: format!("the header {name} has characters that are not ASCII"),
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
    let documents_language = routes.iter().any(|route| route.contract().service.speaks_chinese);
    let tag = headers.get(LANGUAGE).filter(|_| documents_language);
    let unknown = tag.is_some_and(|tag| tag.to_str().ok().and_then(Language::from_tag).is_none());
    let content_type = other_type.then(|| remark("Content-Type", Rule::ContentType));
    let language = unknown.then(|| remark("X-Language", Rule::Language));
    content_type.into_iter().chain(language)
}

/// An unknown path, as a message shows it: of its segments those that are words or the id of
/// a project, for others may be anything.
fn shown_path(path: &str) -> String {
    const MOST: usize = 256;
    let shown = path.split('/').map(|segment| {
        let is_shown = segment.is_empty() || is_known_word(segment);
        if is_shown { Cow::Borrowed(segment) } else { text::name(segment) }
    });
    shown.collect::<Vec<_>>().join("/").chars().take(MOST).collect()
}

/// A body without a type is read as JSON; a body of another type is too, with a remark.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else { return true };
    let essence = || kind.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    kind == "application/json" || essence().eq_ignore_ascii_case("application/json")
}

/// The language that a service documents; every other service speaks English.
fn language(service: &Service, headers: &HeaderMap) -> Language {
    let tag = headers.get(LANGUAGE).filter(|_| service.speaks_chinese);
    tag.and_then(|tag| Language::from_tag(tag.to_str().ok()?)).unwrap_or_default()
}

/// The URL of the list of what is emulated.
fn list_of_operations(app: &App, parts: &Parts) -> String {
    own_url(app, host(parts), app.guard.port) + "/_paper/openapi.json"
}

/// The address of the service as the host that a request was sent to has it, or another port of it.
pub fn own_url(app: &App, host: Option<&str>, port: Option<u16>) -> String {
    let (scheme, host) = (app.transport.scheme(), app.guard.reached_by(host));
    let Some(port) = port else { return format!("{scheme}://{host}") };
    let name = match host.rsplit_once(':') {
        Some((name, _)) if !host.ends_with(']') => name,
        _ => &*host,
    };
    format!("{scheme}://{name}:{port}")
}

/// Answers what is no operation, or none that is emulated. It makes no world: a request that only
/// looks as if it were for a project that has none belongs to the account.
pub fn unknown(app: &App, parts: &Parts) -> Response<Vec<u8>> {
    let (method, path) = (&parts.method, parts.uri.path());
    // What looks like a project's id is taken for one, so that its test finds the request.
    let segment = path.split('/').nth(2).filter(|segment| is_usual_project_id(segment));
    let known = segment.and_then(|id| app.worlds.known_world(id));
    let cell = known.unwrap_or_else(|| app.worlds.world(""));
    let ordinal = cell.next_request();
    let known = endpoint::known(parts);
    let admitted = app.guard.admit_sender(&parts.headers, &parts.uri);
    let refusal = match (admitted, known) {
        (Ok(()), Some(known)) => Refusal::NotEmulated {
            operation: [known.name, known.service],
            method: known.method.to_string(),
            path: known.path,
            list: list_of_operations(app, parts),
        },
        (Ok(()), None) => {
            let nearest = nearest_contract(method, path)
                .map(|contract| format!("{} {}", contract.method, contract.path));
            let (method, path) = (text::shown(method.as_str()), shown_path(path));
            Refusal::UnknownRoute { method, path, nearest }
        }
        (Err(reason), _) => Refusal::ForeignPage { reason },
    };
    let mut record = RequestRecord::default();
    match refusal {
        Refusal::UnknownRoute { .. } => {}
        _ => record.refuse(&refusal),
    }
    if matches!(refusal, Refusal::NotEmulated { .. }) {
        record.known = known;
    }
    let mut answer = Answer::of_gateway(cell.request_id(ordinal));
    if let Some(known) = known {
        answer.service = known.dialect;
    }
    let response = answer.write(Err(refusal));
    app.worlds.metrics().count(ordinal, None, Some(response.status().as_u16()), false);
    let mut world = cell.lock();
    let now = world.state.clock.now();
    let received = Stamp::at(now);
    let World { journal, label, state, .. } = &mut *world;
    let key = journal.key();
    journal.record(|digests| {
        let entry =
            Entry::new((digests, ordinal), (received, now), (parts, &[]), Some(&response), record);
        if entry.record.verdict == Verdict::Unknown {
            log::unknown(&entry);
        }
        log::request(&entry, key, &state.project_id, label.as_deref(), received);
        entry
    });
    drop(world);
    app.worlds.cut_journals();
    response
}

/// Answers what never comes so far as to be a request: an error of the gateway, with an id.
pub fn unreadable(app: &App, status: StatusCode, reason: &str) -> Response<Vec<u8>> {
    let cell = app.worlds.world("");
    let request_id = cell.request_id(cell.next_request());
    let code = if status.is_server_error() { "APIGW.0601" } else { "APIGW.0201" };
    let body =
        crate::contract::envelope::error(&gateway::SERVICE, status, code, reason, &request_id);
    let mut response = reply::json_text(status, body);
    if let Ok(id) = HeaderValue::try_from(request_id) {
        response.headers_mut().insert(crate::headers::REQUEST_ID, id);
    }
    response
}
