//! What the SDKs know and Papercloud does not emulate: told as such, and found in the report.

use crate::support::{Answer, PROJECT, agent, config, send, send_by, send_text, start, text};
use papercloud::PaperCloud;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use ureq::Agent;

const TOKEN: (&str, &str) = ("X-Auth-Token", "test-token");

/// An operation of `fixtures/known.txt`.
struct Known {
    method: String,
    path: String,
    name: String,
}

fn table() -> (std::path::PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/known.txt");
    let text = fs::read_to_string(&path).expect("the table");
    (path, text)
}

fn known(text: &str) -> Vec<Known> {
    let mut known = Vec::new();
    for line in text.lines().filter(|line| line.starts_with('/')) {
        let words: Vec<_> = line.split(' ').collect();
        for pair in words[1..].chunks(2) {
            let [method, name] = [pair[0], pair[1]].map(str::to_owned);
            let path = words[0].to_owned();
            known.push(Known { method, path, name });
        }
    }
    known
}

fn ask(agent: &Agent, cloud: &PaperCloud, known: &Known) -> Answer {
    let fill = |segment: &str| match segment {
        "{project_id}" => PROJECT.to_owned(),
        segment if segment.starts_with('{') => "a1".to_owned(),
        segment => segment.to_owned(),
    };
    let path: Vec<_> = known.path.split('/').map(fill).collect();
    send_by(agent, cloud, &known.method, &path.join("/"), &[TOKEN], "")
}

/// With `UPDATE_FIXTURES` set, those that are emulated by now leave the table instead.
#[test]
fn none_of_the_operations_that_are_not_emulated_is_served() {
    let cloud = start(&config());
    let agent = agent();
    let (file, text) = table();
    let all = known(&text);
    assert!(all.len() > 2_000, "{}", all.len());
    let served: Vec<_> =
        all.iter().filter(|known| ask(&agent, &cloud, known).status != 501).collect();
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        let mut text = text;
        for Known { path, method, name, .. } in &served {
            let line =
                text.lines().find(|line| line.starts_with(&format!("{path} "))).expect("a line");
            let rest = line.replace(&format!(" {method} {name}"), "");
            let rest = if rest == *path { String::new() } else { format!("{rest}\n") };
            text = text.replace(&format!("{line}\n"), &rest);
        }
        fs::write(file, text).expect("the table is written");
        return;
    }
    let served: Vec<_> = served.iter().map(|it| format!("{} {}", it.method, it.path)).collect();
    assert!(
        served.is_empty(),
        "these are emulated; UPDATE_FIXTURES=1 cargo test takes them off the table:\n{}",
        served.join("\n")
    );
}

#[test]
fn each_is_named_in_the_envelope_of_its_service() {
    let cloud = start(&config());
    for (method, path, pointer, said) in [
        (
            "GET",
            format!("/v3/{PROJECT}/backups"),
            "/error_msg",
            "ShowAllInstancesBackups of GeminiDB",
        ),
        ("GET", "/v3/users".to_owned(), "/error/message", "KeystoneListUsers of IAM"),
        ("GET", "/v3/domains".to_owned(), "/error/message", "KeystoneListDomains of IAM"),
        ("GET", "/v3/services".to_owned(), "/error/message", "KeystoneListServices of IAM"),
        ("GET", "/v3/endpoints".to_owned(), "/error/message", "KeystoneListEndpoints of IAM"),
        ("GET", "/v3/roles".to_owned(), "/error/message", "KeystoneListPermissions of IAM"),
    ] {
        let answer = send(&cloud, method, &path, None);
        let message = answer.text(pointer);
        assert!(message.contains(said), "{path}: {message}");
        let list = format!("{}/_paper/openapi.json", cloud.url());
        assert!(message.contains(&list) && !message.contains("nearest"), "{path}: {message}");
        answer.expect(501);
    }
    let users = send(&cloud, "GET", "/v3/users", None);
    assert_eq!(users.body["error"]["code"], 501, "as IAM writes it");
    let backups = send(&cloud, "GET", &format!("/v3/{PROJECT}/backups"), None);
    assert_eq!(backups.body["error_code"], "PAPER.0501", "a code that no cloud has");
}

#[test]
fn a_word_in_the_place_of_an_id_is_another_operation() {
    let cloud = start(&config());
    let path = format!("/v3/{PROJECT}/instances/recycle-policy");
    let answer = send(&cloud, "GET", &path, None);
    assert!(answer.text("/error_msg").contains("ShowRecyclePolicy"), "{:#}", answer.body);
    answer.expect(501);
    let host = ("Host", "rds.eu-west-101.myhuaweicloud.eu");
    let answer = send_text(&cloud, "GET", &path, &[TOKEN, host], "");
    assert!(answer.text("/error_msg").contains("ShowRecyclePolicy of RDS"), "{:#}", answer.body);
    let instance = format!("/v3/{PROJECT}/instances/cf4a05df1c3847c5bb5a0a7b3673b3bdin01");
    assert_ne!(send(&cloud, "GET", &instance, None).status, 501);
}

