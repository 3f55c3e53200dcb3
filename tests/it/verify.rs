//! Claims about the requests to a project: over HTTP, from Rust, and from the shell.

use crate::support::{PROJECT, begun, config, ended, send, start, text};
use papercloud::{Config, Fault, PaperCloud};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Output, Stdio};

const CREATE: &str = "CreateDbCacheMapping";
const LIST: &str = "ListDbCacheMappings";

fn map(cloud: &PaperCloud, body: &Value) -> (u16, String) {
    let answer = send(cloud, "POST", &format!("/v3/{PROJECT}/dbcache/mapping"), Some(body));
    (answer.status, answer.headers["x-request-id"].to_str().expect("ASCII").to_owned())
}

fn pair(source: &str, target: &str) -> Value {
    json!({ "source_instance_id": source, "target_instance_id": target })
}

fn list(cloud: &PaperCloud) {
    send(cloud, "GET", &format!("/v3/{PROJECT}/dbcache/mappings"), None).expect(200);
}

fn post(cloud: &PaperCloud, call: &str, body: &Value) -> crate::support::Answer {
    send(cloud, "POST", &format!("/_paper/worlds/{PROJECT}/requests/{call}"), Some(body))
}

#[track_caller]
fn judge(cloud: &PaperCloud, check: &Value) -> Value {
    let verified = post(cloud, "verify", check).expect(200);
    let found = verified["checks"].as_array().expect("checks");
    let passed = found.iter().all(|finding| finding["passed"] == true);
    assert_eq!(verified["passed"], passed);
    verified
}

#[track_caller]
fn assert_judged(cloud: &PaperCloud, check: &Value, passed: bool) {
    let verified = judge(cloud, check);
    assert_eq!(verified["passed"], passed, "{check}: {verified:#}");
}

#[test]
fn requests_are_counted() {
    let cloud = start(&config());
    let (_, first) = map(&cloud, &pair("a", "b"));
    let (_, second) = map(&cloud, &pair("a", "c"));
    list(&cloud);
    for (check, passed) in [
        (json!({ "operation": CREATE }), true),
        (json!({ "operation": CREATE, "exactly": 2 }), true),
        (json!({ "operation": CREATE, "exactly": 1 }), false),
        (json!({ "operation": CREATE, "exactly": 3 }), false),
        (json!({ "operation": CREATE, "at_least": 3 }), false),
        (json!({ "operation": CREATE, "at_most": 2 }), true),
        (json!({ "operation": CREATE, "at_most": 1 }), false),
        (json!({ "operation": CREATE, "never": true }), false),
        (json!({ "operation": "DeleteDbCacheMapping", "never": true }), true),
        (json!({ "operation": "DeleteDbCacheMapping" }), false),
        (json!({ "service": "GeminiDB", "exactly": 3 }), true),
        (json!({ "method": "GET", "committed": false, "exactly": 1 }), true),
        (json!({ "status": 202, "match": { "target_instance_id": "c" }, "exactly": 1 }), true),
        (json!({ "match": { "key_separator": null, "answer.body.count": null } }), true),
        (json!({}), true),
    ] {
        assert_judged(&cloud, &check, passed);
    }
    let expected = json!({
        "passed": true, "exact": true, "dropped": 0, "in_flight": 0,
        "checks": [{
            "name": "two of them",
            "passed": true,
            "reason": "2 such requests were found",
            "expected": "CreateDbCacheMapping with status 202: exactly 2",
            "count": 2,
            "requests": [first, second],
            "near_misses": [],
        }],
    });
    let check = json!({ "name": "two of them", "operation": CREATE, "status": 202, "exactly": 2 });
    assert_eq!(judge(&cloud, &check), expected);
    assert_eq!(judge(&cloud, &json!({ "checks": [check] })), expected);
}

