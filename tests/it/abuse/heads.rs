//! Heads of requests that are slow, huge or not HTTP.

use super::{Got, Raw, forgets_all, hasty, serves_others};
use crate::support::start;
use papercloud::{Config, Connections, PaperCloud};
use std::fmt::Write;
use std::io::Write as _;

fn ask(cloud: &PaperCloud, bytes: impl AsRef<[u8]>) -> Got {
    Raw::connect(cloud).send(bytes).rest()
}

/// What the HTTP library answers by itself: a status, no body, and the end of the connection, which
/// is announced. All of it arrives, though the client may still be sending.
#[track_caller]
fn bare(got: &Got, status: &str) {
    assert_eq!((got.statuses(), got.ended), (vec![status], Ok(())), "{got:?}");
    let head = got.text.to_ascii_lowercase();
    assert!(head.contains("\r\nconnection: close\r\n"), "{head}");
    assert!(head.contains("\r\ncontent-length: 0\r\n") && head.ends_with("\r\n\r\n"), "{head}");
}

#[test]
fn slow_heads_are_408_and_hold_up_nobody() {
    let cloud = start(&hasty());
    let slow: Vec<_> = (0..64)
        .map(|_| Raw::connect(&cloud).send("GET /_paper/health HTTP/1.1\r\nHost: h\r\nX-Slow: "))
        .collect();
    serves_others(&cloud);
    for raw in slow {
        let reason = raw.rest().refused("408");
        assert!(reason.contains("did not arrive within 1 seconds (--header-seconds)"), "{reason}");
    }
    forgets_all(&cloud);
}

#[test]
fn a_head_that_comes_byte_by_byte_gets_no_more_time_by_that() {
    let cloud = start(&hasty());
    let mut raw = Raw::connect(&cloud).send("GET / HTTP/1.1\r\nX-Slow: ");
    // A request of somebody else between two bytes is pause enough.
    while raw.0.write_all(b"a").is_ok() {
        serves_others(&cloud);
    }
    drop(raw);
    forgets_all(&cloud);
}

#[test]
fn a_second_head_may_be_as_late_as_the_first_and_no_later() {
    let cloud = start(&hasty());
    let got = ask(&cloud, "GET /_paper/health HTTP/1.1\r\nHost: h\r\n\r\nGET /_paper/he");
    assert!(got.statuses() == ["200"] || got.statuses() == ["200", "408"], "{got:?}");
    forgets_all(&cloud);
}

#[test]
fn a_flood_of_headers_is_431_without_a_body() {
    let cloud = start(&hasty());
    let with = |count: usize| {
        let mut head = "GET /_paper/health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n".to_owned();
        for number in 2..count {
            write!(head, "X-{number}: 1\r\n").expect("a string takes everything");
        }
        ask(&cloud, head + "\r\n")
    };
    assert_eq!(with(100).statuses(), ["200"]);
    bare(&with(101), "431");
    bare(&with(10_000), "431");
    serves_others(&cloud);
    forgets_all(&cloud);
}

