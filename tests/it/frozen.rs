//! A program that polls a clock that stands still is told, and so is whoever reads the log or the
//! report.

use crate::binary::Running;
use crate::support::{MAPPING, config, send, start};
use papercloud::{Config, PaperCloud};
use serde_json::{Value, json};

const WORLD: &str = "/_paper/worlds/p";

/// Polls the job; whether the answer warns of the clock.
fn is_warned(cloud: &PaperCloud, job: &str) -> bool {
    let polled = send(cloud, "GET", &format!("/v3/p/jobs?id={job}"), None);
    assert_eq!(polled.status, 200);
    let mut warnings = polled.headers.get_all("x-paper-warning").iter();
    warnings.any(|warning| warning.to_str().is_ok_and(|text| text.contains("stands still at")))
}

fn create(cloud: &PaperCloud) -> String {
    let body: Value = serde_json::from_str(MAPPING).expect("JSON");
    send(cloud, "POST", "/v3/p/dbcache/mapping", Some(&body)).text("/job_id")
}

fn findings(cloud: &PaperCloud) -> Vec<Value> {
    let report = send(cloud, "GET", &format!("{WORLD}/report"), None).expect(200);
    let findings = report["findings"].as_array().expect("findings").clone();
    findings.into_iter().filter(|finding| finding["rule"] == "polled-a-frozen-clock").collect()
}

#[test]
fn the_fifth_poll_of_a_clock_that_stands_still_is_warned() {
    let config = Config { frozen_at: Some("2026-01-01T00:00:00Z".to_owned()), ..config() };
    let cloud = start(&config);
    let job = create(&cloud);
    let polls = || [(); 6].map(|()| is_warned(&cloud, &job));
    assert_eq!(polls(), [false, false, false, false, true, true]);
    let found = findings(&cloud);
    assert_eq!((found.len(), &found[0]["count"]), (1, &json!(2)));
    assert_eq!(found[0]["examples"].as_array().map(Vec::len), Some(1));
    // From another moment on they are counted anew.
    send(&cloud, "POST", &format!("{WORLD}/clock/advance"), Some(&json!({ "seconds": 1 })));
    assert_eq!(polls(), [false, false, false, false, true, true]);
    // What has come to rest may be looked at as often as anybody likes.
    send(&cloud, "POST", &format!("{WORLD}/clock/advance"), Some(&json!({ "seconds": 60 })));
    assert_eq!(polls(), [false; 6]);
}

#[test]
fn nobody_is_warned_of_a_clock_that_goes_on() {
    let cloud = start(&config());
    let turn = |how: &str| send(&cloud, "POST", &format!("{WORLD}/clock/{how}"), Some(&json!({})));
    turn("resume").expect(200);
    let job = create(&cloud);
    assert_eq!([(); 6].map(|()| is_warned(&cloud, &job)), [false; 6]);
    turn("freeze").expect(200);
    let enabled = json!({ "enabled": true });
    send(&cloud, "POST", &format!("{WORLD}/clock/auto-advance"), Some(&enabled)).expect(200);
    assert_eq!([(); 6].map(|()| is_warned(&cloud, &job)), [false; 6]);
    assert!(findings(&cloud).is_empty());
}

#[test]
fn the_log_says_each_thing_once_that_a_newcomer_falls_into() {
    let mut running = Running::start(&["--frozen-at=2026-01-01T00:00:00Z", "--log=json"]);
    let create = || {
        let url = running.url("/v3/p/dbcache/mapping");
        let call = ureq::post(url).header("X-Auth-Token", "t").send(MAPPING);
        call.map(|mut answer| answer.body_mut().read_to_string().expect("text"))
    };
    let rule = r#"{"operation": "CreateDbCacheMapping", "first": 2, "effect": {"status": 503}}"#;
    ureq::post(running.url("/_paper/worlds/p/faults")).send(rule).expect("it is armed");
    for _ in 0..2 {
        assert!(create().is_err());
        assert!(ureq::get(running.url("/v9/nothing")).call().is_err());
    }
    let created: Value = serde_json::from_str(&create().expect("it is made")).expect("JSON");
    let job = created["job_id"].as_str().expect("a job");
    for _ in 0..7 {
        let url = running.url(&format!("/v3/p/jobs?id={job}"));
        ureq::get(url).header("X-Auth-Token", "t").call().expect("an answer");
    }
    running.end_input();
    let (status, log) = running.signal("TERM");
    assert_eq!(status, Some(0), "{log}");
    let lines: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let warned: Vec<_> = lines.iter().filter(|line| line["level"] == "WARN").collect();
    let about = |words: &str| {
        let said = |line: &&&Value| line["message"].as_str().is_some_and(|it| it.contains(words));
        warned.iter().filter(said).count()
    };
    for words in ["a fault rule hits", "nothing is emulated there", "stands still"] {
        assert_eq!(about(words), 1, "{words}: {log}");
    }
    assert_eq!(warned.len(), 3, "{log}");
}

#[test]
fn a_line_a_request_is_logged_where_that_is_asked_for() {
    let running = Running::start(&["--log=json", "--log-requests"]);
    let label = r#"{"label": "a test"}"#;
    ureq::put(running.url("/_paper/worlds/p/label")).send(label).expect("it is named");
    let url = running.url("/v3/p/dbcache/mapping?planted=secret");
    ureq::post(url).header("X-Auth-Token", "t").send(MAPPING).expect("an answer");
    let refused = ureq::post(running.url("/v3/p/dbcache/mapping")).header("X-Auth-Token", "t");
    assert!(refused.send("{}").is_err());
    assert!(ureq::get(running.url("/no/such/planted%0apath")).call().is_err());
    let (_, log) = running.signal("TERM");
    assert!(!log.contains("secret"), "{log}");
    let lines: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let requests: Vec<_> = lines.iter().filter(|line| line["message"] == "request").collect();
    assert_eq!(requests.len(), 3, "{log}");
    let first = requests[0];
    assert_eq!((&first["method"], &first["status"]), (&json!("POST"), &json!(202)));
    assert_eq!(first["operation"], "CreateDbCacheMapping");
    assert_eq!((&first["project"], &first["label"]), (&json!("p"), &json!("a test")));
    assert!(first["path"].as_str().expect("text").ends_with("/mapping?planted=…"));
    assert!(first["warning"].as_str().expect("text").contains("planted"), "{first}");
    assert!(first["milliseconds"].is_number(), "{first}");
    assert_eq!(requests[1]["status"], 400);
    assert!(requests[1]["refusal"].as_str().expect("text").contains("DBS.200001"), "{log}");
    assert_eq!((&requests[2]["status"], &requests[2]["operation"]), (&json!(404), &Value::Null));
}
