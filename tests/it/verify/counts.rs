//! Counting requests, their order, and what was nearly meant.

use super::{CREATE, LIST, assert_judged, judge, map, pair, post};
use crate::support::{PROJECT, config, send, start, text};
use papercloud::PaperCloud;
use serde_json::{Value, json};

fn list(cloud: &PaperCloud) {
    send(cloud, "GET", &format!("/v3/{PROJECT}/dbcache/mappings"), None).expect(200);
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
