//! Checking what is to be synchronised: what has passed is what is.

use super::{Refused, TAURUSDB, Tests, check};
use crate::support::{config, text};
use papercloud::{Config, Level};
use serde_json::json;

#[test]
fn what_the_checks_have_passed_is_what_is_synchronised() {
    let tests = Tests::start();
    let threads = |value: &str| json!([{ "param_name": "max_sync_threads", "value": value }]);
    let tables = json!({ "repl_type": "white_list", "tables": ["orders", "items"] });
    let body = check("shop", &threads("2"), &tables);
    tests.clickhouse("POST", "/replication/database-check", Some(body.clone())).expect(200);
    let mut with_clauses = body;
    with_clauses["tables_configs"] =
        json!([{ "table_name": "orders", "table_config": "ORDER BY (id)" }]);
    let path = "/replication/table-check";
    let passed = tests.clickhouse("POST", path, Some(with_clauses.clone())).expect(200);
    assert_eq!(text(&passed, "/table_config_check_results/0/check_result"), "success");

    // What fails is not kept: a parameter beyond its range, clauses of a table that is not taken.
    let beyond = check("shop", &threads("3"), &json!({ "repl_type": "black_list", "tables": [] }));
    let failed = tests.clickhouse("POST", "/replication/database-check", Some(beyond)).expect(200);
    assert_eq!(text(&failed, "/db_config_check_results/0/check_result"), "fail");
    with_clauses["table_repl_config"]["tables"] = json!([]);
    let failed = tests.clickhouse("POST", path, Some(with_clauses)).expect(200);
    let result = text(&failed, "/table_config_check_results/0/check_result");
    assert_eq!(result, "Check Override Table Failed");

    tests.synchronise("shop").expect(200);
    let shown = tests.shown("shop").expect(200);
    assert_eq!(shown["table_repl_config"], tables);
    assert_eq!(shown["new_table_repl_config"], tables);
    assert_eq!(shown["is_tables_change"], false);
    assert_eq!(text(&shown, "/source_instance_id"), TAURUSDB);
    assert_eq!(text(&shown, "/database_info/db_config_check_results/0/value"), "2");
    assert_eq!(text(&shown, "/table_infos/0/table_config"), "ORDER BY (id)");

    tests.synchronise("unchecked").expect(200);
    let every_table = json!({ "repl_type": "black_list", "tables": [] });
    assert_eq!(tests.tables("unchecked"), every_table);
}

#[test]
fn the_misspelling_of_the_example_is_told_and_counts() {
    let tests = Tests::start();
    let tables = json!({ "repl_type": "black_list", "tables": ["logs"] });
    let body = json!({
        "source_instance_id": TAURUSDB,
        "source_database_name": "shop",
        "db_configs": [],
        "table_replconfig": tables,
    });
    let path = "/replication/database-check";
    let passed = tests.clickhouse("POST", path, Some(body.clone()));
    let warning = passed.headers["x-paper-warning"].to_str().unwrap().to_owned();
    assert!(warning.contains("misspelling of table_repl_config"), "{warning}");
    passed.expect(200);
    tests.synchronise("shop").expect(200);
    assert_eq!(tests.tables("shop"), tables);

    let strict = Tests::with(&Config { hygiene: Some(Level::Enforce), ..config() });
    strict.clickhouse("POST", path, Some(body)).expect_refusal(400, "DBS.280001");
}
