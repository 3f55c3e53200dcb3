//! Rules: armed, listed, disarmed, or asked for by a request itself.

use super::{BODY, arm, create, jobs, mapping, raw};
use crate::support::{PROJECT, config, send, send_text, start};
use serde_json::json;
use std::io::ErrorKind;

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
