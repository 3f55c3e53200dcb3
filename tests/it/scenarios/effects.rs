//! What a scenario does: to the clock, to jobs, by its rules.

use super::{BODY, OTHER, choose, create_in, define, is_flaky, job_status, refused, with_flaky};
use crate::support::{PROJECT, config, send, send_text, start};
use papercloud::{AuthMode, Config};
use serde_json::json;
use std::time::Duration;

#[test]
fn its_job_seconds_hold_for_what_its_requests_start() {
    let cloud = start(&Config { job_seconds: 1.0, ..config() });
    define(&cloud, "slow", &json!({ "job_seconds": 10 }));
    let usual = create_in(&cloud, PROJECT, None).body["job_id"].clone();
    let slow = send_text(
        &cloud,
        "POST",
        &format!("/v3/{PROJECT}/dbcache/mapping"),
        &[("X-Auth-Token", "t"), ("X-Paper-Scenario", "slow")],
        &BODY.replace("\"b\"", "\"c\"").replace("\"a\"", "\"d\""),
    );
    let slow = slow.expect(202)["job_id"].clone();
    let statuses = || [&usual, &slow].map(|job| job_status(&cloud, PROJECT, job));
    assert_eq!(statuses(), ["Running", "Running"]);
    cloud.world(PROJECT).advance(Duration::from_secs(1));
    assert_eq!(statuses(), ["Completed", "Running"]);
    cloud.world(PROJECT).advance(Duration::from_millis(8_999));
    assert_eq!(statuses(), ["Completed", "Running"]);
    cloud.world(PROJECT).advance(Duration::from_millis(1));
    assert_eq!(statuses(), ["Completed", "Completed"]);
}

#[test]
fn its_clock_is_set_when_a_world_enters_it() {
    let cloud = start(&Config { frozen_at: None, ..config() });
    define(&cloud, "frozen", &json!({ "clock": { "frozen": true } }));
    define(&cloud, "quick", &json!({ "clock": { "scale": 60 } }));
    define(&cloud, "steps", &json!({ "clock": { "frozen": true, "auto_advance": true } }));
    let clock = |project: &str| {
        send(&cloud, "GET", &format!("/_paper/worlds/{project}/clock"), None).expect(200)
    };
    create_in(&cloud, PROJECT, Some("frozen")).expect(202);
    assert_eq!(clock(PROJECT)["mode"], "frozen");
    choose(&cloud, OTHER, "quick").expect(200);
    assert_eq!((&clock(OTHER)["mode"], &clock(OTHER)["scale"]), (&json!("scaled"), &json!(60.0)));
    choose(&cloud, "third", "steps").expect(200);
    let job = create_in(&cloud, "third", None).expect(202)["job_id"].clone();
    assert_eq!(job_status(&cloud, "third", &job), "Running");
    assert_eq!(job_status(&cloud, "third", &job), "Completed");
    assert_eq!(clock("fourth")["mode"], "real");
}

#[test]
fn one_that_cannot_begin_leaves_the_world_as_it_was() {
    let cloud = with_flaky(AuthMode::Presence);
    let faults = format!("/_paper/worlds/{PROJECT}/faults");
    let armed = || send(&cloud, "GET", &faults, None).expect(200);
    is_flaky(&create_in(&cloud, PROJECT, Some("flaky")));
    let own = json!({ "id": "mine", "operation": "ListJobs", "effect": { "status": 500 } });
    send(&cloud, "POST", &faults, Some(&own)).expect(201);
    let before = armed();
    let clash = json!({ "id": "mine", "effect": { "status": 500 } });
    define(&cloud, "flaky", &json!({ "faults": [{ "effect": { "latency_ms": 1 } }, clash] }));
    let said = "the scenario flaky cannot begin here: there is a fault rule mine already";
    refused(&create_in(&cloud, PROJECT, Some("flaky")), 400, said);
    refused(&choose(&cloud, PROJECT, "flaky"), 409, said);
    assert_eq!(armed(), before);
}

#[test]
fn its_rules_are_listed_with_its_name_and_count_for_each_world() {
    let cloud = with_flaky(AuthMode::Presence);
    for project in [PROJECT, OTHER] {
        is_flaky(&create_in(&cloud, project, Some("flaky")));
    }
    create_in(&cloud, PROJECT, Some("flaky")).expect(202);
    let counters = |project: &str| {
        let path = format!("/_paper/worlds/{project}/faults/flaky-1");
        let rule = send(&cloud, "GET", &path, None).expect(200);
        (rule["scenario"].clone(), rule["asked"].clone(), rule["hits"].clone())
    };
    assert_eq!(counters(PROJECT), (json!("flaky"), json!(2), json!(1)));
    assert_eq!(counters(OTHER), (json!("flaky"), json!(1), json!(1)));
}

#[test]
fn one_may_name_what_belongs_to_projects_and_what_belongs_to_the_account() {
    let cloud = start(&config());
    let on = |operation: &str| json!({ "operation": operation, "effect": { "status": 503 } });
    define(&cloud, "both", &json!({ "faults": [on("KeystoneListRegions"), on("ListJobs")] }));
    let armed = |world: &str| {
        choose(&cloud, world, "both").expect(200);
        let list = send(&cloud, "GET", &format!("/_paper/worlds/{world}/faults"), None).expect(200);
        list["faults"]
            .as_array()
            .expect("rules")
            .iter()
            .map(|it| it["id"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(armed(PROJECT), ["both-2"]);
    assert_eq!(armed("@account"), ["both-1"]);
    send(&cloud, "GET", "/v3/regions", None).expect(503);
    send(&cloud, "GET", &format!("/v3/{PROJECT}/jobs"), None).expect(503);
}

#[test]
fn one_lets_a_frozen_clock_run() {
    let cloud = start(&config());
    define(&cloud, "runs", &json!({ "clock": { "frozen": false } }));
    define(&cloud, "steps", &json!({ "clock": { "auto_advance": true } }));
    let mode = |project: &str, name: &str| {
        choose(&cloud, project, name).expect(200);
        let clock = send(&cloud, "GET", &format!("/_paper/worlds/{project}/clock"), None);
        clock.expect(200)["mode"].clone()
    };
    assert_eq!(mode(PROJECT, "runs"), "real");
    assert_eq!(mode(OTHER, "steps"), "frozen");
    cloud.world(OTHER).resume(60.0).unwrap();
    assert_eq!(mode(OTHER, "runs"), "scaled");
}
