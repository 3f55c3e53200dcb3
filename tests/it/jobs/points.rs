//! Where something is told to fail: still to come, past, or never reached.

use super::{Tests, strings};
use serde_json::json;

/// Refuses a failure with 409, says so, and leaves everything as it is.
#[track_caller]
fn refuse(tests: &Tests, job: &str, body: &str, said: &str) {
    let before = tests.under_way();
    let refused = tests.steer(job, "fail", body);
    assert_eq!(refused.text("/error_msg"), said, "{body}");
    assert_eq!(refused.text("/error_code"), "PAPER.0409");
    refused.expect(409);
    assert_eq!(tests.under_way(), before);
}

#[test]
fn a_point_that_is_past_is_refused_with_where_it_is_now() {
    let tests = Tests::start();
    let job = tests.replicate("orders");
    tests.advance(1_000);
    refuse(
        &tests,
        &job,
        r#"{"percent":40}"#,
        "40 % is past: it is at 50 %, in Full; with neither percent nor stage it fails at once",
    );
    refuse(
        &tests,
        &job,
        r#"{"stage":"Wait"}"#,
        "Wait is past: it is at 50 %, in Full; with neither percent nor stage it fails at once",
    );
    tests.steer(&job, "fail", r#"{"percent":60}"#).expect(200);
    tests.advance(199);
    assert_eq!(tests.replicated()[0], "Full");
    tests.advance(1);
    assert_eq!(tests.replicated()[0], "Failed");
}

#[test]
fn what_is_at_the_point_or_in_the_stage_fails_at_once() {
    for (milliseconds, body) in [
        (1_000, r#"{"percent":50}"#),
        (1_019, r#"{"percent":50}"#),
        (0, r#"{"stage":"Wait"}"#),
        (499, r#"{"stage":"Wait"}"#),
        (500, r#"{"stage":"Full"}"#),
        (1_999, r#"{"stage":"Full"}"#),
        (1_000, r#"{"stage":"Running"}"#),
        (1_000, "{}"),
    ] {
        let tests = Tests::start();
        let job = tests.replicate("orders");
        tests.advance(milliseconds);
        let failed = tests.steer(&job, "fail", body).expect(200);
        let ended =
            format!("2026-01-01T00:00:0{}.{:03}Z", milliseconds / 1_000, milliseconds % 1_000);
        assert_eq!((&failed["job_status"], &failed["ended"]), (&json!("Failed"), &json!(ended)));
        assert_eq!(tests.replicated()[0], "Failed", "{body}");
    }
}

#[test]
fn what_stands_still_comes_to_no_later_point_and_is_not_released_for_it() {
    let tests = Tests::start();
    let job = tests.replicate("orders");
    tests.advance(200);
    tests.steer(&job, "hold", "").expect(200);
    for (body, point) in [
        (r#"{"percent":40}"#, "40 %"),
        (r#"{"stage":"Full"}"#, "Full"),
        (r#"{"percent":11}"#, "11 %"),
    ] {
        let said = format!(
            "it stands still at 10 %, in Wait, so it does not come to {point}: release it first; \
             with neither percent nor stage it fails at once"
        );
        refuse(&tests, &job, body, &said);
    }
    refuse(
        &tests,
        &job,
        r#"{"percent":9}"#,
        "9 % is past: it is at 10 %, in Wait; with neither percent nor stage it fails at once",
    );
    tests.advance(60_000);
    assert_eq!(tests.replicated(), strings(["Wait", "normal", "0"]));
    tests.steer(&job, "release", "").expect(200);
    tests.steer(&job, "fail", r#"{"percent":40}"#).expect(200);
    tests.advance(599);
    assert_eq!(tests.replicated()[0], "Full");
    tests.advance(1);
    assert_eq!(tests.replicated()[0], "Failed");
}

#[test]
fn what_stands_still_at_the_point_fails_at_once() {
    for body in [r#"{"percent":10}"#, r#"{"stage":"Wait"}"#, ""] {
        let tests = Tests::start();
        let job = tests.replicate("orders");
        tests.advance(200);
        tests.steer(&job, "hold", "").expect(200);
        tests.advance(60_000);
        let failed = tests.steer(&job, "fail", body).expect(200);
        let shown = (&failed["ended"], &failed["percent"], &failed["held"]);
        assert_eq!(
            shown,
            (&json!("2026-01-01T00:01:00.200Z"), &json!(10), &json!(false)),
            "{body}"
        );
    }
}

#[test]
fn a_point_behind_a_hold_to_come_is_refused_and_one_before_it_takes_its_place() {
    let tests = Tests::start();
    let rule = json!({
        "operation": "CreateClickHouseDataBaseReplication",
        "effect": { "job": "hold", "percent": 50 },
    });
    tests.post("/_paper/worlds/{p}/faults", rule).expect(201);
    let job = tests.replicate("orders");
    refuse(
        &tests,
        &job,
        r#"{"percent":60}"#,
        "it is to stand still at 50 %, so it does not come to 60 %: release it first; with neither \
         percent nor stage it fails at once",
    );
    let failing = tests.steer(&job, "fail", r#"{"percent":50}"#).expect(200);
    assert_eq!(
        (&failing["planned"]["job"], &failing["planned"]["percent"]),
        (&json!("fail"), &json!(50))
    );
    tests.advance(1_000);
    assert_eq!(tests.replicated()[0], "Failed");
}
