//! What the environment and the command line say, and what `papercloud env` says in turn.

use crate::binary::{PROGRAM, Running, fails, run};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Output};

/// The program with these variables: status, standard output and standard error.
fn with(variables: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).envs(variables.iter().copied());
    let Output { status, stdout, stderr } = command.output().expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn an_empty_variable_counts_as_none() {
    let empty = ["HOST", "PORT", "SEED", "AUTH", "STRICT", "TLS", "CONTROL_PORT", "URL", "REGION"];
    let names: Vec<_> = empty.iter().map(|name| format!("PAPERCLOUD_{name}")).collect();
    let variables: Vec<_> = names.iter().map(|name| (&**name, "")).collect();
    let (status, said, warnings) = with(&variables, &["env"]);
    assert_eq!((status, &*warnings), (Some(0), ""));
    assert!(said.contains("PAPERCLOUD_URL=http://127.0.0.1:8080\n"), "{said}");
    assert!(said.contains("_EU_MOCK_1="), "{said}");
    let (status, _, said) = with(&variables, &["exec", "true"]);
    assert_eq!((status, &*said), (Some(0), ""));
}

#[test]
fn what_a_cluster_puts_there_is_passed_over_with_a_warning() {
    let variables = [
        ("PAPERCLOUD_PORT", "tcp://10.96.0.12:8080"),
        ("PAPERCLOUD_PORT_8080_TCP", "tcp://10.96.0.12:8080"),
        ("PAPERCLOUD_PORT_8080_TCP_ADDR", "10.96.0.12"),
        ("PAPERCLOUD_SERVICE_HOST", "10.96.0.12"),
        ("PAPERCLOUD_SERVICE_PORT_HTTP", "8080"),
        ("PAPERCLOUD_MOCK_PORT", "tcp://10.96.0.13:80"),
        ("PAPERCLOUD_NAME", "/app/papercloud"),
    ];
    let (status, said, warnings) = with(&variables, &["env"]);
    assert_eq!(status, Some(0), "{warnings}");
    assert!(said.contains("PAPERCLOUD_URL=http://127.0.0.1:8080\n"), "{said}");
    assert_eq!(warnings.lines().count(), 1, "{warnings}");
    assert!(
        warnings.contains("PAPERCLOUD_PORT=tcp://10.96.0.12:8080 is passed over"),
        "{warnings}"
    );
    let (status, _, log) = with(&variables, &["exec", "true"]);
    assert_eq!((status, log.lines().count()), (Some(0), 1), "{log}");
}

#[test]
fn a_message_names_the_variable_that_it_is_about() {
    let variables = [("PAPERCLOUD_AUTH", "maybe"), ("PAPERCLOUD_JOB_SECONDS", "3")];
    let (status, _, said) = with(&variables, &[]);
    assert_eq!(status, Some(2));
    let words = "invalid value 'maybe' for the environment variable PAPERCLOUD_AUTH";
    assert!(said.contains(words), "{said}");
    let (status, _, said) = with(&variables, &["--auth=perhaps"]);
    assert_eq!(status, Some(2));
    assert!(said.contains("invalid value 'perhaps' for '--auth <AUTH>'"), "{said}");
    // A variable of another command is nobody's business here.
    assert_eq!(with(&variables, &["env"]).0, Some(0));
}

#[test]
fn a_misspelt_variable_is_told_with_the_one_that_is_meant() {
    let variables = [("PAPERCLOUD_JOB_SECOND", "3"), ("PAPERCLOUD_XYZ", "3")];
    let (status, _, log) = with(&variables, &["exec", "true"]);
    assert_eq!(status, Some(0), "{log}");
    let words = "nothing reads the variable PAPERCLOUD_JOB_SECOND; did you mean \
                 PAPERCLOUD_JOB_SECONDS?";
    assert!(log.contains(words), "{log}");
    assert!(log.contains("nothing reads the variable PAPERCLOUD_XYZ\n"), "{log}");
}

#[test]
fn names_stand_for_addresses_and_the_last_of_a_repeated_flag_wins() {
    let running = Running::start(&["--host", "localhost", "--seed", "1", "--seed", "2"]);
    assert_eq!(running.announced["seed"], 2);
    let port = running.port();
    for host in ["localhost", "127.0.0.1", "0.0.0.0"] {
        assert!(run(&["health", "--host", host, "--port", &port]).status.success(), "{host}");
    }
    let url = running.url("");
    assert!(run(&["wait", "--url", &url]).status.success());
    // A flag wins over a variable that says the same in other words.
    let (status, _, said) = with(&[("PAPERCLOUD_URL", "http://127.0.0.1:1")], &["health"]);
    assert_eq!(status, Some(1), "{said}");
    let told = ["health", "--port", &port];
    assert_eq!(with(&[("PAPERCLOUD_URL", "http://127.0.0.1:1")], &told).0, Some(0));
    let named = run(&["env", "--host", "papercloud", "--port", "1", "--port", "9"]);
    let said = String::from_utf8(named.stdout).expect("UTF-8");
    assert!(said.contains("PAPERCLOUD_URL=http://papercloud:9\n"), "{said}");
    fails(&["health", "--host", "no such host"], 1, "nothing answers on no such host:8080");
    fails(&["health", "--url", "papercloud:8080"], 2, "must be like http://papercloud:8080");
}

