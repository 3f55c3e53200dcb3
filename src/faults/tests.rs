//! What is seen of fault rules only from inside.

use super::*;
use crate::api::routes;
use crate::app::App;
use crate::clock::Moment;
use crate::cloud::Timeline;
use crate::contract::check::Sent;
use crate::control::faults::arm;
use crate::error::control::read_value;
use crate::http::answer_in_process;
use crate::selftest::{documented_request, example_app};
use crate::worlds::WorldCell;
use axum::body::Bytes;
use axum::http::Request;
use serde_json::{Value, json};

const OPERATION: &str = "CreateDbCacheMapping";

/// An application, the documented request, and its project.
fn world() -> (App, String, String, String) {
    let route = routes().iter().find(|route| route.contract().id == OPERATION).unwrap();
    let (path, body) = documented_request(route.contract());
    let project = path.split('/').nth(2).unwrap().to_owned();
    (example_app(), path, body.to_string(), project)
}

fn rule(effect: &Value) -> RuleSpec {
    read_value(&json!({ "operation": OPERATION, "effect": effect })).unwrap()
}

#[test]
fn the_journal_has_no_answer_of_a_reset_connection_and_knows_the_rule() {
    let (app, path, body, project) = world();
    let cell = app.worlds.world(&project);
    cell.lock().journal = crate::journal::Journal::new(0, crate::journal::Budget::new(1_000_000));
    arm(&app, &project, rule(&json!({ "reset": true }))).unwrap();
    let (parts, ()) = Request::post(&path).body(()).unwrap().into_parts();
    answer_in_process(&app, &parts, Bytes::from(body));
    let world = cell.lock();
    let mut entries = world.journal.entries();
    let entry = entries.next().expect("an entry");
    assert_eq!((entry.status, entry.record.fault.as_deref()), (None, Some("fault-1")));
    assert_eq!(entries.count(), 0);
}

#[test]
fn exported_rules_come_back_with_their_counters() {
    let (app, path, body, project) = world();
    arm(&app, &project, rule(&json!({ "status": 503, "body": null }))).unwrap();
    let (parts, ()) = Request::post(&path).body(()).unwrap().into_parts();
    assert_eq!(answer_in_process(&app, &parts, Bytes::from(body)).status(), 503);
    let export = |cell: &WorldCell| {
        let exported = cell.lock().faults.export();
        (serde_json::to_value(&exported).unwrap(), exported)
    };
    let (shown, exported) = export(&app.worlds.world(&project));
    assert_eq!(shown["rules"][0]["rule"]["effect"], json!({ "status": 503, "body": null }));
    assert_eq!(shown["rules"][0]["hits"], 1);
    let other = app.worlds.world("other");
    other.lock().faults.import(&exported).unwrap();
    assert!(other.has_faults());
    assert_eq!(export(&other).0, shown);
    let rule = json!({ "rule": { "effect": {} }, "asked": 0, "hits": 0 });
    let bad = json!({ "named": 0, "by_header": 0, "rules": [rule] });
    let bad: Exported = read_value(&bad).unwrap();
    other.lock().faults.import(&bad).unwrap_err();
    assert_eq!(export(&other).0, shown, "nothing half-applied");
}

#[test]
fn a_rule_of_a_scenario_sees_only_requests_that_carry_it() {
    let route = routes().iter().find(|route| route.contract().id == OPERATION).unwrap();
    let mut faults = Faults::new(0);
    let value = json!({ "operation": OPERATION, "effect": { "reset": true } });
    faults.arm(Rule::read(&value).unwrap(), Some("outage")).unwrap();
    let (sent, timeline) = (Sent::default(), Timeline::default());
    let mut hits = |scenario| {
        let asked =
            FaultContext { route, sent: &sent, now: Moment::from_milliseconds(0), scenario };
        faults.evaluate(&asked, &timeline).hit.is_some()
    };
    assert!(!hits(None) && !hits(Some("other")) && hits(Some("outage")));
    assert_eq!(faults.find("fault-1").unwrap().asked, 1);
}
