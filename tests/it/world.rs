//! A world file: what it names is known from the start, so even strict mode lets a whole day's work
//! through.

use crate::support::{Answer, PROJECT, config, send, start, text};
use papercloud::{Config, PaperCloud};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// The documents' example.
fn world() -> Config {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/world.json");
    Config { world: Some(file), strict: true, frozen_at: None, ..config() }
}

fn post(cloud: &PaperCloud, path: &str, body: &Value) -> Answer {
    let answer = send(cloud, "POST", &path.replace("{project_id}", PROJECT), Some(body));
    let warnings = answer.headers.get("x-paper-warning");
    assert!(warnings.is_none(), "{path} is odd: {warnings:?}");
    answer
}

fn get(cloud: &PaperCloud, path: &str) -> Value {
    send(cloud, "GET", &path.replace("{project_id}", PROJECT), None).expect(200)
}

#[test]
fn the_documented_calls_pass_strictly_on_what_the_file_names() {
    let cloud = start(&world());
    let pair = json!({
        "source_instance_id": "356cf333ab77413f9d2526605227be08in01",
        "target_instance_id": "2bb234c7175c400aab91de7c62174c0ein12",
    });
    post(&cloud, "/v3/{project_id}/dbcache/mapping", &pair).expect(202);
    let listed = get(&cloud, "/v3/{project_id}/dbcache/mappings?source_instance_name=*mysql");
    assert_eq!(text(&listed, "/dbcache_mappings/0/target_instance_name"), "orders-cache");

    let destination = json!({
        "destination_region": "cn-north-4",
        "destination_instance_id": "b5e9fb3695f158540b778814d1795220in06",
    });
    let path = "/v3/{project_id}/instances/a4d8ea2584e047439a667703c0684119in06\
                /dual-active-relationship";
    post(&cloud, path, &destination).expect(202);

    let migration = json!({
        "migration_method": "full_amount_migration",
        "resume_mode": "auto",
        "source_instance": { "addrs": "192.168.1.1:6379" },
        "target_instance": { "id": "cf4a05df-1c38-47c5-bb5a-0a7b3673b3bd" },
    });
    let path = "/v2/{project_id}/migration/90754308-a156-406f-a837-8f852f38a646/task";
    let configured = post(&cloud, path, &migration).expect(200);
    assert_eq!(text(&configured, "/name"), "dcs-migration-1db7");

    let import = json!({
        "task_name": "import",
        "migration_type": "backupfile_import",
        "migration_method": "full_amount_migration",
        "backup_files": {
            "file_source": "backup_record",
            "backup_id": "5e6f7a8b-9c0d-4e1f-a2b3-c4d5e6f7a8b9",
        },
        "target_instance": { "id": "cf4a05df-1c38-47c5-bb5a-0a7b3673b3bd" },
    });
    post(&cloud, "/v2/{project_id}/migration-task", &import).expect(200);

    let clickhouse = "/v3/{project_id}/instances/54e42160670e48e789af7075e1efea1fin16/clickhouse";
    let taurusdb = "7d1c3b5a9e8f4a6db0c2e4f6a8b0d2f4in07";
    let synchronisation = json!({ "source_instance_id": taurusdb, "source_database": "orders" });
    post(&cloud, &format!("{clickhouse}/replication"), &synchronisation).expect(200);
    let databases = get(&cloud, &format!("/v3/{{project_id}}/instances/{taurusdb}/databases"));
    assert_eq!(text(&databases, "/databases/0/name"), "orders");
    let htap = get(&cloud, &format!("/v3/{{project_id}}/instances/{taurusdb}/htap"));
    assert_eq!(htap["total"], 1);
    let replication = format!("{clickhouse}/replication/config?database_name=orders");
    let shown = get(&cloud, &replication);
    assert_eq!(text(&shown, "/source_node_id"), "0f1e2d3c4b5a49788796a5b4c3d2e1f0no07");
}

#[test]
fn only_the_named_project_has_what_the_file_names_and_its_clock() {
    let cloud = start(&world());
    assert_eq!(cloud.world(PROJECT).now(), "2026-01-01T00:00:00.000Z");
    cloud.world(PROJECT).advance(Duration::from_secs(1));
    let another = "ffffffffffffffffffffffffffffffff";
    let other = send(&cloud, "GET", &format!("/v2/{another}/instances"), None).expect(200);
    assert_eq!(other["instance_num"], 0);
    let clock = send(&cloud, "GET", &format!("/_paper/worlds/{another}/clock"), None).expect(200);
    assert_eq!(clock["mode"], "real", "{clock}");
    let own = get(&cloud, "/v2/{project_id}/instances");
    assert_eq!(own["instance_num"], 2);
}

#[test]
fn a_file_that_cannot_be_used_stops_the_start_with_its_name_and_line() {
    let missing = Config { world: Some(PathBuf::from("no-such-file.json")), ..config() };
    let problem = PaperCloud::start_with(&missing).expect_err("no such file").to_string();
    assert!(problem.contains("no-such-file.json"), "{problem}");
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let no_json = Config { world: Some(manifest), ..config() };
    let problem = PaperCloud::start_with(&no_json).expect_err("no JSON").to_string();
    assert!(problem.contains("line 1 column"), "{problem}");
}

