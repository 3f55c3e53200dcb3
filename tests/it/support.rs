//! A client that no one here wrote, and what every test says with it.

use papercloud::{Config, PaperCloud};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;
use ureq::Agent;
use ureq::http::{HeaderMap, Request};

/// The project of the documents' examples.
pub const PROJECT: &str = "054e292c9880d4992f02c0196d3ea468";

/// A configuration on a free port, where time stands still. A wrong example fails its own test, and
/// not each that starts a service.
pub fn config() -> Config {
    let frozen_at = Some("2026-01-01T00:00:00Z".to_owned());
    Config { frozen_at, self_test: false, ..Config::for_tests() }
}

/// Starts as configured.
pub fn start(config: &Config) -> PaperCloud {
    PaperCloud::start_with(config).expect("Papercloud starts")
}

/// An answer, taken apart.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    /// The status that is expected; the body is shown if it is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{:#}", self.body);
        self.body
    }

    /// Text of a member.
    #[track_caller]
    pub fn text(&self, pointer: &str) -> String {
        text(&self.body, pointer)
    }
}

/// Text of a member of a body.
#[track_caller]
pub fn text(body: &Value, pointer: &str) -> String {
    let found = body.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no text at {pointer} of {body:#}")).to_owned()
}

/// Sends a request with a token.
pub fn send(cloud: &PaperCloud, method: &str, path: &str, body: Option<&Value>) -> Answer {
    let text = body.map(ToString::to_string);
    let headers = [("X-Auth-Token", "test-token")];
    send_text(cloud, method, path, &headers, text.as_deref().unwrap_or_default())
}

/// Sends a request as it is.
pub fn send_text(
    cloud: &PaperCloud,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    send_by(&agent(), cloud, method, path, headers, body)
}

/// A client that keeps its connections.
pub fn agent() -> Agent {
    let config = Agent::config_builder().http_status_as_error(false);
    config.allow_non_standard_methods(true).build().into()
}

/// Sends a request as it is, by a connection of this client.
pub fn send_by(
    agent: &Agent,
    cloud: &PaperCloud,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let url = format!("{}{path}", cloud.url());
    let content_type =
        [("Content-Type", "application/json")].into_iter().filter(|_| !body.is_empty());
    let headers = headers.iter().copied().chain(content_type);
    let response = if method == "DELETE" {
        // Three of the services' DELETE calls have a body.
        let request =
            headers.fold(agent.delete(url), |request, (name, value)| request.header(name, value));
        if body.is_empty() { request.call() } else { request.force_send_body().send(body) }
    } else {
        let request = Request::builder().method(method).uri(url);
        let request = headers.fold(request, |request, (name, value)| request.header(name, value));
        agent.run(request.body(body.to_owned()).expect("a request"))
    };
    let mut response = response.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.body_mut().read_to_string().expect("text");
    let id = headers.get("x-request-id");
    assert!(id.is_some_and(|id| id.len() == 32), "no request id: {headers:?}");
    let is_plain = headers.get("content-type").is_some_and(|kind| kind == "text/plain");
    let body = match &*text {
        "" => Value::Null,
        _ if is_plain => text.into(),
        text => json(text),
    };
    Answer { status, headers, body }
}

/// Says what is not tested here. The macros that print would say it only of tests that fail.
pub fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// Every answer is JSON.
#[track_caller]
pub fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A published document, or a part of it, with what it refers to in its place.
pub fn resolved(document: &Value, part: &Value) -> Value {
    match part {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                let target = reference.strip_prefix('#').and_then(|it| document.pointer(it));
                return resolved(document, target.unwrap_or_else(|| panic!("no {reference}")));
            }
            let members = members.iter();
            members.map(|(name, value)| (name.clone(), resolved(document, value))).collect()
        }
        Value::Array(values) => values.iter().map(|value| resolved(document, value)).collect(),
        value => value.clone(),
    }
}

/// A query string.
pub fn query(pairs: &[(&str, &str)]) -> String {
    let mut query = String::from("?");
    for (name, value) in pairs {
        write!(query, "{name}={value}&").expect("a string takes everything");
    }
    query
}

/// A mapping that is to be created.
pub const MAPPING: &str = r#"{"source_instance_id":"a","target_instance_id":"b"}"#;

/// A request whose head has been received: the service asks for its body.
pub fn begun(cloud: &PaperCloud, project: &str) -> TcpStream {
    let mut stream = TcpStream::connect(cloud.address()).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
    let head = format!(
        "POST /v3/{project}/dbcache/mapping HTTP/1.1\r\nHost: h\r\nX-Auth-Token: t\r\n\
         Content-Type: application/json\r\nExpect: 100-continue\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n",
        MAPPING.len()
    );
    stream.write_all(head.as_bytes()).expect("the head is sent");
    let wanted = b"HTTP/1.1 100 Continue\r\n\r\n";
    let mut got = vec![0; wanted.len()];
    stream.read_exact(&mut got).expect("an interim answer");
    assert_eq!(String::from_utf8_lossy(&got), String::from_utf8_lossy(wanted));
    stream
}

/// Sends the body, and reads the answer.
pub fn ended(mut stream: TcpStream) -> (String, Value) {
    stream.write_all(MAPPING.as_bytes()).expect("the body is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    (head.to_owned(), json(body))
}
