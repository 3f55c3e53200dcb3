//! Faults: what goes wrong is seen where a client sees it, on the socket.

use crate::support::{Answer, PROJECT, config, json, send, send_text, start};
use papercloud::{Config, Fault, PaperCloud};
use serde_json::{Value, json};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

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
fn a_reset_connection_is_reset_and_nothing_is_sent() {
    let cloud = start(&config());
    let id = on_create(&cloud, &json!({ "reset": true }), None);
    let got = raw(&cloud, "");
    assert_eq!((got.ended, got.bytes.len()), (Err(ErrorKind::ConnectionReset), 0));
    assert_eq!(jobs(&cloud), 0);
    cloud.world(PROJECT).disarm(&id).unwrap();
    on_create(&cloud, &json!({ "reset": true }), Some("after"));
    let got = raw(&cloud, "");
    assert_eq!((got.ended, got.bytes.len()), (Err(ErrorKind::ConnectionReset), 0));
    assert_eq!(jobs(&cloud), 1, "the answer was lost, the change was not");
}

#[test]
fn a_truncated_answer_promises_more_than_it_has() {
    let cloud = start(&config());
    on_create(&cloud, &json!({ "truncate": true }), None);
    let got = raw(&cloud, "");
    assert_eq!(got.ended, Ok(()), "the connection ends, it is not reset");
    assert!(got.head().starts_with("http/1.1 202"), "{}", got.text());
    assert!(got.head().contains("x-paper-fault: fault-1"), "{}", got.text());
    assert_eq!(got.length(), r#"{"job_id":"00000000-0000-0000-0000-000000000000"}"#.len());
    assert_eq!(got.body().len(), got.length() / 2);
    assert!(got.body().starts_with(r#"{"job_id":""#), "{}", got.body());
    assert_eq!(jobs(&cloud), 1);
}

#[test]
fn a_malformed_answer_is_whole_and_no_json() {
    let cloud = start(&config());
    on_create(&cloud, &json!({ "malformed": true }), None);
    let got = raw(&cloud, CLOSE);
    assert!(got.head().starts_with("http/1.1 202"), "{}", got.text());
    assert_eq!(got.body().len(), got.length());
    assert!(serde_json::from_str::<Value>(&got.body()).is_err(), "{}", got.body());
    assert_eq!(jobs(&cloud), 1);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "what is measured is real time")]
fn a_slow_body_comes_in_pieces() {
    let cloud = start(&config());
    on_create(&cloud, &json!({ "slow_body": 300 }), None);
    let mut stream = TcpStream::connect(cloud.address()).expect("a connection");
    let begun = Instant::now();
    stream.write_all(request(&mapping(PROJECT), CLOSE).as_bytes()).expect("a request");
    let (mut bytes, mut reads, mut buffer) = (Vec::new(), 0, [0; 4096]);
    loop {
        let count = stream.read(&mut buffer).expect("bytes");
        if count == 0 {
            break;
        }
        bytes.extend_from_slice(&buffer[..count]);
        reads += 1;
    }
    assert!(begun.elapsed() >= Duration::from_millis(290), "{:?}", begun.elapsed());
    assert!(reads >= 5, "in {reads} pieces");
    let got = Got { bytes, ended: Ok(()) };
    assert_eq!(got.body().len(), got.length());
    assert!(json(&got.body())["job_id"].is_string());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "what is measured is real time")]
fn latency_keeps_a_request_or_its_answer_waiting() {
    let cloud = start(&config());
    for (phase, latency) in [
        ("before", json!(80)),
        ("after", json!({ "from": 80, "to": 90 })),
        ("after", json!({ "median": 90, "p99": 90 })),
    ] {
        let id = on_create(&cloud, &json!({ "latency_ms": latency }), Some(phase));
        let begun = Instant::now();
        let answer = create(&cloud);
        assert!(begun.elapsed() >= Duration::from_millis(80), "{phase}: {:?}", begun.elapsed());
        assert_eq!(answer.headers["x-paper-fault"], id.as_str());
        answer.expect(202);
        cloud.world(PROJECT).disarm(&id).unwrap();
    }
    assert_eq!(jobs(&cloud), 3);
}

#[test]
fn a_connection_serves_on_after_a_spoiled_answer() {
    let cloud = start(&config());
    let id = on_create(&cloud, &json!({ "slow_body": 20 }), None);
    let mut stream = TcpStream::connect(cloud.address()).expect("a connection");
    let path = mapping(PROJECT);
    stream.write_all(request(&path, "Expect: 100-continue\r\n").as_bytes()).expect("a request");
    stream.write_all(request(&path, CLOSE).as_bytes()).expect("a request");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("two answers");
    assert_eq!(text.matches("HTTP/1.1 202 Accepted").count(), 2, "{text}");
    assert_eq!(text.matches("\"job_id\"").count(), 2, "{text}");
    assert_eq!(counters(&cloud, &id), (2, 2));
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

/// The statuses of so many calls.
fn statuses(cloud: &PaperCloud, count: usize) -> Vec<u16> {
    (0..count).map(|_| create(cloud).status).collect()
}

#[test]
fn selectors_choose_among_the_requests_that_a_rule_sees() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    let rule = || Fault::on("CreateDbCacheMapping").status(500);
    for (fault, expected) in [
        (rule().first(2), [500, 500, 202, 202, 202, 202]),
        (rule().nth(3), [202, 202, 500, 202, 202, 202]),
        (rule().every(2), [202, 500, 202, 500, 202, 500]),
        (rule().with_probability(1.0), [500; 6]),
        (rule().with_probability(0.0), [202; 6]),
    ] {
        let id = world.fault(fault.clone()).unwrap();
        assert_eq!(statuses(&cloud, 6), expected, "{fault:?}");
        let hits = expected.iter().filter(|status| **status == 500).count() as u64;
        assert_eq!(world.hits(&id), Ok(hits));
        world.disarm(&id).unwrap();
    }
}

#[test]
fn a_rule_does_not_see_what_an_earlier_one_has_hit() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    let rule = || Fault::on("CreateDbCacheMapping");
    let first = world.fault(rule().first(2).status(500)).unwrap();
    let second = world.fault(rule().first(2).throttle(1)).unwrap();
    assert_eq!(statuses(&cloud, 5), [500, 500, 429, 429, 202]);
    assert_eq!(counters(&cloud, &first), (5, 2));
    assert_eq!(counters(&cloud, &second), (3, 2));
}

