//! Clients that are broken, slow or malicious, over raw sockets. Whatever they do, others are
//! answered meanwhile, and nothing is kept of them after.

mod bodies;
mod heads;
mod idle;

use crate::support::{PROJECT, config, json, send};
use papercloud::{Config, Connections, PaperCloud};
use serde_json::Value;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// How long anything here may take at most; what is waited for takes a second or two.
const GUARD: Duration = Duration::from_secs(30);

/// Every time-out is a second, the least that can be configured.
fn hasty() -> Config {
    let connections = Connections { idle_seconds: 1, write_seconds: 1, ..Connections::default() };
    Config { header_seconds: 1, body_seconds: 1, connections, ..config() }
}

/// A client that sends what it likes.
struct Raw(TcpStream);

/// What it gets until the end, and how that ended.
#[derive(Debug)]
struct Got {
    text: String,
    ended: Result<(), ErrorKind>,
}

impl Raw {
    fn connect(cloud: &PaperCloud) -> Self {
        let stream = TcpStream::connect(cloud.address()).expect("a connection");
        stream.set_read_timeout(Some(GUARD)).expect("a time-out");
        stream.set_write_timeout(Some(GUARD)).expect("a time-out");
        Self(stream)
    }

    /// Sends bytes. That the service has closed before all of them were sent is no failure.
    fn send(mut self, bytes: impl AsRef<[u8]>) -> Self {
        let sent = self.0.write_all(bytes.as_ref());
        let kind = sent.map_err(|error| error.kind()).err();
        assert!(
            matches!(kind, None | Some(ErrorKind::BrokenPipe | ErrorKind::ConnectionReset)),
            "{kind:?}"
        );
        self
    }

    /// Says that nothing more comes.
    fn half_close(self) -> Self {
        self.0.shutdown(Shutdown::Write).expect("a connection");
        self
    }

    /// Reads until the service closes.
    fn rest(mut self) -> Got {
        let mut bytes = Vec::new();
        let ended = self.0.read_to_end(&mut bytes).map(drop).map_err(|error| error.kind());
        assert_ne!(ended, Err(ErrorKind::WouldBlock), "it never ends");
        Got { text: String::from_utf8_lossy(&bytes).into_owned(), ended }
    }
}

impl Got {
    /// The statuses of the answers in it.
    fn statuses(&self) -> Vec<&str> {
        let after = self.text.split("HTTP/1.1 ").skip(1);
        let status = after.map(|answer| answer.split(' ').next().unwrap_or_default());
        // A message may name the protocol too.
        status.filter(|status| status.starts_with(|first: char| first.is_ascii_digit())).collect()
    }

    /// The one answer in it has this status and is in the gateway's envelope. Its reason.
    #[track_caller]
    fn refused(&self, status: &str) -> String {
        assert_eq!(self.statuses(), [status], "{self:?}");
        let (head, body) = self.text.split_once("\r\n\r\n").expect("a head and a body");
        let body: Value = json(body);
        assert!(head.contains("x-request-id: "), "{head}");
        assert_eq!(body["request_id"].as_str().map(str::len), Some(32), "{body:#}");
        assert!(body["error_code"].as_str().is_some_and(|code| code.starts_with("APIGW.0")));
        body["error_msg"].as_str().expect("a reason").to_owned()
    }
}

/// Somebody else is answered.
#[track_caller]
fn serves_others(cloud: &PaperCloud) {
    send(cloud, "GET", "/_paper/health", None).expect(200);
}

/// Nothing is kept of the connections that there were.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "a guard against waiting for ever")]
pub fn forgets_all(cloud: &PaperCloud) {
    let begun = Instant::now();
    while cloud.open_connections() > 0 {
        assert!(begun.elapsed() < GUARD, "{} are still open", cloud.open_connections());
        std::thread::yield_now();
    }
}

/// A request with a body of JSON.
fn create(headers: &str, body: &str) -> String {
    format!(
        "POST /v3/{PROJECT}/dbcache/mapping HTTP/1.1\r\nHost: h\r\nX-Auth-Token: t\r\n\
         {headers}\r\n{body}"
    )
}

const MAPPING: &str = r#"{"source_instance_id":"a","target_instance_id":"b"}"#;

/// How many requests have come so far as to be answered by an operation.
fn journaled(cloud: &PaperCloud) -> usize {
    let path = format!("/_paper/worlds/{PROJECT}/requests");
    let listed = send(cloud, "GET", &path, None).expect(200);
    listed["requests"].as_array().expect("a list").len()
}
