//! HTTP: the router made from the registry, and what happens to every request.

pub mod reply;
mod target;

pub use target::{distance, fits};

use crate::api::{ROUTES, gateway};
use crate::auth::{self, AuthMode};
use crate::cloud::{Cloud, Project, World};
use crate::contract::check::{Members, Sent, check};
use crate::contract::json::Json;
use crate::contract::{Level, Rule, Service, Violation};
use crate::control;
use crate::error::Refusal;
use crate::language::Language;
use crate::operation::{Failure, Route};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Response, header, request::Parts};
use axum::routing::{MethodFilter, MethodRouter};
use reply::{Answer, Outcome};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};
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

/// Operations that share a method and a path, and a template that leads to them.
#[derive(Debug)]
struct Entrance {
    template: Cow<'static, str>,
    routes: &'static [Route],
}

/// Every documented path, and every alias. Of operations that share a path, an alias leads only
/// to those that have it.
static ENTRANCES: LazyLock<Vec<Entrance>> = LazyLock::new(|| {
    let by_method_and_path = ROUTES.chunk_by(|left, right| {
        (&left.contract.method, left.contract.path) == (&right.contract.method, right.contract.path)
    });
    let documented = |routes: &'static [Route]| {
        let template = Cow::Borrowed(routes[0].contract.path);
        Entrance { template, routes }
    };
    let aliased = |routes: &'static [Route]| {
        let same_aliases = routes.chunk_by(|left, right| {
            left.contract.alias_templates().eq(right.contract.alias_templates())
        });
        same_aliases.flat_map(|routes| {
            let templates = routes[0].contract.alias_templates();
            templates.map(move |template| Entrance { template, routes })
        })
    };
    by_method_and_path
        .flat_map(|routes| std::iter::once(documented(routes)).chain(aliased(routes)))
        .collect()
});

/// The router: every path with its operations, and the control API.
pub fn router(app: Arc<App>) -> Router {
    let templates: BTreeSet<&str> =
        ENTRANCES.iter().map(|entrance| entrance.template.as_ref()).collect();
    let mut router = Router::new().merge(control::router());
    for template in templates {
        router = router.route(template, methods_of(template));
    }
    router
        .fallback(unknown_route)
        .method_not_allowed_fallback(unknown_route)
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(reply::panicked))
        .with_state(app)
}

/// The operations at a path: its own, and for methods that it has none for, those of a template
/// that the path is an instance of, which the router would hide behind it. A database called
/// `config` can then still be deleted, though `…/replication/config` is a path of its own.
fn methods_of(path: &str) -> MethodRouter<Arc<App>> {
    let own = ENTRANCES.iter().filter(|entrance| entrance.template == path);
    let hidden = ENTRANCES
        .iter()
        .filter(|entrance| entrance.template != path && fits(path, &entrance.template));
    let mut methods = MethodRouter::new();
    let mut taken: Vec<&Method> = Vec::new();
    for entrance in own.chain(hidden) {
        let method = &entrance.routes[0].contract.method;
        if taken.contains(&method) {
            continue;
        }
        taken.push(method);
        let filter = MethodFilter::try_from(method.clone()).expect("a method that axum knows");
        methods =
            methods.on(filter, move |State(app): State<Arc<App>>, request: Request| async move {
                respond(&app, entrance, request).await
            });
    }
    methods
}

/// What happens to every request for an operation.
async fn respond(app: &App, entrance: &'static Entrance, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = receive(body, app.body_timeout).await;
    answer(app, entrance, &parts, body).map(Body::from)
}

/// Everything but the waiting: this part is synchronous, and the self-test calls it too.
fn answer(
    app: &App,
    entrance: &'static Entrance,
    parts: &Parts,
    body: Result<Bytes, Refusal>,
) -> Response<Vec<u8>> {
    let routes = of_host(entrance.routes, &parts.headers);
    let service = routes[routes.len() - 1].contract.service;
    let mut answer = Answer::new(service, language(service, &parts.headers));
    let target = Target::read(&parts.uri, &entrance.template);
    answer.request_id = match &target {
        Ok(target) => app.cloud.world(&target.project_id).next_request_id(),
        Err(_) => app.cloud.stray_request_id(),
    };
    let outcome =
        target.and_then(|target| exchange(app, routes, parts, target, &body?, &mut answer));
    answer.write(outcome)
}

/// Answers a request without a connection, as the self-test and the README's tables need it.
pub fn answer_in_process(app: &App, parts: &Parts, body: Bytes) -> Response<Vec<u8>> {
    let path = parts.uri.path();
    let fitting = ENTRANCES.iter().filter(|entrance| {
        let method = &entrance.routes[0].contract.method;
        *method == parts.method && fits(path, &entrance.template)
    });
    match fitting.min_by_key(|entrance| entrance.template.matches('{').count()) {
        Some(entrance) => answer(app, entrance, parts, Ok(body)),
        None => unknown(app, &parts.method, path),
    }
}

