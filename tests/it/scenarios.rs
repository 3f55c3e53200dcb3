//! Scenarios: a program is tested by its configuration alone.

use crate::iam::{BUILT_IN, Signer, log_in, subject_token, verifying};
use crate::support::{Answer, PROJECT, config, send, send_text, start};
use papercloud::{AuthMode, Config, PaperCloud};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

const BODY: &str = r#"{"source_instance_id":"a","target_instance_id":"b"}"#;

const OTHER: &str = "00000000000000000000000000000007";

/// Creates a mapping with these headers.
fn create(cloud: &PaperCloud, project: &str, headers: &[(&str, &str)]) -> Answer {
    send_text(cloud, "POST", &format!("/v3/{project}/dbcache/mapping"), headers, BODY)
}

/// Creates one with a token, in a scenario or in none.
fn create_in(cloud: &PaperCloud, project: &str, scenario: Option<&str>) -> Answer {
    let scenario = scenario.map(|name| ("X-Paper-Scenario", name));
    let headers: Vec<_> = [("X-Auth-Token", "t")].into_iter().chain(scenario).collect();
    create(cloud, project, &headers)
}

fn define(cloud: &PaperCloud, name: &str, scenario: &Value) -> Value {
    send(cloud, "PUT", &format!("/_paper/scenarios/{name}"), Some(scenario)).expect(200)
}

/// A scenario whose first creation of a mapping is answered 503.
fn flaky() -> Value {
    let effect = json!({ "status": 503 });
    json!({ "faults": [{ "operation": "CreateDbCacheMapping", "first": 1, "effect": effect }] })
}

/// Papercloud with that scenario, and how it looks at credentials.
fn with_flaky(auth: AuthMode) -> PaperCloud {
    let cloud = start(&Config { auth, ..config() });
    define(&cloud, "flaky", &flaky());
    cloud
}

/// The answer is the scenario's own 503.
#[track_caller]
fn is_flaky(answer: &Answer) {
    assert_eq!(answer.status, 503, "{:#}", answer.body);
    assert_eq!(answer.headers["x-paper-fault"], "flaky-1");
}

fn chosen(cloud: &PaperCloud, project: &str) -> Value {
    send(cloud, "GET", &format!("/_paper/worlds/{project}/scenario"), None).expect(200)["name"]
        .clone()
}

fn choose(cloud: &PaperCloud, project: &str, name: &str) -> Answer {
    let choice = json!({ "name": name });
    send(cloud, "PUT", &format!("/_paper/worlds/{project}/scenario"), Some(&choice))
}

/// The status of the only job.
fn job_status(cloud: &PaperCloud, project: &str, job: &Value) -> Value {
    let path = format!("/v3/{project}/jobs?id={}", job.as_str().expect("a job"));
    send(cloud, "GET", &path, None).expect(200)["jobs"][0]["status"].clone()
}

#[track_caller]
fn refused(answer: &Answer, status: u16, said: &str) {
    assert_eq!(answer.status, status, "{:#}", answer.body);
    assert_eq!(answer.body["error_code"], format!("PAPER.0{status}"));
    let message = answer.text("/error_msg");
    assert!(message.contains(said), "{message}");
}

#[test]
fn a_header_chooses_one_for_its_request_and_for_no_other() {
    let cloud = with_flaky(AuthMode::Presence);
    create_in(&cloud, PROJECT, None).expect(202);
    is_flaky(&create_in(&cloud, PROJECT, Some("flaky")));
    create_in(&cloud, PROJECT, Some("flaky")).expect(202);
    is_flaky(&create_in(&cloud, OTHER, Some("flaky")));
    create_in(&cloud, OTHER, None).expect(202);
    assert_eq!(chosen(&cloud, PROJECT), Value::Null);
}

#[test]
fn an_access_key_names_one_behind_a_plus() {
    let cloud = with_flaky(AuthMode::Presence);
    let signed = |key: &str| {
        let value = format!("SDK-HMAC-SHA256 Access={key}, SignedHeaders=host, Signature=00");
        create(&cloud, PROJECT, &[("Authorization", &value)])
    };
    signed("SOMEKEY").expect(202);
    is_flaky(&signed("SOMEKEY+flaky"));
    signed("SOMEKEY+flaky").expect(202);
    refused(&signed("SOMEKEY+flakey"), 400, "did you mean flaky?");
    signed("SOMEKEY+").expect(202);
}

