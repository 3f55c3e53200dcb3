//! TaurusDB beyond its one documented call: what follows a synchronisation, and what is refused.

use crate::support::{Answer, PROJECT, config, send, send_text, start, text};
use papercloud::{Config, Level, PaperCloud};
use serde_json::{Value, json};
use std::time::Duration;

const CLICKHOUSE: &str = "54e42160670e48e789af7075e1efea1fin16";
const TAURUSDB: &str = "2d39ea6ddc2a4bcd8e5f3f4b0a1c9d7ein07";

/// A cloud that knows both instances, through a synchronisation of the database `known`.
struct Tests {
    cloud: PaperCloud,
}

impl Tests {
    fn start() -> Self {
        Self::with(&config())
    }

    fn with(config: &Config) -> Self {
        let tests = Self { cloud: start(config) };
        tests.synchronise("known").expect(200);
        tests
    }

    fn advance(&self, seconds: u64) {
        self.cloud.world(PROJECT).advance(Duration::from_secs(seconds));
    }

    /// Sends a request to a path below the project.
    #[expect(clippy::needless_pass_by_value, reason = "a body is written where it is sent")]
    fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        send(&self.cloud, method, &format!("/v3/{PROJECT}{path}"), body.as_ref())
    }

    /// Sends a request to a path below the ClickHouse instance.
    fn clickhouse(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.call(method, &format!("/instances/{CLICKHOUSE}/clickhouse{path}"), body)
    }

    /// Sends a request to a path below the TaurusDB instance.
    fn taurusdb(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.call(method, &format!("/instances/{TAURUSDB}{path}"), body)
    }

    fn synchronise(&self, database: &str) -> Answer {
        let body = json!({ "source_instance_id": TAURUSDB, "source_database": database });
        self.clickhouse("POST", "/replication", Some(body))
    }

    fn change(&self, database: &str, value: &str) -> Answer {
        let body = json!({
            "source_instance_id": TAURUSDB, "database": database, "value": value,
        });
        self.clickhouse("PUT", "/databases/replication/config", Some(body))
    }

    fn cancel(&self, database: &str) -> Answer {
        let path = format!("/databases/replication/config?database={database}");
        self.clickhouse("DELETE", &path, None)
    }

    fn unsynchronise(&self, database: &str) -> Answer {
        self.clickhouse("DELETE", &format!("/replication/{database}"), None)
    }

    fn shown(&self, database: &str) -> Answer {
        let path = format!("/replication/config?database_name={database}");
        self.clickhouse("GET", &path, None)
    }

    fn tables(&self, database: &str) -> Value {
        self.shown(database).expect(200)["table_repl_config"].clone()
    }

    fn databases(&self) -> Value {
        let listed = self.clickhouse("GET", "/replication", None).expect(200);
        let listed = listed["replications"].as_array().expect("an array").iter();
        listed.map(|one| one["source_database"].clone()).collect()
    }

    fn job(&self, id: &str) -> Answer {
        let path = format!("/v3/{PROJECT}/jobs?id={id}");
        let host = [("X-Auth-Token", "t"), ("Host", "gaussdb.eu-mock-1.myhuaweicloud.com")];
        send_text(&self.cloud, "GET", &path, &host, "")
    }

    /// A ClickHouse instance that was created, and is normal or not.
    fn created(&self) -> String {
        let created = self.taurusdb("POST", "/clickhouse", Some(order()));
        let id = created.text("/instance/id");
        created.expect(202);
        id
    }
}

trait Refused {
    /// The status and code that are expected; the message is returned.
    fn expect_refusal(self, status: u16, code: &str) -> String;
}

impl Refused for Answer {
    #[track_caller]
    fn expect_refusal(self, status: u16, code: &str) -> String {
        assert_eq!((self.status, self.text("/error_code").as_str()), (status, code), "{self:?}");
        self.text("/error_msg")
    }
}

fn order() -> Value {
    json!({
        "name": "click-house-1",
        "engine": { "type": "click-house", "version": "2" },
        "ha": { "mode": "Single" },
        "flavor_id": "gaussdb.clickhouse.xlarge.x86.4",
        "db_root_pwd": "Geheim-1234",
        "az_mode": "single",
        "volume": { "io_type": "SSD", "capacity_in_gb": 40 },
        "az_code": "eu-mock-1a",
        "tags_info": {},
    })
}

fn check(database: &str, parameters: &Value, tables: &Value) -> Value {
    json!({
        "source_instance_id": TAURUSDB,
        "source_database_name": database,
        "db_configs": parameters,
        "table_repl_config": tables,
    })
}

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

#[test]
fn a_change_is_cancelled_while_it_is_under_way() {
    let tests = Tests::start();
    tests.cancel("unknown").expect_refusal(400, "DBS.270022");
    tests.advance(2);
    tests.cancel("known").expect_refusal(409, "DBS.280406");
    tests.change("known", r#"{"black_list":"logs"}"#).expect(200);
    let cancelled = tests.cancel("known");
    let job = tests.job(&cancelled.text("/job_id")).expect(200);
    assert_eq!(text(&job, "/job/name"), "DeleteClickHouseReplicationConfig");
    assert_eq!(tests.shown("known").expect(200)["is_tables_change"], false);
    tests.advance(2);
    assert_eq!(tests.tables("known")["tables"], json!([]));
    tests.cancel("known").expect_refusal(409, "DBS.280406");
}

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
fn paths_below_an_instance_win_over_the_id_of_a_clickhouse_instance() {
    let tests = Tests::start();
    let nodes = tests.clickhouse("GET", "/nodes", None).expect(200);
    assert_eq!(text(&nodes, "/node_list/0/role"), "master");
    tests.clickhouse("GET", "/databases", None).expect(200);
    tests.clickhouse("GET", "/replication", None).expect(200);
    // With a method that only the id has, or with a name that is no path, it is an id.
    tests.clickhouse("DELETE", "/nodes", None).expect_refusal(400, "DBS.280404");
    tests.taurusdb("GET", "/clickhouse/users", None).expect_refusal(400, "DBS.280404");
}

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
    assert_eq!((removed.status, &removed.body), (200, &Value::Null));
    assert_eq!(total(), 1);
    tests.job(&job_id).expect_refusal(400, "DBS.200543");
    tests.call("DELETE", &path, None).expect_refusal(400, "DBS.200543");
    tests.call("DELETE", "/jobs/no-job", None).expect_refusal(400, "DBS.200543");
    assert_eq!(tests.databases(), json!(["known", "orders"]), "its work stays done");
}

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

#[test]
fn refusals_are_said_in_the_language_that_was_asked_for() {
    let tests = Tests::start();
    let path = format!("/v3/{PROJECT}/instances/{CLICKHOUSE}/clickhouse/replication/unknown");
    let headers = [("X-Auth-Token", "t"), ("X-Language", "zh-cn")];
    let refused = send_text(&tests.cloud, "DELETE", &path, &headers, "");
    assert_eq!(refused.expect_refusal(400, "DBS.05000091"), "数据同步任务不存在：unknown");
}
