//! Rules that cannot be.

use crate::support::{PROJECT, config, send, send_text, start};
use papercloud::Fault;
use serde_json::{Value, json};

#[test]
fn a_rule_that_is_impossible_is_refused_with_the_reason() {
    let cloud = start(&config());
    let path = format!("/_paper/worlds/{PROJECT}/faults");
    for (rule, said) in bad_rules() {
        let refused = send(&cloud, "POST", &path, Some(&rule));
        let message = refused.text("/error_msg");
        assert!(message.contains(said), "{rule}: {message}");
        assert!(!message.contains("hunter2"), "{message}");
        assert_eq!(refused.expect(400)["error_code"], "PAPER.0400");
    }
    assert_eq!(send(&cloud, "GET", &path, None).expect(200)["count"], 0);
    assert_eq!(send_text(&cloud, "POST", &path, &[], "{").status, 400);
    let same = cloud.world(PROJECT).fault(Fault::on("CreateDbCacheMaping").reset());
    assert!(same.unwrap_err().to_string().contains("did you mean CreateDbCacheMapping?"));
}

#[test]
fn a_member_that_is_there_twice_is_refused() {
    let cloud = start(&config());
    let path = format!("/_paper/worlds/{PROJECT}/faults");
    for (rule, field) in [
        (r#"{"first":1,"first":2,"effect":{"reset":true}}"#, "first"),
        (r#"{"match":{"limit":1,"limit":2},"effect":{"reset":true}}"#, "match.limit"),
        (r#"{"effect":{"status":500,"body":{"a":[{"b":1,"b":1}]}}}"#, "effect.body.a[0].b"),
        (r#"{"effect":{"latency_ms":{"from":1,"from":2,"to":3}}}"#, "effect.latency_ms.from"),
    ] {
        let refused = send_text(&cloud, "POST", &path, &[], rule);
        let (message, said) = (refused.text("/error_msg"), format!("{field}: is there twice"));
        assert!(message.contains(&said), "{rule}: {message}");
        refused.expect(400);
    }
    assert_eq!(send(&cloud, "GET", &path, None).expect(200)["count"], 0);
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
        (with("service", json!("GeminDB")), "there is no service GeminDB; did you mean GeminiDB?"),
        (with("service", json!("DCS")), "there is no operation of DCS CreateDbCacheMapping"),
        (with("match", json!({ "source_instance": "a" })), "did you mean source_instance_id?"),
        (
            with("match", json!({ "source_instance_id.x": "a" })),
            "declares \"source_instance_id.x\"",
        ),
        (
            json!({ "match": { "source_instance.password": "a" }, "effect": { "reset": true } }),
            "is a secret",
        ),
        (
            json!({
                "match": { "source_instance": { "password": "hunter2" } },
                "effect": { "reset": true },
            }),
            "match: source_instance.password is a secret",
        ),
        (
            json!({
                "match": { "source_instance": { "x": [{ "my_Password": "hunter2" }] } },
                "effect": { "reset": true },
            }),
            "match: source_instance.x is a secret or not declared",
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
            "there is no stage Runing; did you mean Running?",
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
        (
            on_create(json!({ "throttle": 4_294_967_296_u64 })),
            "from 0 to 4294967295, got 4294967296",
        ),
        (with("operation", json!("Foo")), "no operation Foo; GET /_paper/rules has all"),
        (
            with("service", json!("RDS")),
            "no service RDS; there are GeminiDB, DCS, TaurusDB, IAM, STS, BSS, ",
        ),
        (with("while", json!({ "status": "creatin" })), "did you mean creating?"),
        (
            with("while", json!({ "status": "Completed" })),
            "what is Completed has ended and is not under way; there are Running, creating, ",
        ),
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
fn what_no_request_of_the_world_can_be_is_refused() {
    let cloud = start(&config());
    let effect = json!({ "reset": true });
    let project = format!("/_paper/worlds/{PROJECT}");
    let refused = |world: &str, call: &str, body: Value, said: &str| {
        let refused = send(&cloud, "POST", &format!("{world}/{call}"), Some(&body));
        let message = refused.text("/error_msg");
        assert!(message.contains(said), "{body}: {message}");
        refused.expect(400);
    };
    let regions = "KeystoneListRegions belongs to @account";
    let rule = json!({ "operation": "KeystoneListRegions", "effect": effect });
    refused(&project, "faults", rule.clone(), regions);
    let show = json!({ "operation": "KeystoneShowProject", "effect": effect });
    refused(&project, "faults", show, "KeystoneShowProject belongs to @account");
    refused(&project, "faults", json!({ "service": "IAM", "effect": effect }), "IAM belongs to @");
    let jobs = json!({ "operation": "ListJobs", "effect": effect });
    refused("/_paper/worlds/@account", "faults", jobs, "ListJobs belongs to projects");
    let named = json!({ "match": { "source_instance_id": "a" }, "effect": effect });
    refused("/_paper/worlds/@account", "faults", named, "belongs to projects");
    let synchronizations = json!({ "service": "TaurusDB", "effect": effect });
    let belongs = "TaurusDB belongs to projects";
    refused("/_paper/worlds/@account", "faults", synchronizations, belongs);
    let never = json!({ "operation": "KeystoneListRegions", "never": true });
    refused(&project, "requests/verify", never.clone(), regions);
    let sequence = json!({ "sequence": [{ "operation": "ListJobs" }, { "service": "IAM" }] });
    refused(&project, "requests/verify", sequence, "IAM belongs to @account");
    let near = json!({ "operation": "KeystoneListRegions" });
    refused(&project, "requests/near-misses", near, regions);
    let list = send(&cloud, "GET", &format!("{project}/requests?service=IAM"), None);
    list.expect(400);
    send(&cloud, "POST", "/_paper/worlds/@account/requests/verify", Some(&never)).expect(200);
    send(&cloud, "POST", "/_paper/worlds/@account/faults", Some(&rule)).expect(201);
    // ListApiVersion names no project.
    for service in [json!({}), json!({ "service": "GeminiDB" })] {
        let mut rule = json!({ "effect": { "latency_ms": 0 } });
        rule.as_object_mut().expect("a rule").extend(service.as_object().expect("one").clone());
        send(&cloud, "POST", "/_paper/worlds/@account/faults", Some(&rule)).expect(201);
    }
}

#[test]
fn what_was_sent_is_shown_but_not_at_any_length() {
    let cloud = start(&config());
    let path = format!("/_paper/worlds/{PROJECT}/faults");
    let long = "x".repeat(100_000);
    let reset = json!({ "reset": true });
    for rule in [
        json!({ long.clone(): 1, "effect": reset }),
        json!({ "phase": long, "effect": reset }),
        json!({ "operation": long, "effect": reset }),
        json!({ "service": long, "effect": reset }),
        json!({ "first": long, "effect": reset }),
        json!({ "id": long, "effect": reset }),
        json!({ "match": { long.clone(): 1 }, "effect": reset }),
        json!({ "while": { "status": long }, "effect": reset }),
        json!({ "effect": { "error_code": long } }),
        json!({ "effect": { "error": long } }),
        json!({ "effect": { "throttle": long } }),
        json!({ "effect": { "latency_ms": long } }),
        json!({ "effect": { "job": long } }),
        json!({ "effect": { "job": "fail", "stage": long } }),
    ] {
        let refused = send(&cloud, "POST", &path, Some(&rule));
        let message = refused.text("/error_msg");
        assert!(message.len() < 2_000, "{} bytes: {message:.3000}", message.len());
        assert!(message.contains(&"x".repeat(48)), "{message}");
        refused.expect(400);
    }
}
