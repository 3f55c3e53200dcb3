//! Worlds as documents: over HTTP and by the handle.

use crate::support::{PROJECT, config, json, send, send_text, start};
use papercloud::{Config, PaperCloud};
use serde_json::{Value, json};
use std::path::PathBuf;

fn path(project: &str) -> String {
    format!("/_paper/worlds/{project}")
}

fn create(cloud: &PaperCloud) -> Value {
    let body = json!({ "source_instance_id": "a", "target_instance_id": "b" });
    let answer = send(cloud, "POST", &format!("/v3/{PROJECT}/dbcache/mapping"), Some(&body));
    let id = answer.headers["x-request-id"].to_str().expect("an id").to_owned();
    json!([id, answer.expect(202)])
}

fn put(cloud: &PaperCloud, document: &str) -> (u16, Value) {
    let answer = send_text(cloud, "PUT", &path(PROJECT), &[], document);
    (answer.status, answer.body)
}

#[test]
fn a_world_is_exported_and_imported_over_http() {
    let (one, other) = (start(&config()), start(&config()));
    create(&one);
    let label = json!({ "label": "a test" });
    send(&one, "PUT", &format!("{}/label", path(PROJECT)), Some(&label)).expect(200);
    let exported = send(&one, "GET", &path(PROJECT), None);
    assert_eq!(exported.headers["content-type"], "application/json");
    let document = one.world(PROJECT).export();
    assert_eq!(format!("{:#}\n", exported.expect(200)), document);
    let shown = json!({
        "project_id": PROJECT, "label": "a test", "now": "2026-01-01T00:00:00.000Z",
        "requests": 1, "under_way": 1,
    });
    assert_eq!(put(&other, &document), (200, shown));
    assert_eq!(other.world(PROJECT).export(), document);
    assert_eq!(create(&one), create(&other), "ids of requests and of jobs go on");
    assert_eq!(one.world(PROJECT).export(), other.world(PROJECT).export());
}

#[test]
fn the_journal_is_not_part_of_a_world() {
    let cloud = start(&config());
    create(&cloud);
    let document = cloud.world(PROJECT).export();
    put(&cloud, &document);
    let requests = send(&cloud, "GET", &format!("{}/requests", path(PROJECT)), None).expect(200);
    let found = json!([requests["count"], requests["dropped"], requests["exact"]]);
    assert_eq!(found, json!([0, 0, true]));
}

#[test]
fn what_the_file_names_and_the_world_of_the_account_are_exported_too() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/world.json");
    let (known, empty) = (start(&Config { world: Some(file), ..config() }), start(&config()));
    send(&known, "GET", "/v3/projects", None).expect(200);
    for project in [PROJECT, "@account"] {
        let document = known.world(project).export();
        assert_eq!(json(&document)["project_id"], project);
        empty.world(project).import(&document).unwrap();
        assert_eq!(empty.world(project).export(), document);
    }
    let instances = |cloud| send(cloud, "GET", &format!("/v2/{PROJECT}/instances"), None).body;
    assert_eq!(instances(&known), instances(&empty));
}

#[test]
fn armed_faults_come_along_with_their_counters() {
    let (one, other) = (start(&config()), start(&config()));
    let rule = json!({
        "operation": "CreateDbCacheMapping", "first": 2, "effect": { "status": 503 },
    });
    send(&one, "POST", &format!("{}/faults", path(PROJECT)), Some(&rule)).expect(201);
    let mapping = format!("/v3/{PROJECT}/dbcache/mapping");
    let body = json!({ "source_instance_id": "a", "target_instance_id": "b" });
    send(&one, "POST", &mapping, Some(&body)).expect(503);
    other.world(PROJECT).import(&one.world(PROJECT).export()).unwrap();
    for cloud in [&one, &other] {
        let statuses = [(); 2].map(|()| send(cloud, "POST", &mapping, Some(&body)).status);
        assert_eq!(statuses, [503, 202]);
    }
    assert_eq!(one.world(PROJECT).export(), other.world(PROJECT).export());
}

