//! The catalogue: every documented answer can be had, and is published.

use crate::support::{Answer, config, resolved, send, send_text, start};
use papercloud::PaperCloud;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn catalogue(cloud: &PaperCloud) -> Vec<Value> {
    let catalogue = send(cloud, "GET", "/_paper/catalogue", None).expect(200);
    let answers = catalogue["answers"].as_array().expect("answers").clone();
    assert_eq!(catalogue["count"], answers.len());
    answers
}

/// Sends a request of the catalogue, with the answers of earlier ones filled in.
fn ask(cloud: &PaperCloud, request: &Value, earlier: &[Value]) -> Answer {
    let mut text = request.to_string();
    for (at, answer) in earlier.iter().enumerate() {
        for (path, value) in leaves(answer, String::new()) {
            text = text.replace(&format!("{{{at}.{path}}}"), &value);
        }
    }
    let request: Value = serde_json::from_str(&text).expect("JSON");
    if let Some(seconds) = request["after_seconds"].as_u64() {
        let path = request["path"].as_str().expect("a path");
        let project = path.split('/').nth(2).expect("a project");
        cloud.world(project).advance(std::time::Duration::from_secs(seconds));
    }
    let mut headers = vec![("X-Auth-Token", "t")];
    if let Some(host) = request["host"].as_str() {
        headers.push(("Host", host));
    }
    for (name, value) in request["headers"].as_object().into_iter().flatten() {
        headers.push((name, value.as_str().expect("text")));
    }
    let (method, path) = (request["method"].as_str(), request["path"].as_str());
    let body = request.get("body").map(Value::to_string).unwrap_or_default();
    send_text(cloud, method.expect("a method"), path.expect("a path"), &headers, &body)
}

/// Every text in an answer, by its path.
fn leaves(value: &Value, path: String) -> Vec<(String, String)> {
    let below =
        |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::String(text) => vec![(path, text.clone())],
        Value::Object(members) => {
            members.iter().flat_map(|(name, value)| leaves(value, below(name))).collect()
        }
        Value::Array(values) => {
            let numbered = values.iter().enumerate();
            numbered.flat_map(|(at, value)| leaves(value, below(&at.to_string()))).collect()
        }
        _ => Vec::new(),
    }
}

/// The world that the requests for an operation belong to.
fn world_of(success: &Value) -> &str {
    let template = success["path"].as_str().expect("a path");
    let path = success["provoke"]["request"]["path"].as_str().expect("a path");
    let project = path.split('/').nth(2);
    project.filter(|_| template.contains("/{project_id}/")).unwrap_or("@account")
}

#[test]
fn every_documented_answer_is_provoked_as_the_catalogue_says() {
    let cloud = start(&config());
    let answers = catalogue(&cloud);
    let mut operations: BTreeMap<(String, String), Vec<Value>> = BTreeMap::new();
    for answer in answers {
        let key = |name: &str| answer[name].as_str().expect("a name").to_owned();
        operations.entry((key("service"), key("operation"))).or_default().push(answer);
    }
    let (mut provoked, mut by_id) = (0, 0);
    for ((service, operation), answers) in &operations {
        let [success, refusals @ ..] = &answers[..] else { panic!("{operation} has no answers") };
        let request = &success["provoke"]["request"];
        let world = world_of(success);
        send(&cloud, "DELETE", &format!("/_paper/worlds/{world}"), None).expect(204);
        let mut earlier = Vec::new();
        for before in success["provoke"]["before"].as_array().into_iter().flatten() {
            earlier.push(ask(&cloud, before, &earlier).body);
        }
        let faults = format!("/_paper/worlds/{world}/faults");
        for refusal in refusals {
            let rule = &refusal["provoke"]["fault"];
            let id = send(&cloud, "POST", &faults, Some(rule)).expect(201)["id"].clone();
            let answer = ask(&cloud, request, &earlier);
            let what = format!("{service} {operation}: {refusal} {}", answer.body);
            assert_eq!(answer.status, refusal["status"], "{what}");
            assert_eq!(answer.headers["x-paper-fault"], id.as_str().unwrap(), "{what}");
            assert_eq!(code(&answer.body), refusal["error_code"], "{what}");
            send(&cloud, "DELETE", &faults, None).expect(204);
            provoked += 1;
            if let Some(reserved) = refusal["provoke"].get("id") {
                let answer = ask(&cloud, &refusal["provoke"]["request"], &earlier);
                let what = format!("{service} {operation}: {refusal} {}", answer.body);
                assert_eq!(answer.status, refusal["status"], "{what}");
                assert_eq!(code(&answer.body), refusal["error_code"], "{what}");
                assert!(!answer.headers.contains_key("x-paper-fault"), "{what}");
                assert!(
                    refusal.to_string().matches(reserved["starts_with"].as_str().unwrap()).count()
                        > 1
                );
                by_id += 1;
            }
        }
        let answer = ask(&cloud, request, &earlier);
        assert_eq!(answer.status, success["status"], "{service} {operation}: {}", answer.body);
        provoked += 1;
    }
    assert_eq!(provoked, catalogue(&cloud).len());
    assert!(by_id > 100, "only {by_id} are provoked by an ID");
}