#[test]
fn what_nearly_was_it_is_shown_with_what_differs() {
    let cloud = start(&config());
    list(&cloud);
    let (_, far) = map(&cloud, &pair("x", "c"));
    let (_, refused) = map(&cloud, &json!({ "source_instance_id": "a" }));
    let (_, near) = map(&cloud, &pair("a", "c"));
    let wanted = json!({
        "operation": CREATE, "status": 202,
        "match": { "source_instance_id": "a", "target_instance_id": "b" },
    });
    let difference = |field: &str, expected: Value, got: Value| json!({ "field": field, "expected": expected, "got": got });
    let target = |got: Value| difference("target_instance_id", json!("b"), got);
    let expected = json!([
        { "request_id": near, "differences": [target(json!("c"))] },
        {
            "request_id": refused,
            "differences": [difference("status", json!(202), json!(400)), target(Value::Null)],
        },
        {
            "request_id": far,
            "differences": [
                difference("source_instance_id", json!("a"), json!("x")), target(json!("c")),
            ],
        },
    ]);
    let verified = judge(&cloud, &wanted);
    let finding = &verified["checks"][0];
    assert_eq!(finding["reason"], "no such request was found");
    assert_eq!(finding["near_misses"], expected, "{finding:#}");
    let alone = post(&cloud, "near-misses", &wanted).expect(200);
    let whole =
        json!({ "exact": true, "dropped": 0, "in_flight": 0, "count": 0, "near_misses": expected });
    assert_eq!(alone, whole);
}

#[test]
fn a_sequence_is_in_order_with_others_between() {
    let cloud = start(&config());
    let (_, first) = map(&cloud, &pair("a", "b"));
    list(&cloud);
    list(&cloud);
    let (_, last) = map(&cloud, &pair("a", "c"));
    let step = |target: &str| json!({ "match": { "target_instance_id": target } });
    let found = judge(&cloud, &json!({ "sequence": [step("b"), step("c")] }));
    assert_eq!(found["checks"][0]["requests"], json!([first, last]), "{found:#}");
    let check = json!({ "sequence": [step("c"), step("b")] });
    let found = judge(&cloud, &check);
    let finding = &found["checks"][0];
    assert_eq!(finding["passed"], false);
    assert_eq!(finding["requests"], json!([last]));
    let reason = text(finding, "/reason");
    assert!(reason.starts_with("step 2 did not come after those before it: "), "{reason}");
    let twice = json!({ "operation": LIST });
    assert_judged(&cloud, &json!({ "sequence": [twice, twice] }), true);
    assert_judged(&cloud, &json!({ "sequence": [twice, twice, twice] }), false);
}

#[test]
fn a_write_that_was_committed_twice_is_found() {
    let cloud = start(&config());
    let path = format!("/v2/{PROJECT}/migration-task");
    let import = |name: &str| {
        json!({
            "task_name": name, "source_instance": { "addrs": "192.168.1.1:6379" },
            "target_instance": { "id": "b" }, "migration_type": "backupfile_import",
            "migration_method": "full_amount_migration", "network_type": "vpc",
            "backup_files": {
                "file_source": "self_build_obs", "bucket_name": "x",
                "files": [{ "file_name": "one.rdb" }],
            },
        })
    };
    let once = json!({ "at_most_once_committed": true });
    for name in ["one", "two"] {
        send(&cloud, "POST", &path, Some(&import(name))).expect(200);
    }
    // Twice, but never committed.
    map(&cloud, &json!({}));
    map(&cloud, &json!({}));
    assert_judged(&cloud, &once, true);
    cloud.world(PROJECT).at_most_once_committed().expect("each was committed once");
    let world = cloud.world(PROJECT);
    let fault = Fault::on("CreateMigrationTask").first(1).after_commit().status(500);
    world.fault(fault).expect("a rule");
    for status in [500, 200] {
        let answer = send(&cloud, "POST", &path, Some(&import("three")));
        assert_eq!(answer.status, status, "{:#}", answer.body);
    }
    let found = judge(&cloud, &once);
    assert_eq!(found["checks"][0]["count"], 2, "{found:#}");
    let said = world.at_most_once_committed().unwrap_err().to_string();
    assert!(said.contains("committed more than once"), "{said}");
    assert_judged(&cloud, &json!({ "operation": CREATE, "at_most_once_committed": true }), true);
    assert_judged(&cloud, &json!({ "fault": "fault-1", "committed": true, "exactly": 1 }), true);
}

/// How many writes of the project count as committed, and whether each of them is there once.
#[track_caller]
fn assert_committed(cloud: &PaperCloud, writes: usize, once: bool) {
    assert_judged(cloud, &json!({ "committed": true, "exactly": writes }), true);
    assert_judged(cloud, &json!({ "at_most_once_committed": true }), once);
}

