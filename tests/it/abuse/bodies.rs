//! Bodies that are slow, cut off or framed badly, and clients that do not read.

use super::{MAPPING, PROJECT, Raw, create, forgets_all, hasty, journaled, serves_others};
use crate::support::{send, start};
use serde_json::json;
use std::fmt::Write;

#[test]
fn slow_bodies_are_408_and_hold_up_nobody() {
    let cloud = start(&hasty());
    let slow: Vec<_> = (0..64)
        .map(|_| Raw::connect(&cloud).send(create("Content-Length: 100\r\n", "{")))
        .collect();
    serves_others(&cloud);
    for raw in slow {
        raw.rest().refused("408");
    }
    forgets_all(&cloud);
}

#[test]
fn a_client_that_has_said_all_still_gets_its_answer() {
    let cloud = start(&hasty());
    let length = format!("Content-Length: {}\r\n", MAPPING.len());
    let got = Raw::connect(&cloud).send(create(&length, MAPPING)).half_close().rest();
    assert_eq!((got.statuses(), got.ended), (vec!["202"], Ok(())));
    // Longer than every time-out: who is being answered is not idle.
    let path = format!("/_paper/worlds/{PROJECT}/faults");
    let rule = json!({ "operation": "CreateDbCacheMapping", "effect": { "latency_ms": 2500 } });
    send(&cloud, "POST", &path, Some(&rule)).expect(201);
    let got = Raw::connect(&cloud).send(create(&length, MAPPING)).half_close().rest();
    assert_eq!((got.statuses(), got.ended), (vec!["202"], Ok(())));
    forgets_all(&cloud);
}

#[test]
fn a_body_that_is_cut_off_is_told_so() {
    let cloud = start(&hasty());
    for headers in ["Content-Length: 100\r\n", "Transfer-Encoding: chunked\r\n"] {
        let got = Raw::connect(&cloud).send(create(headers, "1\r\n{\r\n")).half_close().rest();
        let reason = got.refused("400");
        assert!(reason.ends_with("the body ended early or is not framed as HTTP"), "{reason}");
    }
    // And nobody is left to be told.
    for headers in ["Content-Length: 100\r\n", "Transfer-Encoding: chunked\r\n"] {
        drop(Raw::connect(&cloud).send(create(headers, "1\r\n{\r\n")));
    }
    serves_others(&cloud);
    forgets_all(&cloud);
}

#[test]
fn a_hundred_requests_in_one_packet_are_answered_in_their_order() {
    let cloud = start(&hasty());
    let mut requests = String::new();
    for number in 0..100 {
        let close = if number == 99 { "Connection: close\r\n" } else { "" };
        write!(requests, "GET /v9/number-{number} HTTP/1.1\r\nHost: h\r\n{close}\r\n").unwrap();
    }
    let got = Raw::connect(&cloud).send(requests).rest();
    assert_eq!(got.statuses(), ["404"; 100]);
    let order: Vec<_> = got
        .text
        .split("/v9/number-")
        .skip(1)
        .map(|text| text.split(|character: char| !character.is_ascii_digit()).next().unwrap())
        .collect();
    assert_eq!(order, (0..100).map(|number| number.to_string()).collect::<Vec<_>>());
    forgets_all(&cloud);
}

#[test]
fn chunks_are_read_and_nonsense_among_them_is_not() {
    let cloud = start(&hasty());
    let chunked = |body: &str| {
        let headers = "Connection: close\r\nTransfer-Encoding: chunked\r\n";
        Raw::connect(&cloud).send(create(headers, body)).half_close().rest()
    };
    let size = MAPPING.len();
    for good in [
        format!("{size:x}\r\n{MAPPING}\r\n0\r\n\r\n"),
        format!("{size:X};name=value\r\n{MAPPING}\r\n0\r\n\r\n"),
        format!("000{size:x}\r\n{MAPPING}\r\n0\r\nX-Trailer: 1\r\n\r\n"),
    ] {
        assert_eq!(chunked(&good).statuses(), ["202"], "{good}");
    }
    let trailers = "X-T: 1\r\n".repeat(200);
    let trailer = format!("X-T: {}\r\n", "a".repeat(70_000));
    for bad in [
        "zz\r\n".to_owned(),
        "-1\r\n".to_owned(),
        "\r\n".to_owned(),
        "ffffffffffffffff\r\n{".to_owned(),
        "10000000000000000\r\n{".to_owned(),
        format!("{size:x}\r\n{MAPPING}"),
        format!("{size:x}\r\n{MAPPING}\r\n"),
        format!("{size:x}\r\n{MAPPING}garbage\r\n0\r\n\r\n"),
        format!("{size:x} {MAPPING}\r\n0\r\n\r\n"),
        format!("{size:x};{}\r\n{MAPPING}\r\n0\r\n\r\n", "a".repeat(70_000)),
        format!("{size:x}\r\n{MAPPING}\r\n0\r\n{trailers}\r\n"),
        format!("{size:x}\r\n{MAPPING}\r\n0\r\n{trailer}\r\n"),
    ] {
        let shown: String = bad.chars().take(80).collect();
        let got = chunked(&bad);
        assert_eq!(got.statuses(), ["400"], "{shown:?}: {got:?}");
        got.refused("400");
    }
    serves_others(&cloud);
    forgets_all(&cloud);
}

#[test]
fn nobody_smuggles_a_request_in_a_body() {
    let cloud = start(&hasty());
    let hidden = create("Content-Length: 2\r\n", "{}");
    let inner = format!("{:x}\r\n{MAPPING}\r\n0\r\n\r\n{hidden}", MAPPING.len());
    for headers in [
        format!("Content-Length: {}\r\nTransfer-Encoding: chunked\r\n", inner.len()),
        format!("Transfer-Encoding: chunked\r\nContent-Length: {}\r\n", inner.len()),
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n".to_owned(),
    ] {
        let before = journaled(&cloud);
        let got = Raw::connect(&cloud).send(create(&headers, &inner)).rest();
        // The chunks are the body, as RFC 9112 wants it, and the connection ends after them.
        assert_eq!(got.statuses(), ["202"], "{headers}: {got:?}");
        assert_eq!(journaled(&cloud), before + 1, "{headers}");
    }
    let twice = format!("Content-Length: {0}\r\nContent-Length: {0}\r\n", MAPPING.len());
    let close = twice + "Connection: close\r\n";
    let got = Raw::connect(&cloud).send(create(&close, MAPPING)).rest();
    assert_eq!(got.statuses(), ["202"], "equal lengths contradict nothing");
    forgets_all(&cloud);
}

#[test]
fn a_body_without_end_is_413_though_the_client_goes_on_sending() {
    let cloud = start(&hasty());
    let head = create("Transfer-Encoding: chunked\r\n", "");
    let chunk = format!("100000\r\n{}\r\n", " ".repeat(1 << 20));
    let got = Raw::connect(&cloud).send(head).send(chunk.repeat(24)).rest();
    got.refused("413");
    forgets_all(&cloud);
}

#[test]
fn a_client_that_never_reads_is_left() {
    let cloud = start(&hasty());
    // More than the buffers of both sides take.
    let one = "GET /_paper/openapi.json HTTP/1.1\r\nHost: h\r\n\r\n";
    let raw = Raw::connect(&cloud).send(one.repeat(400));
    serves_others(&cloud);
    forgets_all(&cloud);
    let got = raw.rest();
    assert!(got.statuses().len() < 400 || got.ended.is_err(), "{}", got.statuses().len());
}