/// One request against one world: the order of the steps is the order of the refusals.
fn exchange(
    app: &App,
    routes: &'static [Route],
    parts: &Parts,
    target: Target<'_>,
    body: &[u8],
    answer: &mut Answer,
) -> Result<Outcome, Refusal> {
    let settings = app.cloud.settings();
    let cell = app.cloud.world(&target.project_id);
    auth::admit(app.auth, &parts.headers)?;
    target.require_project_id()?;

    let takes_body = routes.iter().any(|route| !route.contract.body.is_empty());
    let may_lack_body = routes.iter().all(|route| route.contract.body_is_optional);
    let lacks_body = may_lack_body && body.trim_ascii().is_empty();
    let members = if takes_body && !lacks_body { read_body(body)? } else { Members::new() };
    let mut violations = target.remarks();
    violations.extend(remarks(routes, &parts.headers, takes_body));
    let sent = Sent { path: target.path, query: target.query, body: members };

    let mut world = cell.lock();
    let route = choose(routes, &sent, &world);
    answer.contract = Some(route.contract);
    let checked = check(route.contract, sent);
    violations.extend(checked.violations);
    let level = |violation: &Violation| settings.strictness.level(violation.rule.class());
    let (refused, passed): (Vec<_>, Vec<_>) =
        violations.into_iter().partition(|violation| level(violation) == Level::Enforce);
    answer.warn(passed.iter().filter(|violation| level(violation) == Level::Warn));
    if !refused.is_empty() {
        return Err(Refusal::Invalid(refused));
    }

    let mut project = Project::new(&mut world, settings);
    let run = AssertUnwindSafe(|| route.perform(checked.document, &mut project));
    let done = catch_unwind(run).unwrap_or_else(|panic| {
        Err(Failure::Refused(Refusal::Internal { cause: reply::panic_message(panic.as_ref()) }))
    });
    answer.warnings.extend(project.finish(done.is_ok()));
    match done {
        Ok(body) => Ok(Outcome { status: route.contract.success, body }),
        Err(Failure::Refused(refusal)) => Err(refusal),
        Err(Failure::Misfit(_)) if !passed.is_empty() => Err(Refusal::Invalid(passed)),
        Err(Failure::Misfit(cause)) => Err(Refusal::Internal { cause }),
    }
}

/// The operations on a path that the host leaves: those of the service it names, if it names one.
fn of_host(routes: &'static [Route], headers: &HeaderMap) -> &'static [Route] {
    if let [_] = routes {
        return routes;
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let label = host.split('.').next().unwrap_or_default();
    let named = routes.iter().position(|route| route.contract.service.hosts.contains(&label));
    named.map_or(routes, |at| &routes[at..=at])
}

/// Which of the operations on a path is meant: the first that claims the request, or the last.
fn choose<'r>(routes: &'r [Route], sent: &Sent<'_>, world: &World) -> &'r Route {
    let [others @ .., last] = routes else { unreachable!("a path has an operation") };
    others.iter().find(|route| route.claims(sent, world)).unwrap_or(last)
}

/// Reads a body within the gateway's limit and the time-out.
async fn receive(body: Body, within: Duration) -> Result<Bytes, Refusal> {
    match tokio::time::timeout(within, to_bytes(body, gateway::BODY_LIMIT)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_length_limit(&error) => {
            Err(Refusal::BodyTooLarge { limit: gateway::BODY_LIMIT })
        }
        Ok(Err(_)) => {
            let reason = "the body ended early or is not framed as HTTP".to_owned();
            Err(Refusal::MalformedRequest { reason })
        }
        Err(_) => Err(Refusal::BodyTimeout { limit: within.as_secs() }),
    }
}

fn is_length_limit(error: &axum::Error) -> bool {
    let source = std::error::Error::source(error);
    source.is_some_and(|source| source.to_string().contains("length limit"))
}

/// The members of a body that has to be a JSON object. `serde_json` says what was expected, and
/// the line and column of it.
fn read_body(body: &[u8]) -> Result<Members<'_>, Refusal> {
    let malformed = |problem: String| Refusal::MalformedBody { problem };
    if body.trim_ascii().is_empty() {
        return Err(Refusal::EmptyBody);
    }
    let text = std::str::from_utf8(body)
        .map_err(|error| malformed(format!("is not UTF-8 from byte {} on", error.valid_up_to())))?;
    let json =
        Json::parse(text).map_err(|error| malformed(format!("is not valid JSON: {error}")))?;
    match json {
        Json::Object(members) => Ok(members),
        other => Err(malformed(format!("must be a JSON object, got {}", other.type_name()))),
    }
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
