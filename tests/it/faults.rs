//! Faults: what goes wrong is seen where a client sees it, on the socket.

mod effects;
mod plans;
mod refused;
mod selectors;
mod wire;

use crate::support::{Answer, PROJECT, config, json, send, send_text, start};
use papercloud::PaperCloud;
use serde_json::{Value, json};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const BODY: &str = r#"{"source_instance_id":"356cf333ab77413f9d2526605227be08in01","target_instance_id":"2bb234c7175c400aab91de7c62174c0ein12"}"#;

fn mapping(project: &str) -> String {
    format!("/v3/{project}/dbcache/mapping")
}

/// Arms a rule and returns its id.
#[track_caller]
fn arm(cloud: &PaperCloud, rule: &Value) -> String {
    let path = format!("/_paper/worlds/{PROJECT}/faults");
    let armed = send(cloud, "POST", &path, Some(rule)).expect(201);
    armed["id"].as_str().expect("an id").to_owned()
}

/// Arms a rule on the creation of mappings with this effect.
#[track_caller]
fn on_create(cloud: &PaperCloud, effect: &Value, phase: Option<&str>) -> String {
    let mut rule = json!({ "operation": "CreateDbCacheMapping", "effect": effect });
    if let Some(phase) = phase {
        rule["phase"] = phase.into();
    }
    arm(cloud, &rule)
}

/// Creates a mapping.
fn create(cloud: &PaperCloud) -> Answer {
    send_text(cloud, "POST", &mapping(PROJECT), &[("X-Auth-Token", "t")], BODY)
}

/// How many jobs there are: as many as mappings were created.
fn jobs(cloud: &PaperCloud) -> Value {
    let jobs = send(cloud, "GET", &format!("/v3/{PROJECT}/jobs"), None).expect(200);
    jobs["total_count"].clone()
}

fn counters(cloud: &PaperCloud, id: &str) -> (u64, u64) {
    let path = format!("/_paper/worlds/{PROJECT}/faults/{id}");
    let rule = send(cloud, "GET", &path, None).expect(200);
    let counter = |name: &str| rule[name].as_u64().expect("a counter");
    (counter("asked"), counter("hits"))
}

/// What a client gets that reads until the end: the bytes, and how they ended.
#[derive(Debug)]
struct Got {
    bytes: Vec<u8>,
    ended: Result<(), ErrorKind>,
}

impl Got {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    fn head(&self) -> String {
        let text = self.text();
        text.split_once("\r\n\r\n").expect("a head").0.to_ascii_lowercase()
    }

    fn body(&self) -> String {
        self.text().split_once("\r\n\r\n").expect("a head").1.to_owned()
    }

    fn length(&self) -> usize {
        let head = self.head();
        let length = head.split("content-length: ").nth(1).expect("a length");
        let length = length.lines().next().expect("a length");
        length.parse().expect("a number")
    }
}

fn request(path: &str, headers: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: h\r\nX-Auth-Token: t\r\nContent-Type: application/json\r\n\
         {headers}Content-Length: {}\r\n\r\n{BODY}",
        BODY.len()
    )
}

fn raw(cloud: &PaperCloud, headers: &str) -> Got {
    let mut stream = TcpStream::connect(cloud.address()).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
    stream.write_all(request(&mapping(PROJECT), headers).as_bytes()).expect("a request");
    let mut bytes = Vec::new();
    let ended = stream.read_to_end(&mut bytes).map(drop).map_err(|error| error.kind());
    Got { bytes, ended }
}

const CLOSE: &str = "Connection: close\r\n";

