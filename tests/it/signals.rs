//! Signals, and streams that somebody has closed.

use crate::binary::{PROGRAM, Running, fails};
use crate::support::skipped;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Clients that keep a service busy without ever coming to an end. It has the request of the last
/// one in hand when this returns.
fn slow_clients(running: &Running) -> Vec<TcpStream> {
    let half_a_head = "GET /v3/p/jobs HTTP/1.1\r\nHost: local";
    let half_a_body = "POST /v3/p/dbcache/mapping HTTP/1.1\r\nHost: localhost\r\n\
                       Content-Length: 1000\r\n\r\n{\"source_instance_id\":";
    let waits = "GET /v3/p/dbcache/mappings?offset=0&limit=10 HTTP/1.1\r\nHost: localhost\r\n\
                 X-Auth-Token: t\r\nX-Paper-Fault: latency_ms=600000\r\n\r\n";
    let clients = [half_a_head, half_a_body, waits, ""].into_iter().cycle().take(24);
    let open = clients.map(|start| {
        let mut stream = TcpStream::connect(running.address()).expect("a connection");
        stream.write_all(start.as_bytes()).expect("it is sent");
        stream
    });
    let mut open = open.collect::<Vec<_>>();
    let mut in_hand = TcpStream::connect(running.address()).expect("a connection");
    let slow = waits.replace("latency_ms=600000", "slow_body=600000");
    in_hand.write_all(slow.as_bytes()).expect("it is sent");
    in_hand.read_exact(&mut [0; 12]).expect("its answer begins");
    open.push(in_hand);
    open
}

#[expect(clippy::disallowed_methods, reason = "a drain takes real time")]
#[test]
fn slow_clients_do_not_keep_it_from_ending() {
    let running = Running::start(&[]);
    let clients = slow_clients(&running);
    let since = Instant::now();
    let (status, log) = running.signal("TERM");
    assert_eq!(status, Some(0), "{log}");
    // It gives them two seconds; the rest is for a machine that has other things to do.
    assert!(since.elapsed() < Duration::from_secs(15), "{:?}", since.elapsed());
    drop(clients);
}

#[test]
fn a_second_signal_ends_it_at_once_if_it_comes_a_second_later() {
    for (name, number) in [("TERM", 15), ("INT", 2)] {
        let mut running = Running::start(&["--stop-seconds", "3600"]);
        let clients = slow_clients(&running);
        running.send("TERM");
        running.log_until("stopping");
        let (status, log) = running.insist(name);
        assert_eq!(status, Some(128 + number), "{log}");
        assert!(log.contains("ending at once"), "{log}");
        drop(clients);
    }
}

#[test]
fn the_worlds_are_saved_before_the_connections_have_ended() {
    let file =
        std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("saved-before-the-drain.json");
    let _ = std::fs::remove_file(&file);
    let path = file.to_str().expect("UTF-8");
    let mut running = Running::start(&["--state", path, "--stop-seconds", "3600"]);
    let clients = slow_clients(&running);
    let url = running.url("/v3/saved-before-the-drain/jobs?offset=0&limit=10");
    ureq::get(url).header("X-Auth-Token", "t").call().expect("an answer");
    running.send("TERM");
    running.log_until("stopping");
    let (status, log) = running.insist("TERM");
    assert_eq!(status, Some(128 + 15), "{log}");
    let saved = std::fs::read_to_string(&file).expect("a file");
    assert!(saved.contains("saved-before-the-drain"), "{saved}");
    drop(clients);
}

/// `timeout` signals its child and then its group, which is the child again.
#[test]
fn two_signals_at_once_are_one() {
    let mut running = Running::start(&["--stop-seconds", "1"]);
    let clients = slow_clients(&running);
    for _ in 0..3 {
        running.send("TERM");
    }
    running.log_until("stopping");
    let (status, log) = running.end();
    assert_eq!(status, Some(0), "{log}");
    assert!(!log.contains("ending at once"), "{log}");
    drop(clients);
}

