//! What spoils an answer or a connection, seen on the socket.

use super::{CLOSE, counters, jobs, mapping, on_create, raw, request};
use crate::abuse::forgets_all;
use crate::support::{PROJECT, config, json, send, start};
use papercloud::{Config, Connections, Fault, PaperCloud};
use serde_json::{Value, json};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[test]
fn a_reset_connection_is_reset_and_nothing_is_sent() {
    let cloud = start(&config());
    let id = on_create(&cloud, &json!({ "reset": true }), None);
    let got = raw(&cloud, "");
    assert_eq!((got.ended, got.bytes.len()), (Err(ErrorKind::ConnectionReset), 0));
    assert_eq!(jobs(&cloud), 0);
    cloud.world(PROJECT).disarm(&id).unwrap();
    on_create(&cloud, &json!({ "reset": true }), Some("after"));
    let got = raw(&cloud, "");
    assert_eq!((got.ended, got.bytes.len()), (Err(ErrorKind::ConnectionReset), 0));
    assert_eq!(jobs(&cloud), 1, "the answer was lost, the change was not");
}

#[test]
fn a_truncated_answer_promises_more_than_it_has() {
    let cloud = start(&config());
    on_create(&cloud, &json!({ "truncate": true }), None);
    let got = raw(&cloud, "");
    assert_eq!(got.ended, Ok(()), "the connection ends, it is not reset");
    assert!(got.head().starts_with("http/1.1 202"), "{}", got.text());
    assert!(got.head().contains("x-paper-fault: fault-1"), "{}", got.text());
    assert_eq!(got.length(), r#"{"job_id":"00000000-0000-0000-0000-000000000000"}"#.len());
    assert_eq!(got.body().len(), got.length() / 2);
    assert!(got.body().starts_with(r#"{"job_id":""#), "{}", got.body());
    assert_eq!(jobs(&cloud), 1);
}

#[test]
fn a_malformed_answer_is_whole_and_no_json() {
    let cloud = start(&config());
    on_create(&cloud, &json!({ "malformed": true }), None);
    let got = raw(&cloud, CLOSE);
    assert!(got.head().starts_with("http/1.1 202"), "{}", got.text());
    assert_eq!(got.body().len(), got.length());
    assert!(serde_json::from_str::<Value>(&got.body()).is_err(), "{}", got.body());
    assert_eq!(jobs(&cloud), 1);
}

/// In how many pieces is held where they are made: a client reads as many as its thread is given time
/// for.
#[test]
#[expect(clippy::disallowed_methods, reason = "what is measured is real time")]
fn a_slow_body_takes_its_time_and_arrives_whole() {
    let cloud = start(&config());
    on_create(&cloud, &json!({ "slow_body": 300 }), None);
    let begun = Instant::now();
    let got = raw(&cloud, CLOSE);
    assert!(begun.elapsed() >= Duration::from_millis(300), "{:?}", begun.elapsed());
    assert_eq!(got.ended, Ok(()));
    assert_eq!(got.body().len(), got.length());
    assert!(json(&got.body())["job_id"].is_string(), "{}", got.text());
}

#[test]
fn latency_before_keeps_the_change_waiting_and_latency_after_only_the_answer() {
    let connections = Connections { stop_seconds: 0, ..Connections::default() };
    for (phase, created) in [("before", 0), ("after", 1)] {
        let cloud = start(&Config { connections: connections.clone(), ..config() });
        // As long as there is: it is never over while this looks.
        let id = on_create(&cloud, &json!({ "latency_ms": 600_000 }), Some(phase));
        let mut stream = TcpStream::connect(cloud.address()).expect("a connection");
        stream.write_all(request(&mapping(PROJECT), CLOSE).as_bytes()).expect("a request");
        wait_until(|| counters(&cloud, &id) == (1, 1) && jobs(&cloud) == created);
        stream.set_nonblocking(true).expect("a socket");
        let nothing = stream.read(&mut [0]).map_err(|error| error.kind());
        assert_eq!(nothing, Err(ErrorKind::WouldBlock), "{phase}");
    }
}

#[expect(clippy::disallowed_methods, reason = "a guard against waiting for ever")]
fn wait_until(is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_mins(1), "it never is");
    }
}

#[test]
fn a_connection_serves_on_after_a_spoiled_answer() {
    let cloud = start(&config());
    let id = on_create(&cloud, &json!({ "slow_body": 20 }), None);
    let mut stream = TcpStream::connect(cloud.address()).expect("a connection");
    let path = mapping(PROJECT);
    stream.write_all(request(&path, "Expect: 100-continue\r\n").as_bytes()).expect("a request");
    stream.write_all(request(&path, CLOSE).as_bytes()).expect("a request");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("two answers");
    assert_eq!(text.matches("HTTP/1.1 202 Accepted").count(), 2, "{text}");
    assert_eq!(text.matches("\"job_id\"").count(), 2, "{text}");
    assert_eq!(counters(&cloud, &id), (2, 2));
}

#[test]
fn resets_under_load_leave_nothing_behind() {
    const CLIENTS: usize = 8;
    const REQUESTS: usize = 50;
    let cloud = start(&Config { workers: 2, ..config() });
    let world = cloud.world(PROJECT);
    let rule = Fault::on("CreateDbCacheMapping").every(2).reset();
    let id = world.fault(rule).unwrap();
    let outcomes: Vec<bool> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| scope.spawn(|| (0..REQUESTS).map(|_| is_reset(&cloud)).collect::<Vec<_>>()))
            .collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    let resets = outcomes.iter().filter(|reset| **reset).count();
    assert_eq!(resets, CLIENTS * REQUESTS / 2);
    assert_eq!(counters(&cloud, &id), (400, 200));
    assert_eq!(jobs(&cloud), 200);
    let worlds = send(&cloud, "GET", "/_paper/worlds", None).expect(200);
    let world = worlds["worlds"].as_array().unwrap().iter();
    let world = world.clone().find(|world| world["project_id"] == PROJECT).unwrap();
    assert_eq!(world["requests"], 401, "each request, and the look at the jobs");
    forgets_all(&cloud);
}

/// Whether a request is reset, and not answered.
fn is_reset(cloud: &PaperCloud) -> bool {
    let got = raw(cloud, CLOSE);
    match got.ended {
        Ok(()) => assert!(got.head().starts_with("http/1.1 202"), "{}", got.text()),
        Err(kind) => assert_eq!((kind, got.bytes.len()), (ErrorKind::ConnectionReset, 0)),
    }
    got.ended.is_err()
}
