//! The examples of the operations, as tests use them: read from `fixtures` when a test runs, so that
//! a wrong one fails here, once, and nowhere else.

use super::{Example, Sent, same_shape, send};
use crate::api::{routes, routes_with_examples};
use crate::app::App;
use crate::contract::template::fits;
use crate::contract::{Contract, Source};
use crate::operation::Route;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

/// The folder of an operation's fixtures: its service, and its name as the SDKs write methods.
pub fn folder(contract: &Contract) -> String {
    let service = contract.service.name.to_lowercase();
    let mut method = String::new();
    for (at, character) in contract.id.char_indices() {
        if at > 0 && character.is_uppercase() {
            method.push('_');
        }
        method.extend(character.to_lowercase());
    }
    format!("{service}/{method}")
}

fn file(contract: &Contract) -> PathBuf {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    fixtures.join(folder(contract)).join("documented.json")
}

/// The example as the file has it now.
pub fn text(contract: &Contract) -> Result<String, String> {
    let file = file(contract);
    fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))
}

/// The operations whose examples are answered as they say. The others fail
/// [`every_example_is_answered_as_it_says`], and would only say so again elsewhere.
pub fn sound() -> impl Iterator<Item = &'static Route> {
    static SOUND: LazyLock<Vec<&'static Route>> = LazyLock::new(|| {
        routes_with_examples().filter(|route| super::prove(route.contract()).is_ok()).collect()
    });
    SOUND.iter().copied()
}

/// The documented request of an operation.
pub fn documented_request(contract: &Contract) -> (String, Value) {
    let example = Example::filled_in(contract).expect("a readable example");
    (example.request.path, example.request.body.unwrap_or_default())
}

/// The header parameters of the documented request.
pub fn documented_headers(contract: &Contract) -> HashMap<String, String> {
    Example::of(contract).expect("a readable example").request.headers
}

/// How long after its preconditions an operation's example is sent.
pub fn delay(contract: &Contract) -> u64 {
    Example::of(contract).expect("a readable example").request.after_seconds
}

/// A request that an operation's example presupposes.
pub struct Precondition {
    pub contract: &'static Contract,
    pub path: String,
    pub body: String,
    pub after_seconds: u64,
}

/// The requests that an operation's example presupposes, with their contracts.
pub fn preconditions(contract: &Contract) -> Vec<Precondition> {
    let with_contract = |sent: Sent| {
        let mut contracts = routes().iter().map(Route::contract);
        let contract = contracts.find(|known| sent.asks(known)).expect("an operation");
        let body = sent.body.as_ref().map(ToString::to_string).unwrap_or_default();
        Precondition { contract, path: sent.path, body, after_seconds: sent.after_seconds }
    };
    let example = Example::filled_in(contract).expect("a readable example");
    example.before.into_iter().map(with_contract).collect()
}

impl Sent {
    /// Whether it asks an operation, or another one on the same path.
    pub(crate) fn asks(&self, contract: &Contract) -> bool {
        let path = self.path.split('?').next().unwrap_or_default();
        contract.method == self.method.as_str() && fits(path, contract.path)
    }
}

/// Sends an example, after what it presupposes: what was sent in the end, and how it was answered.
pub(crate) fn perform(app: &App, example: &str) -> Result<(Sent, u16), String> {
    let mut example = Example::read(example)?;
    example.prepare(app)?;
    let (status, _) = send(app, &example.request)?;
    Ok((example.request, status))
}

/// With `UPDATE_FIXTURES` set, writes what is answered into the companions' examples instead: their
/// values are Papercloud's own. The five documents' answers are never written.
#[test]
fn every_example_is_answered_as_it_says() {
    let hold = match std::env::var_os("UPDATE_FIXTURES") {
        Some(_) => update,
        None => super::prove,
    };
    // What is declared needs no example: conversations of a real client hold it.
    let is_held = |contract: &&Contract| {
        !matches!(contract.source, Source::Modelled(_)) || file(contract).is_file()
    };
    let contracts = routes().iter().map(Route::contract).filter(is_held);
    let wrong: Vec<String> = contracts
        .filter_map(|contract| {
            let problem = hold(contract).err()?;
            Some(format!("fixtures/{}/documented.json: {problem}", folder(contract)))
        })
        .collect();
    assert!(wrong.is_empty(), "{} examples are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn update(contract: &Contract) -> Result<(), String> {
    if let Source::Document(_) = contract.source {
        return super::prove(contract);
    }
    let text = text(contract)?;
    let mut parsed = Example::read(&text)?;
    let app = super::example_app();
    parsed.prepare(&app)?;
    let (status, body) = send(&app, &parsed.request)?;
    if status != contract.success.as_u16() {
        return Err(format!("answered {status} instead of {}: {body}", contract.success));
    }
    let mut example: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    example["response"] = json!({ "status": status, "body": body });
    replace(&file(contract), &format!("{example:#}\n"))
}

/// Writes a file that other tests may be reading.
pub fn replace(file: &std::path::Path, text: &str) -> Result<(), String> {
    let new = file.with_extension("new");
    let written = fs::write(&new, text).and_then(|()| fs::rename(&new, file));
    written.map_err(|error| format!("{}: {error}", file.display()))
}

#[test]
fn an_example_that_is_wrong_says_how() {
    let wrong = |documented: Value, answered: Value| same_shape(&documented, &answered).err();
    assert_eq!(wrong(json!({ "job_id": "a" }), json!({ "job_id": "b" })), None);
    let problem = wrong(json!({ "job_id": "a" }), json!({ "job_id": 7 })).expect("another type");
    assert!(problem.contains("answered {\"job_id\":7}, which has another shape"), "{problem}");
    let problem = Example::read(r#"{"request": {"method": "GET"}}"#).err().expect("no path");
    assert!(problem.contains("cannot be read: missing field `path`"), "{problem}");
}