#[test]
fn what_changes_nothing_is_not_committed() {
    let cloud = start(&config());
    let path = format!("/v2/{PROJECT}/migration/90754308-a156-406f-a837-8f852f38a646/task");
    let body = json!({
        "migration_method": "incremental_migration", "resume_mode": "auto",
        "source_instance": { "addrs": "192.168.1.1:6379", "password": "pw" },
        "target_instance": { "id": "cf4a05df-1c38-47c5-bb5a-0a7b3673b3bd" },
    });
    for _ in 0..2 {
        send(&cloud, "POST", &path, Some(&body)).expect(200);
    }
    assert_committed(&cloud, 1, true);
    // Neither does a check, though the service remembers what it was told.
    let clickhouse = "54e42160670e48e789af7075e1efea1fin16";
    let path = format!("/v3/{PROJECT}/instances/{clickhouse}/clickhouse/replication");
    let source = "2d39ea6ddc2a4bcd8e5f3f4b0a1c9d7ein07";
    let replication = json!({ "source_instance_id": source, "source_database": "orders" });
    send(&cloud, "POST", &path, Some(&replication)).expect(200);
    let check = json!({
        "source_instance_id": source, "source_node_id": "7c1f0b4e5a6d4b3c9e8f7a6b5c4d3e2fno07",
        "source_database_name": "shop",
        "db_configs": [{ "param_name": "max_sync_threads", "value": "2" }],
        "table_replconfig": { "repl_type": "white_list", "tables": ["orders"] },
    });
    for _ in 0..2 {
        send(&cloud, "POST", &format!("{path}/database-check"), Some(&check)).expect(200);
    }
    assert_committed(&cloud, 2, true);
    // Nor who asks for no body.
    send(&cloud, "HEAD", &format!("/v3/{PROJECT}/dbcache/mappings"), None);
    assert_committed(&cloud, 2, true);
    let user = json!({ "name": "papercloud", "password": "papercloud",
                       "domain": { "name": "papercloud" } });
    let identity = json!({ "methods": ["password"], "password": { "user": user } });
    let login = json!({ "auth": { "identity": identity } });
    for _ in 0..2 {
        send(&cloud, "POST", "/v3/auth/tokens", Some(&login)).expect(201);
    }
    let once = json!({ "checks": [
        { "operation": "KeystoneCreateUserTokenByPassword", "exactly": 2 },
        { "committed": true, "never": true },
        { "at_most_once_committed": true },
    ] });
    let path = "/_paper/worlds/@account/requests/verify";
    let verified = send(&cloud, "POST", path, Some(&once)).expect(200);
    assert_eq!(verified["passed"], true, "{verified:#}");
}

#[test]
fn what_was_taken_back_may_be_done_again() {
    let cloud = start(&config());
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    let advance = || drop(cloud.world(PROJECT).advance(std::time::Duration::from_mins(1)));
    let delete = || {
        let listed = send(&cloud, "GET", &format!("{path}s"), None).expect(200);
        let id = &listed["dbcache_mappings"][0]["id"];
        send(&cloud, "DELETE", &path, Some(&json!({ "id": id }))).expect(202);
        advance();
    };
    for round in 1..=3 {
        map(&cloud, &pair("a", "b"));
        advance();
        assert_committed(&cloud, 2 * round - 1, true);
        delete();
        assert_committed(&cloud, 2 * round, true);
    }
    map(&cloud, &pair("a", "b"));
    map(&cloud, &pair("a", "b"));
    assert_committed(&cloud, 8, false);
}

#[test]
fn the_same_write_is_found_however_its_target_is_written() {
    let cloud = start(&config());
    map(&cloud, &pair("a", "b"));
    assert_committed(&cloud, 1, true);
    let again = format!("/v3/{PROJECT}/dbcache/mapping?x=1");
    send(&cloud, "POST", &again, Some(&pair("a", "b"))).expect(202);
    assert_committed(&cloud, 2, false);
    let report = cloud.world(PROJECT).report();
    let mut findings = report["findings"].as_array().expect("findings").iter();
    assert!(findings.any(|found| found["rule"] == "retried-committed-write"), "{report:#}");

    let cloud = start(&config());
    let instance =
        format!("v3/{PROJECT}/instances/54e42160670e48e789af7075e1efea1fin16/clickhouse");
    let replication = json!({
        "source_instance_id": "2d39ea6ddc2a4bcd8e5f3f4b0a1c9d7ein07", "source_database": "orders",
    });
    send(&cloud, "POST", &format!("/{instance}/replication"), Some(&replication)).expect(200);
    for (prefix, once) in [("", true), ("/mysql", false)] {
        cloud.world(PROJECT).advance(std::time::Duration::from_mins(1));
        let restart = format!("{prefix}/{instance}/restart");
        send(&cloud, "PUT", &restart, None).expect(200);
        assert_judged(&cloud, &json!({ "at_most_once_committed": true }), once);
    }
}

