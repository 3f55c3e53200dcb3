//! Writes that were carried out, and those that were carried out twice.

use super::{CREATE, assert_judged, judge, map, pair};
use crate::support::{PROJECT, config, send, start};
use papercloud::{Fault, PaperCloud};
use serde_json::json;

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
