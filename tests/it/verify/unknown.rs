//! What cannot be known: requests that were dropped, or are in flight.

use super::{CREATE, LIST, judge, map, pair};
use crate::support::{PROJECT, begun, config, ended, start, text};
use papercloud::Config;
use serde_json::{Value, json};

#[test]
fn what_cannot_be_known_for_want_of_requests_does_not_hold() {
    let cloud = start(&Config { journal_bytes: 8_192, ..config() });
    for at in 0..40 {
        map(&cloud, &pair("a", &at.to_string()));
    }
    let count = cloud.world(PROJECT).requests().list().len();
    let target = |target: &str| json!({ "match": { "target_instance_id": target } });
    let with = |check: Value, name: &str, value: Value| {
        let mut check = check;
        check[name] = value;
        check
    };
    // (the check, whether it holds, whether that is known)
    for (check, passed, known) in [
        (json!({ "operation": CREATE, "exactly": count }), false, false),
        (json!({ "operation": CREATE, "exactly": 40 }), false, false),
        (json!({ "operation": CREATE, "exactly": 1 }), false, true),
        (json!({ "operation": CREATE, "at_least": count }), true, true),
        (json!({ "operation": CREATE, "at_least": 40 }), false, false),
        (json!({ "operation": CREATE, "at_most": 40 }), false, false),
        (json!({ "operation": CREATE, "at_most": 1 }), false, true),
        (with(target("0"), "never", json!(true)), false, false),
        (with(target("39"), "never", json!(true)), false, true),
        (json!({ "sequence": [target("38"), target("39")] }), true, true),
        (json!({ "sequence": [target("0"), target("39")] }), false, false),
        (json!({ "at_most_once_committed": true }), false, false),
    ] {
        let found = judge(&cloud, &check);
        assert_eq!((&found["exact"], &found["passed"]), (&json!(false), &json!(passed)));
        let reason = text(&found, "/checks/0/reason");
        let dropped = format!("but {} requests were dropped", 40 - count);
        assert_eq!(reason.contains(&dropped), !known, "{check}: {reason}");
    }
    let requests = cloud.world(PROJECT).requests();
    requests.at_least(count).expect("they are still there");
    let said = requests.exactly(40).unwrap_err().to_string();
    assert!(said.contains("it cannot be known"), "{said}");
    let counted = std::panic::catch_unwind(|| requests.count());
    assert!(counted.is_err(), "{counted:?} is a guess");
}

#[test]
fn the_latest_request_may_be_the_one_that_was_dropped() {
    let cloud = start(&Config { journal_bytes: 4_000, ..config() });
    map(&cloud, &pair("a", "first"));
    map(&cloud, &pair("a", &"x".repeat(4_000)));
    let target = |name: &str| json!({ "match": { "target_instance_id": name } });
    let with = |name: &str, claim: Value| {
        let mut check = target("first");
        check[name] = claim;
        check
    };
    let unknown = "but 1 request was dropped from the journal, for want of bytes";
    for (check, passed, known) in [
        (target("first"), true, true),
        (with("exactly", json!(1)), false, false),
        (with("exactly", json!(2)), false, false),
        (with("at_least", json!(1)), true, true),
        (with("at_least", json!(2)), false, false),
        (with("at_most", json!(1)), false, false),
        (with("at_most", json!(0)), false, true),
        (with("never", json!(true)), false, true),
        (json!({ "sequence": [target("first")] }), true, true),
        (json!({ "sequence": [target("first"), target("second")] }), false, false),
        (json!({ "sequence": [target("second"), target("first")] }), false, false),
        (with("at_most_once_committed", json!(true)), false, false),
    ] {
        let found = judge(&cloud, &check);
        assert_eq!((&found["dropped"], &found["passed"]), (&json!(1), &json!(passed)), "{check}");
        let reason = text(&found, "/checks/0/reason");
        assert_eq!(reason.ends_with(unknown), !known, "{check}: {reason}");
    }
}

#[test]
fn what_is_in_flight_is_not_known_yet() {
    let cloud = start(&config());
    let (_, first) = map(&cloud, &json!(pair("a", "b")));
    let held = begun(&cloud, PROJECT);
    // (the check, whether it holds now, whether that is known, whether it holds at last)
    let checks = [
        (json!({ "operation": CREATE, "exactly": 1 }), false, false, false),
        (json!({ "operation": CREATE, "exactly": 2 }), false, false, true),
        (json!({ "operation": CREATE, "at_most": 1 }), false, false, false),
        (json!({ "operation": CREATE, "at_most": 0 }), false, true, false),
        (json!({ "operation": CREATE, "at_least": 1 }), true, true, true),
        (json!({ "operation": CREATE, "at_least": 2 }), false, false, true),
        (json!({ "status": 400, "never": true }), false, false, true),
        (json!({ "method": "PUT", "never": true }), true, true, true),
        (json!({ "committed": false, "method": "GET", "never": true }), true, true, true),
        (
            json!({ "sequence": [{ "operation": CREATE }, { "method": "POST" }] }),
            false,
            false,
            true,
        ),
        (json!({ "sequence": [{ "operation": CREATE }] }), true, true, true),
        (json!({ "sequence": [{ "operation": LIST }] }), false, true, false),
        (json!({ "at_most_once_committed": true }), false, false, false),
        (json!({ "service": "DCS", "at_most_once_committed": true }), true, true, true),
    ];
    for (check, passed, known, _) in &checks {
        let found = judge(&cloud, check);
        assert_eq!(found["passed"], *passed, "{check}: {found:#}");
        let reason = text(&found, "/checks/0/reason");
        let said = reason.ends_with("but 1 request is in flight that it may be about");
        assert_eq!(said, !known, "{check}: {reason}");
        assert!(*known || found["exact"] == false, "{check}: {found:#}");
        assert_eq!((&found["in_flight"], &found["dropped"]), (&json!(1), &json!(0)));
    }
    let said = cloud.world(PROJECT).at_most_once_committed().unwrap_err().to_string();
    assert!(said.contains("it cannot be known"), "{said}");
    let (answer, _) = ended(held);
    assert!(!answer.contains(&first), "{answer}");
    for (check, .., passed) in &checks {
        let found = judge(&cloud, check);
        assert_eq!(found["passed"], *passed, "{check}: {found:#}");
        assert_eq!((&found["exact"], &found["in_flight"]), (&json!(true), &json!(0)));
    }
}
