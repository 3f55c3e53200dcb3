//! `/_paper/requests/{request_id}`: why a request was answered as it was, and how it should be.

use crate::refused::{read, refused_files, send_case};
use crate::support::{Answer, PROJECT, config, json, send, send_text, start};
use papercloud::{AuthMode, Config, Level, PaperCloud};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

const TOKEN: (&str, &str) = ("X-Auth-Token", "planted-token");

/// What is explained about an answer.
#[track_caller]
fn explain(cloud: &PaperCloud, answer: &Answer) -> Value {
    let path = answer.headers.get("x-paper-explain").expect("it says where it is explained");
    let path = path.to_str().expect("ASCII");
    let id = answer.headers["x-request-id"].to_str().expect("ASCII");
    assert_eq!(path, format!("/_paper/requests/{id}"));
    let mut explained = send(cloud, "GET", path, None).expect(200);
    assert_eq!(explained, cloud.explain(id).expect("an entry"));
    let journal = explained.as_object_mut().expect("an object").remove("journal");
    assert_eq!(journal.expect("what the journal has of it")["request_id"], id);
    explained
}

/// Sends the request that an explanation has.
#[track_caller]
fn send_corrected(cloud: &PaperCloud, explained: &Value) -> Answer {
    let corrected = &explained["corrected"];
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let headers = corrected["headers"].as_object().expect("headers").iter();
    let headers: Vec<_> = headers.map(|(name, value)| (name.clone(), text(value))).collect();
    let headers: Vec<_> =
        headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let body = corrected.get("body").map(Value::to_string).unwrap_or_default();
    send_text(cloud, &text(&corrected["method"]), &text(&corrected["path"]), &headers, &body)
}

fn mapping(project: &str) -> String {
    format!("/v3/{project}/dbcache/mapping")
}

#[test]
fn every_refused_fixture_is_explained_and_the_corrected_request_is_accepted() {
    let mut corrected = 0;
    for file in refused_files() {
        let documented = read(&file.with_file_name("documented.json"));
        for case in read(&file).as_array().unwrap() {
            let cloud = start(&config());
            let name = format!("{}: {}", file.display(), case["case"]);
            let answer = send_case(&cloud, &documented["request"], case);
            let explained = explain(&cloud, &answer);
            assert_eq!(explained["status"], case["response"]["status"], "{name}");
            assert_eq!(explained["decision"], "refused", "{name}");
            let refusal = &explained["refusal"];
            assert_eq!(refusal["documented"], true, "{name}: {refusal:#}");
            assert_eq!(refusal["error_msg"], answer.body["error_msg"], "{name}");
            assert_eq!(refusal["error_code"], answer.body["error_code"], "{name}");
            let refused = |rule: &Value| rule["effect"] == "refused";
            let for_a_rule = explained["rules"].as_array().unwrap().iter().any(refused);
            if explained.get("corrected").is_none() {
                assert!(!for_a_rule && explained["next"].is_string(), "{name}: {explained:#}");
                continue;
            }
            corrected += 1;
            let again = send_corrected(&cloud, &explained);
            assert!(again.status < 300, "{name}: {explained:#}\n{:#}", again.body);
        }
    }
    assert!(corrected > 100, "only {corrected} cases are corrected");
}