#[test]
fn where_signatures_are_looked_at_they_have_to_hold_first() {
    let cloud = verifying();
    define(&cloud, "flaky", &flaky());
    let access_key = format!("{}+flaky", Config::ACCESS_KEY);
    let signer = Signer { access_key: &access_key, ..BUILT_IN };
    let forger = Signer { secret_key: "another", ..signer };
    assert_eq!(forger.create_mapping(&cloud).status, 401);
    let stranger = Signer { access_key: "UNKNOWN+flaky", ..BUILT_IN };
    assert_eq!(stranger.create_mapping(&cloud).status, 401);
    let rules = send(&cloud, "GET", &format!("/_paper/worlds/{PROJECT}/faults"), None);
    assert_eq!(rules.expect(200)["count"], 0, "the world is in no scenario yet");
    is_flaky(&signer.create_mapping(&cloud));
    signer.create_mapping(&cloud).expect(202);
    BUILT_IN.create_mapping(&cloud).expect(202);
}

#[test]
fn the_user_of_a_token_names_one_behind_a_plus() {
    for cloud in [with_flaky(AuthMode::Presence), with_flaky(AuthMode::Verify)] {
        let scope = json!({ "project": { "id": PROJECT } });
        let log_in = |name: &str, password| log_in(&cloud, name, password, &scope);
        let with = |token: &str| create(&cloud, PROJECT, &[("X-Auth-Token", token)]);
        let issued = log_in("papercloud+flaky", "papercloud");
        let (flaky, plain) = (subject_token(&issued), log_in("papercloud", "papercloud"));
        assert_eq!(issued.text("/token/user/name"), "papercloud+flaky");
        is_flaky(&with(&flaky));
        with(&flaky).expect(202);
        with(&subject_token(&plain)).expect(202);
    }
    let cloud = with_flaky(AuthMode::Verify);
    let scope = json!({ "project": { "id": PROJECT } });
    assert_eq!(log_in(&cloud, "papercloud+flaky", "another", &scope).status, 401);
}

#[test]
fn a_project_chooses_one_for_every_request_that_brings_no_other() {
    let cloud = with_flaky(AuthMode::Presence);
    let slow = json!({ "job_seconds": 600 });
    define(&cloud, "slow", &slow);
    assert_eq!(choose(&cloud, PROJECT, "flaky").expect(200), json!({ "name": "flaky" }));
    assert_eq!(chosen(&cloud, PROJECT), "flaky");
    create_in(&cloud, PROJECT, Some("slow")).expect(202);
    is_flaky(&create_in(&cloud, PROJECT, None));
    create_in(&cloud, OTHER, None).expect(202);
    let path = format!("/_paper/worlds/{PROJECT}/scenario");
    send(&cloud, "DELETE", &path, None).expect(204);
    assert_eq!(chosen(&cloud, PROJECT), Value::Null);
    choose(&cloud, PROJECT, "flaky").expect(200);
    is_flaky(&create_in(&cloud, PROJECT, None));
    cloud.world(PROJECT).reset();
    assert_eq!(chosen(&cloud, PROJECT), Value::Null);
    create_in(&cloud, PROJECT, None).expect(202);
}

#[test]
fn a_world_file_defines_them_and_lets_a_project_start_in_one() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/world.json");
    let cloud = start(&Config { world: Some(file), strict: true, frozen_at: None, ..config() });
    let ask = |project: &str, pair: [&str; 2], headers: &[(&str, &str)]| {
        let body = json!({ "source_instance_id": pair[0], "target_instance_id": pair[1] });
        let path = format!("/v3/{project}/dbcache/mapping");
        send_text(&cloud, "POST", &path, headers, &body.to_string())
    };
    let known = ["356cf333ab77413f9d2526605227be08in01", "2bb234c7175c400aab91de7c62174c0ein12"];
    let throttled = [("X-Auth-Token", "t"), ("X-Paper-Scenario", "throttled")];
    for _ in 0..2 {
        let answer = ask(PROJECT, known, &throttled);
        assert_eq!((answer.status, &answer.headers["retry-after"]), (429, &"1".parse().unwrap()));
    }
    ask(PROJECT, known, &throttled).expect(202);

    let doomed = "7f0c2b1d6e5a4938a7b6c5d4e3f20111";
    assert_eq!(chosen(&cloud, doomed), "full-disk");
    let known = ["6a1f3c5e7b9d4f02a4c6e8d0b2f41357in01", "8c2e4a6d0f1b4359b7d9f1a3c5e72468in12"];
    let job = ask(doomed, known, &throttled[..1]).expect(202)["job_id"].clone();
    let started = cloud.world(doomed).now();
    assert_eq!(job_status(&cloud, doomed, &job), "Running");
    assert_eq!(job_status(&cloud, doomed, &job), "Failed", "the look has moved the clock");
    let seconds = |time: &str| {
        time[14..16].parse::<u32>().unwrap() * 60 + time[17..19].parse::<u32>().unwrap()
    };
    let took = (3600 + seconds(&cloud.world(doomed).now()) - seconds(&started)) % 3600;
    assert_eq!(took, 240, "40 % of ten minutes");
}

