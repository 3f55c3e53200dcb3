//! Creating a ClickHouse instance, to its deletion.

use super::{Refused, TAURUSDB, Tests, order};
use crate::support::text;
use serde_json::{Value, json};

#[test]
fn a_clickhouse_instance_is_created_restarted_and_deleted() {
    let tests = Tests::start();
    let created = tests.taurusdb("POST", "/clickhouse", Some(order()));
    let (id, job_id) = (created.text("/instance/id"), created.text("/job_id"));
    assert!(!created.body.to_string().contains("Geheim"), "{:#}", created.body);
    created.expect(202);
    assert!(id.len() == 36 && id.ends_with("in16"), "{id}");
    let own = |method: &str, path: &str, body: Option<Value>| {
        tests.call(method, &format!("/instances/{id}/clickhouse{path}"), body)
    };
    let synchronise = || {
        let body = json!({ "source_instance_id": TAURUSDB, "source_database": "orders" });
        own("POST", "/replication", Some(body))
    };
    let status = || {
        let shown = tests.taurusdb("GET", &format!("/clickhouse/{id}"), None).expect(200);
        let action = shown["instance"]["actions"][0]["action"].as_str().unwrap_or("-").to_owned();
        format!("{} {action}", text(&shown, "/instance/status"))
    };
    let delete = || tests.taurusdb("DELETE", &format!("/clickhouse/{id}"), None);

    assert_eq!(status(), "creating CREATE");
    own("PUT", "/restart", None).expect_refusal(409, "DBS.280406");
    delete().expect_refusal(409, "DBS.280406");
    synchronise().expect_refusal(409, "DBS.280406");
    tests.advance(2);
    assert_eq!(status(), "normal -");
    assert_eq!(text(&tests.job(&job_id).expect(200), "/job/name"), "CreateClickHouseInstance");
    synchronise().expect(200);

    own("PUT", "/restart", None).expect(200);
    assert_eq!(status(), "normal REBOOT");
    own("PUT", "/restart", None).expect_refusal(409, "DBS.200047");
    delete().expect_refusal(409, "DBS.200047");
    synchronise().expect_refusal(409, "DBS.200047");
    tests.advance(2);

    let job_id = delete().text("/job_id");
    assert_eq!(status(), "normal DELETE");
    delete().expect_refusal(409, "DBS.200047");
    own("GET", "/nodes", None).expect(200);
    tests.advance(2);
    assert_eq!(text(&tests.job(&job_id).expect(200), "/job/instance/name"), "click-house-1");
    let show = tests.taurusdb("GET", &format!("/clickhouse/{id}"), None);
    show.expect_refusal(400, "DBS.05000044");
    delete().expect_refusal(400, "DBS.05000044");
    own("GET", "/nodes", None).expect_refusal(404, "DBS.200002");
    own("GET", "/replication", None).expect_refusal(404, "DBS.200002");
    synchronise().expect_refusal(404, "DBS.200002");
    let jobs = tests.call("GET", &format!("/immediate-jobs?job_id={job_id}"), None).expect(200);
    assert_eq!(text(&jobs, "/jobs/0/instance_status"), "deleted");
}

#[test]
fn a_failed_creation_says_so() {
    let tests = Tests::start();
    let doomed = format!("0000dead{}", &TAURUSDB[8..]);
    let body = json!({ "source_instance_id": doomed, "source_database": "orders" });
    tests.clickhouse("POST", "/replication", Some(body)).expect(200);
    tests.call("POST", &format!("/instances/{doomed}/clickhouse"), Some(order())).expect(202);
    tests.advance(2);
    let list = tests.call("GET", &format!("/instances/{doomed}/htap"), None).expect(200);
    assert_eq!(text(&list, "/instances/0/instance_state/instance_status"), "createfail");
    assert!(text(&list, "/instances/0/instance_state/fail_message").contains("0000dead"));
}

#[test]
fn an_order_is_held_against_its_page() {
    let tests = Tests::start();
    let broken = [
        ("/name", json!("1st-click-house")),
        ("/name", json!("abc")),
        ("/engine/type", json!("star-rocks")),
        ("/ha/mode", json!("Triple")),
        ("/db_root_pwd", json!("short")),
        ("/db_root_pwd", json!("g".repeat(33))),
        ("/volume/capacity_in_gb", json!(39)),
        ("/volume/capacity_in_gb", json!(32_001)),
    ];
    for (pointer, value) in broken {
        let mut order = order();
        *order.pointer_mut(pointer).unwrap() = value;
        let refused = tests.taurusdb("POST", "/clickhouse", Some(order));
        let message = refused.expect_refusal(400, "DBS.280001");
        assert!(message.contains(&pointer[1..].replace('/', ".")), "{message}");
    }
    let path = "/instances/unknown/clickhouse";
    tests.call("POST", path, Some(order())).expect_refusal(404, "DBS.200002");
}
