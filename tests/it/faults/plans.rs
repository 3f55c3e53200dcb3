//! What happens to jobs that do not exist yet.

use super::{create, mapping};
use crate::support::{PROJECT, config, send, send_text, start};
use papercloud::{Config, Fault, PaperCloud};
use serde_json::{Value, json};
use std::time::Duration;

#[test]
fn the_next_job_fails_as_planned() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    let id = world.fail_next("CreateDbCacheMapping", 40, "disk full").unwrap();
    let refused = send_text(&cloud, "POST", &mapping(PROJECT), &[("X-Auth-Token", "t")], "{}");
    refused.expect(400);
    assert_eq!(world.hits(&id), Ok(0), "no job was started");
    let created = create(&cloud);
    assert_eq!(created.headers["x-paper-fault"], id.as_str());
    let (job, path) = (created.text("/job_id"), format!("/v3/{PROJECT}/jobs"));
    let status = || {
        let jobs = send(&cloud, "GET", &path, None).expect(200);
        let jobs = jobs["jobs"].as_array().unwrap().clone();
        jobs.into_iter().find(|one| one["id"] == job.as_str()).unwrap()
    };
    assert_eq!(status()["status"], "Running");
    world.advance_to_next_event();
    let failed = status();
    assert_eq!(failed["status"], "Failed");
    assert!(failed.to_string().contains("disk full"), "{failed}");
    assert!(!create(&cloud).headers.contains_key("x-paper-fault"), "only the next one");
}

#[test]
fn a_job_is_held_or_takes_as_long_as_planned() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    let rule = || Fault::on("CreateDbCacheMapping").first(1);
    world.fault(rule().job_holds(50)).unwrap();
    world.fault(rule().job_takes(Duration::from_secs(7))).unwrap();
    let under_way = || {
        let path = format!("/_paper/worlds/{PROJECT}/jobs");
        send(&cloud, "GET", &path, None).expect(200)
    };
    create(&cloud).expect(202);
    world.advance(Duration::from_hours(1));
    let held = under_way();
    assert_eq!((&held["count"], &held["jobs"][0]["held"]), (&json!(1), &json!(true)));
    assert_eq!(held["jobs"][0]["percent"], 50);
    create(&cloud).expect(202);
    world.advance(Duration::from_millis(6_999));
    assert_eq!(under_way()["count"], 2);
    world.advance(Duration::from_millis(1));
    assert_eq!(under_way()["count"], 1);
}

#[test]
fn what_is_planned_for_a_job_is_shown() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    let planned = |id: &str, percent: u8| {
        let shown = send(&cloud, "GET", &format!("/_paper/worlds/{PROJECT}/jobs/{id}"), None);
        let shown = shown.expect(200);
        assert_eq!(shown["percent"], percent, "{shown:#}");
        shown["planned"].clone()
    };
    let ordered = |effect: Value| {
        let rule = json!({ "operation": "CreateDbCacheMapping", "first": 1, "effect": effect });
        let path = format!("/_paper/worlds/{PROJECT}/faults");
        let rule = send(&cloud, "POST", &path, Some(&rule)).expect(201)["id"].clone();
        let job = create(&cloud).text("/job_id");
        (job, rule)
    };
    let (job, rule) = ordered(json!({ "job": "fail", "percent": 60, "reason": "disk full" }));
    let expected = json!({
        "job": "fail", "percent": 60, "stage": "creating", "reason": "disk full", "rule": rule,
    });
    assert_eq!(planned(&job, 0), expected);
    world.advance(Duration::from_secs(1));
    assert_eq!(planned(&job, 50), expected);
    let path = format!("/_paper/worlds/{PROJECT}/jobs/{job}/fail");
    let by_hand = json!({ "percent": 80, "reason": "by hand" });
    let by_hand = send(&cloud, "POST", &path, Some(&by_hand)).expect(200);
    let expected =
        json!({ "job": "fail", "percent": 80, "stage": "creating", "reason": "by hand" });
    assert_eq!(by_hand["planned"], expected, "no rule has planned this");
    let path = path.replace("/fail", "/finish");
    let finished = send(&cloud, "POST", &path, None).expect(200);
    assert_eq!(
        (&finished["job_status"], &finished["planned"]),
        (&json!("Completed"), &Value::Null)
    );

    let (job, rule) = ordered(json!({ "job": "hold", "percent": 50 }));
    // The mapping is there already, so that only the job is under way.
    let expected = json!({ "job": "hold", "percent": 50, "stage": "Running", "rule": rule });
    assert_eq!(planned(&job, 0), expected);
    world.advance(Duration::from_hours(1));
    assert_eq!(planned(&job, 50), Value::Null, "it stands still");

    let (job, rule) = ordered(json!({ "job": "succeed", "seconds": 4 }));
    assert_eq!(planned(&job, 0), json!({ "job": "succeed", "rule": rule }));

    let (job, rule) = ordered(json!({ "job": "fail" }));
    assert_eq!(planned(&job, 0)["percent"], 100);
    assert_eq!(planned(&job, 0)["rule"], rule);

    let plain = create(&cloud).text("/job_id");
    assert_eq!(planned(&plain, 0), Value::Null);
}