#[test]
fn a_refusal_is_explained_as_a_whole() {
    let cloud = start(&config());
    let body = r#"{"source_instance_id": 356, "target_instanceid": "it's"}"#;
    let answer = send_text(&cloud, "POST", &mapping(PROJECT), &[TOKEN], body);
    let id = answer.headers["x-request-id"].to_str().unwrap().to_owned();
    let explained = explain(&cloud, &answer);
    let host = cloud.address();
    let path = mapping(PROJECT);
    // What was sent under another name is shown nowhere: the documented example stands for it.
    let body = r#"{"source_instance_id":"356","target_instance_id":"2bb234c7175c400aab91de7c62174c0ein12"}"#;
    let rule = |parameter: &str, rule: &str, rest: Value| {
        let mut all = json!({
            "place": "body", "parameter": parameter, "rule": rule, "class": "documented",
            "level": "enforce", "certainty": "documented",
            "source": "document geminidb-create-memory-mapping", "effect": "refused",
        });
        all.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        all
    };
    let expected = json!({
        "request_id": id,
        "project_id": PROJECT,
        "operation": "CreateDbCacheMapping",
        "title": "Creating a Memory Mapping",
        "document": "document geminidb-create-memory-mapping",
        "method": "POST",
        "path": path,
        "decision": "refused",
        "status": 400,
        "summary": "CreateDbCacheMapping was refused with 400 DBS.200001: source_instance_id must \
                    be a string, got 356, and 1 more.",
        "rules": [
            rule("source_instance_id", "must be a string", json!({
                "got": "356",
                "allowed": "string: ID of a RDS for MySQL or TaurusDB instance; mandatory",
            })),
            rule("target_instance_id", "is mandatory", json!({
                "allowed": "string: ID of a primary/standby GeminiDB Redis instance; mandatory",
            })),
            rule("target_instanceid", "is not a parameter of this call", json!({
                "class": "hygiene", "level": "warn", "certainty": "inferred",
                "allowed": "source_instance_id, target_instance_id",
                "did_you_mean": "target_instance_id", "effect": "warned",
            })),
        ],
        "notes": [],
        "refusal": {
            "situation": "InvalidParameter", "status": 400, "error_code": "DBS.200001",
            "error_msg": answer.body["error_msg"], "documented": true,
        },
        "corrected": {
            "method": "POST",
            "path": path,
            "headers": { "X-Auth-Token": "$TOKEN", "Content-Type": "application/json" },
            "body": json(body),
            "curl": format!(
                "curl -X POST 'http://{host}{path}' -H \"X-Auth-Token: $TOKEN\" \
                 -H 'Content-Type: application/json' --data-raw '{body}'"
            ),
        },
    });
    assert_eq!(explained, expected, "{explained:#}");
    send_corrected(&cloud, &explained).expect(202);
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
fn a_warning_is_explained_too_and_an_answer_without_one_says_nothing() {
    let cloud = start(&config());
    let ids = json!({
        "source_instance_id": "356cf333ab77413f9d2526605227be08in01",
        "target_instance_id": "9136f6b87175c400aab91de7c62174c0in12",
    });
    let mut odd = ids.clone();
    odd["tag"] = json!("planted");
    let answer = send(&cloud, "POST", &mapping(PROJECT), Some(&odd));
    let explained = explain(&cloud, &answer);
    answer.expect(202);
    assert_eq!(explained["decision"], "performed");
    assert_eq!(
        explained["summary"],
        "CreateDbCacheMapping was performed, although tag is not a parameter of this call, and 2 \
         more."
    );
    let effects: Vec<_> =
        explained["rules"].as_array().unwrap().iter().map(|rule| &rule["effect"]).collect();
    assert_eq!(effects, ["warned", "warned", "warned"]);
    assert_eq!(explained["corrected"]["body"], ids);
    assert!(explained.get("refusal").is_none() && explained.get("next").is_none());
    let quiet = send(&cloud, "GET", &format!("/v3/{PROJECT}/dbcache/mappings"), None);
    assert!(!quiet.headers.contains_key("x-paper-explain"), "{:?}", quiet.headers);
    let id = quiet.headers["x-request-id"].to_str().unwrap().to_owned();
    let explained = cloud.explain(&id).unwrap();
    assert_eq!(explained["summary"], "ListDbCacheMappings was performed.", "{explained:#}");
    assert_eq!(explained["rules"], json!([]));
    assert!(explained.get("corrected").is_none());
}

#[test]
fn a_class_that_is_off_lets_pass_and_is_told_so() {
    let cloud = start(&Config { hygiene: Some(Level::Off), ..config() });
    let body = json!({ "source_instance_id": "a", "target_instance_id": " ", "tag": 1 });
    let explained = explain(&cloud, &send(&cloud, "POST", &mapping(PROJECT), Some(&body)));
    let rules: Vec<_> = explained["rules"].as_array().unwrap().iter().collect();
    let effects: Vec<_> = rules.iter().map(|rule| [&rule["level"], &rule["effect"]]).collect();
    assert_eq!(effects, [["enforce", "refused"], ["off", "passed"]]);
}

#[test]
fn the_state_of_the_world_has_no_corrected_request_but_a_next_step() {
    let cloud = start(&config());
    for (source, situation, said) in [
        ("00000404ab77413f9d2526605227be08in01", "UnknownInstance", "00000404 never exists"),
        ("00000409ab77413f9d2526605227be08in01", "Busy", "clock/advance {\"to\":\"next-event\"}"),
        ("00000403ab77413f9d2526605227be08in01", "Forbidden", "other credentials"),
    ] {
        let body = json!({ "source_instance_id": source, "target_instance_id": "b" });
        let explained = explain(&cloud, &send(&cloud, "POST", &mapping(PROJECT), Some(&body)));
        assert_eq!(explained["refusal"]["situation"], situation);
        assert!(explained["next"].as_str().unwrap().contains(said), "{explained:#}");
        assert!(explained.get("corrected").is_none(), "{explained:#}");
    }
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
fn a_wrong_signature_is_explained_by_what_should_have_been_signed() {
    let keys = vec!["AK1:planted-key:planted-token".into()];
    let cloud = start(&Config { auth: AuthMode::Verify, access_keys: keys, ..config() });
    let headers = [
        ("X-Sdk-Date", "20260101T000000Z"),
        ("X-Security-Token", "planted-token"),
        (
            "Authorization",
            "SDK-HMAC-SHA256 Access=AK1, SignedHeaders=x-sdk-date;x-security-token, Signature=00",
        ),
    ];
    let answer = send_text(&cloud, "GET", &format!("/v3/{PROJECT}/jobs"), &headers, "");
    let explained = explain(&cloud, &answer);
    let signature = &explained["signature"];
    let canonical = signature["canonical_request"].as_str().unwrap();
    assert!(canonical.starts_with(&format!("GET\n/v3/{PROJECT}/jobs/\n")), "{canonical}");
    assert!(signature["string_to_sign"].as_str().unwrap().starts_with("SDK-HMAC-SHA256\n"));
    assert!(!explained.to_string().contains("planted"), "{explained:#}");
    assert_eq!(explained["corrected"]["headers"], json!({ "X-Auth-Token": "$TOKEN" }));
}

#[test]
fn a_login_is_explained_without_its_password() {
    let cloud = start(&config());
    let body = json!({ "auth": { "identity": {
        "methods": ["password"],
        "password": { "user": { "name": "papercloud", "password": "planted" } },
    } } });
    let answer = send_text(&cloud, "POST", "/v3/auth/tokens", &[], &body.to_string());
    assert_eq!(answer.status, 400, "{:#}", answer.body);
    let explained = explain(&cloud, &answer);
    assert!(!explained.to_string().contains("planted"), "{explained:#}");
    let user = &explained["corrected"]["body"]["auth"]["identity"]["password"]["user"];
    assert_eq!(user["password"], "<password>", "{explained:#}");
    assert!(user["domain"]["name"].is_string(), "{explained:#}");
}

#[test]
fn an_id_that_leads_nowhere_is_told_apart() {
    let cloud = start(&Config { journal_bytes: 4_096, ..config() });
    let explain = |id: &str| send(&cloud, "GET", &format!("/_paper/requests/{id}"), None);
    let said = |answer: &Answer| answer.text("/error_msg");
    let bad = explain("42");
    assert!(said(&bad).contains("32 hexadecimal digits"), "{:#}", bad.body);
    bad.expect(400);
    let never = explain(&"0".repeat(32));
    assert!(said(&never).contains("no request has the ID"), "{:#}", never.body);
    never.expect(404);
    let jobs = || {
        let answer = send(&cloud, "GET", &format!("/v3/{PROJECT}/jobs"), None);
        answer.headers["x-request-id"].to_str().unwrap().to_owned()
    };
    let first = jobs();
    explain(&first).expect(200);
    explain(&first.to_uppercase()).expect(200);
    for _ in 0..20 {
        jobs();
    }
    let dropped = explain(&first);
    assert!(said(&dropped).contains("more --journal-bytes"), "{:#}", dropped.body);
    dropped.expect(404);
    let last = jobs();
    cloud.world(PROJECT).reset();
    let reset = explain(&last);
    assert!(said(&reset).contains("was reset"), "{:#}", reset.body);
    reset.expect(404);
}

#[test]
fn an_entry_that_was_cleared_away_or_is_of_the_world_before_says_so() {
    let cloud = start(&config());
    let create = || {
        let body = json!({ "source_instance_id": "a", "target_instance_id": "b" });
        let answer = send(&cloud, "POST", &mapping(PROJECT), Some(&body));
        answer.headers["x-request-id"].to_str().unwrap().to_owned()
    };
    let missing = |id: &str, said: &str| {
        let answer = send(&cloud, "GET", &format!("/_paper/requests/{id}"), None);
        let message = answer.text("/error_msg");
        assert_eq!(message, format!("request {id} went to {PROJECT}, {said}"));
        answer.expect(404);
    };
    let clear = || {
        let path = format!("/_paper/worlds/{PROJECT}/requests");
        send(&cloud, "DELETE", &path, None).expect(204);
    };
    let (first, second) = (create(), create());
    clear();
    for id in [&first, &second] {
        missing(
            id,
            "but its journal was cleared since, when there had been 2 requests \
             (DELETE /_paper/worlds/{project_id}/requests)",
        );
    }
    let third = create();
    cloud.explain(&third).expect("an entry");
    let document = cloud.world(PROJECT).export();
    cloud.world(PROJECT).import(&document).unwrap();
    let imported = "but its world was imported, loaded or forgotten for another one since, after 3 \
                    requests, and the journal is not kept with a world";
    for id in [&first, &second, &third] {
        missing(id, imported);
    }
    let fourth = create();
    clear();
    for id in [&first, &fourth] {
        missing(
            id,
            "but its journal was cleared since, when there had been 4 requests \
             (DELETE /_paper/worlds/{project_id}/requests)",
        );
    }
}

/// What is explained about an answer of the account's world or a project's.
#[track_caller]
fn explained_of(cloud: &PaperCloud, answer: &Answer) -> Value {
    let path = answer.headers["x-paper-explain"].to_str().expect("ASCII");
    send(cloud, "GET", path, None).expect(200)
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
    let host = "gaussdb.eu-mock-1.example.com";
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
    let curl = explained["corrected"]["curl"].as_str().unwrap();
    assert!(curl.starts_with(&format!("curl -X POST '{}/", cloud.url())), "{curl}");
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
