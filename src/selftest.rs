//! The self-test: every documented example is sent to a fresh cloud in default mode, and has to be
//! answered as documented. The service is served only after that has passed for what is written in
//! Rust; `papercloud selftest` and the tests do it for what is declared, too.

#[cfg(test)]
#[path = "../tests/unit/examples.rs"]
mod examples;

#[cfg(test)]
pub(crate) use examples::{
    delay, documented_headers, documented_request, folder, perform, preconditions, replace, sound,
};

use crate::api::{ROUTES, routes_with_examples};
use crate::app::{App, Bodies};
use crate::auth::AuthMode;
use crate::auth::guard::Guard;
use crate::clock::Moment;
use crate::cloud::Settings;
use crate::config::Transport;
use crate::contract::{Contract, Source, Strictness};
use crate::credentials::Credentials;
use crate::http::answer_in_process;
use crate::operation::Route;
use crate::worlds::{WorldSettings, Worlds};
use axum::body::Bytes;
use axum::http::Request;
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// What the self-test found of one operation.
#[derive(Debug)]
pub struct Proof {
    /// The operation.
    pub operation: &'static str,
    /// What its example rests on.
    pub source: String,
    /// What went wrong, if anything did.
    pub failed: Option<String>,
}

/// `documented.json`: an example, and the requests that it presupposes.
///
/// `{0.job_id}` in a path or a body stands for what the first of those requests was answered as
/// its `job_id`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Example {
    /// What has to have been called before, for companions that show what others made.
    #[serde(default)]
    pub(crate) before: Vec<Sent>,
    /// The documented request.
    pub(crate) request: Sent,
    response: Expected,
}

/// A request of an example.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The host it is sent to, where several services have the path.
    #[serde(default)]
    host: Option<String>,
    /// Header parameters that the call declares.
    #[serde(default)]
    pub(crate) headers: HashMap<String, String>,
    #[serde(default)]
    pub(crate) body: Option<Value>,
    /// By how much the world's clock is advanced before it is sent.
    #[serde(default)]
    pub(crate) after_seconds: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    status: u16,
    body: Value,
}

/// The instant that examples are answered at.
pub const EXAMPLE_TIME: Moment = Moment::from_milliseconds(1_767_225_600_000);

impl Example {
    /// The example as it is written, with its references.
    pub(crate) fn of(contract: &Contract) -> Result<Self, String> {
        #[cfg(test)]
        let text = &examples::text(contract)?;
        #[cfg(not(test))]
        let text = contract.example;
        Self::read(text)
    }

    fn read(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| format!("its example cannot be read: {error}"))
    }

    /// Sends what the example presupposes, and fills the answers in where later requests refer to
    /// them.
    fn prepare(&mut self, app: &App) -> Result<(), String> {
        prepare(app, &mut self.before, &mut self.request)
    }

    /// The example with everything filled in. Ids repeat themselves, so it holds for every fresh
    /// cloud that has been sent what it presupposes.
    pub(crate) fn filled_in(contract: &Contract) -> Result<Self, String> {
        let mut example = Self::of(contract)?;
        if !example.before.is_empty() {
            example.prepare(&example_app())?;
        }
        Ok(example)
    }
}

impl Sent {
    fn fill_in(&mut self, answers: &[Value]) {
        self.path = fill_in(&self.path, answers);
        if let Some(body) = &mut self.body {
            fill_in_value(body, answers);
        }
    }
}

/// Sends what a request presupposes, and fills the answers in where later requests refer to them.
pub(crate) fn prepare(app: &App, before: &mut [Sent], request: &mut Sent) -> Result<(), String> {
    let mut answers = Vec::new();
    for earlier in before {
        earlier.fill_in(&answers);
        let (status, body) = send(app, earlier)?;
        if status >= 400 {
            return Err(format!("{} is refused, which comes before it: {body}", earlier.path));
        }
        answers.push(body);
    }
    request.fill_in(&answers);
    Ok(())
}

fn fill_in_value(value: &mut Value, answers: &[Value]) {
    match value {
        Value::String(text) => *text = fill_in(text, answers),
        Value::Array(values) => {
            for value in values {
                fill_in_value(value, answers);
            }
        }
        Value::Object(members) => {
            for value in members.values_mut() {
                fill_in_value(value, answers);
            }
        }
        _ => {}
    }
}