const CLICKHOUSE: &str = "54e42160670e48e789af7075e1efea1fin16";

/// Orders a synchronisation that a rule holds: its job.
fn replicate_held(cloud: &PaperCloud, hold: &Value) -> String {
    let rule = json!({
        "operation": "CreateClickHouseDataBaseReplication", "first": 1, "effect": hold,
    });
    send(cloud, "POST", &format!("/_paper/worlds/{PROJECT}/faults"), Some(&rule)).expect(201);
    let body = json!({ "source_instance_id": "taurus", "source_database": "orders" });
    send(cloud, "POST", &replications(), Some(&body)).text("/job_id")
}

fn replications() -> String {
    format!("/v3/{PROJECT}/instances/{CLICKHOUSE}/clickhouse/replication")
}

/// The stage of that synchronisation, as a client sees it.
fn stage(cloud: &PaperCloud) -> String {
    send(cloud, "GET", &replications(), None).text("/replications/0/stage")
}

#[test]
fn going_from_event_to_event_leads_to_where_a_job_is_held() {
    for (hold, held_at) in [
        (json!({ "job": "hold", "stage": "Full" }), ["00:00:25.000", "00:00:25.000"]),
        (json!({ "job": "hold", "percent": 50 }), ["00:00:25.000", "00:00:50.000"]),
        (json!({ "job": "hold", "percent": 100 }), ["00:00:25.000", "00:01:40.000"]),
    ] {
        let cloud = start(&Config { job_seconds: 100.0, ..config() });
        let world = cloud.world(PROJECT);
        let job = replicate_held(&cloud, &hold);
        let mut told = Vec::new();
        for _ in 0..5 {
            told.extend(world.advance_to_next_event());
        }
        let mut expected = Vec::new();
        for (at, held) in held_at.iter().map(|at| (at, *at == held_at[1])) {
            let mut due = json!({
                "at": format!("2026-01-01T{at}Z"),
                "operation": "CreateClickHouseDataBaseReplication",
                "job_id": job, "job_status": "Running",
                "resource_id": "orders", "resource_status": "Full",
            });
            if held {
                due["held"] = json!(true);
            }
            expected.push(due);
        }
        expected.dedup();
        assert_eq!(serde_json::to_value(told).unwrap(), Value::Array(expected), "{hold}");
        assert_eq!(world.now(), format!("2026-01-01T{}Z", held_at[1]));
        assert_eq!(stage(&cloud), "Full");
        assert_eq!(world.job(&job).unwrap()["held"], true);
        world.release(&job).unwrap();
        world.advance_to_next_event();
        assert_eq!(stage(&cloud), "Incremental");
    }
}

#[test]
fn whoever_polls_a_clock_that_advances_by_itself_sees_where_a_job_is_held() {
    let cloud = start(&Config { job_seconds: 100.0, ..config() });
    let world = cloud.world(PROJECT);
    world.auto_advance(true);
    let job = replicate_held(&cloud, &json!({ "job": "hold", "stage": "Full" }));
    let path = format!("/v3/{PROJECT}/jobs?id={job}");
    for _ in 0..3 {
        assert_eq!(send(&cloud, "GET", &path, None).text("/job/status"), "Running");
        assert_eq!(world.now(), "2026-01-01T00:00:25.000Z");
    }
    assert_eq!(stage(&cloud), "Full");
}

#[test]
fn a_turn_past_the_beginning_of_a_hold_tells_of_the_stage_that_began_with_it() {
    let cloud = start(&Config { job_seconds: 100.0, ..config() });
    replicate_held(&cloud, &json!({ "job": "hold", "stage": "Full" }));
    let due = cloud.world(PROJECT).advance(Duration::from_mins(1));
    let due = serde_json::to_value(due).unwrap();
    let shown = (&due[0]["at"], &due[0]["resource_status"], &due[1]);
    assert_eq!(shown, (&json!("2026-01-01T00:00:25.000Z"), &json!("Full"), &Value::Null));
}

#[test]
fn a_job_that_is_held_in_a_stage_is_in_it_however_long_it_takes() {
    for job_seconds in [0.001, 0.003, 0.1, 1.001, 3.333] {
        let cloud = start(&Config { job_seconds, ..config() });
        replicate_held(&cloud, &json!({ "job": "hold", "stage": "Full" }));
        cloud.world(PROJECT).advance(Duration::from_mins(1));
        assert_eq!(stage(&cloud), "Full", "{job_seconds}");
    }
}