#[test]
fn a_secret_can_be_compared_and_is_not_shown() {
    let cloud = start(&config());
    let password = "Opensesame-1";
    let body = json!({
        "task_name": "t", "source_instance": { "addrs": "192.168.1.1:6379", "password": password },
        "target_instance": { "id": "b" }, "migration_type": "backupfile_import",
        "migration_method": "full_amount_migration", "network_type": "vpc",
        "backup_files": {
            "file_source": "self_build_obs", "bucket_name": "x",
            "files": [{ "file_name": "one.rdb" }],
        },
    });
    send(&cloud, "POST", &format!("/v2/{PROJECT}/migration-task"), Some(&body)).expect(200);
    let wanted = |path: &str, value: Value| json!({ "match": { path: value } });
    for (check, passed) in [
        (wanted("source_instance.password", json!(password)), true),
        (wanted("source_instance.password", json!("Opensesame-2")), false),
        (wanted("source_instance", body["source_instance"].clone()), true),
        (wanted("body.source_instance.passwort", json!("Opensesame-2")), false),
        (wanted("source_instance", json!({ "password": "Opensesame-2" })), false),
        (wanted("headers.x-auth-token", json!("test-token")), true),
        (wanted("headers.X-Auth-Token", json!("Opensesame-2")), false),
    ] {
        let found = judge(&cloud, &check);
        assert_eq!(found["passed"], passed, "{check}: {found:#}");
        let shown = found.to_string();
        let misspelt = check.to_string().contains("passwort");
        assert!(misspelt || !shown.contains("Opensesame"), "{shown}");
    }
    let requests = cloud.world(PROJECT).requests();
    requests.clone().matching("source_instance.password", password).exactly(1).unwrap();
    let said = requests.matching("source_instance.password", "Opensesame-2").exactly(1);
    assert!(!said.unwrap_err().to_string().contains("Opensesame"));
}

#[test]
fn a_check_that_means_nothing_is_refused() {
    let cloud = start(&config());
    for (check, said) in [
        (json!({ "operation": "CreateDbCacheMaping" }), "did you mean CreateDbCacheMapping?"),
        (json!({ "opration": CREATE }), "did you mean operation?"),
        (json!({ "exactly": 1, "never": true }), "a check takes only one of"),
        (json!({ "never": false }), "never must be true or left out"),
        (json!({ "at_most_once_committed": false }), "must be true or left out"),
        (json!({ "exactly": -1 }), "exactly"),
        (json!({ "status": 1000 }), "status must be from 100 to 599"),
        (json!({ "match": { "a..b": 1 } }), "names with dots between them"),
        (
            json!({ "operation": CREATE, "match": { "sourc_instance_id": "x" }, "never": true }),
            "declares \"sourc_instance_id\"; did you mean source_instance_id? What is not declared \
             is found under body., query. or headers.",
        ),
        (json!({ "match": { "sourc_instance_id": "x" }, "never": true }), "source_instance_id?"),
        (
            json!({ "operation": CREATE, "match": { "migration_type": "x" } }),
            "no operation that is meant declares \"migration_type\"",
        ),
        (
            json!({ "match": { "backup_files.files[0].fil_name": "x" } }),
            "did you mean backup_files.files.file_name?",
        ),
        (json!({ "match": { "limit": 1, "migration_type": "x" } }), "declares \"migration_type\""),
        (json!({ "fault": "nosuch", "never": true }), "there is no fault rule nosuch"),
        (json!({ "fault": "requst", "exactly": 0 }), "did you mean request?"),
        (json!({ "sequence": [{}, { "fault": "nosuch" }] }), "there is no fault rule nosuch"),
        (json!({ "sequence": [] }), "sequence must have at least one step"),
        (json!({ "sequence": [{ "exactly": 1 }] }), "sequence[0]"),
        (json!({ "operation": CREATE, "sequence": [{}] }), "said by its steps"),
        (json!({ "checks": [] }), "checks must have at least one check"),
        (json!({ "checks": [{ "exactly": "x" }] }), "checks[0].exactly"),
        (json!({ "checks": [{}], "exactly": 1 }), "unknown field `exactly`"),
        (json!([]), "the body is refused"),
    ] {
        let refused = post(&cloud, "verify", &check).expect(400);
        assert_eq!(refused["error_code"], "PAPER.0400");
        assert!(text(&refused, "/error_msg").contains(said), "{check}: {refused}");
    }
    let refused = post(&cloud, "near-misses", &json!({ "exactly": 1 })).expect(400);
    assert!(text(&refused, "/error_msg").contains("unknown field"), "{refused}");
}

