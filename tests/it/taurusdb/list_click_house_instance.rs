//! Showing a ClickHouse instance: by an ID that is no word of a path.

use super::{CLICKHOUSE, Refused, TAURUSDB, Tests, check};
use crate::support::text;
use serde_json::json;

#[test]
fn paths_below_an_instance_win_over_the_id_of_a_clickhouse_instance() {
    let tests = Tests::start();
    let nodes = tests.clickhouse("GET", "/nodes", None).expect(200);
    assert_eq!(text(&nodes, "/node_list/0/role"), "master");
    tests.clickhouse("GET", "/databases", None).expect(200);
    tests.clickhouse("GET", "/replication", None).expect(200);
    // With a method that only the id has, or with a name that is no path, it is an id.
    tests.clickhouse("DELETE", "/nodes", None).expect_refusal(400, "DBS.280404");
    tests.taurusdb("GET", "/clickhouse/nothing", None).expect_refusal(400, "DBS.280404");
}

#[test]
fn an_instance_of_another_engine_and_an_id_with_a_meaning_are_refused() {
    let tests = Tests::start();
    let other = format!("/instances/{TAURUSDB}/clickhouse/nodes");
    tests.call("GET", &other, None).expect_refusal(400, "DBS.280235");
    let other = format!("/instances/{CLICKHOUSE}");
    tests.call("GET", &other, None).expect_refusal(400, "DBS.280235");
    let meanings = [
        ("00000404", 400, "DBS.05000044"),
        ("00000403", 403, "DBS.200044"),
        ("00000409", 409, "DBS.200047"),
        ("00000500", 500, "DBS.200005"),
    ];
    for (digits, status, code) in meanings {
        let path = format!("/clickhouse/{digits}{}", &CLICKHOUSE[8..]);
        tests.taurusdb("DELETE", &path, None).expect_refusal(status, code);
    }
    let mut body = check("shop", &json!([]), &json!({ "repl_type": "black_list", "tables": [] }));
    body["source_node_id"] = json!("000004095a6d4b3c9e8f7a6b5c4d3e2fno07");
    let path = "/replication/database-check";
    tests.clickhouse("POST", path, Some(body)).expect_refusal(409, "DBS.200047");
}
