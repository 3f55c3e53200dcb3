//! Deleting a synchronisation: gone when its job has ended well.

use super::{CLICKHOUSE, Refused, TAURUSDB, Tests};
use crate::support::{PROJECT, send_text, text};
use serde_json::json;

#[test]
fn a_synchronisation_is_gone_when_its_deletion_has_ended() {
    let tests = Tests::start();
    tests.unsynchronise("unknown").expect_refusal(400, "DBS.05000091");
    tests.shown("unknown").expect_refusal(400, "DBS.270022");
    tests.advance(2);
    let job_id = tests.unsynchronise("known").text("/job_id");
    assert_eq!(tests.databases(), json!(["known"]));
    tests.unsynchronise("known").expect_refusal(409, "DBS.200047");
    tests.synchronise("known").expect_refusal(409, "DBS.200047");
    tests.change("known", r#"{"black_list":"logs"}"#).expect_refusal(409, "DBS.200047");
    tests.cancel("known").expect_refusal(409, "DBS.200047");

    tests.advance(2);
    assert_eq!(text(&tests.job(&job_id).expect(200), "/job/status"), "Completed");
    assert_eq!(tests.databases(), json!([]));
    let there = tests.clickhouse("GET", "/databases", None).expect(200);
    assert_eq!(there, json!({ "databases": [], "total_count": 0 }));
    tests.unsynchronise("known").expect_refusal(400, "DBS.05000091");
    tests.shown("known").expect_refusal(400, "DBS.270022");
    let named = tests.taurusdb("GET", "/databases?name=known", None).expect(200);
    assert_eq!(named["total_count"], 1, "the source keeps its database");

    let again = tests.synchronise("known");
    assert!(!again.headers.contains_key("x-paper-warning"), "nothing is there: {again:?}");
    let list = tests.clickhouse("GET", "/replication", None).expect(200);
    assert_eq!(text(&list, "/replications/0/stage"), "Wait");
}

#[test]
fn a_deletion_that_fails_leaves_its_synchronisation() {
    let tests = Tests::start();
    let path = format!("/instances/0000dead{}/clickhouse/replication", &CLICKHOUSE[8..]);
    let body = json!({ "source_instance_id": TAURUSDB, "source_database": "doomed" });
    tests.call("POST", &path, Some(body)).expect(200);
    tests.advance(2);
    let job_id = tests.call("DELETE", &format!("{path}/doomed"), None).text("/job_id");
    tests.advance(2);
    assert_eq!(text(&tests.job(&job_id).expect(200), "/job/status"), "Failed");
    let list = tests.call("GET", &path, None).expect(200);
    assert_eq!(text(&list, "/replications/0/stage"), "Failed");
    assert_eq!(text(&list, "/replications/0/status"), "abnormal");
}

#[test]
fn a_database_called_like_a_path_can_be_deleted() {
    let tests = Tests::start();
    let names = ["config", "database-check", "table-check", "database-parameter", "a%2Fb%20c"];
    for name in names {
        tests.synchronise(&name.replace("%2F", "/").replace("%20", " ")).expect(200);
        // What is not its deletion still means the path.
        tests.shown(name).expect(200);
        tests.unsynchronise(name).expect(200);
    }
    let parameters = tests.clickhouse("GET", "/replication/database-parameter", None).expect(200);
    assert_eq!(parameters["db_parameters"].as_array().unwrap().len(), 11);
    tests.clickhouse("POST", "/replication/database-check", Some(json!({}))).expect(400);
    tests.advance(2);
    assert_eq!(tests.databases(), json!(["known"]));
}

#[test]
fn refusals_are_said_in_the_language_that_was_asked_for() {
    let tests = Tests::start();
    let path = format!("/v3/{PROJECT}/instances/{CLICKHOUSE}/clickhouse/replication/unknown");
    let headers = [("X-Auth-Token", "t"), ("X-Language", "zh-cn")];
    let refused = send_text(&tests.cloud, "DELETE", &path, &headers, "");
    assert_eq!(refused.expect_refusal(400, "DBS.05000091"), "数据同步任务不存在：unknown");
}
