//! What spoils an answer or a connection, seen on the socket.

use super::{CLOSE, Got, counters, create, jobs, mapping, on_create, raw, request};
use crate::support::{PROJECT, config, json, send, skipped, start};
use papercloud::{Config, Fault, PaperCloud};
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

#[test]
#[expect(clippy::disallowed_methods, reason = "what is measured is real time")]
fn a_slow_body_comes_in_pieces() {
    let cloud = start(&config());
    on_create(&cloud, &json!({ "slow_body": 300 }), None);
    let mut stream = TcpStream::connect(cloud.address()).expect("a connection");
    let begun = Instant::now();
    stream.write_all(request(&mapping(PROJECT), CLOSE).as_bytes()).expect("a request");
    let (mut bytes, mut reads, mut buffer) = (Vec::new(), 0, [0; 4096]);
    loop {
        let count = stream.read(&mut buffer).expect("bytes");
        if count == 0 {
            break;
        }
        bytes.extend_from_slice(&buffer[..count]);
        reads += 1;
    }
    assert!(begun.elapsed() >= Duration::from_millis(290), "{:?}", begun.elapsed());
    assert!(reads >= 5, "in {reads} pieces");
    let got = Got { bytes, ended: Ok(()) };
    assert_eq!(got.body().len(), got.length());
    assert!(json(&got.body())["job_id"].is_string());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "what is measured is real time")]
fn latency_keeps_a_request_or_its_answer_waiting() {
    let cloud = start(&config());
    for (phase, latency) in [
        ("before", json!(80)),
        ("after", json!({ "from": 80, "to": 90 })),
        ("after", json!({ "median": 90, "p99": 90 })),
    ] {
        let id = on_create(&cloud, &json!({ "latency_ms": latency }), Some(phase));
        let begun = Instant::now();
        let answer = create(&cloud);
        assert!(begun.elapsed() >= Duration::from_millis(80), "{phase}: {:?}", begun.elapsed());
        assert_eq!(answer.headers["x-paper-fault"], id.as_str());
        answer.expect(202);
        cloud.world(PROJECT).disarm(&id).unwrap();
    }
    assert_eq!(jobs(&cloud), 3);
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
    match connections_to(&cloud) {
        Some(open) => assert_eq!(open, 0),
        None => skipped("how many connections are open, which this system does not tell"),
    }
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

/// How many connections the service holds, where the system tells.
fn connections_to(cloud: &PaperCloud) -> Option<usize> {
    const ESTABLISHED: &str = "01";
    let local = format!(":{:04X}", cloud.address().port());
    let table = std::fs::read_to_string("/proc/net/tcp").ok()?;
    let open = |line: &&str| {
        let mut columns = line.split_whitespace().skip(1);
        let (address, _, state) = (columns.next(), columns.next(), columns.next());
        address.is_some_and(|address| address.ends_with(&local)) && state == Some(ESTABLISHED)
    };
    Some(table.lines().filter(open).count())
}
