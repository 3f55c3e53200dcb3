//! Reports as a whole.

use super::{found, look, map, report, request_id};
use crate::support::{PROJECT, config, send, start};
use serde_json::{Value, json};

const OTHER: &str = "23a50154cf494ec9ad6883979a12db0a";

#[test]
fn only_worlds_with_something_to_say_are_in_the_report_on_all() {
    let cloud = start(&config());
    send(&cloud, "GET", &format!("/v3/{OTHER}/jobs"), None).expect(200);
    map(&cloud, "source").expect(202);
    let all = send(&cloud, "GET", "/_paper/report", None).expect(200);
    assert_eq!(all, json!({ "clean": false, "exact": true, "worlds": [report(&cloud)] }));
    cloud.world(PROJECT).reset();
    let all = send(&cloud, "GET", "/_paper/report", None).expect(200);
    assert_eq!(all, json!({ "clean": true, "exact": true, "worlds": [] }));
    let refused = send(&cloud, "GET", "/_paper/worlds/no%20id/report", None);
    assert_eq!(refused.text("/error_code"), "PAPER.0400");
    assert_eq!(cloud.world("@account").report()["project_id"], "@account");
}

#[test]
fn a_world_that_is_not_clean_panics_with_everything_there_is_to_say() {
    let cloud = start(&config());
    cloud.world(PROJECT).label("the test");
    let created = map(&cloud, "source");
    let job = created.text("/job_id");
    let id = cloud.world(PROJECT).report()["leaks"]["unfinished"][0]["resource_id"].clone();
    let id = id.as_str().unwrap();
    let request = request_id(&created);
    let request = request.as_str().unwrap();
    let check = std::panic::AssertUnwindSafe(|| cloud.world(PROJECT).assert_clean());
    let panic = std::panic::catch_unwind(check).unwrap_err();
    let left = format!(
        "CreateDbCacheMapping, job {job} is Running, {id} is creating, by request {request}"
    );
    let expected = format!(
        "Papercloud: world {PROJECT} (the test) is not clean\n\
         - started and never looked at: {left}\n\
         - unfinished: {left}"
    );
    assert_eq!(panic.downcast_ref::<String>(), Some(&expected));
}

#[test]
fn what_a_fault_provokes_is_found_and_one_that_never_hit_is_a_leak() {
    let cloud = start(&config());
    let arm = |rule: Value| {
        let path = format!("/_paper/worlds/{PROJECT}/faults");
        send(&cloud, "POST", &path, Some(&rule)).text("/id")
    };
    let call = |first: u64, effect: &Value, phase: &str| {
        arm(json!({
            "operation": "CreateDbCacheMapping", "first": first, "effect": effect, "phase": phase,
        }))
    };
    call(1, &json!({ "throttle": 5 }), "before");
    map(&cloud, "source").expect(429);
    map(&cloud, "source").expect(202);
    assert_eq!(found(&cloud), [("ignored-retry-after".to_owned(), 1)]);
    cloud.world(PROJECT).reset();

    // The answer is lost, and what was done is done again.
    call(1, &json!({ "status": 500 }), "after");
    let lost = map(&cloud, "source");
    let again = map(&cloud, "source");
    let finding = report(&cloud)["findings"][0].clone();
    assert_eq!(finding["rule"], "retried-committed-write");
    assert_eq!(finding["examples"][0]["request_id"], request_id(&again));
    assert_eq!(finding["examples"][0]["earlier_request_id"], request_id(&lost));
    lost.expect(500);
    cloud.world(PROJECT).reset();

    let id = arm(json!({ "operation": "ListJobs", "first": 1, "effect": { "status": 500 } }));
    let never_hit = || report(&cloud)["leaks"]["faults_never_hit"].clone();
    assert_eq!(never_hit()[0]["id"], id.as_str());
    look(&cloud, "any").expect(500);
    assert_eq!(never_hit(), json!([]));
    cloud.world(PROJECT).assert_clean();

    // Nobody has armed the rules of a scenario one by one.
    let scenario = r#"{"faults":[{"operation":"ListJobs","effect":{"status":500}}]}"#;
    cloud.define_scenario("unlucky", scenario).unwrap();
    cloud.world(PROJECT).choose_scenario("unlucky").unwrap();
    cloud.world(PROJECT).assert_clean();
}