#[test]
fn a_rule_that_was_there_may_be_named_though_it_never_hit() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    let rule = || json!({ "id": "lost-answer", "operation": CREATE, "first": 1, "effect": { "status": 503 } });
    let faults = format!("/_paper/worlds/{PROJECT}/faults");
    let never = |rule: &str| json!({ "fault": rule, "never": true });
    let refused = post(&cloud, "verify", &never("lost-answer")).expect(400);
    assert!(text(&refused, "/error_msg").contains("there is no fault rule"), "{refused}");
    send(&cloud, "POST", &faults, Some(&rule())).expect(201);
    assert_judged(&cloud, &never("lost-answer"), true);
    let refused = post(&cloud, "verify", &never("lost-anwser")).expect(400);
    assert!(text(&refused, "/error_msg").contains("did you mean lost-answer?"), "{refused}");
    send(&cloud, "DELETE", &format!("{faults}/lost-answer"), None).expect(204);
    assert_judged(&cloud, &never("lost-answer"), true);
    let another = Fault::on(CREATE).first(1).status(500);
    world.fault(another).expect("a rule");
    send(&cloud, "DELETE", &faults, None).expect(204);
    assert_judged(&cloud, &never("fault-1"), true);
    let scenario = json!({ "faults": [rule()] });
    send(&cloud, "PUT", "/_paper/scenarios/storm", Some(&scenario)).expect(200);
    world.reset();
    assert_judged(&cloud, &never("lost-answer"), true);
    assert_judged(&cloud, &never("request"), true);
    post(&cloud, "near-misses", &json!({ "fault": "fault-1" })).expect(400);
    let listed = format!("/_paper/worlds/{PROJECT}/requests?fault=");
    send(&cloud, "GET", &format!("{listed}fault-1"), None).expect(400);
    send(&cloud, "GET", &format!("{listed}request"), None).expect(200);
}

#[test]
fn what_cannot_be_known_for_want_of_requests_does_not_hold() {
    let cloud = start(&Config { journal_bytes: 8_192, ..config() });
    for at in 0..40 {
        map(&cloud, &pair("a", &at.to_string()));
    }
    let count = cloud.world(PROJECT).requests().list().len();
    let target = |target: &str| json!({ "match": { "target_instance_id": target } });
    let with = |check: Value, name: &str, value: Value| {
        let mut check = check;
        check[name] = value;
        check
    };
    // (the check, whether it holds, whether that is known)
    for (check, passed, known) in [
        (json!({ "operation": CREATE, "exactly": count }), false, false),
        (json!({ "operation": CREATE, "exactly": 40 }), false, false),
        (json!({ "operation": CREATE, "exactly": 1 }), false, true),
        (json!({ "operation": CREATE, "at_least": count }), true, true),
        (json!({ "operation": CREATE, "at_least": 40 }), false, false),
        (json!({ "operation": CREATE, "at_most": 40 }), false, false),
        (json!({ "operation": CREATE, "at_most": 1 }), false, true),
        (with(target("0"), "never", json!(true)), false, false),
        (with(target("39"), "never", json!(true)), false, true),
        (json!({ "sequence": [target("38"), target("39")] }), true, true),
        (json!({ "sequence": [target("0"), target("39")] }), false, false),
        (json!({ "at_most_once_committed": true }), false, false),
    ] {
        let found = judge(&cloud, &check);
        assert_eq!((&found["exact"], &found["passed"]), (&json!(false), &json!(passed)));
        let reason = text(&found, "/checks/0/reason");
        let dropped = format!("but {} requests were dropped", 40 - count);
        assert_eq!(reason.contains(&dropped), !known, "{check}: {reason}");
    }
    let requests = cloud.world(PROJECT).requests();
    requests.at_least(count).expect("they are still there");
    let said = requests.exactly(40).unwrap_err().to_string();
    assert!(said.contains("it cannot be known"), "{said}");
    let counted = std::panic::catch_unwind(|| requests.count());
    assert!(counted.is_err(), "{counted:?} is a guess");
}

