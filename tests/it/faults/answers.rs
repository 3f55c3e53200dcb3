//! Answers that a fault gives in the place of the operation, or after it.

use super::{CLOSE, counters, create, jobs, mapping, on_create, raw};
use crate::support::{PROJECT, config, json, send, send_text, start};
use serde_json::{Value, json};

#[test]
fn a_status_comes_with_an_error_of_the_service() {
    let cloud = start(&config());
    let id = on_create(&cloud, &json!({ "status": 500 }), None);
    let got = raw(&cloud, CLOSE);
    assert!(got.head().starts_with("http/1.1 500 internal server error"), "{}", got.text());
    assert!(got.head().contains("x-paper-fault: fault-1"), "{}", got.text());
    assert!(got.head().contains("x-request-id: "), "{}", got.text());
    let body = json(&got.body());
    let said = "injected by the fault rule fault-1";
    assert_eq!(body, json!({ "error_code": "DBS.200998", "error_msg": said }));
    assert_eq!(counters(&cloud, &id), (1, 1));
    assert_eq!(jobs(&cloud), 0, "nothing was done");
}

#[test]
fn a_status_that_is_not_documented_is_the_gateways() {
    let cloud = start(&config());
    on_create(&cloud, &json!({ "status": 503, "message": "down" }), None);
    let answer = create(&cloud);
    let id = answer.headers["x-request-id"].to_str().unwrap().to_owned();
    assert_eq!(
        answer.expect(503),
        json!({ "error_code": "APIGW.0601", "error_msg": "down", "request_id": id })
    );
}

#[test]
fn a_body_is_sent_as_it_is_written() {
    let cloud = start(&config());
    let page = "<html><body>502 Bad Gateway</body></html>";
    on_create(&cloud, &json!({ "status": 502, "body": page }), None);
    let got = raw(&cloud, CLOSE);
    assert!(got.head().starts_with("http/1.1 502"), "{}", got.text());
    assert!(got.head().contains("content-type: text/html"), "{}", got.text());
    assert_eq!(got.body(), page);
    let world = cloud.world(PROJECT);
    world.disarm_all();
    on_create(&cloud, &json!({ "status": 200, "body": { "job_id": null } }), None);
    assert_eq!(create(&cloud).expect(200), json!({ "job_id": null }));
    world.disarm_all();
    on_create(&cloud, &json!({ "status": 204 }), None);
    assert_eq!(create(&cloud).expect(204), Value::Null);
}

#[test]
fn a_documented_error_is_named_by_its_code_or_by_its_situation() {
    let cloud = start(&config());
    for effect in [json!({ "error_code": "DBS.200011" }), json!({ "error": "WrongState" })] {
        let id = on_create(&cloud, &effect, None);
        let said = format!("injected by the fault rule {id}");
        let expected = json!({ "error_code": "DBS.200011", "error_msg": said });
        assert_eq!(create(&cloud).expect(403), expected);
        cloud.world(PROJECT).disarm(&id).unwrap();
    }
}

#[test]
fn throttling_says_when_to_come_back() {
    let cloud = start(&config());
    for throttle in [json!(7), json!({ "retry_after": 7 })] {
        let id = on_create(&cloud, &json!({ "throttle": throttle }), None);
        let got = raw(&cloud, CLOSE);
        assert!(got.head().starts_with("http/1.1 429 too many requests"), "{}", got.text());
        assert!(got.head().contains("retry-after: 7"), "{}", got.text());
        let body = json(&got.body());
        assert_eq!(body["error_code"], "APIGW.0308");
        assert_eq!(body["request_id"].as_str().unwrap().len(), 32);
        cloud.world(PROJECT).disarm(&id).unwrap();
    }
    assert_eq!(jobs(&cloud), 0);
}

#[test]
fn what_comes_after_the_operation_leaves_its_change() {
    let cloud = start(&config());
    let id = on_create(&cloud, &json!({ "status": 500 }), Some("after"));
    let refused = send_text(&cloud, "POST", &mapping(PROJECT), &[("X-Auth-Token", "t")], "{}");
    assert!(!refused.headers.contains_key("x-paper-fault"), "{:?}", refused.headers);
    refused.expect(400);
    assert_eq!(counters(&cloud, &id), (0, 0), "what was refused has not come so far");
    create(&cloud).expect(500);
    assert_eq!(counters(&cloud, &id), (1, 1));
    assert_eq!(jobs(&cloud), 1);
}

#[test]
fn an_answer_that_a_fault_has_spoilt_says_where_it_is_explained() {
    let cloud = start(&config());
    for (effect, phase) in [
        (json!({ "status": 503 }), "before"),
        (json!({ "throttle": 1 }), "after"),
        (json!({ "error": "Busy" }), "before"),
        (json!({ "malformed": true }), "after"),
        (json!({ "latency_ms": 0 }), "before"),
    ] {
        let id = on_create(&cloud, &effect, Some(phase));
        let raw = raw(&cloud, CLOSE);
        let explained = raw.head().split("x-paper-explain: ").nth(1).map(str::to_owned);
        let explained = explained.unwrap_or_else(|| panic!("{effect}: {}", raw.head()));
        let explained = explained.lines().next().expect("a path").to_owned();
        let explanation = send(&cloud, "GET", &explained, None).expect(200);
        assert_eq!(explanation["fault"], id, "{explanation:#}");
        assert!(explanation["next"].as_str().expect("text").contains(&id), "{explanation:#}");
        send(&cloud, "DELETE", &format!("/_paper/worlds/{PROJECT}/faults"), None).expect(204);
    }
}
