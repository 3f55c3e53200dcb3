//! Jobs, found by status, name and time.

use super::Tests;

#[test]
fn jobs_are_found_by_status_name_and_time() {
    let tests = Tests::start();
    tests.advance(2);
    tests.clickhouse("PUT", "/restart", None).expect(200);
    let count = |query: &str| {
        let jobs = tests.call("GET", &format!("/immediate-jobs?{query}"), None).expect(200);
        jobs["total_count"].as_u64().unwrap()
    };
    assert_eq!(count("status=Running"), 1);
    assert_eq!(count("status=Completed"), 1);
    assert_eq!(count("status=Pending"), 0);
    assert_eq!(count("job_name=RebootClickHouseInstance"), 1);
    assert_eq!(count("start_time=2026-01-01T00:00:01%2B0000"), 1);
    assert_eq!(count("end_time=2026-01-01T00:00:01%2B0000"), 1);
    let page = tests.call("GET", "/immediate-jobs?offset=1&limit=10", None).expect(200);
    assert_eq!(page["jobs"].as_array().unwrap().len(), 1);
}
