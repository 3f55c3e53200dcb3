//! The request as it should be: what is repaired, and what only says what to do next.

use super::{TOKEN, explain, mapping, send_corrected};
use crate::support::{Answer, PROJECT, config, send, send_text, start};
use papercloud::{Config, Level, PaperCloud};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

#[test]
fn what_was_right_stays_and_what_was_wrong_is_converted_where_that_is_obvious() {
    let cloud = start(&config());
    let path = "/v2/p/migration/90754308a156406fa8378f852f38a646/task?stray=planted";
    let body = json!({
        "migration_method": "Incremental_Migration",
        "resume_mode": "manuel",
        "bandwidth_limit_mb": "20000",
        "source_instance": { "addrs": "10.0.0.7", "password": ["planted"] },
        "target_instance": { "id": "cf4a05df-1c38-47c5-bb5a-0a7b3673b3bd", "passwrd": "planted" },
    });
    let answer = send(&cloud, "POST", path, Some(&body));
    let explained = explain(&cloud, &answer);
    assert!(!explained.to_string().contains("planted"), "{explained:#}");
    let path = explained["path"].as_str().unwrap();
    assert!(path.contains("/task?stray=<text of 7 characters, digest "), "{explained:#}");
    let corrected = &explained["corrected"];
    assert_eq!(corrected["path"], "/v2/p/migration/90754308-a156-406f-a837-8f852f38a646/task");
    let expected = json!({
        "migration_method": "incremental_migration",
        "resume_mode": "manual",
        "bandwidth_limit_mb": 10_240,
        "source_instance": { "addrs": "10.0.0.7:6379", "password": "<password>" },
        "target_instance": {
            "id": "cf4a05df-1c38-47c5-bb5a-0a7b3673b3bd", "password": "<password>",
        },
    });
    assert_eq!(corrected["body"], expected, "{explained:#}");
    assert_eq!(explained["notes"].as_array().unwrap().len(), 2, "{explained:#}");
    send_corrected(&cloud, &explained).expect(200);
}

#[test]
fn the_curl_line_is_what_a_shell_passes_on() {
    let cloud = start(&config());
    let body = r#"{"source_instance_id": "it's $(me)", "target_instance_id": " "}"#;
    let answer = send_text(&cloud, "POST", &mapping(PROJECT), &[TOKEN], body);
    let explained = explain(&cloud, &answer);
    let line = explained["corrected"]["curl"].as_str().unwrap();
    let script = format!("TOKEN=secret; curl() {{ printf '%s\\n' \"$@\"; }}; {line}");
    let shell = Command::new("sh").args(["-c", &script]).output().expect("a shell");
    let words = String::from_utf8(shell.stdout).unwrap();
    let body = explained["corrected"]["body"].to_string();
    let url = format!("{}{}", cloud.url(), mapping(PROJECT));
    let expected = [
        "-X",
        "POST",
        &url,
        "-H",
        "X-Auth-Token: secret",
        "-H",
        "Content-Type: application/json",
        "--data-raw",
        &body,
    ];
    assert_eq!(words.lines().collect::<Vec<_>>(), expected);
    assert!(body.contains("it's $(me)"), "{body}");
}

#[test]
fn an_unknown_path_is_corrected_to_the_nearest_one() {
    let cloud = start(&config());
    let answer = send(&cloud, "POST", &format!("/v3/{PROJECT}/dbcache/maping"), None);
    let explained = explain(&cloud, &answer);
    assert_eq!(explained["operation"], Value::Null);
    assert_eq!(explained["refusal"]["situation"], "UnknownRoute");
    assert_eq!(explained["corrected"]["path"], mapping(PROJECT));
    send_corrected(&cloud, &explained).expect(202);
    let far = send(&cloud, "GET", "/somewhere/else/entirely/and/on/and/on", None);
    let explained = explain(&cloud, &far);
    assert_eq!(explained["project_id"], "@account");
    assert!(explained["next"].as_str().unwrap().contains("openapi.json"), "{explained:#}");
    assert!(explained.get("corrected").is_none());
}

#[test]
fn only_a_slip_is_corrected_and_nobody_deletes_by_it() {
    let cloud = start(&config());
    let body = json!({ "source_instance_id": "a", "target_instance_id": "b" });
    let job = send(&cloud, "POST", &mapping(PROJECT), Some(&body)).text("/job_id");
    let clickhouse = format!("/v3/{PROJECT}/instances/i/clickhouse/replication/config");
    for (method, path) in [
        ("GET", format!("/v3/{PROJECT}/job/{job}")),
        ("PATCH", clickhouse),
        ("POST", format!("/v2/{PROJECT}/migration-tasks/stop")),
        ("POST", format!("/v2/{PROJECT}/zz/batch-stop")),
    ] {
        let answer = send(&cloud, method, &path, None);
        assert!(!answer.text("/error_msg").contains("nearest one is DELETE"), "{:#}", answer.body);
        let explained = explain(&cloud, &answer);
        assert!(explained.get("corrected").is_none(), "{method} {path}: {explained:#}");
        assert!(explained["next"].is_string(), "{method} {path}: {explained:#}");
    }
}