#[test]
fn the_latest_request_may_be_the_one_that_was_dropped() {
    let cloud = start(&Config { journal_bytes: 4_000, ..config() });
    map(&cloud, &pair("a", "first"));
    map(&cloud, &pair("a", &"x".repeat(4_000)));
    let target = |name: &str| json!({ "match": { "target_instance_id": name } });
    let with = |name: &str, claim: Value| {
        let mut check = target("first");
        check[name] = claim;
        check
    };
    let unknown = "but 1 request was dropped from the journal, for want of bytes";
    for (check, passed, known) in [
        (target("first"), true, true),
        (with("exactly", json!(1)), false, false),
        (with("exactly", json!(2)), false, false),
        (with("at_least", json!(1)), true, true),
        (with("at_least", json!(2)), false, false),
        (with("at_most", json!(1)), false, false),
        (with("at_most", json!(0)), false, true),
        (with("never", json!(true)), false, true),
        (json!({ "sequence": [target("first")] }), true, true),
        (json!({ "sequence": [target("first"), target("second")] }), false, false),
        (json!({ "sequence": [target("second"), target("first")] }), false, false),
        (with("at_most_once_committed", json!(true)), false, false),
    ] {
        let found = judge(&cloud, &check);
        assert_eq!((&found["dropped"], &found["passed"]), (&json!(1), &json!(passed)), "{check}");
        let reason = text(&found, "/checks/0/reason");
        assert_eq!(reason.ends_with(unknown), !known, "{check}: {reason}");
    }
}

