//! `papercloud exec`: a command with a service of its own.

use crate::binary::PROGRAM;
use serde_json::json;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};

fn exec(arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.arg("exec").args(arguments).env_remove("PAPERCLOUD_PORT");
    command
}

fn output(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = exec(arguments).output().expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

/// A command that says its `PAPERCLOUD_URL`, and goes on until its input ends.
fn started(arguments: &[&str]) -> (Child, String) {
    let script = "echo $PAPERCLOUD_URL; read line || true";
    let mut child = exec(arguments)
        .args(["--", "sh", "-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut url = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    stdout.read_line(&mut url).expect("a line");
    (child, url.trim().to_owned())
}

fn ended(mut child: Child) -> (Option<i32>, String) {
    drop(child.stdin.take());
    let mut said = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("UTF-8");
    (child.wait().expect("it ends").code(), said)
}

#[test]
fn the_command_is_told_where_its_papercloud_is_and_its_status_is_returned() {
    let script = "test -n \"$HUAWEICLOUD_SDK_REGION_DCS_EU_TEST_1\" && test \"$PAPERCLOUD_SESSION\" = exec \
                  && \"$0\" health && exit 7";
    let arguments = ["--region", "eu-test-1", "--", "sh", "-c", script, PROGRAM];
    assert_eq!(output(&arguments), (Some(7), String::new(), String::new()));
    let own_port = ["--control-port=0", "--control-token=t", "--", PROGRAM, "wait"];
    assert_eq!(output(&own_port), (Some(0), String::new(), String::new()));
}

#[test]
fn statuses_are_those_of_a_shell() {
    let (status, _, said) = output(&["--", "no-such-command", "-q"]);
    assert_eq!(status, Some(127), "{said}");
    assert!(said.starts_with("papercloud: no-such-command cannot be started"), "{said}");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let (status, _, said) = output(&[file]);
    assert_eq!(status, Some(126), "{said}");
    let (status, _, said) = output(&["sh", "-c", "kill -KILL $$"]);
    assert_eq!(status, Some(128 + 9), "{said}");
    let (status, _, said) = output(&["--job-seconds=-1", "true"]);
    assert_eq!(status, Some(2), "{said}");
    let (status, _, said) = output(&["--world=/no/such/file", "true"]);
    assert_eq!(status, Some(125), "{said}");
}

#[test]
fn what_the_command_leaves_behind_is_not_waited_for() {
    let script = "sleep 30 >/dev/null 2>&1 </dev/null & exit 3";
    let (status, _, said) = output(&["--stop-seconds=0", "sh", "-c", script]);
    assert_eq!((status, said), (Some(3), String::new()));
}

#[test]
fn signals_are_passed_on() {
    for name in ["TERM", "HUP", "INT"] {
        let script = "trap 'kill $!; exit 9' TERM HUP INT; sleep 30 & echo up; wait";
        let mut child = exec(&["sh", "-c", script])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        stdout.read_line(&mut line).expect("a line");
        let id = child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().expect("it runs").success());
        assert_eq!(child.wait().expect("it ends").code(), Some(9), "{name}");
    }
}

#[test]
fn what_was_refused_and_what_the_report_finds_is_printed_at_the_end() {
    let folder = std::env::temp_dir().join(format!("papercloud-exec-{}.xml", std::process::id()));
    let file = folder.to_str().expect("UTF-8");
    let (child, url) = started(&["--junit", file]);
    let create = |body: serde_json::Value| {
        let call = ureq::post(format!("{url}/v3/p1/dbcache/mapping")).header("X-Auth-Token", "t");
        call.send(body.to_string()).is_ok()
    };
    assert!(!create(json!({ "source_instance_id": "a" })));
    assert!(create(json!({ "source_instance_id": "a", "target_instance_id": "b" })));
    let (status, said) = ended(child);
    assert_eq!(status, Some(0), "{said}");
    for line in [
        "papercloud: 1 of 2 requests were refused:\n",
        "papercloud:   POST /v3/p1/dbcache/mapping: 400 DBS.200001 ",
        "papercloud: the report on world p1 finds:\n",
        "papercloud:   never_polled: CreateDbCacheMapping ",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let junit = std::fs::read_to_string(&folder).expect("a file");
    std::fs::remove_file(folder).expect("it is there");
    assert!(junit.contains("<testcase classname=\"command\" name=\"sh -c echo"), "{junit}");
    assert!(junit.contains("<testsuite name=\"world p1\""), "{junit}");
    assert!(junit.contains("name=\"never_polled\">"), "{junit}");
}

#[cfg(feature = "tls")]
#[test]
fn the_command_gets_the_certificate_in_a_file_that_goes_with_it() {
    let script = "echo $PAPERCLOUD_URL $PAPERCLOUD_TLS_CERTIFICATE && \"$0\" health";
    let arguments = ["--tls=self-signed", "--", "sh", "-c", script, PROGRAM];
    let (status, said, complained) = output(&arguments);
    assert_eq!((status, complained.as_str()), (Some(0), ""), "{said}");
    let (url, file) = said.trim().split_once(' ').expect("both");
    assert!(url.starts_with("https://127.0.0.1:"), "{said}");
    let file = std::path::Path::new(file);
    assert!(file.is_absolute() && !file.exists(), "{said}");
}

#[test]
fn env_prints_what_exec_sets() {
    let key = "--access-key=AK:SK:TOKEN";
    let set =
        output(&[key, "--region=eu-test-1", "--", "sh", "-c", "env | grep HUAWEICLOUD | sort"]).1;
    let endpoint = set.lines().find(|line| line.contains("IAM_ENDPOINT")).expect("an endpoint");
    let port = endpoint.rsplit(':').next().expect("a port");
    let command = |arguments: &[&str]| {
        Command::new(PROGRAM).arg("env").args(arguments).env_clear().output().expect("it runs")
    };
    let shown = command(&["--format=dotenv", "--region=eu-test-1", "--port", port, key]);
    let shown = String::from_utf8(shown.stdout).expect("UTF-8");
    let mut lines: Vec<_> = shown.lines().filter(|line| line.starts_with("HUAWEICLOUD")).collect();
    lines.sort_unstable();
    assert_eq!(lines, set.lines().collect::<Vec<_>>());
    assert!(lines.contains(&"HUAWEICLOUD_SDK_SECURITY_TOKEN=TOKEN"), "{set}");
    let refused = command(&["--access-key=only-an-access-key"]);
    let said = String::from_utf8(refused.stderr).expect("UTF-8");
    assert_eq!(said, "papercloud: --access-key has to be AK:SK or AK:SK:TOKEN\n");
    assert_eq!(refused.status.code(), Some(1));
}
