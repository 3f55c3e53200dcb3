//! Scenarios: a program is tested by its configuration alone.

mod chosen;
mod defined;
mod effects;

use crate::support::{Answer, config, send, send_text, start};
use papercloud::{AuthMode, Config, PaperCloud};
use serde_json::{Value, json};

const BODY: &str = r#"{"source_instance_id":"a","target_instance_id":"b"}"#;
const OTHER: &str = "00000000000000000000000000000007";

/// Creates a mapping with these headers.
fn create(cloud: &PaperCloud, project: &str, headers: &[(&str, &str)]) -> Answer {
    send_text(cloud, "POST", &format!("/v3/{project}/dbcache/mapping"), headers, BODY)
}

/// Creates one with a token, in a scenario or in none.
fn create_in(cloud: &PaperCloud, project: &str, scenario: Option<&str>) -> Answer {
    let scenario = scenario.map(|name| ("X-Paper-Scenario", name));
    let headers: Vec<_> = [("X-Auth-Token", "t")].into_iter().chain(scenario).collect();
    create(cloud, project, &headers)
}

fn define(cloud: &PaperCloud, name: &str, scenario: &Value) -> Value {
    send(cloud, "PUT", &format!("/_paper/scenarios/{name}"), Some(scenario)).expect(200)
}

/// A scenario whose first creation of a mapping is answered 503.
fn flaky() -> Value {
    let effect = json!({ "status": 503 });
    json!({ "faults": [{ "operation": "CreateDbCacheMapping", "first": 1, "effect": effect }] })
}

/// Papercloud with that scenario, and how it looks at credentials.
fn with_flaky(auth: AuthMode) -> PaperCloud {
    let cloud = start(&Config { auth, ..config() });
    define(&cloud, "flaky", &flaky());
    cloud
}

/// The answer is the scenario's own 503.
#[track_caller]
fn is_flaky(answer: &Answer) {
    assert_eq!(answer.status, 503, "{:#}", answer.body);
    assert_eq!(answer.headers["x-paper-fault"], "flaky-1");
}

fn choose(cloud: &PaperCloud, project: &str, name: &str) -> Answer {
    let choice = json!({ "name": name });
    send(cloud, "PUT", &format!("/_paper/worlds/{project}/scenario"), Some(&choice))
}

/// The status of the only job.
fn job_status(cloud: &PaperCloud, project: &str, job: &Value) -> Value {
    let path = format!("/v3/{project}/jobs?id={}", job.as_str().expect("a job"));
    send(cloud, "GET", &path, None).expect(200)["jobs"][0]["status"].clone()
}

#[track_caller]
fn refused(answer: &Answer, status: u16, said: &str) {
    assert_eq!(answer.status, status, "{:#}", answer.body);
    assert_eq!(answer.body["error_code"], format!("PAPER.0{status}"));
    let message = answer.text("/error_msg");
    assert!(message.contains(said), "{message}");
}
