//! Writes that are sent again.

use super::{advance, found, look, map, mapping_id, report, request_id};
use crate::support::{PROJECT, config, send, send_text, start, text};
use serde_json::{Value, json};

#[test]
fn a_write_that_is_sent_again_before_its_answer_was_used_is_a_retry() {
    let cloud = start(&config());
    let first = map(&cloud, "source");
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    let other_order = r#" {"target_instance_id":"target","source_instance_id":"source"}"#;
    let again = send_text(&cloud, "POST", &path, &[("X-Auth-Token", "t")], other_order);
    assert_eq!(again.status, 202, "{:#}", again.body);
    let report = report(&cloud);
    let expected = json!({
        "rule": "retried-committed-write", "operation": "CreateDbCacheMapping", "count": 1,
        "sentence": "CreateDbCacheMapping was sent again with the same content after it had been \
                     carried out and before anyone looked at what it had started: that was started \
                     twice",
        "document": "document geminidb-create-memory-mapping: nothing in it makes two equal calls one",
        "examples": [{
            "request_id": request_id(&again), "at": "2026-01-01T00:00:00.000Z",
            "earlier_request_id": request_id(&first),
        }],
    });
    assert_eq!(report["findings"], json!([expected]));
}

#[test]
fn what_is_sent_again_since_its_answer_was_lost_is_a_retry() {
    let cloud = start(&config());
    let rules = format!("/v3/{PROJECT}/dbcache/rule");
    map(&cloud, "source").expect(202);
    advance(&cloud, 2);
    let mapping = mapping_id(&cloud, 0);
    let sides = json!({ "source_instance_id": "lost", "target_instance_id": "target" });
    let rule = json!({
        "name": "rule", "dbcache_mapping_id": mapping, "source_db_schema": "schema",
        "source_db_table": "table", "storage_type": "hash", "target_database": "0",
        "key_columns": ["id"], "key_separator": ":", "value_columns": ["name"],
        "value_separator": ",", "key_prefix": "first",
    });
    let lost = [("X-Auth-Token", "t"), ("X-Paper-Fault", "status=503; phase=after")];
    let post = |path: &str, body: &Value, headers: &[(&str, &str)]| {
        send_text(&cloud, "POST", path, headers, &body.to_string())
    };
    // Sent again after an answer that came: whoever does that has read it.
    let first = post(&rules, &rule, &lost[..1]);
    assert!(first.status < 300, "{:#}", first.body);
    assert!(post(&rules, &rule, &lost[..1]).status >= 400);
    assert!(!found(&cloud).iter().any(|(rule, _)| rule == "retried-committed-write"));
    let mut other = rule.clone();
    other["name"] = json!("other");
    other["key_prefix"] = json!("second");
    post(&rules, &other, &lost).expect(503);
    let refused = post(&rules, &other, &lost[..1]);
    assert!(refused.status >= 400, "{:#}", refused.body);
    post(&format!("/v3/{PROJECT}/dbcache/mapping"), &sides, &lost).expect(503);
    post(&format!("/v3/{PROJECT}/dbcache/mapping"), &sides, &lost[..1]).expect(202);
    let report = report(&cloud);
    let findings = report["findings"].as_array().unwrap().iter();
    let retried = findings.filter(|it| it["rule"] == "retried-committed-write");
    let said: Vec<_> = retried.map(|finding| text(finding, "/sentence")).collect();
    let [started, repeated] = &said[..] else { panic!("{report:#}") };
    assert!(started.ends_with("what it starts was started twice"), "{started}");
    assert!(repeated.ends_with("the repetition was refused"), "{repeated}");
}

#[test]
fn what_is_meant_twice_is_no_retry() {
    let cloud = start(&config());
    let job = map(&cloud, "source").text("/job_id");
    map(&cloud, "another").expect(202);
    look(&cloud, &job).expect(200);
    advance(&cloud, 2);
    look(&cloud, &job).expect(200);
    map(&cloud, "source").expect(202);
    send(&cloud, "GET", &format!("/v3/{PROJECT}/dbcache/mappings"), None).expect(200);
    // Deleted in between, though nobody looked at what the first one had started.
    let create = |source: &str| map(&cloud, source).expect(202);
    create("third");
    advance(&cloud, 2);
    let list = format!("/v3/{PROJECT}/dbcache/mappings?source_instance_id=third");
    let id = send(&cloud, "GET", &list, None).text("/dbcache_mappings/0/id");
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    send(&cloud, "DELETE", &path, Some(&json!({ "id": id }))).expect(202);
    advance(&cloud, 2);
    create("third");
    assert_eq!(report(&cloud)["findings"], json!([]));
}
