//! Sweeps over the registry: what has to hold for every operation and every parameter, whoever
//! adds one next.
//!
//! Every answer that a sweep sees is held against the published `OpenAPI` document by a JSON
//! Schema validator that no one here wrote.

mod body;
mod corrected;
mod declared;
mod differential;
pub mod oracle;
mod query;
mod refusals;
mod registry;
mod secrets;

use crate::api::routes_with_examples;
use crate::app::{App, Bodies};
use crate::auth::AuthMode;
use crate::auth::guard::Guard;
use crate::clock::Moment;
use crate::cloud::Settings;
use crate::config::Transport;
use crate::contract::{Contract, ErrorKind, Field, Kind, Level, Source, Strictness, format};
use crate::credentials::Credentials;
use crate::http::answer_in_process;
use crate::operation::Route;
use crate::publish as openapi;
use crate::worlds::{WorldSettings, Worlds};
use axum::body::Bytes;
use axum::http::Request;
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;

/// An answer, already held against the published document.
pub struct Seen {
    pub status: u16,
    pub body: Value,
    pub warnings: Vec<String>,
}

impl Seen {
    pub fn message(&self) -> &str {
        let nested = &self.body["error"]["message"];
        self.body["error_msg"].as_str().or(nested.as_str()).unwrap_or_default()
    }

    /// Accepted by a documented call. A companion may still refuse what the sample names, since
    /// only the documented calls adopt what they do not know; its parameters must be right.
    #[track_caller]
    pub fn is_accepted_by(&self, contract: &Contract, what: &str) {
        let what = format!("{}, {what}: {}", contract.id, self.body);
        let refused = [ErrorKind::InvalidParameter, ErrorKind::MalformedBody, ErrorKind::EmptyBody];
        let refused = refused.into_iter().filter_map(|one| contract.refusal(one));
        match contract.source {
            Source::Document(_) => assert_eq!(self.status, contract.success.as_u16(), "{what}"),
            Source::Companion(_) | Source::Modelled(_) => {
                let nested = self.body["error"]["code"].as_u64().map(|code| code.to_string());
                let code = self.body["error_code"].as_str().or(nested.as_deref());
                assert!(refused.map(|one| one.code).all(|one| code != Some(one)), "{what}");
                assert!(self.status < 500, "{what}");
            }
        }
    }

    /// Refused as a parameter that breaks its rule, with a message that names it.
    #[track_caller]
    pub fn is_refused_by(&self, contract: &Contract, parameter: &str, said: &str) {
        let what = format!("{}, {parameter}", contract.id);
        assert_eq!(self.status, 400, "{what}: {}", self.body);
        assert!(self.message().contains(parameter), "{what}: {}", self.message());
        assert!(self.message().contains(said), "{what}: {} lacks {said}", self.message());
    }
}

/// A fresh cloud in the given strictness.
pub fn app(strictness: Strictness) -> App {
    app_of(strictness, Credentials::built_in("eu-mock-1"))
}

/// A fresh cloud that knows these credentials.
pub fn app_of(strictness: Strictness, credentials: Credentials) -> App {
    let settings = Settings {
        seed: 0,
        region: "eu-mock-1".to_owned(),
        job_milliseconds: 2_000,
        strictness,
        spell_incrmigrating: false,
        credentials,
        max_jobs: 1_000_000,
    };
    let worlds = WorldSettings {
        frozen_at: Some(Moment::from_milliseconds(1_767_225_600_000)),
        journal_bytes: 1 << 20,
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
        stopping: std::sync::atomic::AtomicBool::new(false),
    }
}

/// Sends one request for an operation to a cloud.
pub fn send_text(app: &App, contract: &Contract, path: &str, body: &str) -> Seen {
    send_to(None, app, contract, path, body)
}

/// The same, to a host: it settles which of several services a shared path means.
pub fn send_to(host: Option<&str>, app: &App, contract: &Contract, path: &str, body: &str) -> Seen {
    let mut request = Request::builder().method(&contract.method).uri(path);
    if let Some(host) = host {
        request = request.header("Host", host);
    }
    for (name, value) in crate::selftest::documented_headers(contract) {
        request = request.header(name, value);
    }
    let (parts, ()) = request.body(()).expect("a request").into_parts();
    let response = answer_in_process(app, &parts, Bytes::from(body.to_owned()));
    let status = response.status().as_u16();
    let header = |name: &str| {
        let values = response.headers().get_all(name).into_iter();
        values.map(|value| value.to_str().expect("ASCII").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(header("x-request-id")[0].len(), 32, "{}", contract.id);
    let warnings = header("x-paper-warning");
    let body = match response.body().as_slice() {
        [] => Value::Null,
        bytes => serde_json::from_slice(bytes).expect("JSON"),
    };
    // What stands behind another operation on its path is published only where it stands alone.
    let document = host.map_or_else(|| &*PUBLISHED, |_| &ALONE[&contract.place()]);
    let schema = document.get(&(contract.path, contract.method.to_string(), status));
    let schema = schema
        .unwrap_or_else(|| panic!("{} answers the undocumented {status}: {body}", contract.id));
    if let Some(schema) = schema {
        let errors: Vec<_> = schema.iter_errors(&body).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{} answers {status} {body}: {errors:?}", contract.id);
    }
    Seen { status, body, warnings }
}

/// Sends a body to the documented path, on a fresh cloud in default mode that has what the
/// documented example presupposes.
pub fn send(contract: &Contract, body: &Value) -> Seen {
    send_text(&prepared(contract), contract, &path_of(contract), &body.to_string())
}

/// A fresh cloud in default mode that has what the documented example presupposes.
pub fn prepared(contract: &Contract) -> App {
    let cloud = app(Strictness::default());
    for earlier in crate::selftest::preconditions(contract) {
        crate::selftest::wait(&cloud, &earlier.path, earlier.after_seconds);
        send_text(&cloud, earlier.contract, &earlier.path, &earlier.body);
    }
    crate::selftest::wait(&cloud, &path_of(contract), crate::selftest::delay(contract));
    cloud
}

/// The documented path of an operation.
pub fn path_of(contract: &Contract) -> String {
    crate::selftest::documented_request(contract).0
}

/// The contracts of the operations that have a sound example.
pub fn contracts() -> impl Iterator<Item = &'static Contract> {
    crate::selftest::sound().map(Route::contract)
}

/// Those of the operations that take a body.
pub fn with_body() -> impl Iterator<Item = &'static Contract> {
    contracts().filter(|contract| !contract.body.is_empty())
}

