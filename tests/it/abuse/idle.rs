//! Connections that do nothing, and more of them than there are places.

use super::{Connections, GUARD, Raw, forgets_all, hasty, serves_others};
use crate::binary::Running;
use crate::support::{config, skipped, start};
use papercloud::Config;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

#[test]
fn an_idle_connection_is_closed_whether_it_was_used_or_not() {
    let cloud = start(&hasty());
    let (fresh, used) = (Raw::connect(&cloud), Raw::connect(&cloud));
    let used = used.send("GET /_paper/health HTTP/1.1\r\nHost: h\r\n\r\n").rest();
    assert_eq!((used.statuses(), used.ended), (vec!["200"], Ok(())));
    let fresh = fresh.rest();
    assert_eq!((fresh.text.as_str(), fresh.ended), ("", Ok(())));
    forgets_all(&cloud);
}

#[test]
fn a_connection_that_has_no_place_is_503_and_there_is_one_once_another_ends() {
    let connections = Connections { max_connections: Some(4), ..Connections::default() };
    let cloud = start(&Config { connections, ..config() });
    let request = b"GET /_paper/health HTTP/1.1\r\nHost: h\r\n\r\n";
    let mut held = Vec::new();
    for _ in 0..4 {
        let mut raw = Raw::connect(&cloud).send(request);
        let mut first = [0; 12];
        raw.0.read_exact(&mut first).expect("an answer");
        assert_eq!(&first, b"HTTP/1.1 200");
        held.push(raw);
    }
    assert_eq!(cloud.open_connections(), 4);
    let reason = Raw::connect(&cloud).send(request).rest().refused("503");
    assert!(reason.starts_with("4 connections are open"), "{reason}");
    drop(held);
    forgets_all(&cloud);
    serves_others(&cloud);
}

#[test]
fn a_stop_waits_for_no_idle_connection() {
    // If it did wait, nobody would wait for the end of this test.
    let connections = Connections { stop_seconds: 3600, ..Connections::default() };
    let cloud = start(&Config { connections, ..config() });
    let fresh: Vec<_> = (0..100).map(|_| Raw::connect(&cloud)).collect();
    serves_others(&cloud);
    cloud.stop().expect("it stops");
    for raw in fresh {
        assert_eq!(raw.rest().text, "");
    }
}

/// How many descriptors this process may have open.
fn descriptors() -> Option<usize> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn resident_bytes(process: u32) -> Option<usize> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.split_whitespace().next()?.parse::<usize>().ok()? << 10)
}

fn open_files(process: u32) -> Option<usize> {
    Some(fs::read_dir(format!("/proc/{process}/fd")).ok()?.count())
}

/// In a process of its own, so that both sides have as many descriptors as the system gives.
#[test]
#[expect(clippy::disallowed_methods, reason = "a guard against waiting for ever")]
fn ten_thousand_idle_connections_are_held_and_forgotten() {
    // Other tests need some besides.
    let possible = descriptors().map_or(1000, |all| all.saturating_sub(2000));
    let count = possible.clamp(100, 10_000);
    let running = Running::start(&["--idle-seconds", "600"]);
    let (process, address) = (running.id(), running.url("").replace("http://", ""));
    let ask = |stream: &mut TcpStream| {
        stream.set_read_timeout(Some(GUARD)).expect("a time-out");
        stream.write_all(b"GET /_paper/health HTTP/1.1\r\nHost: h\r\n\r\n").expect("a request");
        let mut first = [0; 12];
        stream.read_exact(&mut first).expect("an answer");
        assert_eq!(&first, b"HTTP/1.1 200");
    };
    let connect = || TcpStream::connect(&address).expect("a connection");
    ask(&mut connect());
    let before = resident_bytes(process);
    let mut idle = Vec::with_capacity(count);
    for number in 0..count {
        idle.push(connect());
        if number % 64 == 0 {
            // So that the queue of those to be accepted never overflows.
            ask(&mut connect());
        }
    }
    ask(&mut connect());
    let (after, files) = (resident_bytes(process), open_files(process));
    println!("{count} idle connections were used");
    if let (Some(before), Some(after), Some(files)) = (before, after, files) {
        assert!(files >= count, "{files} files are open");
        let each = after.saturating_sub(before) / count;
        println!("{each} bytes for each");
        assert!(each < 4096, "{each} bytes for each");
    } else {
        skipped("what an idle connection takes, which this system does not tell");
    }
    // They still work.
    ask(&mut idle[0]);
    ask(&mut idle[count - 1]);
    drop(idle);
    let begun = Instant::now();
    while open_files(process).is_some_and(|files| files > 64) {
        assert!(begun.elapsed() < GUARD, "{:?} files are still open", open_files(process));
        ask(&mut connect());
    }
    let (status, log) = running.signal("TERM");
    assert_eq!(status, Some(0), "{log}");
}
