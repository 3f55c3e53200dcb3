//! Faults: what goes wrong is seen where a client sees it, on the socket.

mod answers;
mod effects;
mod plans;
mod refused;
mod rules;
mod selectors;
mod wire;

use crate::support::{Answer, PROJECT, send, send_text};
use papercloud::PaperCloud;
use serde_json::{Value, json};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const BODY: &str = r#"{"source_instance_id":"356cf333ab77413f9d2526605227be08in01","target_instance_id":"2bb234c7175c400aab91de7c62174c0ein12"}"#;

fn mapping(project: &str) -> String {
    format!("/v3/{project}/dbcache/mapping")
}

/// Arms a rule and returns its id.
#[track_caller]
fn arm(cloud: &PaperCloud, rule: &Value) -> String {
    let path = format!("/_paper/worlds/{PROJECT}/faults");
    let armed = send(cloud, "POST", &path, Some(rule)).expect(201);
    armed["id"].as_str().expect("an id").to_owned()
}

/// Arms a rule on the creation of mappings with this effect.
#[track_caller]
fn on_create(cloud: &PaperCloud, effect: &Value, phase: Option<&str>) -> String {
    let mut rule = json!({ "operation": "CreateDbCacheMapping", "effect": effect });
    if let Some(phase) = phase {
        rule["phase"] = phase.into();
    }
    arm(cloud, &rule)
}

/// Creates a mapping.
fn create(cloud: &PaperCloud) -> Answer {
    send_text(cloud, "POST", &mapping(PROJECT), &[("X-Auth-Token", "t")], BODY)
}

/// How many jobs there are: as many as mappings were created.
fn jobs(cloud: &PaperCloud) -> Value {
    let jobs = send(cloud, "GET", &format!("/v3/{PROJECT}/jobs"), None).expect(200);
    jobs["total_count"].clone()
}

fn counters(cloud: &PaperCloud, id: &str) -> (u64, u64) {
    let path = format!("/_paper/worlds/{PROJECT}/faults/{id}");
    let rule = send(cloud, "GET", &path, None).expect(200);
    let counter = |name: &str| rule[name].as_u64().expect("a counter");
    (counter("asked"), counter("hits"))
}

/// What a client gets that reads until the end: the bytes, and how they ended.
#[derive(Debug)]
struct Got {
    bytes: Vec<u8>,
    ended: Result<(), ErrorKind>,
}

impl Got {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    fn head(&self) -> String {
        let text = self.text();
        text.split_once("\r\n\r\n").expect("a head").0.to_ascii_lowercase()
    }

    fn body(&self) -> String {
        self.text().split_once("\r\n\r\n").expect("a head").1.to_owned()
    }

    fn length(&self) -> usize {
        let head = self.head();
        let length = head.split("content-length: ").nth(1).expect("a length");
        let length = length.lines().next().expect("a length");
        length.parse().expect("a number")
    }
}

fn request(path: &str, headers: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: h\r\nX-Auth-Token: t\r\nContent-Type: application/json\r\n\
         {headers}Content-Length: {}\r\n\r\n{BODY}",
        BODY.len()
    )
}

fn raw(cloud: &PaperCloud, headers: &str) -> Got {
    let mut stream = TcpStream::connect(cloud.address()).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
    stream.write_all(request(&mapping(PROJECT), headers).as_bytes()).expect("a request");
    let mut bytes = Vec::new();
    let ended = stream.read_to_end(&mut bytes).map(drop).map_err(|error| error.kind());
    Got { bytes, ended }
}

const CLOSE: &str = "Connection: close\r\n";