#[test]
fn a_member_of_a_claim_that_is_there_twice_is_refused() {
    let cloud = start(&config());
    let path = format!("/_paper/worlds/{PROJECT}/requests/verify");
    for (claims, field) in [
        (r#"{"exactly":1,"exactly":2}"#, "exactly"),
        (r#"{"match":{"a":1,"a":2}}"#, "match.a"),
        (r#"{"checks":[{}],"checks":[{}]}"#, "checks"),
        (r#"{"checks":[{"match":{"a":{"b":1,"b":2}}}]}"#, "checks[0].match.a.b"),
    ] {
        let refused = crate::support::send_text(&cloud, "POST", &path, &[], claims);
        let (message, said) = (refused.text("/error_msg"), format!("{field}: is there twice"));
        assert!(message.contains(&said), "{claims}: {message}");
        refused.expect(400);
        let output =
            verify(&cloud, &["--project", PROJECT], &format!(r#"{{"checks":[{claims}]}}"#));
        assert_eq!(output.status.code(), Some(2), "{claims}");
    }
}

#[test]
fn what_is_in_flight_is_not_known_yet() {
    let cloud = start(&config());
    let (_, first) = map(&cloud, &json!(pair("a", "b")));
    let held = begun(&cloud, PROJECT);
    // (the check, whether it holds now, whether that is known, whether it holds at last)
    let checks = [
        (json!({ "operation": CREATE, "exactly": 1 }), false, false, false),
        (json!({ "operation": CREATE, "exactly": 2 }), false, false, true),
        (json!({ "operation": CREATE, "at_most": 1 }), false, false, false),
        (json!({ "operation": CREATE, "at_most": 0 }), false, true, false),
        (json!({ "operation": CREATE, "at_least": 1 }), true, true, true),
        (json!({ "operation": CREATE, "at_least": 2 }), false, false, true),
        (json!({ "status": 400, "never": true }), false, false, true),
        (json!({ "method": "PUT", "never": true }), true, true, true),
        (json!({ "committed": false, "method": "GET", "never": true }), true, true, true),
        (
            json!({ "sequence": [{ "operation": CREATE }, { "method": "POST" }] }),
            false,
            false,
            true,
        ),
        (json!({ "sequence": [{ "operation": CREATE }] }), true, true, true),
        (json!({ "sequence": [{ "operation": LIST }] }), false, true, false),
        (json!({ "at_most_once_committed": true }), false, false, false),
        (json!({ "service": "DCS", "at_most_once_committed": true }), true, true, true),
    ];
    for (check, passed, known, _) in &checks {
        let found = judge(&cloud, check);
        assert_eq!(found["passed"], *passed, "{check}: {found:#}");
        let reason = text(&found, "/checks/0/reason");
        let said = reason.ends_with("but 1 request is in flight that it may be about");
        assert_eq!(said, !known, "{check}: {reason}");
        assert!(*known || found["exact"] == false, "{check}: {found:#}");
        assert_eq!((&found["in_flight"], &found["dropped"]), (&json!(1), &json!(0)));
    }
    let said = cloud.world(PROJECT).at_most_once_committed().unwrap_err().to_string();
    assert!(said.contains("it cannot be known"), "{said}");
    let (answer, _) = ended(held);
    assert!(!answer.contains(&first), "{answer}");
    for (check, .., passed) in &checks {
        let found = judge(&cloud, check);
        assert_eq!(found["passed"], *passed, "{check}: {found:#}");
        assert_eq!((&found["exact"], &found["in_flight"]), (&json!(true), &json!(0)));
    }
}

#[test]
fn a_test_in_rust_claims_the_same() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    map(&cloud, &pair("a", "b"));
    map(&cloud, &json!({}));
    let created = world.requests().operation(CREATE);
    assert_eq!(created.count(), 2);
    assert_eq!(created.clone().status(202).count(), 1);
    assert_eq!(created.clone().committed(true).list()[0]["body"], pair("a", "b"));
    created.clone().matching("source_instance_id", "a").exactly(1).unwrap();
    created.clone().service("GeminiDB").method("POST").at_least(2).unwrap();
    world.fault(Fault::on(CREATE).first(1).status(500)).expect("a rule");
    created.clone().fault("fault-1").never().unwrap();
    created.at_most(2).unwrap();
    let refused = created.clone().status(400);
    let performed = created.clone().committed(true);
    world.in_order(&[performed.clone(), refused.clone()]).unwrap();
    let backwards = world.in_order(&[refused, performed]).unwrap_err();
    let said = "step 2 did not come after those before it";
    assert!(backwards.to_string().contains(said), "{backwards}");
    let mismatch = created.clone().matching("source_instance_id", "x").at_least(1).unwrap_err();
    let expected = "CreateDbCacheMapping with source_instance_id = \"x\": at least 1; \
                    no such request was found\n  near miss ";
    assert!(mismatch.to_string().starts_with(expected), "{mismatch}");
    let differs = "source_instance_id: expected \"x\", got \"a\"";
    assert!(mismatch.to_string().contains(differs), "{mismatch}");
    assert_eq!(format!("{mismatch:?}"), mismatch.to_string());
    world.forget_requests();
    assert_eq!(world.requests().count(), 0);
}

/// Runs `papercloud verify` on these claims.
fn verify(cloud: &PaperCloud, arguments: &[&str], claims: &str) -> Output {
    verify_at(cloud.address().port(), arguments, claims)
}

fn verify_at(port: u16, arguments: &[&str], claims: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_papercloud"))
        .args(["verify", "--port", &port.to_string()])
        .args(arguments)
        .arg("-")
        .env_remove("PAPERCLOUD_PORT")
        .env_remove("PAPERCLOUD_CONTROL_TOKEN")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // Whoever finds its arguments wrong does not read.
    let _ = child.stdin.take().expect("a pipe").write_all(claims.as_bytes());
    child.wait_with_output().expect("it ends")
}

fn said(text: &[u8]) -> String {
    String::from_utf8(text.to_vec()).expect("UTF-8")
}

#[test]
fn the_command_prints_a_line_for_each_claim() {
    let cloud = start(&config());
    map(&cloud, &pair("a", "b"));
    let good = json!({ "name": "it is created", "operation": CREATE, "exactly": 1 });
    let claims = json!({ "project_id": PROJECT, "checks": [good] });
    let output = verify(&cloud, &[], &claims.to_string());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output.stderr));
    assert_eq!(said(&output.stdout), format!("ok     {PROJECT}: it is created\n"));
    let bad = json!({ "name": "it is <deleted>", "operation": "DeleteDbCacheMapping" });
    let claims = json!([{ "checks": [good, bad] }, { "project_id": "p", "checks": [{}] }]);
    let output = verify(&cloud, &["--project", PROJECT], &claims.to_string());
    assert_eq!(output.status.code(), Some(1), "{}", said(&output.stderr));
    let lines = said(&output.stdout);
    for line in [
        format!("FAILED {PROJECT}: it is <deleted>\n  expected DeleteDbCacheMapping: at least 1\n"),
        "  no such request was found\n  near miss ".to_owned(),
        "\n    operation: expected \"DeleteDbCacheMapping\", got \"CreateDbCacheMapping\"\n".into(),
        "FAILED p: any request: at least 1\n".to_owned(),
    ] {
        assert!(lines.contains(&line), "{lines}");
    }
}

#[test]
fn the_command_writes_junit() {
    let cloud = start(&config());
    map(&cloud, &pair("a", "b"));
    let (good, bad) = (json!({ "name": "a & b" }), json!({ "name": "<c>", "never": true }));
    let claims = json!({ "project_id": PROJECT, "checks": [good, bad] }).to_string();
    let output = verify(&cloud, &["--junit", "-"], &claims);
    assert_eq!(output.status.code(), Some(1));
    let expected = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="papercloud verify" tests="2" failures="1" errors="0">
  <testsuite name="{PROJECT}" tests="2" failures="1" errors="0">
    <testcase classname="{PROJECT}" name="a &amp; b"/>
    <testcase classname="{PROJECT}" name="&lt;c&gt;">
      <failure message="1 such request was found">  expected any request: never&#10;  1 such request was found</failure>
    </testcase>
  </testsuite>
</testsuites>
"#
    );
    assert_eq!(said(&output.stdout), expected);
    assert!(said(&output.stderr).starts_with("ok     "), "{}", said(&output.stderr));
    let file = std::env::temp_dir().join(format!("papercloud-{}.xml", std::process::id()));
    let output = verify(&cloud, &["--junit", file.to_str().expect("UTF-8")], &claims);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), expected);
    std::fs::remove_file(file).expect("it is there");
}

