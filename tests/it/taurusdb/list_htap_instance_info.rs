//! What stands beside a TaurusDB instance.

use super::{CLICKHOUSE, Refused, TAURUSDB, Tests};
use serde_json::{Value, json};

#[test]
fn a_taurusdb_instance_lists_what_stands_beside_it() {
    let tests = Tests::start();
    let listed = |path: &str| {
        let list = tests.call("GET", &format!("/instances/{path}/htap"), None).expect(200);
        let ids = list["instances"].as_array().unwrap().iter().map(|one| one["id"].clone());
        let ids: Vec<_> = ids.collect();
        assert_eq!(list["total"], ids.len());
        Value::from(ids)
    };
    let created = tests.created();
    assert_eq!(listed(TAURUSDB), json!([CLICKHOUSE, created]));

    // A second source does not take an instance over, and asks in vain for it.
    let body = json!({ "source_instance_id": "second", "source_database": "orders" });
    tests.clickhouse("POST", "/replication", Some(body)).expect(200);
    assert_eq!(listed("second"), json!([]));
    for method in ["GET", "DELETE"] {
        let path = format!("/instances/second/clickhouse/{CLICKHOUSE}");
        tests.call(method, &path, None).expect_refusal(400, "DBS.05000044");
    }

    tests.taurusdb("DELETE", &format!("/clickhouse/{CLICKHOUSE}"), None).expect(200);
    tests.advance(2);
    assert_eq!(listed(TAURUSDB), json!([created]));
    tests.call("GET", "/instances/unknown/htap", None).expect_refusal(404, "DBS.200002");
}
