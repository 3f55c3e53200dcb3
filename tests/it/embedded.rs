//! [`PaperCloud`] in a Rust test.

use crate::support::{PROJECT, config, send, start};
use papercloud::{AuthMode, Config, Level, PaperCloud};
use serde_json::json;

#[test]
fn it_is_ready_when_it_returns_and_gone_when_it_is_dropped() {
    let cloud = PaperCloud::start();
    let address = cloud.address();
    send(&cloud, "GET", "/_paper/ready", None).expect(200);
    drop(cloud);
    assert!(std::net::TcpStream::connect(address).is_err(), "{address} still answers");
}

#[test]
fn two_run_side_by_side() {
    let (first, second) = (PaperCloud::start(), PaperCloud::start());
    assert_ne!(first.url(), second.url());
    for cloud in [&first, &second] {
        send(cloud, "GET", "/_paper/health", None).expect(200);
    }
}

#[test]
fn a_frozen_world_moves_only_when_told() {
    let cloud = PaperCloud::start();
    let world = cloud.world(PROJECT);
    world.freeze();
    let before = world.now();
    assert_eq!(world.now(), before);
    world.advance(std::time::Duration::from_millis(1));
    assert!(world.now() > before);
}

#[test]
fn a_bad_configuration_is_an_error_and_not_a_panic() {
    let bad = |config: Config| PaperCloud::start_with(&config).unwrap_err().to_string();
    assert!(bad(Config { job_seconds: -1.0, ..config() }).contains("job_seconds"));
    assert!(bad(Config { frozen_at: Some("soon".to_owned()), ..config() }).contains("frozen_at"));
    let cloud = PaperCloud::start();
    let mut taken = config();
    taken.endpoint.port = cloud.address().port();
    assert!(bad(taken).contains("cannot listen on"));
}

#[test]
fn each_class_of_rules_is_enforced_told_or_let_pass() {
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    let odd = json!({ "source_instance_id": "a", "target_instance_id": "b", "unknown": 1 });
    let answer = |hygiene, resources| {
        let cloud = start(&Config { hygiene, resources, ..config() });
        let answer = send(&cloud, "POST", &path, Some(&odd));
        (answer.status, answer.headers.get_all("x-paper-warning").iter().count())
    };
    let (off, warn, enforce) = (Some(Level::Off), Some(Level::Warn), Some(Level::Enforce));
    assert_eq!(answer(off, off), (202, 0));
    assert_eq!(answer(warn, off), (202, 1));
    assert_eq!(answer(warn, warn), (202, 3));
    assert_eq!(answer(enforce, off), (400, 0));
    assert_eq!(answer(off, enforce), (404, 0));
}

#[test]
fn a_documented_rule_that_is_let_pass_still_refuses_what_cannot_be_understood() {
    let cloud = start(&Config { documented: Some(Level::Warn), ..config() });
    let path = "/v2/p/migration/90754308-a156-406f-a837-8f852f38a646/task";
    let side = json!({ "addrs": "no-port" });
    let body = json!({
        "migration_method": "full_amount_migration", "resume_mode": "sometimes",
        "source_instance": side, "target_instance": side,
    });
    let passed = send(&cloud, "POST", path, Some(&body));
    assert!(passed.headers.get_all("x-paper-warning").iter().count() >= 3);
    passed.expect(200);
    let senseless = send(&cloud, "POST", path, Some(&json!({ "migration_method": "none" })));
    assert!(senseless.text("/error_msg").contains("resume_mode is mandatory"));
    senseless.expect(400);
}

#[test]
fn credentials_are_looked_at_as_configured() {
    let body = r#"{"source_instance_id":"a","target_instance_id":"b"}"#;
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    let status = |cloud: &PaperCloud, headers: &[(&str, &str)]| {
        crate::support::send_text(cloud, "POST", &path, headers, body).status
    };
    let signed = "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=00ff";
    let presence = start(&config());
    assert_eq!(status(&presence, &[]), 401);
    assert_eq!(status(&presence, &[("X-Auth-Token", " ")]), 401);
    assert_eq!(status(&presence, &[("X-Auth-Token", "anything")]), 202);
    assert_eq!(status(&presence, &[("Authorization", signed)]), 202);
    assert_eq!(status(&presence, &[("Authorization", "Basic YTpi")]), 401);
    let off = start(&Config { auth: AuthMode::Off, ..config() });
    assert_eq!(status(&off, &[]), 202);
}

#[test]
fn the_documents_spelling_of_the_last_status_is_a_switch() {
    let cloud = start(&Config { spell_incrmigrating: true, job_seconds: 0.0, ..config() });
    let body = json!({
        "migration_method": "incremental_migration", "resume_mode": "auto",
        "source_instance": { "addrs": "a:1" }, "target_instance": { "addrs": "b:1" },
    });
    let path = "/v2/p/migration/90754308-a156-406f-a837-8f852f38a646/task";
    let answer = send(&cloud, "POST", path, Some(&body)).expect(200);
    assert_eq!(answer["status"], "INCRMIGRATING");
}