#[test]
fn its_job_seconds_hold_for_what_its_requests_start() {
    let cloud = start(&Config { job_seconds: 1.0, ..config() });
    define(&cloud, "slow", &json!({ "job_seconds": 10 }));
    let usual = create_in(&cloud, PROJECT, None).body["job_id"].clone();
    let slow = send_text(
        &cloud,
        "POST",
        &format!("/v3/{PROJECT}/dbcache/mapping"),
        &[("X-Auth-Token", "t"), ("X-Paper-Scenario", "slow")],
        &BODY.replace("\"b\"", "\"c\"").replace("\"a\"", "\"d\""),
    );
    let slow = slow.expect(202)["job_id"].clone();
    let statuses = || [&usual, &slow].map(|job| job_status(&cloud, PROJECT, job));
    assert_eq!(statuses(), ["Running", "Running"]);
    cloud.world(PROJECT).advance(Duration::from_secs(1));
    assert_eq!(statuses(), ["Completed", "Running"]);
    cloud.world(PROJECT).advance(Duration::from_millis(8_999));
    assert_eq!(statuses(), ["Completed", "Running"]);
    cloud.world(PROJECT).advance(Duration::from_millis(1));
    assert_eq!(statuses(), ["Completed", "Completed"]);
}

#[test]
fn its_clock_is_set_when_a_world_enters_it() {
    let cloud = start(&Config { frozen_at: None, ..config() });
    define(&cloud, "frozen", &json!({ "clock": { "frozen": true } }));
    define(&cloud, "quick", &json!({ "clock": { "scale": 60 } }));
    define(&cloud, "steps", &json!({ "clock": { "frozen": true, "auto_advance": true } }));
    let clock = |project: &str| {
        send(&cloud, "GET", &format!("/_paper/worlds/{project}/clock"), None).expect(200)
    };
    create_in(&cloud, PROJECT, Some("frozen")).expect(202);
    assert_eq!(clock(PROJECT)["mode"], "frozen");
    choose(&cloud, OTHER, "quick").expect(200);
    assert_eq!((&clock(OTHER)["mode"], &clock(OTHER)["scale"]), (&json!("scaled"), &json!(60.0)));
    choose(&cloud, "third", "steps").expect(200);
    let job = create_in(&cloud, "third", None).expect(202)["job_id"].clone();
    assert_eq!(job_status(&cloud, "third", &job), "Running");
    assert_eq!(job_status(&cloud, "third", &job), "Completed");
    assert_eq!(clock("fourth")["mode"], "real");
}

#[test]
fn an_unknown_one_is_refused_with_the_nearest_and_nothing_is_done() {
    let cloud = with_flaky(AuthMode::Presence);
    let said = "no scenario is called flakey; known: flaky; did you mean flaky?";
    refused(&create_in(&cloud, PROJECT, Some("flakey")), 400, said);
    refused(&choose(&cloud, PROJECT, "flakey"), 400, said);
    assert_eq!(chosen(&cloud, PROJECT), Value::Null);
    let jobs = send(&cloud, "GET", &format!("/v3/{PROJECT}/jobs"), None).expect(200);
    assert_eq!(jobs["total_count"], 0);
    refused(&send(&cloud, "GET", "/_paper/scenarios/flakey", None), 404, said);
    refused(&send(&cloud, "DELETE", "/_paper/scenarios/flakey", None), 404, said);
    refused(&send(&cloud, "PUT", "/_paper/worlds/p/scenario", Some(&json!({}))), 400, "`name`");
    let wrong = json!({ "nmae": "flaky" });
    let path = "/_paper/worlds/p/scenario";
    refused(&send(&cloud, "PUT", path, Some(&wrong)), 400, "did you mean name?");
    assert_eq!(
        cloud.world(PROJECT).choose_scenario("flakey").unwrap_err().to_string(),
        said,
        "the same in Rust"
    );
}

