//! Who chooses a scenario: a request, a credential, a project, a world file.

use super::{
    OTHER, choose, create, create_in, define, flaky, is_flaky, job_status, refused, with_flaky,
};
use crate::iam::{BUILT_IN, Signer, log_in, subject_token, verifying};
use crate::support::{PROJECT, config, send, send_text, start};
use papercloud::{AuthMode, Config, PaperCloud};
use serde_json::{Value, json};
use std::path::PathBuf;

fn chosen(cloud: &PaperCloud, project: &str) -> Value {
    send(cloud, "GET", &format!("/_paper/worlds/{project}/scenario"), None).expect(200)["name"]
        .clone()
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