type Published = HashMap<(&'static str, String, u16), Option<Validator>>;

/// The published schema of each path, method and status; none where no body is published.
static PUBLISHED: LazyLock<Published> = LazyLock::new(|| {
    let routes: Vec<_> = routes_with_examples().cloned().collect();
    published(routes.leak())
});

/// The same for each operation as if it had its path to itself, by the address of its contract.
static ALONE: LazyLock<HashMap<usize, Published>> = LazyLock::new(|| {
    let alone =
        |route: &'static Route| (route.contract().place(), published(std::slice::from_ref(route)));
    routes_with_examples().map(alone).collect()
});

fn published(routes: &'static [Route]) -> Published {
    let document = openapi::whole(routes, Strictness::default());
    let mut published = Published::new();
    for route in routes {
        let contract = route.contract();
        let method = contract.method.as_str().to_lowercase();
        let responses = &document["paths"][contract.path][method]["responses"];
        for (status, response) in responses.as_object().expect("responses") {
            let schema = response["content"]["application/json"].get("schema");
            let validator = schema.map(|schema| jsonschema::validator_for(schema).expect("schema"));
            let status = status.parse().expect("a status");
            published.insert((contract.path, contract.method.to_string(), status), validator);
        }
    }
    published
}

/// A document with every declared member, each with a value of its kind.
pub fn maximal(fields: &'static [Field]) -> Value {
    let member = |field: &'static Field| (field.name.to_owned(), value_of(field));
    Value::Object(fields.iter().map(member).collect::<Map<_, _>>())
}

/// The document that should be sent: whole, or where hygiene is demanded without what is deprecated.
pub fn advised(fields: &'static [Field], strictness: Strictness) -> Value {
    let mut document = maximal(fields);
    if strictness.hygiene == Level::Enforce {
        for (pointer, _) in every_field(fields).iter().filter(|(_, it)| it.deprecated.is_some()) {
            remove(&mut document, pointer);
        }
    }
    document
}

/// A value of a field, in the form that it should have.
fn value_of(field: &'static Field) -> Value {
    match field.advised {
        Some(form) => format::SAMPLES.iter().find(|text| (form.accepts)(text)).copied().into(),
        None => sample(&field.kind),
    }
}

/// A value of a kind.
pub fn sample(kind: &'static Kind) -> Value {
    match kind {
        Kind::Text(most) => json!("text".chars().take(*most).collect::<String>()),
        Kind::Length(least, _) => json!("x".repeat((*least).max(1))),
        Kind::Number => json!(1),
        Kind::Map | Kind::Any => json!({}),
        Kind::Instance(kinds) => json!(kinds[0].name),
        Kind::Format(wanted) => {
            let fitting = format::SAMPLES.iter().find(|text| (wanted.accepts)(text));
            json!(fitting.unwrap_or_else(|| panic!("no sample is {}", wanted.english)))
        }
        Kind::OneOf(words) => json!(words[0]),
        Kind::Integer(least, _) | Kind::IntegerOrText(least, _) => json!(least),
        Kind::IntegerOneOf(numbers) => json!(numbers[0]),
        Kind::Boolean | Kind::BooleanOrText => json!(true),
        Kind::Object(fields) => maximal(fields),
        Kind::List(of, _) => json!([sample(of)]),
    }
}

/// Every field of a body with the JSON pointer to it in the maximal document, inner ones included.
pub fn every_field(fields: &'static [Field]) -> Vec<(String, &'static Field)> {
    let mut found = Vec::new();
    for field in fields {
        let pointer = format!("/{}", field.name);
        let inner = every_field(field.kind.members());
        let element = if matches!(field.kind, Kind::List(..)) { "/0" } else { "" };
        found.push((pointer.clone(), field));
        found.extend(inner.into_iter().map(|(below, f)| (format!("{pointer}{element}{below}"), f)));
    }
    found
}

/// How a message writes a pointer: `files[0].size`.
pub fn dotted(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace("/0", "[0]").replace('/', ".")
}

/// The maximal document with one value replaced.
pub fn with(contract: &Contract, pointer: &str, value: Value) -> Value {
    let mut document = maximal(contract.body);
    *document.pointer_mut(pointer).expect("a declared member") = value;
    document
}

/// The maximal document with one member left out.
pub fn without(contract: &Contract, pointer: &str) -> Value {
    let mut document = maximal(contract.body);
    remove(&mut document, pointer);
    document
}

fn remove(document: &mut Value, pointer: &str) {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let parent = document.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object");
    parent.remove(name).expect("a declared member");
}

#[test]
fn a_sample_is_found_for_every_format() {
    for wanted in format::ALL {
        let found = sample(Box::leak(Box::new(Kind::Format(wanted))));
        assert!((wanted.accepts)(found.as_str().expect("text")));
    }
}
