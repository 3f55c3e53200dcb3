//! HTTP/2 that is broken off, floods or takes back, in frames written by hand.

use super::{Raw, forgets_all, hasty, serves_others};
use crate::support::start;
use papercloud::PaperCloud;
use std::io::{Read, Write};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// The error with which too busy a client is sent away.
const ENHANCE_YOUR_CALM: u32 = 11;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a small frame").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// GET of a path, by the static table of HPACK: method, scheme, path, authority.
fn get(path: &str) -> Vec<u8> {
    let length = u8::try_from(path.len()).expect("a short path");
    [&[0x82, 0x86, 0x04, length], path.as_bytes(), &[0x41, 1, b'h']].concat()
}

fn greeted(cloud: &PaperCloud, settings: &[u8]) -> Raw {
    Raw::connect(cloud).send(PREFACE).send(frame(SETTINGS, 0, 0, settings))
}

/// Reads frames until the end: the error of the last GOAWAY, if there was one.
fn farewell(mut raw: Raw) -> Option<u32> {
    let mut error = None;
    let mut head = [0; 9];
    while raw.0.read_exact(&mut head).is_ok() {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let mut payload = vec![0; length];
        if raw.0.read_exact(&mut payload).is_err() {
            break;
        }
        if head[3] == GOAWAY {
            error = Some(u32::from_be_bytes(payload[4..8].try_into().expect("four bytes")));
        }
    }
    error
}

#[test]
fn a_preface_that_is_broken_off_is_not_waited_for() {
    let cloud = start(&hasty());
    for length in [1, 3, 14, 23] {
        let got = Raw::connect(&cloud).send(&PREFACE[..length]).rest();
        assert!(got.text.is_empty() || got.statuses() == ["408"], "{length}: {got:?}");
        let _ = Raw::connect(&cloud).send(&PREFACE[..length]).half_close().rest();
    }
    // Whole, and then nothing, and then nonsense.
    let _ = farewell(Raw::connect(&cloud).send(PREFACE));
    let _ = farewell(Raw::connect(&cloud).send(PREFACE).send([0xff; 4096]));
    serves_others(&cloud);
    forgets_all(&cloud);
}

#[test]
fn a_connection_without_requests_is_ended_though_it_is_kept_alive() {
    let cloud = start(&hasty());
    let mut raw = greeted(&cloud, &[]);
    // Pings are no use of it.
    while raw.0.write_all(&frame(PING, 0, 0, &[7; 8])).is_ok() {
        serves_others(&cloud);
    }
    drop(raw);
    assert_eq!(farewell(greeted(&cloud, &[])), Some(0), "an end without an error");
    forgets_all(&cloud);
}

#[test]
fn a_client_that_takes_back_what_it_asks_for_is_sent_away() {
    let cloud = start(&hasty());
    let mut flood = Vec::new();
    for number in 0..2000 {
        let stream = 2 * number + 1;
        let flags = END_STREAM | END_HEADERS;
        flood.extend(frame(HEADERS, flags, stream, &get("/_paper/openapi.json")));
        flood.extend(frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes()));
    }
    let raw = greeted(&cloud, &[]).send(flood);
    serves_others(&cloud);
    assert_eq!(farewell(raw), Some(ENHANCE_YOUR_CALM));
    forgets_all(&cloud);
}

#[test]
fn headers_without_end_are_not_kept() {
    let cloud = start(&hasty());
    let mut raw = greeted(&cloud, &[]).send(frame(HEADERS, END_STREAM, 1, &get("/")));
    // A header of 16,000 bytes, again and again.
    let header = [&[0, 1, b'x', 0x7f, 0x81, 0x7c][..], &[b'a'; 16_000]].concat();
    let mut sent = 0_u64;
    while sent < 1 << 30 && raw.0.write_all(&frame(CONTINUATION, 0, 1, &header)).is_ok() {
        sent += 16_000;
    }
    assert!(sent < 1 << 30, "nobody reads all of this");
    serves_others(&cloud);
    drop(raw);
    forgets_all(&cloud);
}

#[test]
fn a_client_that_gives_no_room_for_its_answers_is_left() {
    let cloud = start(&hasty());
    // SETTINGS_INITIAL_WINDOW_SIZE is zero.
    let mut raw = greeted(&cloud, &[0, 4, 0, 0, 0, 0]);
    for number in 0..4 {
        let flags = END_STREAM | END_HEADERS;
        raw = raw.send(frame(HEADERS, flags, 2 * number + 1, &get("/_paper/openapi.json")));
    }
    serves_others(&cloud);
    assert_eq!(farewell(raw), Some(0));
    forgets_all(&cloud);
}

#[test]
fn a_client_that_floods_and_never_reads_is_left() {
    let cloud = start(&hasty());
    for kind in [SETTINGS, PING] {
        let payload: &[u8] = if kind == PING { &[7; 8] } else { &[] };
        let flood = frame(kind, 0, 0, payload).repeat(4096);
        let mut raw = greeted(&cloud, &[]);
        let mut sent = 0_u64;
        while sent < 1 << 32 && raw.0.write_all(&flood).is_ok() {
            sent += flood.len() as u64;
        }
        assert!(sent < 1 << 32, "its answers are never read, so nobody reads all of this");
        serves_others(&cloud);
    }
    forgets_all(&cloud);
}
