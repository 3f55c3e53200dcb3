//! A world that has something of everything.

use crate::app::App;
use crate::clock::ClockCommand;
use crate::cloud::digest;
use crate::contract::Contract;
use crate::control::{clock, jobs, worlds};
use crate::credentials::PROJECT_ID;
use crate::http::answer_in_process;
use crate::operation::Route;
use crate::selftest::{self, Sent, example_app};
use axum::body::Bytes;
use axum::http::{Method, Request};
use regex::{Captures, Regex};
use serde_json::{Value, json};
use std::sync::LazyLock;
use std::time::Duration;

/// What is compared of an answer: its status, the id of the request, and its body.
pub type Seen = (u16, String, String);

pub fn call(app: &App, method: &str, path: &str, body: &Value) -> Seen {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let (parts, ()) = Request::builder().method(method).uri(path).body(()).unwrap().into_parts();
    let answer = answer_in_process(app, &parts, Bytes::from(body));
    let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    (answer.status().as_u16(), id, String::from_utf8(answer.into_body()).unwrap())
}

#[track_caller]
pub fn post(app: &App, path: &str, body: &Value) -> Value {
    let (status, _, answer) = call(app, "POST", &format!("/v3/{PROJECT_ID}/{path}"), body);
    assert!(status < 300, "{path}: {answer}");
    serde_json::from_str(&answer).unwrap()
}

pub fn pair(source: &str, target: &str) -> Value {
    json!({ "source_instance_id": source, "target_instance_id": target })
}

pub fn advance(app: &App, seconds: u64) {
    clock::move_clock(app, PROJECT_ID, &ClockCommand::By(Duration::from_secs(seconds))).unwrap();
}

/// The operations whose examples hold, in an order that does not depend on the registry's.
pub fn operations() -> Vec<&'static Contract> {
    let mut all: Vec<_> = selftest::sound().map(Route::contract).collect();
    all.sort_by_cached_key(|contract| selftest::folder(contract));
    all
}

/// Sends an operation's example, on instances that no other example names.
pub fn perform(app: &App, contract: &'static Contract, round: u64) -> (Sent, u16) {
    static ID: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new("[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}(in[0-9]{2})?").unwrap()
    });
    const PROJECTS: [&str; 2] = [PROJECT_ID, "23a50154cf494ec9ad6883979a12db0a"];
    // Digits that mean something begin with four zeros.
    let own = format!("{:08x}", digest(round, contract.id) >> 32 | 0x0100_0000);
    let own_id = |id: &Captures<'_>| {
        match (PROJECTS.contains(&&id[0]), contract.is_of_project()) {
            (true, _) => PROJECT_ID.to_owned(),
            (false, true) => format!("{own}{}", &id[0][8..]),
            // What belongs to no project names no instances, but tokens.
            (false, false) => id[0].to_owned(),
        }
    };
    let example = ID.replace_all(contract.example, own_id);
    // The first mapping of a list is another example's, unless only its own are listed.
    let source = format!("{own}ab77413f9d2526605227be08in01");
    let only_own = format!("/dbcache/mappings?source_instance_id={source}\"");
    let performed = selftest::perform(app, &example.replace("/dbcache/mappings\"", &only_own));
    performed.unwrap_or_else(|problem| panic!("{}: {problem}", contract.id))
}

const REPLICATION: &str = "instances/54e42160670e48e789af7075e1efea1fin16/clickhouse/replication";

const MAPPINGS: &str = "dbcache/mappings?source_instance_id=deleted";

/// A cloud in which every documented example was performed, and whatever else a world can have was
/// done; and the requests of the examples that read.
pub fn rich() -> (App, Vec<Sent>) {
    let app = example_app();
    let mut reads = Vec::new();
    for contract in operations() {
        let (sent, status) = perform(&app, contract, 0);
        assert_eq!(status, contract.success.as_u16(), "{}", contract.id);
        if contract.method == Method::GET {
            reads.push(sent);
        }
    }
    let far =
        |far: &str| json!({ "destination_region": "cn-north-4", "destination_instance_id": far });
    post(&app, "instances/nearer/dual-active-relationship", &far("farther"));
    post(&app, "dbcache/mapping", &pair("deleted", "redis"));
    let database = json!({ "source_instance_id": "taurus", "source_database": "deleted" });
    post(&app, REPLICATION, &database);
    advance(&app, 2);
    post(&app, "dbcache/mapping", &pair("0000dead-source", "redis"));
    post(&app, "dbcache/mapping", &pair("00005100-source", "redis"));
    let held = post(&app, "dbcache/mapping", &pair("held", "redis"));
    let failed = post(&app, "dbcache/mapping", &pair("failed", "redis"));
    post(&app, "instances/near/dual-active-relationship", &far("far"));
    let id = |answer: &Value| answer["job_id"].as_str().unwrap().to_owned();
    advance(&app, 1);
    jobs::hold(&app, PROJECT_ID, &id(&held)).unwrap();
    let reason = Some("no \"quota\" ünïcödé\n".to_owned());
    let failure = jobs::Failure { reason, percent: Some(70), stage: None };
    jobs::fail(&app, PROJECT_ID, &id(&failed), &failure).unwrap();
    // What is deleted is forgotten when something is made after it is gone.
    let mapped = call(&app, "GET", &format!("/v3/{PROJECT_ID}/{MAPPINGS}"), &Value::Null).2;
    let mapped: Value = serde_json::from_str(&mapped).unwrap();
    let mapping = json!({ "id": mapped["dbcache_mappings"][0]["id"] });
    for (path, body) in [
        ("instances/nearer/dual-active-relationship", &Value::Null),
        (&*format!("{REPLICATION}/deleted"), &Value::Null),
        ("dbcache/mapping", &mapping),
    ] {
        let (status, _, answer) = call(&app, "DELETE", &format!("/v3/{PROJECT_ID}/{path}"), body);
        assert!(status < 300, "{path}: {answer}");
    }
    worlds::label(&app, PROJECT_ID, Some("rich".to_owned())).unwrap();
    (app, reads)
}

/// Another cloud with the same worlds.
pub fn imported(app: &App) -> App {
    let other = example_app();
    for id in app.worlds.project_ids() {
        let project = if id.is_empty() { "@account" } else { &id };
        let document = worlds::export(app, project).unwrap();
        worlds::import(&other, project, document.as_bytes()).unwrap();
        assert_eq!(worlds::export(&other, project).unwrap(), document);
    }
    other
}

pub fn document(app: &App) -> Value {
    serde_json::from_str(&worlds::export(app, PROJECT_ID).unwrap()).unwrap()
}
