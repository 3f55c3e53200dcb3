//! The bodies of requests, held against the tables of an operation.

use super::{app, ask, line, parts};
use crate::api::routes_with_examples;
use crate::auth::AuthMode;
use crate::cloud::{Access, Caller, RequestContext};
use crate::contract::check::{Sent, check};
use crate::contract::template::Template;
use crate::contract::{Class, Contract, ErrorKind, Violation};
use crate::http::target::Target;
use crate::http::{body as bodies, read_headers};
use crate::operation::{Failure, Route};
use crate::selftest::{self, Example};
use crate::text::language::Language;
use axum::http::Request;
use axum::http::request::Parts;
use serde_json::Value;
use std::sync::LazyLock;

/// The operations that take a body, with what their examples presuppose.
static TAKING: LazyLock<Vec<(&'static Route, Example)>> = LazyLock::new(|| {
    let taking = routes_with_examples().filter(|route| !route.contract().body.is_empty());
    let example = |contract| Example::filled_in(contract).expect("a readable example");
    taking.map(|route| (route, example(route.contract()))).collect()
});

/// A line with the name of an operation, and the body that it is sent.
///
/// Whatever is wrong is told with its place, in both languages; what is accepted is read by the
/// operation; and no body at all makes the service fail.
pub fn body(input: &[u8]) {
    let (name, body) = line(input);
    let named = |(route, _): &&(&Route, _)| route.contract().id.as_bytes() == name;
    // A name that nobody knows is as good as any.
    let any = || &TAKING[name.iter().map(|byte| usize::from(*byte)).sum::<usize>() % TAKING.len()];
    let (route, example) = TAKING.iter().find(named).unwrap_or_else(any);
    let contract = route.contract();
    let app = app(AuthMode::Off);
    for before in &example.before {
        selftest::send(&app, before).expect("an answer");
    }
    let example = &example.request;
    selftest::wait(&app, &example.path, example.after_seconds);
    let mut request = Request::builder().method(&contract.method).uri(&example.path);
    for (name, value) in &example.headers {
        request = request.header(name, value);
    }
    let parts = parts(request).expect("the example's request");

    let Ok(violations) = violations(contract, &parts, body) else {
        if !contract.body_is_optional {
            let answer = ask(&app, &parts, body);
            assert_eq!(answer.status(), 400);
            assert!(message(answer.body()).contains("body"), "{}", message(answer.body()));
        }
        return;
    };
    let accepted = violations.iter().all(|one| one.rule.class() == Class::Hygiene);
    if accepted {
        perform(&app, route, &parts, body);
    }
    let answer = ask(&app, &parts, body);
    if accepted {
        return;
    }
    let refused = contract.refusal(ErrorKind::InvalidParameter).expect("every operation has it");
    let first = violations.iter().find(|one| one.rule.class() != Class::Hygiene);
    let said = message(answer.body());
    let named = first.is_some_and(|first| said.contains(&first.path));
    assert!(named, "{} {}: {said} {violations:?}", contract.id, refused.code);
}

/// What is wrong with a request, or nothing where its body is no JSON object.
fn violations(contract: &Contract, parts: &Parts, body: &[u8]) -> Result<Vec<Violation>, ()> {
    let violations = check(contract, sent(contract, parts, body)?).violations;
    for violation in &violations {
        assert!(!violation.path.is_empty(), "{violation:?}");
        for language in [Language::English, Language::Chinese] {
            let said = violation.say(language);
            assert!(said.starts_with(&violation.path), "{said}");
            assert!(said.len() > violation.path.len() && !said.contains('\n'), "{said}");
        }
    }
    Ok(violations)
}

fn sent<'s>(contract: &Contract, parts: &'s Parts, body: &'s [u8]) -> Result<Sent<'s>, ()> {
    let target =
        Target::read(&parts.uri, &Template::new(contract.path)).expect("the example's path");
    let headers = read_headers(contract, &parts.headers).expect("the example's headers");
    let body = bodies::members(body).map_err(drop)?;
    Ok(Sent { path: target.path, query: target.query, headers, body })
}

/// Runs the operation on an accepted document: its request type must be able to hold it.
fn perform(app: &crate::app::App, route: &Route, parts: &Parts, body: &[u8]) {
    let contract = route.contract();
    let checked = check(contract, sent(contract, parts, body).expect("it was read before"));
    let target =
        Target::read(&parts.uri, &Template::new(contract.path)).expect("the example's path");
    // In a world of its own: what it does is not to be seen by what follows.
    let cell = app.worlds.world("performed");
    let mut world = cell.lock();
    let caller = Caller::default();
    let access = Access {
        account: &app.worlds.account,
        clocks: &app.worlds,
        scheme: app.transport.scheme(),
        host: "localhost",
        caller,
        verifies: false,
    };
    let now = world.state.clock.now();
    let mut project = RequestContext::new(&mut world.state, access, contract, now);
    let done = route.perform(checked.document, &mut project);
    if let Err(Failure::Misfit(cause)) = done {
        panic!("{} accepts what it cannot read: {cause} ({:?})", contract.id, target.path);
    }
}

/// The message of an error, in whichever dialect it is written.
fn message(body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let nested = body.pointer("/error/message").and_then(Value::as_str);
    body["error_msg"].as_str().or(nested).unwrap_or_default().to_owned()
}
