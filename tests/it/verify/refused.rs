//! Claims that mean nothing.

use super::{CREATE, assert_judged, post, verify};
use crate::support::{PROJECT, config, send, start, text};
use papercloud::Fault;
use serde_json::json;

#[test]
fn a_check_that_means_nothing_is_refused() {
    let cloud = start(&config());
    for (check, said) in [
        (json!({ "operation": "CreateDbCacheMaping" }), "did you mean CreateDbCacheMapping?"),
        (json!({ "opration": CREATE }), "did you mean operation?"),
        (json!({ "exactly": 1, "never": true }), "a check takes only one of"),
        (json!({ "never": false }), "never must be true or left out"),
        (json!({ "at_most_once_committed": false }), "must be true or left out"),
        (json!({ "exactly": -1 }), "exactly"),
        (json!({ "status": 1000 }), "status must be from 100 to 599"),
        (json!({ "match": { "a..b": 1 } }), "names with dots between them"),
        (
            json!({ "operation": CREATE, "match": { "sourc_instance_id": "x" }, "never": true }),
            "declares \"sourc_instance_id\"; did you mean source_instance_id? What is not declared \
             is found under body., query. or headers.",
        ),
        (json!({ "match": { "sourc_instance_id": "x" }, "never": true }), "source_instance_id?"),
        (
            json!({ "operation": CREATE, "match": { "migration_type": "x" } }),
            "no operation that is meant declares \"migration_type\"",
        ),
        (
            json!({ "match": { "backup_files.files[0].fil_name": "x" } }),
            "did you mean backup_files.files.file_name?",
        ),
        (json!({ "match": { "limit": 1, "migration_type": "x" } }), "declares \"migration_type\""),
        (json!({ "fault": "nosuch", "never": true }), "there is no fault rule nosuch"),
        (json!({ "fault": "requst", "exactly": 0 }), "did you mean request?"),
        (json!({ "sequence": [{}, { "fault": "nosuch" }] }), "there is no fault rule nosuch"),
        (json!({ "sequence": [] }), "sequence must have at least one step"),
        (json!({ "sequence": [{ "exactly": 1 }] }), "sequence[0]"),
        (json!({ "operation": CREATE, "sequence": [{}] }), "said by its steps"),
        (json!({ "checks": [] }), "checks must have at least one check"),
        (json!({ "checks": [{ "exactly": "x" }] }), "checks[0].exactly"),
        (json!({ "checks": [{}], "exactly": 1 }), "unknown field `exactly`"),
        (json!([]), "the body is refused"),
    ] {
        let refused = post(&cloud, "verify", &check).expect(400);
        assert_eq!(refused["error_code"], "PAPER.0400");
        assert!(text(&refused, "/error_msg").contains(said), "{check}: {refused}");
    }
    let refused = post(&cloud, "near-misses", &json!({ "exactly": 1 })).expect(400);
    assert!(text(&refused, "/error_msg").contains("unknown field"), "{refused}");
}

#[test]
fn a_rule_that_was_there_may_be_named_though_it_never_hit() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    let rule = || json!({ "id": "lost-answer", "operation": CREATE, "first": 1, "effect": { "status": 503 } });
    let faults = format!("/_paper/worlds/{PROJECT}/faults");
    let never = |rule: &str| json!({ "fault": rule, "never": true });
    let refused = post(&cloud, "verify", &never("lost-answer")).expect(400);
    assert!(text(&refused, "/error_msg").contains("there is no fault rule"), "{refused}");
    send(&cloud, "POST", &faults, Some(&rule())).expect(201);
    assert_judged(&cloud, &never("lost-answer"), true);
    let refused = post(&cloud, "verify", &never("lost-anwser")).expect(400);
    assert!(text(&refused, "/error_msg").contains("did you mean lost-answer?"), "{refused}");
    send(&cloud, "DELETE", &format!("{faults}/lost-answer"), None).expect(204);
    assert_judged(&cloud, &never("lost-answer"), true);
    let another = Fault::on(CREATE).first(1).status(500);
    world.fault(another).expect("a rule");
    send(&cloud, "DELETE", &faults, None).expect(204);
    assert_judged(&cloud, &never("fault-1"), true);
    let scenario = json!({ "faults": [rule()] });
    send(&cloud, "PUT", "/_paper/scenarios/storm", Some(&scenario)).expect(200);
    world.reset();
    assert_judged(&cloud, &never("lost-answer"), true);
    assert_judged(&cloud, &never("request"), true);
    post(&cloud, "near-misses", &json!({ "fault": "fault-1" })).expect(400);
    let listed = format!("/_paper/worlds/{PROJECT}/requests?fault=");
    send(&cloud, "GET", &format!("{listed}fault-1"), None).expect(400);
    send(&cloud, "GET", &format!("{listed}request"), None).expect(200);
}

#[test]
fn a_member_of_a_claim_that_is_there_twice_is_refused() {
    let cloud = start(&config());
    let path = format!("/_paper/worlds/{PROJECT}/requests/verify");
    for (claims, field) in [
        (r#"{"exactly":1,"exactly":2}"#, "exactly"),
        (r#"{"match":{"a":1,"a":2}}"#, "match.a"),
        (r#"{"checks":[{}],"checks":[{}]}"#, "checks"),
        (r#"{"checks":[{"match":{"a":{"b":1,"b":2}}}]}"#, "checks[0].match.a.b"),
    ] {
        let refused = crate::support::send_text(&cloud, "POST", &path, &[], claims);
        let (message, said) = (refused.text("/error_msg"), format!("{field}: is there twice"));
        assert!(message.contains(&said), "{claims}: {message}");
        refused.expect(400);
        let output =
            verify(&cloud, &["--project", PROJECT], &format!(r#"{{"checks":[{claims}]}}"#));
        assert_eq!(output.status.code(), Some(2), "{claims}");
    }
}