#[test]
fn the_command_tells_bad_claims_from_claims_that_do_not_hold() {
    let cloud = start(&config());
    for (arguments, claims, problem) in [
        (&[][..], "{", "cannot be read"),
        (&[], "{\"checks\":[{}]}", "names no project_id"),
        (&[], "{\"check\":[]}", "unknown field `check`"),
        (&[], "[]", "has no claims"),
        (&[], "[[]]", "cannot be read"),
        (&["--project", "p"], "[{\"checks\":[]}]", "checks must have at least one check"),
        (&["--project", "p"], "{\"checks\":[{\"exactli\":1}]}", "did you mean exactly?"),
        (&["--project", "p"], "{\"checks\":[{\"operation\":\"X\"}]}", "there is no operation X"),
        (&["--project", "a/b"], "{\"checks\":[{}]}", "a project ID has 1 to 64"),
        (&["--control-token", "a\nb"], "{\"checks\":[{}]}", "control characters"),
        (&["--junit", "x"], "", "cannot be read"),
    ] {
        let output = verify(&cloud, arguments, claims);
        let text = said(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{claims}: {text}");
        assert!(text.starts_with("papercloud: ") && text.contains(problem), "{claims}: {text}");
        assert_eq!(said(&output.stdout), "");
    }
    let port = cloud.address().port();
    drop(cloud);
    let output = verify_at(port, &["--project", "p"], "{\"checks\":[{}]}");
    let text = said(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("nothing answers on 127.0.0.1"), "{text}");
}

#[test]
fn the_command_tells_checks_that_fail_from_a_service_that_cannot_be_asked() {
    let cloud = start(&Config { control_token: Some("right".to_owned().into()), ..config() });
    let claims = "{\"checks\":[{}]}";
    for (arguments, status, words) in [
        (&["--control-token", "right"][..], 1, ""),
        (&["--control-token", "wrong"], 3, "does not verify"),
        (&[], 3, "does not verify"),
        (&["--control-token", "right", "--junit", "/no/such/folder/file"], 3, "cannot be written"),
    ] {
        let arguments = [&["--project", PROJECT], arguments].concat();
        let output = verify(&cloud, &arguments, claims);
        let text = said(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {text}");
        assert!(text.contains(words), "{arguments:?}: {text}");
    }
    let help = Command::new(crate::binary::PROGRAM).args(["verify", "--help"]).output();
    let help = said(&help.expect("the program runs").stdout);
    for line in ["  1  a check fails\n", "  3  nothing was verified: Papercloud cannot be asked"] {
        assert!(help.contains(line), "{help}");
    }
}