#[test]
fn a_huge_header_is_431_and_the_limit_is_configurable() {
    let connections = Connections { header_bytes: 4096, ..hasty().connections };
    let cloud = start(&Config { connections, ..hasty() });
    let with = |count: usize| {
        let value = "a".repeat(count);
        ask(
            &cloud,
            format!("GET /v3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-A: {value}\r\n\r\n"),
        )
    };
    assert_eq!(with(3900).statuses(), ["200"]);
    bare(&with(4100), "431");
    bare(&with(10_000_000), "431");
    forgets_all(&cloud);
    let connections = Connections { header_bytes: 1 << 20, ..hasty().connections };
    let cloud = start(&Config { connections, ..hasty() });
    let long = ask(&cloud, format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", "a".repeat(70_000)));
    bare(&long, "414");
}

#[test]
fn a_head_without_end_is_not_kept() {
    let cloud = start(&hasty());
    let mut raw = Raw::connect(&cloud).send("GET / HTTP/1.1\r\nX-A: ");
    let mut sent = 0;
    while sent < 1 << 30 && raw.0.write_all(&[b'a'; 1 << 12]).is_ok() {
        sent += 1 << 12;
    }
    assert!(sent < 1 << 30, "nobody reads all of this");
    serves_others(&cloud);
    drop(raw);
    forgets_all(&cloud);
}

#[test]
fn what_is_not_http_is_400_without_a_body() {
    let cloud = start(&hasty());
    let header = |header: &str| {
        format!("GET /_paper/health HTTP/1.1\r\nHost: h\r\n{header}\r\n\r\n").into_bytes()
    };
    let line = |line: &[u8]| [line, b"\r\nHost: h\r\n\r\n"].concat();
    for bytes in [
        line(b"GE(T /_paper/health HTTP/1.1"),
        line(b"GET /_paper/health"),
        line(b"GET  /_paper/health HTTP/1.1"),
        line(b"GET /_paper/\0health HTTP/1.1"),
        line(b"GET /_paper/health HTTP/1.2"),
        line(b"GET /_paper/health HTTP/2.0"),
        line(b"GET /_paper/health HTTP/9.9"),
        line(b"GET /_paper/health HTTPS/1.1"),
        line(b"\xff\xfe\xfd"),
        header("Host : h"),
        header("X-A: a\0b"),
        header("X-A: a\rb"),
        header("X A: b"),
        header(": b"),
        header("X-A"),
        header("Content-Length: -1"),
        header("Content-Length: +1"),
        header("Content-Length: 1e3"),
        header("Content-Length: 18446744073709551616"),
        header("Content-Length: 1\r\nContent-Length: 2"),
        header("Content-Length: 1, 2"),
        header("Transfer-Encoding: gzip"),
        header("Transfer-Encoding: chunked, gzip"),
        header("Transfer-Encoding: xchunked"),
        b"GET /_paper/health\r\n\r\n".to_vec(),
        b"NONSENSE\r\n\r\n".to_vec(),
    ] {
        let got = ask(&cloud, &bytes);
        let shown = String::from_utf8_lossy(&bytes);
        assert_eq!(got.statuses(), ["400"], "{shown:?}: {got:?}");
        assert_eq!(got.ended, Ok(()), "{shown:?}");
    }
    bare(&ask(&cloud, header("Content-Length: 18446744073709551615")), "431");
    serves_others(&cloud);
    forgets_all(&cloud);
}

#[test]
fn odd_targets_and_methods_are_answered() {
    let cloud = start(&hasty());
    let port = cloud.address().port();
    for (line, status) in [
        (format!("GET http://127.0.0.1:{port}/_paper/health HTTP/1.1"), "200"),
        ("GET http://h/_paper/health HTTP/1.1".to_owned(), "200"),
        ("GET HTTP://h HTTP/1.1".to_owned(), "200"),
        ("OPTIONS * HTTP/1.1".to_owned(), "404"),
        ("CONNECT h:80 HTTP/1.1".to_owned(), "404"),
        ("BREW /coffee HTTP/1.1".to_owned(), "404"),
        ("get /_paper/health HTTP/1.1".to_owned(), "405"),
        ("TRACE /v3 HTTP/1.1".to_owned(), "404"),
        ("GET /../../etc/passwd HTTP/1.1".to_owned(), "404"),
        ("GET //// HTTP/1.1".to_owned(), "404"),
        ("GET /v3/%00%ff/jobs HTTP/1.1".to_owned(), "400"),
        ("GET /_paper/health HTTP/1.0".to_owned(), "200"),
    ] {
        let head = format!("{line}\r\nHost: h\r\nX-Auth-Token: t\r\nConnection: close\r\n\r\n");
        let got = ask(&cloud, head);
        let text = got.text.replace("HTTP/1.0 ", "HTTP/1.1 ");
        assert!(text.starts_with(&format!("HTTP/1.1 {status} ")), "{line}: {got:?}");
    }
    forgets_all(&cloud);
}