#[test]
fn a_definition_that_is_wrong_is_refused_and_the_one_before_it_stays() {
    let cloud = with_flaky(AuthMode::Presence);
    let rule = |rule: &str| format!(r#"{{"faults":[{rule}]}}"#);
    let status = r#""effect":{"status":503}"#;
    let wrong = [
        ("[]".to_owned(), "the body is refused"),
        (r#"{"fautls":[]}"#.to_owned(), "did you mean faults?"),
        (r#"{"clock":{"frozn":true}}"#.to_owned(), "did you mean frozen?"),
        (r#"{"clock":{"frozen":true,"scale":2}}"#.to_owned(), "either frozen or scale"),
        (r#"{"clock":{"scale":0}}"#.to_owned(), "clock.scale must be above 0"),
        (r#"{"job_seconds":-1}"#.to_owned(), "job_seconds must be from 0 to 86400, got -1"),
        (r#"{"job_seconds":1e9}"#.to_owned(), "job_seconds must be from 0 to 86400"),
        (r#"{"job_seconds":1,"job_seconds":5}"#.to_owned(), "job_seconds: is there twice"),
        (rule(&format!(r#"{{"first":1,"first":2,{status}}}"#)), "faults[0].first: is there twice"),
        (rule(&format!(r#"{{"operation":"CreateDbCacheMaping",{status}}}"#)), "faults[0]: there"),
        (
            rule(&format!(r#"{{"operation":"CreateDbCacheMaping",{status}}}"#)),
            "did you mean CreateDb",
        ),
        (rule(&format!(r#"{{"first":0,{status}}}"#)), "faults[0]: first"),
        (rule(&format!("{{{status}}},{{\"id\":\"flaky-1\",{status}}}")), "flaky-1 is there twice"),
        (rule(r#"{"effect":{"status":503,"reset":true}}"#), "takes only one of"),
        (rule(r#"{"effect":{"status":99}}"#), "status must be from 200 to 599, got 99"),
    ];
    for (definition, said) in wrong {
        let answer = send_text(&cloud, "PUT", "/_paper/scenarios/flaky", &[], &definition);
        refused(&answer, 400, said);
    }
    for name in ["a+b", "a%20b", &"n".repeat(49)] {
        let answer = send_text(&cloud, "PUT", &format!("/_paper/scenarios/{name}"), &[], "{}");
        refused(&answer, 400, "a scenario's name has 1 to 48");
    }
    let listed = send(&cloud, "GET", "/_paper/scenarios", None).expect(200);
    let mut shown = flaky();
    shown["name"] = "flaky".into();
    assert_eq!(listed, json!({ "count": 1, "scenarios": [shown] }));
    is_flaky(&create_in(&cloud, PROJECT, Some("flaky")));
}

#[test]
fn there_are_never_more_than_there_may_be() {
    let cloud = start(&config());
    (1..1_000)
        .for_each(|at| cloud.define_scenario(&format!("s-{at}"), "{}").expect("there is room"));
    let defined = |at: usize| cloud.define_scenario(&format!("more-{at}"), "{}").is_ok();
    let kept = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|at| scope.spawn(move || defined(at))).collect();
        threads.into_iter().map(|one| one.join().expect("no panic")).filter(|kept| *kept).count()
    });
    assert_eq!(kept, 1);
    let refused_one = send_text(&cloud, "PUT", "/_paper/scenarios/other", &[], "{}");
    refused(&refused_one, 409, "there are at most 1000 scenarios");
    let again = send_text(&cloud, "PUT", "/_paper/scenarios/s-1", &[], r#"{"job_seconds":1}"#);
    assert_eq!(again.expect(200), json!({ "name": "s-1", "job_seconds": 1.0, "faults": [] }));
}

#[test]
fn one_that_is_defined_anew_is_begun_anew_and_one_that_is_forgotten_stays_where_it_is_chosen() {
    let cloud = with_flaky(AuthMode::Presence);
    is_flaky(&create_in(&cloud, PROJECT, Some("flaky")));
    create_in(&cloud, PROJECT, Some("flaky")).expect(202);
    define(&cloud, "flaky", &flaky());
    is_flaky(&create_in(&cloud, PROJECT, Some("flaky")));
    let shown = send(&cloud, "GET", "/_paper/scenarios/flaky", None).expect(200);
    assert_eq!(shown["faults"], flaky()["faults"]);

    choose(&cloud, OTHER, "flaky").expect(200);
    send(&cloud, "DELETE", "/_paper/scenarios/flaky", None).expect(204);
    is_flaky(&create_in(&cloud, OTHER, None));
    let none = "no scenario is called flaky; there are none";
    refused(&create_in(&cloud, OTHER, Some("flaky")), 400, none);
}

#[test]
fn one_that_cannot_begin_leaves_the_world_as_it_was() {
    let cloud = with_flaky(AuthMode::Presence);
    let faults = format!("/_paper/worlds/{PROJECT}/faults");
    let armed = || send(&cloud, "GET", &faults, None).expect(200);
    is_flaky(&create_in(&cloud, PROJECT, Some("flaky")));
    let own = json!({ "id": "mine", "operation": "ListJobs", "effect": { "status": 500 } });
    send(&cloud, "POST", &faults, Some(&own)).expect(201);
    let before = armed();
    let clash = json!({ "id": "mine", "effect": { "status": 500 } });
    define(&cloud, "flaky", &json!({ "faults": [{ "effect": { "latency_ms": 1 } }, clash] }));
    let said = "the scenario flaky cannot begin here: there is a fault rule mine already";
    refused(&create_in(&cloud, PROJECT, Some("flaky")), 400, said);
    refused(&choose(&cloud, PROJECT, "flaky"), 409, said);
    assert_eq!(armed(), before);
}

#[test]
fn its_rules_are_listed_with_its_name_and_count_for_each_world() {
    let cloud = with_flaky(AuthMode::Presence);
    for project in [PROJECT, OTHER] {
        is_flaky(&create_in(&cloud, project, Some("flaky")));
    }
    create_in(&cloud, PROJECT, Some("flaky")).expect(202);
    let counters = |project: &str| {
        let path = format!("/_paper/worlds/{project}/faults/flaky-1");
        let rule = send(&cloud, "GET", &path, None).expect(200);
        (rule["scenario"].clone(), rule["asked"].clone(), rule["hits"].clone())
    };
    assert_eq!(counters(PROJECT), (json!("flaky"), json!(2), json!(1)));
    assert_eq!(counters(OTHER), (json!("flaky"), json!(1), json!(1)));
}

#[test]
fn headers_are_done_together_or_not_at_all() {
    let cloud = start(&config());
    let rule = json!({ "operation": "ListJobs", "effect": { "status": 503 } });
    define(
        &cloud,
        "s",
        &json!({ "clock": { "scale": 60, "auto_advance": true }, "faults": [rule] }),
    );
    let world = |what: &str| {
        let path = format!("/_paper/worlds/{PROJECT}/{what}");
        send(&cloud, "GET", &path, None).expect(200)
    };
    let before = (world("clock"), world("faults"));
    let past = ("X-Paper-Clock", "to=2020-01-01T00:00:00Z");
    let (unknown, scenario) = (("X-Paper-Fault", "error_code=NOPE"), ("X-Paper-Scenario", "s"));
    let wrong: [(&[(&str, &str)], _); 5] = [
        (&[("X-Paper-Clock", "advance=60"), unknown], "X-Paper-Fault: no operation"),
        (&[scenario, past], "X-Paper-Clock: the clock stands at"),
        (&[scenario, unknown], "X-Paper-Fault: no operation"),
        (&[scenario, past, unknown], "X-Paper-Fault: no operation"),
        (&[("X-Paper-Scenario", "t"), ("X-Paper-Clock", "advance=60")], "no scenario is called t"),
    ];
    let path = format!("/v3/{PROJECT}/jobs");
    for (headers, said) in wrong {
        let headers = [&[("X-Auth-Token", "t")], headers].concat();
        refused(&send_text(&cloud, "GET", &path, &headers, ""), 400, said);
        assert_eq!((world("clock"), world("faults")), before, "{headers:?}");
    }
    let headers = [("X-Auth-Token", "t"), scenario, ("X-Paper-Clock", "freeze")];
    send_text(&cloud, "GET", &path, &headers, "").expect(503);
    let clock = world("clock");
    assert_eq!((&clock["mode"], &clock["auto_advance"]), (&json!("frozen"), &json!(true)));
}

#[test]
fn one_that_is_defined_anew_reaches_the_projects_that_have_chosen_it() {
    let cloud = start(&config());
    let with = |status: u16| json!({ "faults": [{ "effect": { "status": status } }] });
    let list = || send(&cloud, "GET", &format!("/v3/{PROJECT}/jobs"), None).status;
    define(&cloud, "r", &with(503));
    choose(&cloud, PROJECT, "r").expect(200);
    assert_eq!(list(), 503);
    define(&cloud, "r", &with(418));
    assert_eq!(list(), 418);
    send(&cloud, "DELETE", "/_paper/scenarios/r", None).expect(204);
    assert_eq!(list(), 418);
    define(&cloud, "r", &json!({}));
    assert_eq!(list(), 200);
}

#[test]
fn choosing_another_disarms_the_one_before_and_leaves_the_clock() {
    let cloud = start(&Config { frozen_at: None, ..config() });
    let rule = json!({ "id": "same", "effect": { "status": 503 } });
    define(&cloud, "busy", &json!({ "clock": { "frozen": true }, "faults": [rule] }));
    define(
        &cloud,
        "slow",
        &json!({ "job_seconds": 600, "faults": [rule, { "effect": { "status": 504 } }] }),
    );
    let world = format!("/_paper/worlds/{PROJECT}");
    let armed = || {
        let list = send(&cloud, "GET", &format!("{world}/faults"), None).expect(200);
        let rules = list["faults"].as_array().expect("rules").clone();
        rules.iter().map(|rule| (rule["id"].clone(), rule["scenario"].clone())).collect::<Vec<_>>()
    };
    choose(&cloud, PROJECT, "busy").expect(200);
    send(&cloud, "GET", &format!("/v3/{PROJECT}/jobs"), None).expect(503);
    choose(&cloud, PROJECT, "busy").expect(200);
    let counted = send(&cloud, "GET", &format!("{world}/faults/same"), None).expect(200);
    assert_eq!(counted["hits"], 1, "choosing it again begins nothing anew");
    assert_eq!(armed(), [(json!("same"), json!("busy"))]);
    choose(&cloud, PROJECT, "slow").expect(200);
    assert_eq!(armed(), [(json!("same"), json!("slow")), (json!("slow-2"), json!("slow"))]);
    let own = json!({ "id": "own", "effect": { "status": 503 } });
    send(&cloud, "POST", &format!("{world}/faults"), Some(&own)).expect(201);
    define(&cloud, "busy", &json!({ "faults": [own] }));
    refused(&choose(&cloud, PROJECT, "busy"), 409, "there is a fault rule own already");
    assert_eq!(chosen(&cloud, PROJECT), "slow", "it stays as it was");
    assert_eq!(armed().len(), 3);
    send(&cloud, "DELETE", &format!("{world}/scenario"), None).expect(204);
    assert_eq!(armed(), [(json!("own"), Value::Null)]);
    let clock = send(&cloud, "GET", &format!("{world}/clock"), None).expect(200);
    assert_eq!(clock["mode"], "frozen", "the clock stays as it was set");
    let checks = json!({ "fault": "slow-2", "never": true });
    send(&cloud, "POST", &format!("{world}/requests/verify"), Some(&checks)).expect(200);
}

#[test]
fn one_may_name_what_belongs_to_projects_and_what_belongs_to_the_account() {
    let cloud = start(&config());
    let on = |operation: &str| json!({ "operation": operation, "effect": { "status": 503 } });
    define(&cloud, "both", &json!({ "faults": [on("KeystoneListRegions"), on("ListJobs")] }));
    let armed = |world: &str| {
        choose(&cloud, world, "both").expect(200);
        let list = send(&cloud, "GET", &format!("/_paper/worlds/{world}/faults"), None).expect(200);
        list["faults"]
            .as_array()
            .expect("rules")
            .iter()
            .map(|it| it["id"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(armed(PROJECT), ["both-2"]);
    assert_eq!(armed("@account"), ["both-1"]);
    send(&cloud, "GET", "/v3/regions", None).expect(503);
    send(&cloud, "GET", &format!("/v3/{PROJECT}/jobs"), None).expect(503);
}

#[test]
fn one_lets_a_frozen_clock_run() {
    let cloud = start(&config());
    define(&cloud, "runs", &json!({ "clock": { "frozen": false } }));
    define(&cloud, "steps", &json!({ "clock": { "auto_advance": true } }));
    let mode = |project: &str, name: &str| {
        choose(&cloud, project, name).expect(200);
        let clock = send(&cloud, "GET", &format!("/_paper/worlds/{project}/clock"), None);
        clock.expect(200)["mode"].clone()
    };
    assert_eq!(mode(PROJECT, "runs"), "real");
    assert_eq!(mode(OTHER, "steps"), "frozen");
    cloud.world(OTHER).resume(60.0).unwrap();
    assert_eq!(mode(OTHER, "runs"), "scaled");
}
