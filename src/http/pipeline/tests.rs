//! A panic is a defect of Papercloud, and one request's affair.

use crate::app::App;
use crate::cloud::failpoint;
use crate::config::{Config, Endpoint};
use crate::control::worlds;
use crate::http::answer_in_process;
use crate::selftest::example_app;
use crate::server::PaperCloud;
use axum::body::Bytes;
use axum::http::{HeaderValue, Request};
use serde_json::{Value, json};
use std::io::{self, Write};
use std::sync::Mutex;

/// What was logged by any test.
static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn create(app: &App, project: &str, target: &str) -> (u16, String, Value) {
    let request = Request::post(format!("/v3/{project}/dbcache/mapping")).body(());
    let (parts, ()) = request.unwrap().into_parts();
    let body = json!({ "source_instance_id": "a", "target_instance_id": target });
    let response = answer_in_process(app, &parts, Bytes::from(body.to_string()));
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    (response.status().as_u16(), id, serde_json::from_slice(response.body()).unwrap())
}

#[test]
fn a_panic_in_an_operation_is_the_services_500_and_poisons_nothing() {
    const PROJECT: &str = "trips-in-an-operation";
    let (app, other) = (example_app(), example_app());
    let mut ids = Vec::new();
    let log = tracing_subscriber::fmt().with_writer(|| Log).with_ansi(false).finish();
    // For all tests: one that ended with this one would take the log of others along.
    tracing::subscriber::set_global_default(log).unwrap();
    for target in ["b", "c"] {
        failpoint::arm(PROJECT, "operation");
        let (status, id, body) = create(&app, PROJECT, target);
        let expected = json!({ "error_code": "DBS.200998", "error_msg": "internal service error" });
        assert_eq!((status, body), (500, expected));
        ids.push(id);
    }
    let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
    assert!(ids[0].len() == 32 && ids[0] != ids[1], "{ids:?}");
    for id in &ids {
        assert!(log.contains(id), "{log}");
    }
    assert!(log.contains("ERROR") && !log.contains("let fall"), "{log}");
    let (status, _, body) = create(&app, PROJECT, "d");
    assert_eq!(status, 202);
    // What was begun is there, apart from what came later, and all of it fits together.
    let document = worlds::export(&app, PROJECT).unwrap();
    worlds::import(&other, PROJECT, document.as_bytes()).unwrap();
    assert_eq!(worlds::export(&other, PROJECT).unwrap(), document);
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["jobs"].as_array().unwrap().len(), 3);
    assert_eq!(document["jobs"][2]["id"], body["job_id"]);
    assert_eq!(document["memory_mappings"].as_array().unwrap().len(), 1);
    assert_eq!(document["agenda"]["begun"], 3);
    let listed = serde_json::to_value(worlds::list(&app, &worlds::Listing::default())).unwrap();
    assert_eq!((&listed["count"], &listed["worlds"][0]["under_way"]), (&json!(1), &json!(3)));
}

#[test]
fn a_panic_anywhere_else_is_answered_too() {
    const PROJECT: &str = "trips-elsewhere";
    let endpoint = Endpoint { port: 0, ..Config::default().endpoint };
    let cloud = PaperCloud::start_with(&Config { endpoint, ..Config::default() }).unwrap();
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let ask = |path: &str, token: &str| {
        let url = format!("{}{path}", cloud.url());
        let mut answer = agent.get(url).header("X-Auth-Token", token).call().unwrap();
        let id = answer.headers().get("x-request-id").map(HeaderValue::len);
        let body: Value =
            serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
        (answer.status().as_u16(), id, body["error_code"].clone())
    };
    let (mappings, clock) = (
        format!("/v3/{PROJECT}/dbcache/mappings?offset=0&limit=10"),
        format!("/_paper/worlds/{PROJECT}/clock"),
    );
    failpoint::arm(PROJECT, "journal");
    assert_eq!(ask(&mappings, "t"), (500, Some(32), json!("APIGW.0601")));
    failpoint::arm(PROJECT, "begin");
    assert_eq!(ask(&mappings, "t"), (500, Some(32), json!("APIGW.0601")));
    failpoint::arm(PROJECT, "control");
    assert_eq!(ask(&clock, "t"), (500, Some(32), json!("PAPER.0500")));
    assert_eq!(ask(&mappings, "t").0, 200);
    assert_eq!(ask(&clock, "t").0, 200);
    let requests = ask(&format!("/_paper/worlds/{PROJECT}/requests"), "t");
    assert_eq!(requests.0, 200);
}