#[test]
fn a_hang_up_stops_it_unless_it_was_ignored_at_the_start() {
    let (status, log) = Running::start(&[]).signal("HUP");
    assert_eq!(status, Some(0), "{log}");
    assert!(log.contains("SIGHUP"), "{log}");
    if !std::path::Path::new("/proc/self/status").exists() {
        return skipped("whether SIGHUP is ignored, which this system does not tell");
    }
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' HUP; exec \"$0\" \"$@\"", PROGRAM]);
    let running = Running::start_by(&mut shell, &[]);
    running.send("HUP");
    assert_eq!(ureq::get(running.url("/_paper/health")).call().expect("an answer").status(), 200);
    let (status, log) = running.signal("TERM");
    assert_eq!(status, Some(0), "{log}");
    assert!(log.contains("SIGTERM") && !log.contains("SIGHUP"), "{log}");
}

#[test]
fn a_port_that_a_papercloud_has_taken_is_said_to_be() {
    let running = Running::start(&[]);
    let version = env!("CARGO_PKG_VERSION");
    fails(&["--port", &running.port()], 1, &format!("is taken by a Papercloud {version}"));
}

#[test]
fn the_end_of_standard_input_stops_it_where_that_is_asked_for() {
    let mut running = Running::start(&["--stop-with-stdin"]);
    assert_eq!(ureq::get(running.url("/_paper/health")).call().expect("an answer").status(), 200);
    running.end_input();
    let (status, log) = running.end();
    assert_eq!(status, Some(0), "{log}");
    assert!(log.contains("stopping: standard input has ended"), "{log}");
}

#[test]
fn the_end_of_standard_input_is_nothing_otherwise() {
    let mut running = Running::start(&[]);
    running.end_input();
    assert_eq!(ureq::get(running.url("/_paper/health")).call().expect("an answer").status(), 200);
    let (status, log) = running.signal("TERM");
    assert_eq!(status, Some(0), "{log}");
    assert!(log.contains("SIGTERM") && !log.contains("standard input"), "{log}");
}

/// A terminal interrupts the service together with whoever started it, who then closes the pipe.
#[test]
fn the_end_of_standard_input_does_not_hurry_a_service_that_stops_already() {
    let mut running = Running::start(&["--stop-with-stdin", "--stop-seconds", "1"]);
    let clients = slow_clients(&running);
    running.send("INT");
    running.log_until("stopping");
    running.end_input();
    let (status, log) = running.end();
    assert_eq!(status, Some(0), "{log}");
    assert!(!log.contains("ending at once"), "{log}");
    drop(clients);
}

#[test]
fn a_signal_after_the_end_of_standard_input_ends_it_at_once() {
    let mut running = Running::start(&["--stop-with-stdin", "--stop-seconds", "3600"]);
    let clients = slow_clients(&running);
    running.end_input();
    running.log_until("stopping");
    let (status, log) = running.insist("TERM");
    assert_eq!(status, Some(128 + 15), "{log}");
    drop(clients);
}

#[test]
fn it_goes_on_where_nobody_reads_what_it_prints_and_logs() {
    let mut child = Command::new(PROGRAM)
        .args(["--port", "0", "--log", "json", "--log-level", "debug"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let mut log = BufReader::new(child.stderr.take().expect("a pipe"));
    let address = loop {
        let mut line = String::new();
        assert!(log.read_line(&mut line).expect("a line") > 0, "it ended");
        let line: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
        if let Some(address) = line["address"].as_str() {
            break address.to_owned();
        }
    };
    drop(log);
    for _ in 0..3 {
        // Each is refused, which is logged.
        let mut stream = TcpStream::connect(&address).expect("a connection");
        let request = "GET /no/such/path HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).expect("it is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    }
    let id = child.id().to_string();
    for name in ["PIPE", "TERM"] {
        assert!(Command::new("kill").args(["-s", name, &id]).status().expect("it runs").success());
    }
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}
