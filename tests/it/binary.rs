//! The program itself, as a shell or a container starts it.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_papercloud");

/// A running program, ended when the test ends.
pub struct Running {
    child: Child,
    pub announced: Value,
}

impl Running {
    pub fn start(arguments: &[&str]) -> Self {
        Self::start_by(&mut Command::new(PROGRAM), arguments)
    }

    /// Starts by a command that runs the program in the end.
    pub fn start_by(command: &mut Command, arguments: &[&str]) -> Self {
        let mut child = command
            .args(["--port", "0", "--announce", "json"])
            .args(arguments)
            .env_remove("PAPERCLOUD_PORT")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        let stdout = child.stdout.as_mut().expect("a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let announced =
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Self { child, announced }
    }

    /// Where it listens, for a connection of one's own.
    pub fn address(&self) -> String {
        self.url("").replace("http://", "")
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn port(&self) -> String {
        self.announced["port"].to_string()
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.announced["url"].as_str().expect("a url"))
    }

    /// Ends its standard input.
    pub fn end_input(&mut self) {
        drop(self.child.stdin.take());
    }

    /// Sends a signal.
    pub fn send(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// Sends a signal, waits for the end, and returns exit status and log.
    pub fn signal(self, name: &str) -> (Option<i32>, String) {
        self.send(name);
        self.end()
    }

    /// Sends a signal again and again until it ends, and returns exit status and log.
    pub fn insist(mut self, name: &str) -> (Option<i32>, String) {
        while self.child.try_wait().expect("a process").is_none() {
            self.send(name);
            std::thread::sleep(Duration::from_millis(50));
        }
        self.end()
    }

    /// Reads the log up to a line with these words.
    pub fn log_until(&mut self, words: &str) {
        let mut line = String::new();
        let log = self.child.stderr.as_mut().expect("a pipe");
        while !line.contains(words) {
            if line.ends_with('\n') {
                line.clear();
            }
            let mut byte = [0];
            log.read_exact(&mut byte).expect("the line is logged");
            line.push(char::from(byte[0]));
        }
    }

    /// Waits for the end, and returns exit status and log.
    pub fn end(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().expect("it ends");
        let mut log = String::new();
        self.child.stderr.take().expect("a pipe").read_to_string(&mut log).expect("text");
        (status.code(), log)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().expect("the program runs")
}

/// A failure is one line on standard error and an exit status.
#[track_caller]
pub fn fails(arguments: &[&str], status: i32, said: &str) {
    let output = run(arguments);
    let text = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.starts_with("papercloud: ") && text.contains(said), "{text}");
}

#[test]
fn it_serves_on_a_free_port_says_where_and_stops_cleanly_on_either_signal() {
    for signal in ["TERM", "INT"] {
        let running = Running::start(&["--seed", "7", "--auth", "off", "--log", "json"]);
        assert_eq!(running.announced["seed"], 7);
        assert_eq!(running.announced["auth"], "off");
        let body = r#"{"source_instance_id":"a","target_instance_id":"b"}"#;
        let mut answer =
            ureq::post(running.url("/v3/p/dbcache/mapping")).send(body).expect("an answer");
        assert_eq!(answer.status(), 202);
        let answer = answer.body_mut().read_to_string().expect("text");
        assert!(answer.contains("job_id"), "{answer}");
        let (status, log) = running.signal(signal);
        assert_eq!(status, Some(0), "{log}");
        for line in log.lines() {
            let line: Value = serde_json::from_str(line).expect("a JSON line");
            assert_eq!(line["level"], "INFO");
        }
    }
}

#[test]
fn its_first_line_says_where_it_and_its_page_are() {
    let mut child = Command::new(PROGRAM)
        .args(["--port", "0", "--control-port", "0", "--stop-with-stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    let stdout = child.stdout.as_mut().expect("a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    drop(child.stdin.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    let start = format!("papercloud {} listening on http://127.0.0.1:", env!("CARGO_PKG_VERSION"));
    assert!(line.starts_with(&start), "{line}");
    let (_, page) = line.split_once(", page http://127.0.0.1:").expect("a page");
    assert!(page.ends_with("/_paper/\n") && !line.contains("8080"), "{line}");
}

#[test]
fn it_stops_within_its_deadline_though_a_connection_stays_open() {
    let running = Running::start(&[]);
    let idle = std::net::TcpStream::connect(running.address()).expect("a connection");
    let (status, log) = running.signal("TERM");
    assert_eq!(status, Some(0), "{log}");
    drop(idle);
}

#[test]
fn health_and_wait_tell_by_their_exit_status() {
    let running = Running::start(&[]);
    let port = running.port();
    assert!(run(&["health", "--port", &port]).status.success());
    assert!(run(&["wait", "--port", &port]).status.success());
    let (status, _) = running.signal("TERM");
    assert_eq!(status, Some(0));
    fails(&["health", "--port", &port], 1, "nothing answers on 127.0.0.1");
    fails(&["wait", "--port", &port, "--timeout-seconds", "1"], 1, "not ready after 1 seconds");
}

#[test]
fn a_mistake_on_the_command_line_is_one_line_and_an_exit_status() {
    let running = Running::start(&[]);
    fails(&["--port", &running.port()], 1, "cannot listen on 127.0.0.1");
    fails(&["--prot", "1"], 2, "similar argument exists: '--port'");
    fails(&["--auth", "maybe"], 2, "possible values: off, presence");
    fails(&["--job-seconds", "soon"], 2, "not a number");
    fails(&["--log-level", "loud"], 2, "invalid value 'loud'");
    fails(&["selftst"], 2, "similar subcommand exists: 'selftest'");
}

#[test]
fn every_flag_has_its_environment_variable_and_wins_over_it() {
    let output = Command::new(PROGRAM).arg("--help").output().expect("the program runs");
    let help = String::from_utf8(output.stdout).expect("UTF-8");
    let flags: Vec<&str> = help
        .lines()
        .filter_map(|line| line.trim().strip_prefix("--")?.split_whitespace().next())
        .collect();
    assert!(flags.len() > 12, "{flags:?}");
    for flag in flags {
        // Without the `=`: the values of secrets are hidden, and lists are named in the plural.
        let variable = format!("[env: PAPERCLOUD_{}", flag.to_uppercase().replace('-', "_"));
        assert!(help.contains(&variable), "--{flag} has no {variable}");
    }
    let bad = Command::new(PROGRAM).env("PAPERCLOUD_AUTH", "maybe").output().expect("it runs");
    assert_eq!(bad.status.code(), Some(2));
    let health = Command::new(PROGRAM)
        .args(["health", "--port", "1"])
        .env("PAPERCLOUD_PORT", "2")
        .output()
        .expect("it runs");
    assert!(String::from_utf8_lossy(&health.stderr).contains("127.0.0.1:1"));
}

#[test]
fn selftest_openapi_env_and_version_print_what_they_promise() {
    let selftest = run(&["selftest"]);
    let text = String::from_utf8(selftest.stdout).expect("UTF-8");
    assert!(selftest.status.success(), "{text}");
    assert!(text.ends_with(" passed, 0 failed\n"), "{text}");
    let openapi: Value = serde_json::from_slice(&run(&["openapi"]).stdout).expect("JSON");
    assert_eq!(openapi, papercloud::openapi());
    let env = String::from_utf8(run(&["env", "--port", "9"]).stdout).expect("UTF-8");
    assert!(env.contains("HUAWEICLOUD_SDK_REGION_DCS_EU_MOCK_1=http://127.0.0.1:9\n"), "{env}");
    assert!(env.contains("HUAWEICLOUD_SDK_IAM_ENDPOINT=http://127.0.0.1:9\n"), "{env}");
    for service in ["EIP", "LTS", "BSS"] {
        let line = format!("HUAWEICLOUD_SDK_REGION_{service}_EU_MOCK_1=http://127.0.0.1:9\n");
        assert!(env.contains(&line), "{service}: {env}");
    }
    let version = String::from_utf8(run(&["--version"]).stdout).expect("UTF-8");
    assert_eq!(version, format!("papercloud {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_log_shows_neither_tokens_nor_passwords() {
    let running = Running::start(&["--log-level", "debug"]);
    let url = running.url("/v2/p/migration/90754308-a156-406f-a837-8f852f38a646/task");
    let body =
        r#"{"migration_method":"planted-word","source_instance":{"password":["planted-secret"]}}"#;
    let refused = ureq::post(url).header("X-Auth-Token", "planted-token").send(body);
    assert!(refused.is_err(), "{refused:?}");
    let (_, log) = running.signal("TERM");
    assert!(log.contains("refusal="), "{log}");
    assert!(!log.contains("planted-secret") && !log.contains("planted-token"), "{log}");
}

#[test]
fn the_log_of_a_wrong_signature_shows_what_was_computed_and_no_secret() {
    let running = Running::start(&[
        "--auth=verify",
        "--log-level=debug",
        "--access-key=AK1:planted-key:planted-token",
        "--user=bob:planted-password",
        "--frozen-at=2026-01-01T00:00:00Z",
    ]);
    let body = r#"{"source_instance_id":"a","target_instance_id":"b"}"#;
    let refused = ureq::post(running.url("/v3/p/dbcache/mapping"))
        .header("X-Sdk-Date", "20260101T000000Z")
        .header("X-Security-Token", "planted-token")
        .header(
            "Authorization",
            "SDK-HMAC-SHA256 Access=AK1, SignedHeaders=x-sdk-date;x-security-token, Signature=00",
        )
        .send(body);
    assert!(refused.is_err(), "{refused:?}");
    let login = r#"{"auth":{"identity":{"methods":["password"],"password":{"user":{
        "name":"bob","password":"planted-word","domain":{"name":"papercloud"}}}}}}"#;
    assert!(ureq::post(running.url("/v3/auth/tokens")).send(login).is_err());
    let (_, log) = running.signal("TERM");
    assert!(log.contains("canonical_request") && log.contains("/v3/p/dbcache/mapping/"), "{log}");
    assert!(log.contains("x-security-token:***"), "{log}");
    assert!(!log.contains("planted"), "{log}");
}

#[test]
fn a_control_token_is_neither_printed_nor_logged_and_its_port_is_announced() {
    let running =
        Running::start(&["--log-level=debug", "--control-token=planted-token", "--control-port=0"]);
    let port = running.announced["control_port"].to_string();
    let refused = ureq::get(format!("http://127.0.0.1:{port}/_paper/worlds"))
        .header("X-Paper-Token", "planted-word")
        .call();
    assert!(refused.is_err(), "{refused:?}");
    let admitted = ureq::get(format!("http://127.0.0.1:{port}/_paper/worlds"))
        .header("X-Paper-Token", "planted-token")
        .call();
    assert_eq!(admitted.expect("an answer").status(), 200);
    assert!(run(&["health", "--port", &port]).status.success());
    assert!(!running.announced.to_string().contains("planted"), "{}", running.announced);
    let (_, log) = running.signal("TERM");
    assert!(!log.contains("planted"), "{log}");
    let help = Command::new(PROGRAM)
        .arg("--help")
        .env("PAPERCLOUD_CONTROL_TOKEN", "planted")
        .output()
        .expect("the program runs");
    assert!(!String::from_utf8_lossy(&help.stdout).contains("planted"));
}

#[test]
fn a_credential_that_cannot_be_read_is_refused_without_being_printed() {
    let refused = run(&["--port", "0", "--access-key", "planted"]);
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{text}");
    assert!(text.contains("access-key must be AK:SK") && !text.contains("planted"), "{text}");
    let help = Command::new(PROGRAM)
        .arg("--help")
        .env("PAPERCLOUD_ACCESS_KEYS", "AK1:planted")
        .env("PAPERCLOUD_USERS", "bob:planted")
        .output()
        .expect("the program runs");
    assert!(!String::from_utf8_lossy(&help.stdout).contains("planted"));
}
