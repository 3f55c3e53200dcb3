//! Removing the record of a job: of one that has ended.

use super::{Refused, Tests};
use serde_json::json;

#[test]
fn only_the_record_of_a_job_that_has_ended_is_removed() {
    let tests = Tests::start();
    let job_id = tests.synchronise("orders").text("/job_id");
    let path = format!("/jobs/{job_id}");
    let running = tests.call("DELETE", &path, None).expect_refusal(409, "DBS.280406");
    assert!(running.contains("is Running"), "{running}");
    let total = || {
        let jobs = tests.call("GET", "/immediate-jobs", None).expect(200);
        jobs["total_count"].as_u64().unwrap()
    };
    assert_eq!(total(), 2);
    tests.advance(2);
    let removed = tests.call("DELETE", &path, None);
    assert_eq!((removed.status, &removed.body), (200, &json!("")));
    assert_eq!(total(), 1);
    tests.job(&job_id).expect_refusal(400, "DBS.200543");
    tests.call("DELETE", &path, None).expect_refusal(400, "DBS.200543");
    tests.call("DELETE", "/jobs/no-job", None).expect_refusal(400, "DBS.200543");
    assert_eq!(tests.databases(), json!(["known", "orders"]), "its work stays done");
}