#[test]
fn chance_is_the_same_for_equal_seeds_whatever_other_projects_do() {
    let run = |seed: u64, disturbed: bool| {
        let cloud = start(&Config { seed, ..config() });
        let rule = || Fault::on("CreateDbCacheMapping").with_probability(0.5).status(500);
        cloud.world(PROJECT).fault(rule()).unwrap();
        cloud.world("other").fault(rule()).unwrap();
        let one = |_| {
            if disturbed {
                send_text(&cloud, "POST", &mapping("other"), &[("X-Auth-Token", "t")], BODY);
            }
            create(&cloud).status
        };
        (0..40).map(one).collect::<Vec<_>>()
    };
    let statuses = run(1, false);
    assert_eq!(statuses, run(1, true));
    assert_ne!(statuses, run(2, false));
    let hits = statuses.iter().filter(|status| **status == 500).count();
    assert!((10..=30).contains(&hits), "{hits}");
}

#[test]
fn a_rule_matches_parameters_of_body_path_and_query() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    let hits = |fault: Fault, path: &str, body: &str| {
        let id = world.fault(fault.status(599)).unwrap();
        let method = if body.is_empty() { "GET" } else { "POST" };
        let answer = send_text(&cloud, method, path, &[("X-Auth-Token", "t")], body);
        world.disarm(&id).unwrap();
        answer.status == 599
    };
    let of_source = |id: &str| Fault::on("CreateDbCacheMapping").matching("source_instance_id", id);
    assert!(hits(of_source("356cf333ab77413f9d2526605227be08in01"), &mapping(PROJECT), BODY));
    assert!(!hits(of_source("other"), &mapping(PROJECT), BODY));
    let task =
        "/v2/054e292c9880d4992f02c0196d3ea468/migration/90754308-a156-406f-a837-8f852f38a646/task";
    let body = r#"{"source_instance":{"addrs":"a:1"}}"#;
    let of_side = |addresses: &str| Fault::anywhere().matching("source_instance.addrs", addresses);
    assert!(hits(of_side("a:1"), task, body));
    assert!(!hits(of_side("b:1"), task, body));
    let jobs = format!("/v3/{PROJECT}/jobs?limit=5");
    let limited = |limit: i64| Fault::on("ListJobs").matching("limit", limit);
    assert!(hits(limited(5), &jobs, ""));
    assert!(!hits(limited(6), &jobs, ""));
}