#[test]
fn a_rule_is_armed_listed_and_disarmed() {
    let cloud = start(&config());
    let path = format!("/_paper/worlds/{PROJECT}/faults");
    let rule =
        json!({ "operation": "CreateDbCacheMapping", "first": 1, "effect": { "status": 500 } });
    let armed = send(&cloud, "POST", &path, Some(&rule)).expect(201);
    let shown = json!({
        "id": "fault-1", "operation": "CreateDbCacheMapping", "first": 1,
        "effect": { "status": 500 }, "asked": 0, "hits": 0,
    });
    assert_eq!(armed, shown);
    arm(&cloud, &json!({ "id": "slow", "effect": { "latency_ms": 0 } }));
    let list = send(&cloud, "GET", &path, None).expect(200);
    assert_eq!(list["count"], 2);
    assert_eq!(list["faults"][0], shown);
    assert_eq!(list["faults"][1]["id"], "slow");
    send(&cloud, "POST", &path, Some(&json!({ "id": "slow", "effect": { "reset": true } })))
        .expect(409);
    send(&cloud, "DELETE", &format!("{path}/slow"), None).expect(204);
    send(&cloud, "DELETE", &format!("{path}/slow"), None).expect(404);
    send(&cloud, "GET", &format!("{path}/slow"), None).expect(404);
    send(&cloud, "DELETE", &path, None).expect(204);
    let empty = json!({ "count": 0, "faults": [] });
    assert_eq!(send(&cloud, "GET", &path, None).expect(200), empty);
    assert_eq!(arm(&cloud, &rule), "fault-2", "a name is given once");
    let reset = format!("/_paper/worlds/{PROJECT}");
    send(&cloud, "DELETE", &reset, None).expect(204);
    assert_eq!(send(&cloud, "GET", &path, None).expect(200), empty);
}

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
fn a_request_asks_for_its_own_fault() {
    let cloud = start(&config());
    let ask = |fault: &str| {
        let headers = [("X-Auth-Token", "t"), ("X-Paper-Fault", fault)];
        send_text(&cloud, "POST", &mapping(PROJECT), &headers, BODY)
    };
    let answer = ask(r#"{"status":503,"phase":"after","message":"lost"}"#);
    assert_eq!(answer.headers["x-paper-fault"], "request");
    assert_eq!(answer.expect(503)["error_msg"], "lost");
    assert_eq!(jobs(&cloud), 1);
    let short = ask("status=500; latency_ms=1");
    assert_eq!(short.expect(500)["error_msg"], "injected by the fault rule request");
    assert_eq!(ask("error_code=DBS.200011").expect(403)["error_code"], "DBS.200011");
    let reset = raw(&cloud, "X-Paper-Fault: reset\r\n");
    assert_eq!((reset.ended, reset.bytes.len()), (Err(ErrorKind::ConnectionReset), 0));
    assert_eq!(jobs(&cloud), 1);
    create(&cloud).expect(202);
    let json = ask(r#"status=418; body={"a":"x;y"} ; latency_ms=0"#);
    assert_eq!(json.expect(418), json!({ "a": "x;y" }));
    let json = ask(r#"body={"a":["\";status=1"]};status=418"#);
    assert_eq!(json.expect(418), json!({ "a": ["\";status=1"] }));
    for (bad, said) in [
        ("statis=500", "X-Paper-Fault: the header is refused: statis: unknown field"),
        (r#"{"statis":500}"#, "X-Paper-Fault: the header is refused: statis: unknown field"),
        ("body={\"a\":1}; status", "status: invalid type: boolean"),
        ("statis=500", "did you mean status?"),
        ("status=99", "status must be from 200 to 599, got 99"),
        ("status=500; status=501", "status is there twice"),
        ("{\"status\":500,\"status\":501}", "status: is there twice"),
        ("latency_ms={\"from\":1,\"from\":2,\"to\":3}", "latency_ms: from: is there twice"),
        ("{\"status\":", "EOF"),
        ("reset; phase=later", "unknown variant `later`"),
        ("error=WrongStat", "did you mean WrongState?"),
        ("", "an effect needs latency_ms or one of status"),
    ] {
        let refused = ask(bad);
        let message = refused.text("/error_msg");
        assert!(message.starts_with("X-Paper-Fault: ") && message.contains(said), "{message}");
        assert_eq!(refused.expect(400)["error_code"], "PAPER.0400");
    }
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