/// Replaces every `{0.job_id}` by the text that it refers to.
fn fill_in(text: &str, answers: &[Value]) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let reference = after.split_once('}').and_then(|(reference, rest)| {
            let (at, member) = reference.split_once('.')?;
            let answer = answers.get(at.parse::<usize>().ok()?)?;
            let found = answer.pointer(&format!("/{}", member.replace('.', "/")))?.as_str()?;
            Some((found, rest))
        });
        // A brace that refers to nothing is a brace: some values are JSON themselves.
        let (found, after) = reference.unwrap_or(("{", after));
        filled.push_str(found);
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// Runs the self-test.
pub fn selftest() -> Vec<Proof> {
    routes_with_examples().map(proof).collect()
}

/// The part of it that comes before serving: declarations are read when they are first called, and not
/// at the start. The first failure, if there is one.
pub fn failure_at_start() -> Option<Proof> {
    ROUTES.iter().map(proof).find(|proof| proof.failed.is_some())
}

fn proof(route: &Route) -> Proof {
    let contract = route.contract();
    Proof { operation: contract.id, source: contract.source.cite(), failed: prove(contract).err() }
}

fn prove(contract: &Contract) -> Result<(), String> {
    let mut example = Example::of(contract)?;
    let app = example_app();
    example.prepare(&app)?;
    let (status, body) = send(&app, &example.request)?;
    let Expected { status: expected, body: documented } = example.response;
    if status != expected {
        return Err(format!("answered {status} instead of {expected}: {body}"));
    }
    match contract.source {
        // The values in the five documents are of another cloud; only the shape is promised.
        Source::Document(_) => same_shape(&documented, &body),
        Source::Companion(_) | Source::Modelled(_) if documented == body => Ok(()),
        Source::Companion(_) | Source::Modelled(_) => {
            Err(format!("answered {body} instead of {documented}"))
        }
    }
}

/// A fresh cloud whose ids and times are always the same.
pub(crate) fn example_app() -> App {
    let settings = Settings {
        seed: 0,
        region: "eu-mock-1".to_owned(),
        job_milliseconds: 2_000,
        strictness: Strictness::default(),
        spell_incrmigrating: false,
        credentials: Credentials::built_in("eu-mock-1"),
        max_jobs: 1_000_000,
    };
    let worlds = WorldSettings {
        frozen_at: Some(EXAMPLE_TIME),
        journal_bytes: 0,
        max_worlds: 100_000,
        scenarios: std::collections::BTreeMap::default(),
        presets: HashMap::new(),
    };
    let bodies = Bodies::within(Duration::from_secs(1));
    let guard = Guard::default();
    App {
        worlds: Worlds::new(settings, worlds),
        auth: AuthMode::Off,
        bodies,
        guard,
        transport: Transport::Plain,
        saver: None,
        instance: String::new(),
        stopping: AtomicBool::new(false),
    }
}

/// Sends one request of an example, and returns status and body of the answer.
pub(crate) fn send(app: &App, sent: &Sent) -> Result<(u16, Value), String> {
    wait(app, &sent.path, sent.after_seconds);
    let mut request = Request::builder().method(sent.method.as_str()).uri(&sent.path);
    if let Some(host) = &sent.host {
        request = request.header("Host", host);
    }
    for (name, value) in &sent.headers {
        request = request.header(name, value);
    }
    let (parts, ()) = request.body(()).map_err(|error| error.to_string())?.into_parts();
    let body = sent.body.as_ref().map(ToString::to_string).unwrap_or_default();
    let response = answer_in_process(app, &parts, Bytes::from(body));
    let status = response.status().as_u16();
    let body = response.into_body();
    if body.is_empty() {
        return Ok((status, Value::Null));
    }
    let body = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
    Ok((status, body))
}

/// Advances the clock of the world that a path belongs to.
pub fn wait(app: &App, path: &str, seconds: u64) {
    if seconds == 0 {
        return;
    }
    let project_id = path.split('/').nth(2).unwrap_or_default();
    let advanced =
        app.worlds.world(project_id).lock().state.clock.advance(Duration::from_secs(seconds));
    advanced.expect("no fixture waits for thousands of years");
}

/// Whether an answer has the members of the documented one, with values of the same types.
fn same_shape(documented: &Value, answered: &Value) -> Result<(), String> {
    let members = |value: &Value| {
        let object = value.as_object().into_iter().flatten();
        object.map(|(name, value)| (name.clone(), type_of(value))).collect::<Vec<_>>()
    };
    if members(documented) == members(answered) && type_of(documented) == type_of(answered) {
        return Ok(());
    }
    Err(format!("answered {answered}, which has another shape than {documented}"))
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