fn instances(cloud: &PaperCloud) -> Value {
    send(cloud, "GET", &format!("/_paper/worlds/{PROJECT}/instances"), None).expect(200)
}

#[test]
fn a_test_has_an_instance_at_once_in_any_state() {
    let cloud = start(&Config { strict: true, ..config() });
    let path = format!("/_paper/worlds/{PROJECT}/instances");
    let source = json!({ "id": "source", "engine": "rds-for-mysql", "name": "orders" });
    let stored = send(&cloud, "POST", &path, Some(&source)).expect(201);
    let expected = json!({
        "id": "source", "engine": "rds-for-mysql", "mode": stored["instances"][0]["mode"],
        "name": "orders", "status": "normal", "created": "2026-01-01T00:00:00.000Z",
        "region": null, "nodes": [],
    });
    assert_eq!(stored["instances"], json!([expected]));
    let several = json!({ "instances": [
        { "id": "target", "engine": "geminidb-redis" },
        { "id": "frozen", "engine": "geminidb-redis", "status": "frozen" },
        { "id": "taurus", "engine": "taurusdb", "databases": ["orders"] },
        { "id": "house", "engine": "clickhouse", "taurusdb_id": "taurus" },
    ] });
    send(&cloud, "POST", &path, Some(&several)).expect(201);
    let frozen = send(&cloud, "GET", &format!("{path}/frozen"), None).expect(200);
    assert_eq!(frozen["status"], "frozen");
    let pair = json!({ "source_instance_id": "source", "target_instance_id": "target" });
    post(&cloud, "/v3/{project_id}/dbcache/mapping", &pair).expect(202);
    let htap = get(&cloud, "/v3/{project_id}/instances/taurus/htap");
    assert_eq!(htap["total"], 1);

    let named = send(&cloud, "DELETE", &format!("{path}/source"), None);
    let said = "\"source\" is in use: memory_mappings[0].source_instance_id";
    assert!(named.text("/error_msg").starts_with(said), "{}", named.body);
    named.expect(409);
    for id in ["house", "taurus", "frozen"] {
        send(&cloud, "DELETE", &format!("{path}/{id}"), None).expect(204);
        send(&cloud, "GET", &format!("{path}/{id}"), None).expect(404);
    }
    send(&cloud, "DELETE", &format!("{path}/frozen"), None).expect(404);
    let document = cloud.world(PROJECT).export();
    cloud.world(PROJECT).import(&document).expect("what is left fits together");
}

#[test]
fn an_instance_that_cannot_be_is_refused_and_none_beside_it_is_kept() {
    let cloud = start(&config());
    let path = format!("/_paper/worlds/{PROJECT}/instances");
    let fine = json!({ "id": "fine", "engine": "dcs-redis" });
    for (other, status, said) in [
        (json!({ "id": "i" }), 400, "missing field `engine`"),
        (json!({ "id": "i", "engine": "dcs-reddis" }), 400, "did you mean dcs-redis?"),
        (json!({ "id": "i", "engine": "dcs-redis", "databases": ["d"] }), 400, "databases: "),
        (json!({ "id": "i", "engine": "dcs-redis", "status": "x" }), 400, "must be one of normal"),
        (fine.clone(), 409, "there is an instance \"fine\" already"),
    ] {
        let several = json!({ "instances": [fine, other] });
        let refused = send(&cloud, "POST", &path, Some(&several));
        assert!(refused.text("/error_msg").contains(said), "{}", refused.body);
        refused.expect(status);
        assert_eq!(instances(&cloud)["instances"], json!([]));
    }
    send(&cloud, "POST", &path, Some(&fine)).expect(201);
    send(&cloud, "POST", &path, Some(&fine)).expect(409);
}

#[test]
fn a_project_that_no_file_names_begins_with_what_the_star_has() {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("star.json");
    let world = json!({ "version": 1, "projects": [
        { "id": "*", "frozen_at": "2026-05-01T00:00:00Z",
          "instances": [{ "id": "shared", "engine": "dcs-redis" }] },
        { "id": "own" },
    ] });
    std::fs::write(&file, world.to_string()).expect("a file");
    let cloud = start(&Config { world: Some(file), frozen_at: None, ..config() });
    assert_eq!(instances(&cloud)["instances"][0]["id"], "shared");
    assert_eq!(cloud.world("another").now(), "2026-05-01T00:00:00.000Z");
    cloud.world(PROJECT).import(r#"{"version":1}"#).expect("an empty world");
    assert_eq!(instances(&cloud)["instances"], json!([]));
    cloud.world(PROJECT).reset();
    assert_eq!(instances(&cloud)["instances"][0]["id"], "shared");
    for project in ["own", "@account"] {
        let path = format!("/_paper/worlds/{project}/instances");
        assert_eq!(send(&cloud, "GET", &path, None).expect(200)["instances"], json!([]));
    }
}
