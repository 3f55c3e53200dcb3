//! What happens to jobs that do not exist yet.

use super::{create, mapping};
use crate::support::{PROJECT, config, send, send_text, start};
use papercloud::Fault;
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
