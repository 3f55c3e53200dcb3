//! Changing the tables of a synchronisation: they count when the job has ended.

use super::{Refused, TAURUSDB, Tests, check};
use crate::support::text;
use serde_json::json;

#[test]
fn changed_tables_count_when_their_job_has_ended() {
    let tests = Tests::start();
    let tables = json!({ "repl_type": "white_list", "tables": ["orders"] });
    let body = check("shop", &json!([]), &tables);
    tests.clickhouse("POST", "/replication/database-check", Some(body)).expect(200);
    tests.synchronise("shop").expect(200);
    let more = r#"{"white_list":"orders, items"}"#;

    let early = tests.change("shop", more).expect_refusal(409, "DBS.280406");
    assert!(early.contains("is Wait; the operation is allowed only in Incremental"), "{early}");
    tests.advance(2);
    let other = tests.change("shop", r#"{"black_list":"logs"}"#).expect_refusal(400, "DBS.280001");
    assert!(other.contains("must be white_list, got black_list"), "{other}");
    tests.change("shop", r#"{"grey_list":"logs"}"#).expect_refusal(400, "DBS.280001");
    tests.change("unknown", more).expect_refusal(400, "DBS.270022");

    let changing = tests.change("shop", more);
    let job_id = changing.text("/job_id");
    tests.advance(1);
    tests.change("shop", more).expect_refusal(409, "DBS.200047");
    let shown = tests.shown("shop").expect(200);
    let after = json!({ "repl_type": "white_list", "tables": ["orders", "items"] });
    assert_eq!(shown["is_tables_change"], true);
    assert_eq!(shown["table_repl_config"], tables);
    assert_eq!(shown["new_table_repl_config"], after);
    assert_eq!(text(&tests.job(&job_id).expect(200), "/job/status"), "Running");

    tests.advance(1);
    let shown = tests.shown("shop").expect(200);
    assert_eq!(shown["is_tables_change"], false);
    assert_eq!(shown["table_repl_config"], after);
    let done = tests.job(&job_id).expect(200);
    assert_eq!(text(&done, "/job/status"), "Completed");
    assert_eq!(text(&done, "/job/name"), "UpdateClickHouseReplicationConfig");

    // One more change is made on top of the last one, and a failing one leaves everything.
    let mut doomed = json!({
        "source_instance_id": TAURUSDB,
        "source_node_id": "0000dead5a6d4b3c9e8f7a6b5c4d3e2fno07",
        "database": "shop",
        "value": r#"{"white_list":""}"#,
    });
    let path = "/databases/replication/config";
    tests.clickhouse("PUT", path, Some(doomed.clone())).expect(200);
    tests.advance(2);
    let shown = tests.shown("shop").expect(200);
    assert_eq!(shown["table_repl_config"], after);
    assert!(text(&shown, "/last_error_of_alter_table").contains("0000dead"));

    // The database is synchronised, but not from there.
    let body = json!({ "source_instance_id": "other", "source_database": "elsewhere" });
    tests.clickhouse("POST", "/replication", Some(body)).expect(200);
    doomed["source_instance_id"] = json!("other");
    tests.clickhouse("PUT", path, Some(doomed)).expect_refusal(400, "DBS.270022");
}