/// What is explained about an answer of the account's world or a project's.
#[track_caller]
fn explained_of(cloud: &PaperCloud, answer: &Answer) -> Value {
    let path = answer.headers["x-paper-explain"].to_str().expect("ASCII");
    send(cloud, "GET", path, None).expect(200)
}

#[test]
fn a_slash_at_the_end_makes_a_path_unknown_and_is_corrected() {
    let cloud = start(&config());
    for path in [&format!("/v3/{PROJECT}/instances"), "/v3/projects"] {
        let answer = send(&cloud, "GET", &format!("{path}/"), None);
        assert_eq!(answer.status, 404, "{:#}", answer.body);
        let explained = explained_of(&cloud, &answer);
        assert_eq!(explained["refusal"]["situation"], "UnknownRoute", "{explained:#}");
        assert_eq!(explained["operation"], Value::Null);
        assert_eq!(explained["corrected"]["path"], *path, "{explained:#}");
        send_corrected(&cloud, &explained).expect(200);
    }
}

#[test]
fn where_the_host_decides_the_corrected_request_has_it() {
    let cloud = start(&config());
    let host = "gaussdb.eu-mock-1.myhuaweicloud.com";
    let path = format!("/v3/{PROJECT}/instances");
    let headers = [TOKEN, ("Host", host)];
    let answer = send_text(&cloud, "GET", &format!("{path}?limit=zz"), &headers, "");
    let explained = explain(&cloud, &answer);
    assert_eq!(explained["operation"], "ListGaussMySqlInstances", "{explained:#}");
    let corrected = &explained["corrected"];
    assert_eq!(corrected["headers"]["Host"], host, "{explained:#}");
    let curl = corrected["curl"].as_str().unwrap();
    let start = format!("curl -X GET '{}{path}", cloud.url());
    assert!(curl.starts_with(&start) && curl.contains(&format!("-H 'Host: {host}'")), "{curl}");
    let again = send_corrected(&cloud, &explained);
    let id = again.headers["x-request-id"].to_str().unwrap().to_owned();
    again.expect(200);
    assert_eq!(cloud.explain(&id).unwrap()["operation"], "ListGaussMySqlInstances");
    let foreign = [TOKEN, ("Host", "evil.example.com")];
    let explained = explain(&cloud, &send_text(&cloud, "POST", &mapping(PROJECT), &foreign, "{}"));
    assert!(!explained["corrected"].to_string().contains("evil"), "{explained:#}");
}

#[test]
fn a_request_without_a_host_is_corrected_to_where_the_service_is() {
    let cloud = start(&config());
    for head in ["HTTP/1.0\r\n", "HTTP/1.1\r\nHost:\r\nConnection: close\r\n"] {
        let mut stream = TcpStream::connect(cloud.address()).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
        let request = format!("GET {}/? {head}X-Auth-Token: t\r\n\r\n", "/v3/p/instances");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let path = answer.lines().find_map(|line| line.strip_prefix("x-paper-explain: "));
        let explained = send(&cloud, "GET", path.expect("an explanation"), None).expect(200);
        let curl = explained["corrected"]["curl"].as_str().unwrap();
        let start = format!("curl -X GET '{}/v3/p/instances'", cloud.url());
        assert!(curl.starts_with(&start), "{curl}");
    }
}

#[test]
fn where_instances_have_to_exist_the_corrected_request_names_one_that_does() {
    let cloud = start(&Config { resources: Some(Level::Warn), ..config() });
    let known = json!({
        "source_instance_id": "356cf333ab77413f9d2526605227be08in01",
        "target_instance_id": "9136f6b87175c400aab91de7c62174c0in12",
    });
    send(&cloud, "POST", &mapping(PROJECT), Some(&known)).expect(202);
    let document = cloud.world(PROJECT).export();
    let strict = start(&Config { resources: Some(Level::Enforce), ..config() });
    strict.world(PROJECT).import(&document).unwrap();
    let body = json!({ "source_instance_id": 5 });
    let explained = explain(&strict, &send(&strict, "POST", &mapping(PROJECT), Some(&body)));
    assert_eq!(explained["corrected"]["body"], known, "{explained:#}");
}