#[test]
fn what_a_rule_has_planned_for_a_job_comes_along_with_its_rule() {
    let (one, other) = (start(&config()), start(&config()));
    let rule = json!({
        "operation": "CreateDbCacheMapping", "first": 1, "effect": { "job": "fail", "percent": 40 },
    });
    let rule = send(&one, "POST", &format!("{}/faults", path(PROJECT)), Some(&rule)).expect(201);
    let job = create(&one)[1]["job_id"].as_str().expect("an id").to_owned();
    let document = one.world(PROJECT).export();
    other.world(PROJECT).import(&document).unwrap();
    assert_eq!(other.world(PROJECT).export(), document);
    let shown = [&one, &other].map(|cloud| {
        send(cloud, "GET", &format!("{}/jobs/{job}", path(PROJECT)), None).expect(200)
    });
    assert_eq!(shown[0]["planned"]["rule"], rule["id"], "{:#}", shown[0]);
    assert_eq!(shown[0], shown[1]);
}

#[test]
fn a_scenario_that_a_world_is_in_is_not_begun_anew() {
    let (one, other) = (start(&config()), start(&config()));
    let scenario = json!({
        "job_seconds": 7.0,
        "faults": [
            { "operation": "CreateDbCacheMapping", "first": 2, "effect": { "status": 503 } },
            { "operation": "ListJobs", "probability": 1.0, "effect": { "status": 503 } },
        ],
    });
    for cloud in [&one, &other] {
        send(cloud, "PUT", "/_paper/scenarios/flaky", Some(&scenario)).expect(200);
    }
    let mapping = format!("/v3/{PROJECT}/dbcache/mapping");
    let body = r#"{"source_instance_id":"a","target_instance_id":"b"}"#;
    let headers = [("X-Auth-Token", "t"), ("X-Paper-Scenario", "flaky")];
    let ask = |cloud: &PaperCloud| send_text(cloud, "POST", &mapping, &headers, body).status;
    assert_eq!(ask(&one), 503);
    let document = one.world(PROJECT).export();
    assert_eq!(json(&document)["faults"]["scenarios"]["flaky"]["job_seconds"], 7);
    other.world(PROJECT).import(&document).unwrap();
    assert_eq!(other.world(PROJECT).export(), document);
    for cloud in [&one, &other] {
        assert_eq!([ask(cloud), ask(cloud)], [503, 202]);
    }
    assert_eq!(one.world(PROJECT).export(), other.world(PROJECT).export());
}

#[test]
fn a_document_that_is_refused_changes_nothing() {
    let cloud = start(&config());
    create(&cloud);
    let document = cloud.world(PROJECT).export();
    let newer = document.replace("\"version\": 1", "\"version\": 2");
    let foreign = document.replace("papercloud-world", "moto");
    let misspelt = document.replace("\"jobs\":", "\"jbos\":");
    let ghostly = document.replace("\"scenario\": null", "\"scenario\": \"ghost\"");
    for (sent, said) in [
        (ghostly.as_str(), "faults: the chosen scenario ghost is not among the scenarios"),
        (newer.as_str(), "version: this program reads version 1, got 2"),
        (&foreign, "format: must be papercloud-world, got \"moto\""),
        (&misspelt, "did you mean jobs?"),
        (&document[..document.len() / 2], "EOF"),
        ("", "missing field `version`"),
        ("[]", "the body is refused"),
    ] {
        let (status, refused) = put(&cloud, sent);
        assert_eq!((status, &refused["error_code"]), (400, &json!("PAPER.0400")));
        let message = refused["error_msg"].as_str().unwrap();
        assert!(message.contains(said), "{message}");
        assert_eq!(cloud.world(PROJECT).export(), document);
    }
    let named = document.replace("\"label\"", "\"name\": \"n\", \"label\"");
    let (status, refused) = put(&cloud, &named);
    assert_eq!(status, 400);
    assert!(refused["error_msg"].as_str().unwrap().contains("name: only a file"), "{refused}");
    let elsewhere = send_text(&cloud, "PUT", &path("another"), &[], &document);
    assert!(elsewhere.text("/error_msg").contains("project_id: is"), "{}", elsewhere.body);
    elsewhere.expect(400);
    let other = start(&Config { seed: 7, ..config() });
    let (status, refused) = put(&other, &document);
    assert_eq!(status, 400);
    let said = "seed: is 0, and this Papercloud has the seed 7";
    assert!(refused["error_msg"].as_str().unwrap().contains(said), "{refused}");
}

