//! `/_paper/requests/{request_id}`: why a request was answered as it was, and how it should be.

mod corrected;
mod credentials;
mod declared;
mod missing;

use crate::refused::{read, refused_files, send_case};
use crate::support::{Answer, PROJECT, config, json, send, send_text, start};
use papercloud::{Config, Level, PaperCloud};
use serde_json::{Value, json};

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
