//! Claims about the requests to a project: over HTTP, from Rust, and from the shell.

mod command;
mod committed;
mod counts;
mod refused;
mod unknown;

use crate::support::{PROJECT, send};
use papercloud::PaperCloud;
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Output, Stdio};

const CREATE: &str = "CreateDbCacheMapping";
const LIST: &str = "ListDbCacheMappings";

fn map(cloud: &PaperCloud, body: &Value) -> (u16, String) {
    let answer = send(cloud, "POST", &format!("/v3/{PROJECT}/dbcache/mapping"), Some(body));
    (answer.status, answer.headers["x-request-id"].to_str().expect("ASCII").to_owned())
}

fn pair(source: &str, target: &str) -> Value {
    json!({ "source_instance_id": source, "target_instance_id": target })
}

fn post(cloud: &PaperCloud, call: &str, body: &Value) -> crate::support::Answer {
    send(cloud, "POST", &format!("/_paper/worlds/{PROJECT}/requests/{call}"), Some(body))
}

#[track_caller]
fn judge(cloud: &PaperCloud, check: &Value) -> Value {
    let verified = post(cloud, "verify", check).expect(200);
    let found = verified["checks"].as_array().expect("checks");
    let passed = found.iter().all(|finding| finding["passed"] == true);
    assert_eq!(verified["passed"], passed);
    verified
}

#[track_caller]
fn assert_judged(cloud: &PaperCloud, check: &Value, passed: bool) {
    let verified = judge(cloud, check);
    assert_eq!(verified["passed"], passed, "{check}: {verified:#}");
}

/// Runs `papercloud verify` on these claims.
fn verify(cloud: &PaperCloud, arguments: &[&str], claims: &str) -> Output {
    verify_at(cloud.address().port(), arguments, claims)
}

fn verify_at(port: u16, arguments: &[&str], claims: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_papercloud"))
        .args(["verify", "--port", &port.to_string()])
        .args(arguments)
        .arg("-")
        .env_remove("PAPERCLOUD_PORT")
        .env_remove("PAPERCLOUD_CONTROL_TOKEN")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // Whoever finds its arguments wrong does not read.
    let _ = child.stdin.take().expect("a pipe").write_all(claims.as_bytes());
    child.wait_with_output().expect("it ends")
}

fn said(text: &[u8]) -> String {
    String::from_utf8(text.to_vec()).expect("UTF-8")
}