#[test]
fn a_rule_holds_while_something_is_in_a_stage() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    let rule = Fault::on("ListJobs").during("CreateDbCacheMapping", "Running").status(503);
    let id = world.fault(rule).unwrap();
    let list = || send(&cloud, "GET", &format!("/v3/{PROJECT}/jobs"), None).status;
    assert_eq!(list(), 200);
    create(&cloud).expect(202);
    assert_eq!(list(), 503);
    world.advance(Duration::from_hours(1));
    assert_eq!(list(), 200);
    assert_eq!(counters(&cloud, &id), (1, 1), "the others it has not seen");
}

#[test]
fn the_next_job_fails_as_planned() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    let id = world.fail_next("CreateDbCacheMapping", 40, "disk full").unwrap();
    let refused = send_text(&cloud, "POST", &mapping(PROJECT), &[("X-Auth-Token", "t")], "{}");
    refused.expect(400);
    assert_eq!(world.hits(&id), Ok(0), "no job was started");
    let created = create(&cloud);
    assert_eq!(created.headers["x-paper-fault"], id.as_str());
    let (job, path) = (created.text("/job_id"), format!("/v3/{PROJECT}/jobs"));
    let status = || {
        let jobs = send(&cloud, "GET", &path, None).expect(200);
        let jobs = jobs["jobs"].as_array().unwrap().clone();
        jobs.into_iter().find(|one| one["id"] == job.as_str()).unwrap()
    };
    assert_eq!(status()["status"], "Running");
    world.advance_to_next_event();
    let failed = status();
    assert_eq!(failed["status"], "Failed");
    assert!(failed.to_string().contains("disk full"), "{failed}");
    assert!(!create(&cloud).headers.contains_key("x-paper-fault"), "only the next one");
}

#[test]
fn a_job_is_held_or_takes_as_long_as_planned() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    let rule = || Fault::on("CreateDbCacheMapping").first(1);
    world.fault(rule().job_holds(50)).unwrap();
    world.fault(rule().job_takes(Duration::from_secs(7))).unwrap();
    let under_way = || {
        let path = format!("/_paper/worlds/{PROJECT}/jobs");
        send(&cloud, "GET", &path, None).expect(200)
    };
    create(&cloud).expect(202);
    world.advance(Duration::from_hours(1));
    let held = under_way();
    assert_eq!((&held["count"], &held["jobs"][0]["held"]), (&json!(1), &json!(true)));
    assert_eq!(held["jobs"][0]["percent"], 50);
    create(&cloud).expect(202);
    world.advance(Duration::from_millis(6_999));
    assert_eq!(under_way()["count"], 2);
    world.advance(Duration::from_millis(1));
    assert_eq!(under_way()["count"], 1);
}