#[test]
fn wait_is_not_content_with_another_papercloud() {
    let running = Running::start(&[]);
    let (port, id) = (running.port(), running.id().to_string());
    let instance = running.announced["instance"].as_str().expect("an id").to_owned();
    assert!(run(&["wait", "--port", &port, "--pid", &id]).status.success());
    assert!(run(&["wait", "--port", &port, "--instance", &instance]).status.success());
    let own = std::process::id().to_string();
    for other in [["--pid", &*own], ["--instance", "x"]] {
        let wait = ["wait", "--port", &port, "--timeout-seconds", "1", other[0], other[1]];
        fails(&wait, 1, "another Papercloud answers");
    }
    let mut ended = Command::new("true").spawn().expect("it starts");
    ended.wait().expect("it ends");
    let gone = ended.id().to_string();
    fails(&["wait", "--port", &port, "--pid", &gone], 1, &format!("process {gone} has ended"));
}

/// A proxy in between may answer in chunks, whatever it was sent.
#[test]
fn answers_in_chunks_are_read() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port().to_string();
    let answer = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("a byte");
            head.push(byte[0]);
        }
        let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
                      9\r\n{\"status\"\r\n6\r\n:\"ok\"}\r\n0\r\n\r\n";
        stream.write_all(answer.as_bytes()).expect("it is sent");
    });
    assert!(run(&["health", "--port", &port]).status.success());
    answer.join().expect("it is asked once");
}

#[test]
fn settings_are_printed_in_the_form_that_is_asked_for() {
    let print = |format: &str, flags: &[&str]| {
        let arguments = [&["env", "--port", "9", "--format", format][..], flags].concat();
        String::from_utf8(run(&arguments).stdout).expect("UTF-8")
    };
    let url = "http://127.0.0.1:9";
    let endpoint = "HUAWEICLOUD_SDK_IAM_ENDPOINT";
    assert!(print("sh", &[]).contains(&format!("export {endpoint}={url}\n")));
    for format in ["dotenv", "github"] {
        assert!(print(format, &[]).contains(&format!("\n{endpoint}={url}\n")), "{format}");
    }
    assert!(print("docker", &[]).contains(&format!(" -e {endpoint}={url} ")));
    let read: Value = serde_json::from_str(&print("json", &[])).expect("JSON");
    assert_eq!(read[endpoint], json!(url));
    let file = print("terraform", &["--region", "eu-de"]);
    for line in [
        "provider \"huaweicloud\" {\n  region                  = \"eu-de\"\n",
        "  auth_url                = \"http://127.0.0.1:9/v3\"\n",
        "  skip_check_website_type = true\n  endpoints = {\n    iam      = \"http://127.0.0.1:9\"\n",
    ] {
        assert!(file.contains(line), "{file}");
    }
}

#[test]
fn help_has_headings_and_operations_and_completions_are_listed() {
    let text = |arguments: &[&str]| {
        let output = run(arguments);
        assert!(output.status.success(), "{arguments:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let help = text(&["--help"]);
    let headings =
        ["Listen", "Time", "Strictness", "Who may call", "State", "Limits", "TLS", "Log"];
    let places = headings.map(|heading| help.find(&format!("\n{heading}:\n")));
    assert!(places.is_sorted() && places[0].is_some(), "{help}");
    assert!(help.contains("Examples:\n  papercloud "), "{help}");
    // Every flag of a service stands under one of them.
    let others = help.split("\nOptions:\n").nth(1).expect("the rest");
    let others = others.split("\n\n").next().unwrap_or_default();
    assert!(!others.contains("PAPERCLOUD_"), "{others}");
    assert!(text(&["-h"]).lines().count() < 120, "{}", text(&["-h"]));
    let listed: Value = serde_json::from_str(&text(&["operations", "--json"])).expect("JSON");
    assert_eq!(listed.as_array().map(Vec::len), papercloud::operations().as_array().map(Vec::len));
    let line = "GeminiDB  CreateDbCacheMapping                     POST   \
                /v3/{project_id}/dbcache/mapping ";
    assert!(text(&["operations"]).contains(line), "{}", text(&["operations"]));
    let of_lts = text(&["operations", "--service", "lts"]);
    assert!(!of_lts.is_empty() && of_lts.lines().all(|line| line.starts_with("LTS ")), "{of_lts}");
    fails(&["operations", "--service", "RDS"], 1, "there is no service RDS, only BSS, DCS, ");
    for shell in ["bash", "zsh", "fish"] {
        assert!(text(&["completions", shell]).contains("job-seconds"), "{shell}");
    }
}
