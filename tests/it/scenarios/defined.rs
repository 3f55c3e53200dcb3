//! Definitions: what is wrong, how many, and anew.

use super::{OTHER, choose, create_in, define, flaky, is_flaky, refused, with_flaky};
use crate::support::{PROJECT, config, send, send_text, start};
use papercloud::AuthMode;
use serde_json::json;
use std::thread;

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