#[test]
fn what_is_planned_for_a_job_is_shown() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    let planned = |id: &str, percent: u8| {
        let shown = send(&cloud, "GET", &format!("/_paper/worlds/{PROJECT}/jobs/{id}"), None);
        let shown = shown.expect(200);
        assert_eq!(shown["percent"], percent, "{shown:#}");
        shown["planned"].clone()
    };
    let ordered = |effect: Value| {
        let rule = json!({ "operation": "CreateDbCacheMapping", "first": 1, "effect": effect });
        let path = format!("/_paper/worlds/{PROJECT}/faults");
        let rule = send(&cloud, "POST", &path, Some(&rule)).expect(201)["id"].clone();
        let job = create(&cloud).text("/job_id");
        (job, rule)
    };
    let (job, rule) = ordered(json!({ "job": "fail", "percent": 60, "reason": "disk full" }));
    let expected = json!({
        "job": "fail", "percent": 60, "stage": "creating", "reason": "disk full", "rule": rule,
    });
    assert_eq!(planned(&job, 0), expected);
    world.advance(Duration::from_secs(1));
    assert_eq!(planned(&job, 50), expected);
    let path = format!("/_paper/worlds/{PROJECT}/jobs/{job}/fail");
    let by_hand = json!({ "percent": 80, "reason": "by hand" });
    let by_hand = send(&cloud, "POST", &path, Some(&by_hand)).expect(200);
    let expected =
        json!({ "job": "fail", "percent": 80, "stage": "creating", "reason": "by hand" });
    assert_eq!(by_hand["planned"], expected, "no rule has planned this");
    let path = path.replace("/fail", "/finish");
    let finished = send(&cloud, "POST", &path, None).expect(200);
    assert_eq!(
        (&finished["job_status"], &finished["planned"]),
        (&json!("Completed"), &Value::Null)
    );

    let (job, rule) = ordered(json!({ "job": "hold", "percent": 50 }));
    // The mapping is there already, so that only the job is under way.
    let expected = json!({ "job": "hold", "percent": 50, "stage": "Running", "rule": rule });
    assert_eq!(planned(&job, 0), expected);
    world.advance(Duration::from_hours(1));
    assert_eq!(planned(&job, 50), Value::Null, "it stands still");

    let (job, rule) = ordered(json!({ "job": "succeed", "seconds": 4 }));
    assert_eq!(planned(&job, 0), json!({ "job": "succeed", "rule": rule }));

    let (job, rule) = ordered(json!({ "job": "fail" }));
    assert_eq!(planned(&job, 0)["percent"], 100);
    assert_eq!(planned(&job, 0)["rule"], rule);

    let plain = create(&cloud).text("/job_id");
    assert_eq!(planned(&plain, 0), Value::Null);
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
    for (bad, said) in [
        ("statis=500", "did you mean status?"),
        ("status=99", "status must be from 200 to 599, got 99"),
        ("status=500; status=501", "status is there twice"),
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
fn a_rule_that_is_impossible_is_refused_with_the_reason() {
    let cloud = start(&config());
    let path = format!("/_paper/worlds/{PROJECT}/faults");
    for (rule, said) in bad_rules() {
        let refused = send(&cloud, "POST", &path, Some(&rule));
        let message = refused.text("/error_msg");
        assert!(message.contains(said), "{rule}: {message}");
        assert_eq!(refused.expect(400)["error_code"], "PAPER.0400");
    }
    assert_eq!(send(&cloud, "GET", &path, None).expect(200)["count"], 0);
    assert_eq!(send_text(&cloud, "POST", &path, &[], "{").status, 400);
    let same = cloud.world(PROJECT).fault(Fault::on("CreateDbCacheMaping").reset());
    assert!(same.unwrap_err().to_string().contains("did you mean CreateDbCacheMapping?"));
}

fn bad_rules() -> Vec<(Value, &'static str)> {
    let on_create =
        |effect: Value| json!({ "operation": "CreateDbCacheMapping", "effect": effect });
    let with = |name: &str, value: Value| {
        let mut rule = on_create(json!({ "status": 500 }));
        rule[name] = value;
        rule
    };
    vec![
        (json!({}), "missing field `effect`"),
        (json!([]), "the body is refused"),
        (with("frist", json!(1)), "did you mean first?"),
        (with("operation", json!("CreateDbCacheMaping")), "did you mean CreateDbCacheMapping?"),
        (
            with("service", json!("GeminDB")),
            "there is no service \"GeminDB\"; did you mean GeminiDB?",
        ),
        (with("service", json!("DCS")), "there is no operation \"CreateDbCacheMapping\""),
        (with("match", json!({ "source_instance": "a" })), "did you mean source_instance_id?"),
        (
            with("match", json!({ "source_instance_id.x": "a" })),
            "declares \"source_instance_id.x\"",
        ),
        (
            json!({ "match": { "source_instance.password": "a" }, "effect": { "reset": true } }),
            "is a secret",
        ),
        (with("first", json!(0)), "first must be a number from 1 up, got 0"),
        (with("nth", json!(-1)), "nth must be a number from 1 up, got -1"),
        (with("every", json!(1.5)), "every: invalid type"),
        (with("probability", json!(1.5)), "probability must be from 0 to 1, got 1.5"),
        (
            json!({ "first": 1, "nth": 1, "effect": { "reset": true } }),
            "at most one of first, nth, every and probability",
        ),
        (with("while", json!({})), "while needs operation or status"),
        (with("while", json!({ "operation": "ListJobs" })), "ListJobs sets nothing going"),
        (
            with("while", json!({ "operation": "CreateDbCacheMapping", "status": "Runing" })),
            "there is no stage \"Runing\"; did you mean Running?",
        ),
        (with("phase", json!("behind")), "phase: unknown variant `behind`"),
        (with("id", json!("")), "id must have 1 to 64"),
        (with("id", json!("a b")), "id must have 1 to 64"),
        (with("id", json!("request")), "id must not be request"),
        (on_create(json!({})), "an effect needs latency_ms or one of status, error_code"),
        (on_create(json!({ "status": 199 })), "status must be from 200 to 599, got 199"),
        (on_create(json!({ "status": 500, "reset": true })), "got status and reset"),
        (on_create(json!({ "status": 204, "body": {} })), "status 204 has no body"),
        (on_create(json!({ "reset": true, "body": {} })), "body belongs to status"),
        (on_create(json!({ "truncate": true, "message": "a" })), "message belongs to status"),
        (on_create(json!({ "error_code": "DBS.20011" })), "did you mean DBS.200011?"),
        (on_create(json!({ "error": "WrongStat" })), "did you mean WrongState?"),
        (on_create(json!({ "error": "Nonsense" })), "; there are BodyTimeout, "),
        (on_create(json!({ "latency_ms": -1 })), "latency_ms must be a number of milliseconds"),
        (on_create(json!({ "latency_ms": { "from": 2, "to": 1 } })), "latency_ms must be"),
        (on_create(json!({ "throttle": -1 })), "throttle must be a whole number of seconds"),
        (on_create(json!({ "slow_body": -1 })), "slow_body must be milliseconds from 0"),
        (on_create(json!({ "job": "fial" })), "did you mean fail?"),
        (on_create(json!({ "job": "fail", "percent": 101 })), "percent must be from 0 to 100"),
        (
            on_create(json!({ "job": "fail", "percent": 1, "stage": "a" })),
            "either percent or stage",
        ),
        (on_create(json!({ "job": "fail", "stage": "Runing" })), "did you mean Running?"),
        (on_create(json!({ "job": "succeed", "percent": 1 })), "belong to fail and hold"),
        (on_create(json!({ "job": "hold", "reason": "a" })), "reason belongs to \"job\":\"fail\""),
        (on_create(json!({ "job": "fail", "seconds": -1 })), "seconds must be from 0 to"),
        (on_create(json!({ "status": 500, "percent": 1 })), "percent belongs to job"),
        (on_create(json!({ "job": "fail", "status": 500 })), "got status and job"),
        (
            json!({ "operation": "ListJobs", "effect": { "job": "fail" } }),
            "job is only for operations that set something going",
        ),
        (
            json!({ "phase": "before", "effect": { "truncate": true } }),
            "truncate needs the operation's answer",
        ),
    ]
}

#[test]
fn resets_under_load_leave_nothing_behind() {
    const CLIENTS: usize = 8;
    const REQUESTS: usize = 50;
    let cloud = start(&Config { workers: 2, ..config() });
    let world = cloud.world(PROJECT);
    let rule = Fault::on("CreateDbCacheMapping").every(2).reset();
    let id = world.fault(rule).unwrap();
    let outcomes: Vec<bool> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| scope.spawn(|| (0..REQUESTS).map(|_| is_reset(&cloud)).collect::<Vec<_>>()))
            .collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    let resets = outcomes.iter().filter(|reset| **reset).count();
    assert_eq!(resets, CLIENTS * REQUESTS / 2);
    assert_eq!(counters(&cloud, &id), (400, 200));
    assert_eq!(jobs(&cloud), 200);
    let worlds = send(&cloud, "GET", "/_paper/worlds", None).expect(200);
    let world = worlds["worlds"].as_array().unwrap().iter();
    let world = world.clone().find(|world| world["project_id"] == PROJECT).unwrap();
    assert_eq!(world["requests"], 401, "each request, and the look at the jobs");
    assert_eq!(connections_to(&cloud), 0);
}

/// Whether a request is reset, and not answered.
fn is_reset(cloud: &PaperCloud) -> bool {
    let got = raw(cloud, CLOSE);
    match got.ended {
        Ok(()) => assert!(got.head().starts_with("http/1.1 202"), "{}", got.text()),
        Err(kind) => assert_eq!((kind, got.bytes.len()), (ErrorKind::ConnectionReset, 0)),
    }
    got.ended.is_err()
}

/// How many connections the service holds, where the system tells.
fn connections_to(cloud: &PaperCloud) -> usize {
    const ESTABLISHED: &str = "01";
    let local = format!(":{:04X}", cloud.address().port());
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let open = |line: &&str| {
        let mut columns = line.split_whitespace().skip(1);
        let (address, _, state) = (columns.next(), columns.next(), columns.next());
        address.is_some_and(|address| address.ends_with(&local)) && state == Some(ESTABLISHED)
    };
    table.lines().filter(open).count()
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