#[test]
fn the_report_says_what_was_called_in_vain() {
    let cloud = start(&config());
    send(&cloud, "GET", &format!("/v3/{PROJECT}/dbcache/mappings"), None).expect(200);
    for _ in 0..2 {
        send(&cloud, "GET", &format!("/v3/{PROJECT}/backups"), None).expect(501);
    }
    let report = send(&cloud, "GET", &format!("/_paper/worlds/{PROJECT}/report"), None).expect(200);
    let [finding] = &report["findings"].as_array().expect("findings")[..] else {
        panic!("{report:#}")
    };
    assert_eq!((&finding["rule"], &finding["count"]), (&"not-emulated".into(), &2.into()));
    assert!(finding["sentence"].as_str().is_some_and(|it| it.contains("ShowAllInstancesBackups")));
    let failures = send(&cloud, "GET", "/_paper/failures", None).expect(200);
    assert_eq!(failures["failures"][0]["status"], 501, "{failures:#}");
}

#[test]
fn only_what_is_near_is_called_the_nearest() {
    let cloud = start(&config());
    let nearest = |method: &str, path: &str| -> Option<String> {
        let answer = send(&cloud, method, &format!("/v3/{PROJECT}{path}"), None);
        let message = answer.text("/error_msg");
        answer.expect(404);
        message.split_once("the nearest one is ").map(|(_, route)| route.to_owned())
    };
    assert_eq!(nearest("DELETE", "/instances/i1/no-such-thing"), None);
    assert_eq!(nearest("GET", "/no-such-thing"), None);
    let relationship = "POST /v3/{project_id}/instances/{instance_id}/dual-active-relationship";
    assert_eq!(nearest("POST", "/instances/i1/dual-active").as_deref(), Some(relationship));
}

/// Every URL in a body.
fn urls(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with("http://localhost") => found.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| urls(value, found)),
        Value::Object(members) => members.values().for_each(|value| urls(value, found)),
        _ => {}
    }
}

/// The links to a backup, a log and a certificate of DCS.
fn links_to_files(cloud: &PaperCloud) -> Vec<String> {
    let instances = format!("/v2/{PROJECT}/instances");
    let new = json!({
        "name": "files", "engine": "Redis", "engine_version": "5.0", "capacity": 1,
        "spec_code": "redis.ha.xu1.large.r2.1", "az_codes": ["eu-mock-1a"], "vpc_id": "v",
        "subnet_id": "s", "security_group_id": "g", "no_password_access": true,
    });
    let made = send(cloud, "POST", &instances, Some(&new)).expect(200);
    let instance = format!("{instances}/{}", text(&made, "/instances/0/instance_id"));
    let pass = json!({ "seconds": 3_600 });
    let clock = format!("/_paper/worlds/{PROJECT}/clock/advance");
    let wait = || send(cloud, "POST", &clock, Some(&pass)).expect(200);
    wait();
    let backup = send(cloud, "POST", &format!("{instance}/backups"), Some(&json!({}))).expect(200);
    let backup = text(&backup, "/backup_id");
    wait();
    send(cloud, "POST", &format!("{instance}/redislog?log_type=run"), None).expect(204);
    let logs = send(cloud, "GET", &format!("{instance}/redislog?log_type=run"), None).expect(200);
    let log = text(&logs, "/file_list/0/id");
    send(cloud, "PUT", &format!("{instance}/ssl"), Some(&json!({ "enabled": true }))).expect(200);
    wait();
    let mut found = Vec::new();
    for (path, body) in [
        (format!("/backups/{backup}/links"), Some(json!({ "expiration": 3_600 }))),
        (format!("/redislog/{log}/links"), None),
        ("/ssl-certs/download".to_owned(), None),
    ] {
        let answer = send(cloud, "POST", &format!("{instance}{path}"), body.as_ref());
        let body = answer.expect(200).to_string();
        let parts = body.split('"').filter(|part| part.contains("://"));
        found.extend(parts.map(str::to_owned));
    }
    found
}

#[test]
fn every_url_of_an_answer_is_served() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut found = Vec::new();
    let services = fs::read_dir(fixtures).expect("fixtures").map(|it| it.expect("a folder").path());
    for service in services.filter(|path| path.is_dir()) {
        for operation in fs::read_dir(service).expect("operations") {
            let file = operation.expect("a folder").path().join("documented.json");
            let Ok(text) = fs::read_to_string(file) else { continue };
            urls(&serde_json::from_str::<Value>(&text).expect("JSON")["response"], &mut found);
        }
    }
    found.sort();
    found.dedup();
    assert!(found.len() >= 10, "{found:?}");
    let cloud = start(&config());
    let files = links_to_files(&cloud);
    assert_eq!(files.len(), 3, "{files:?}");
    for url in found.into_iter().chain(files) {
        let own = cloud.url();
        let path = url.strip_prefix("http://localhost").or_else(|| url.strip_prefix(&own));
        let path = path.unwrap_or_else(|| panic!("{url} leads elsewhere"));
        let path = if path.is_empty() { "/" } else { path };
        let answer = send(&cloud, "GET", path, None);
        assert_eq!(answer.status, 200, "{url}: {:#}", answer.body);
    }
}
