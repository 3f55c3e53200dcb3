//! The same from Rust and from the shell.

use super::{CREATE, map, pair, said, verify, verify_at};
use crate::support::{PROJECT, config, start};
use papercloud::{Config, Fault};
use serde_json::json;
use std::process::Command;

#[test]
fn a_test_in_rust_claims_the_same() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    map(&cloud, &pair("a", "b"));
    map(&cloud, &json!({}));
    let created = world.requests().operation(CREATE);
    assert_eq!(created.count(), 2);
    assert_eq!(created.clone().status(202).count(), 1);
    assert_eq!(created.clone().committed(true).list()[0]["body"], pair("a", "b"));
    created.clone().matching("source_instance_id", "a").exactly(1).unwrap();
    created.clone().service("GeminiDB").method("POST").at_least(2).unwrap();
    world.fault(Fault::on(CREATE).first(1).status(500)).expect("a rule");
    created.clone().fault("fault-1").never().unwrap();
    created.at_most(2).unwrap();
    let refused = created.clone().status(400);
    let performed = created.clone().committed(true);
    world.in_order(&[performed.clone(), refused.clone()]).unwrap();
    let backwards = world.in_order(&[refused, performed]).unwrap_err();
    let said = "step 2 did not come after those before it";
    assert!(backwards.to_string().contains(said), "{backwards}");
    let mismatch = created.clone().matching("source_instance_id", "x").at_least(1).unwrap_err();
    let expected = "CreateDbCacheMapping with source_instance_id = \"x\": at least 1; \
                    no such request was found\n  near miss ";
    assert!(mismatch.to_string().starts_with(expected), "{mismatch}");
    let differs = "source_instance_id: expected \"x\", got \"a\"";
    assert!(mismatch.to_string().contains(differs), "{mismatch}");
    assert_eq!(format!("{mismatch:?}"), mismatch.to_string());
    world.forget_requests();
    assert_eq!(world.requests().count(), 0);
}

#[test]
fn the_command_prints_a_line_for_each_claim() {
    let cloud = start(&config());
    map(&cloud, &pair("a", "b"));
    let good = json!({ "name": "it is created", "operation": CREATE, "exactly": 1 });
    let claims = json!({ "project_id": PROJECT, "checks": [good] });
    let output = verify(&cloud, &[], &claims.to_string());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output.stderr));
    assert_eq!(said(&output.stdout), format!("ok     {PROJECT}: it is created\n"));
    let bad = json!({ "name": "it is <deleted>", "operation": "DeleteDbCacheMapping" });
    let claims = json!([{ "checks": [good, bad] }, { "project_id": "p", "checks": [{}] }]);
    let output = verify(&cloud, &["--project", PROJECT], &claims.to_string());
    assert_eq!(output.status.code(), Some(1), "{}", said(&output.stderr));
    let lines = said(&output.stdout);
    for line in [
        format!("FAILED {PROJECT}: it is <deleted>\n  expected DeleteDbCacheMapping: at least 1\n"),
        "  no such request was found\n  near miss ".to_owned(),
        "\n    operation: expected \"DeleteDbCacheMapping\", got \"CreateDbCacheMapping\"\n".into(),
        "FAILED p: any request: at least 1\n".to_owned(),
    ] {
        assert!(lines.contains(&line), "{lines}");
    }
}

#[test]
fn the_command_writes_junit() {
    let cloud = start(&config());
    map(&cloud, &pair("a", "b"));
    let (good, bad) = (json!({ "name": "a & b" }), json!({ "name": "<c>", "never": true }));
    let claims = json!({ "project_id": PROJECT, "checks": [good, bad] }).to_string();
    let output = verify(&cloud, &["--junit", "-"], &claims);
    assert_eq!(output.status.code(), Some(1));
    let expected = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="papercloud verify" tests="2" failures="1" errors="0">
  <testsuite name="{PROJECT}" tests="2" failures="1" errors="0">
    <testcase classname="{PROJECT}" name="a &amp; b"/>
    <testcase classname="{PROJECT}" name="&lt;c&gt;">
      <failure message="1 such request was found">  expected any request: never&#10;  1 such request was found</failure>
    </testcase>
  </testsuite>
</testsuites>
"#
    );
    assert_eq!(said(&output.stdout), expected);
    assert!(said(&output.stderr).starts_with("ok     "), "{}", said(&output.stderr));
    let file = std::env::temp_dir().join(format!("papercloud-{}.xml", std::process::id()));
    let output = verify(&cloud, &["--junit", file.to_str().expect("UTF-8")], &claims);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), expected);
    std::fs::remove_file(file).expect("it is there");
}

#[test]
fn the_command_tells_bad_claims_from_claims_that_do_not_hold() {
    let cloud = start(&config());
    for (arguments, claims, problem) in [
        (&[][..], "{", "cannot be read"),
        (&[], "{\"checks\":[{}]}", "names no project_id"),
        (&[], "{\"check\":[]}", "unknown field `check`"),
        (&[], "[]", "has no claims"),
        (&[], "[[]]", "cannot be read"),
        (&["--project", "p"], "[{\"checks\":[]}]", "checks must have at least one check"),
        (&["--project", "p"], "{\"checks\":[{\"exactli\":1}]}", "did you mean exactly?"),
        (&["--project", "p"], "{\"checks\":[{\"operation\":\"X\"}]}", "there is no operation X"),
        (&["--project", "a/b"], "{\"checks\":[{}]}", "a project ID has 1 to 64"),
        (&["--control-token", "a\nb"], "{\"checks\":[{}]}", "control characters"),
        (&["--junit", "x"], "", "cannot be read"),
    ] {
        let output = verify(&cloud, arguments, claims);
        let text = said(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{claims}: {text}");
        assert!(text.starts_with("papercloud: ") && text.contains(problem), "{claims}: {text}");
        assert_eq!(said(&output.stdout), "");
    }
    let port = cloud.address().port();
    drop(cloud);
    let output = verify_at(port, &["--project", "p"], "{\"checks\":[{}]}");
    let text = said(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("nothing answers on 127.0.0.1"), "{text}");
}

#[test]
fn the_command_tells_checks_that_fail_from_a_service_that_cannot_be_asked() {
    let cloud = start(&Config { control_token: Some("right".to_owned().into()), ..config() });
    let claims = "{\"checks\":[{}]}";
    for (arguments, status, words) in [
        (&["--control-token", "right"][..], 1, ""),
        (&["--control-token", "wrong"], 3, "does not verify"),
        (&[], 3, "does not verify"),
        (&["--control-token", "right", "--junit", "/no/such/folder/file"], 3, "cannot be written"),
    ] {
        let arguments = [&["--project", PROJECT], arguments].concat();
        let output = verify(&cloud, &arguments, claims);
        let text = said(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {text}");
        assert!(text.contains(words), "{arguments:?}: {text}");
    }
    let help = Command::new(crate::binary::PROGRAM).args(["verify", "--help"]).output();
    let help = said(&help.expect("the program runs").stdout);
    for line in ["  1  a check fails\n", "  3  nothing was verified: Papercloud cannot be asked"] {
        assert!(help.contains(line), "{help}");
    }
}