/// The code of an error, in whichever dialect it is written.
fn code(body: &Value) -> Value {
    match body.pointer("/error/code") {
        Some(code) => code.to_string().into(),
        None => body["error_code"].clone(),
    }
}

#[test]
fn every_answer_of_the_catalogue_is_published() {
    let cloud = start(&config());
    let document = send(&cloud, "GET", "/_paper/openapi.json", None).expect(200);
    let document = resolved(&document, &document);
    for answer in catalogue(&cloud) {
        let text = |name: &str| answer[name].as_str().expect("text");
        let method = text("method").to_ascii_lowercase();
        let operation = &document["paths"][text("path")][method];
        let published = json!({ "service": answer["service"], "operation": answer["operation"] });
        let operations = operation["x-operations"].as_array().expect("operations");
        assert!(operations.contains(&published), "{answer}: {operations:?}");
        let response = &operation["responses"][answer["status"].to_string()];
        assert!(response.is_object(), "{answer}");
        if let Some(code) = answer["error_code"].as_str() {
            let codes = response["description"].as_str().expect("codes");
            assert!(codes.split(", ").any(|known| known == code), "{answer}: {codes}");
        }
    }
}

#[test]
fn a_refusal_is_provoked_by_a_rule_and_a_success_by_requests() {
    let cloud = start(&config());
    let of = |entry: &&Value| entry["operation"] == "CreateDbCacheMapping";
    let catalogue = catalogue(&cloud);
    let answers: Vec<_> = catalogue.iter().filter(of).collect();
    assert_eq!(answers[0]["status"], 202);
    assert_eq!(answers[0]["provoke"]["request"]["method"], "POST");
    let wrong_state = answers.iter().find(|one| one["situation"] == "WrongState").unwrap();
    assert_eq!(
        **wrong_state,
        json!({
            "service": "GeminiDB", "operation": "CreateDbCacheMapping",
            "method": "POST", "path": "/v3/{project_id}/dbcache/mapping", "status": 403,
            "error_code": "DBS.200011", "situation": "WrongState",
            "provoke": { "fault": {
                "service": "GeminiDB", "operation": "CreateDbCacheMapping",
                "effect": { "error": "WrongState" },
            } },
        })
    );
    let busy = answers.iter().find(|one| one["situation"] == "Busy").unwrap();
    let request = &answers[0]["provoke"]["request"];
    let source = request["body"]["source_instance_id"].as_str().unwrap();
    let mut reserved = request.clone();
    reserved["body"]["source_instance_id"] = format!("00000409{}", &source[8..]).into();
    assert_eq!(
        busy["provoke"],
        json!({
            "fault": {
                "service": "GeminiDB", "operation": "CreateDbCacheMapping",
                "effect": { "error": "Busy" },
            },
            "id": { "parameter": "source_instance_id", "starts_with": "00000409" },
            "request": reserved,
        })
    );
}