#[test]
fn a_document_that_is_refused_takes_no_other_world_away() {
    let cloud = start(&Config { max_worlds: 1, ..config() });
    let label = json!({ "label": "kept" });
    send(&cloud, "PUT", &format!("{}/label", path("kept")), Some(&label)).expect(200);
    let elsewhere = start(&config());
    let document = elsewhere.world(PROJECT).export();
    let rule =
        r#""rules": [{ "asked": 0, "hits": 0, "rule": { "effect": {} }, "scenario": null }]"#;
    let scenario = r#""scenarios": { "odd": { "faults": [{ "effect": {} }] } }"#;
    for (old, new, said) in [
        ("\"scenario\": null", "\"scenario\": \"ghost\"", "the chosen scenario ghost is not among"),
        ("\"rules\": []", rule, "faults.armed: rules[0]: an effect needs latency_ms or one of"),
        ("\"scenarios\": {}", scenario, "faults.scenarios.odd: faults[0]: an effect needs"),
    ] {
        let changed = document.replace(old, new);
        assert_ne!(changed, document, "{old}");
        let (status, refused) = put(&cloud, &changed);
        assert_eq!(status, 400, "{refused}");
        let message = refused["error_msg"].as_str().unwrap();
        assert!(message.contains(said), "{message}");
        let worlds = send(&cloud, "GET", "/_paper/worlds", None).expect(200);
        let ids: Vec<_> =
            worlds["worlds"].as_array().unwrap().iter().map(|it| &it["label"]).collect();
        assert!(ids.contains(&&json!("kept")), "{worlds:#}");
    }
    assert_eq!(put(&cloud, &document).0, 429, "a test's hand is on the only world");
    send(&cloud, "DELETE", &path("kept"), None).expect(204);
    assert_eq!(put(&cloud, &document).0, 200);
}

#[test]
fn a_document_may_have_64_mib() {
    let cloud = start(&config());
    let mut document = cloud.world(PROJECT).export();
    document.push_str(&" ".repeat((64 << 20) - document.len()));
    assert_eq!(put(&cloud, &document).0, 200);
    document.push(' ');
    let (status, refused) = put(&cloud, &document);
    assert_eq!((status, &refused["error_code"]), (413, &json!("PAPER.0413")));
    assert!(refused["error_msg"].as_str().unwrap().contains("67108864 bytes"), "{refused}");
}

#[test]
fn whatever_a_document_leaves_out_is_as_in_a_new_world() {
    let cloud = start(&config());
    let empty = cloud.world(PROJECT).export();
    create(&cloud);
    assert_eq!(put(&cloud, r#"{"version":1}"#).0, 200);
    assert_eq!(cloud.world(PROJECT).export(), empty);
    let instance =
        r#"{"version":1,"instances":[{"id":"i","engine":"taurusdb","databases":["d"]}]}"#;
    assert_eq!(put(&cloud, instance).0, 200);
    let document = json(&cloud.world(PROJECT).export());
    let expected = json!({
        "id": "i", "engine": "taurusdb", "mode": document["instances"][0]["mode"],
        "name": document["instances"][0]["name"], "status": "normal",
        "created": "2026-01-01T00:00:00.000Z", "nodes": [], "region": null,
    });
    assert_eq!(document["instances"][0], expected);
    assert_eq!(document["source_databases"], json!({ "i": ["d"] }));
    assert_eq!(put(&cloud, &document.to_string()).0, 200);
    assert_eq!(json(&cloud.world(PROJECT).export()), document);
}

#[test]
fn an_id_that_a_document_has_already_is_not_drawn_again() {
    let (one, other) = (start(&config()), start(&config()));
    let first = create(&one)[1]["job_id"].clone();
    let mut document = json(&one.world(PROJECT).export());
    document["ids"] = json!({});
    assert_eq!(put(&other, &document.to_string()).0, 200);
    let body = json!({ "source_instance_id": "c", "target_instance_id": "b" });
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    let second = send(&other, "POST", &path, Some(&body)).expect(202)["job_id"].clone();
    assert_ne!(first, second);
    assert_eq!(json(&other.world(PROJECT).export())["jobs"].as_array().map(Vec::len), Some(2));
}
