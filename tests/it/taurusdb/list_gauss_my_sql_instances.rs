//! Instances and their databases; companions make none known.

use super::{CLICKHOUSE, Refused, TAURUSDB, Tests, check};
use crate::support::{config, start, text};
use serde_json::{Value, json};

#[test]
fn companions_adopt_nothing() {
    let tests = Tests { cloud: start(&config()) };
    let check = check("shop", &json!([]), &json!({ "repl_type": "black_list", "tables": [] }));
    let mut with_clauses = check.clone();
    with_clauses["tables_configs"] = json!([]);
    let calls = [
        tests.clickhouse("POST", "/replication/database-check", Some(check)),
        tests.clickhouse("POST", "/replication/table-check", Some(with_clauses)),
        tests.clickhouse("GET", "/replication/database-parameter", None),
        tests.clickhouse("GET", "/databases", None),
        tests.clickhouse("GET", "/nodes", None),
        tests.clickhouse("PUT", "/restart", None),
        tests.unsynchronise("known"),
        tests.shown("known"),
        tests.change("known", r#"{"black_list":""}"#),
        tests.cancel("known"),
        tests.taurusdb("GET", "", None),
        tests.taurusdb("GET", "/databases", None),
        tests.taurusdb("GET", &format!("/clickhouse/{CLICKHOUSE}"), None),
        tests.taurusdb("DELETE", &format!("/clickhouse/{CLICKHOUSE}"), None),
    ];
    for call in calls {
        call.expect_refusal(404, "DBS.200002");
    }
}

#[test]
fn taurusdb_lists_its_own_instances_and_their_databases() {
    let tests = Tests::start();
    tests.synchronise("orders").expect(200);
    let names = |query: &str| {
        let list = tests.taurusdb("GET", &format!("/databases{query}"), None).expect(200);
        let names = list["databases"].as_array().unwrap().iter().map(|one| one["name"].clone());
        names.collect::<Value>()
    };
    assert_eq!(names(""), json!(["known", "orders"]));
    assert_eq!(names("?name=orders&charset=utf8mb4"), json!(["orders"]));
    assert_eq!(names("?charset=latin1"), json!([]));

    let count = |query: &str| {
        let list = tests.call("GET", &format!("/instances?{query}"), None).expect(200);
        list["total_count"].as_u64().unwrap()
    };
    assert_eq!(count("datastore_type=gaussdb-mysql"), 1);
    assert_eq!(count(&format!("id={TAURUSDB}")), 1);
    assert_eq!(count("datastore_type=gaussdb-mysql&name=*taurus"), 1);
    assert_eq!(count("datastore_type=gaussdb-mysql&vpc_id=another"), 0);
    let shown = tests.taurusdb("GET", "", None).expect(200);
    let address = text(&shown, "/instance/private_write_ips/0");
    assert_eq!(count(&format!("datastore_type=gaussdb-mysql&private_ip={address}")), 1);
}
