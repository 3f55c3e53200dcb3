//! What a client is told whose request never comes so far as to be one.

use super::limits::Limits;
use crate::app::App;
use crate::http::unreadable;
use axum::http::StatusCode;
use std::fmt::Write;
use std::sync::Arc;

/// As many headers as a request may have: the HTTP library's own limit.
const MOST_HEADERS: usize = 100;

/// Tells clients why they are not answered.
#[derive(Debug)]
pub struct Refusals {
    /// What answers have in common.
    pub app: Arc<App>,
    /// The limits that are told.
    pub limits: Limits,
    /// How many connections there may be.
    pub places: u32,
}

impl Refusals {
    /// The whole answer in HTTP/1.1, after which the connection ends, for what has this status.
    pub fn write(&self, status: StatusCode) -> Vec<u8> {
        self.answer(status, &self.reason(status))
    }

    /// The answer to what is sent in the clear where TLS is spoken.
    pub fn write_plain(&self) -> Vec<u8> {
        let reason = "this port speaks HTTPS (--tls), and the request came in plain HTTP";
        self.answer(StatusCode::BAD_REQUEST, reason)
    }

    fn answer(&self, status: StatusCode, reason: &str) -> Vec<u8> {
        let answer = unreadable(&self.app, status, reason);
        let mut head = format!("HTTP/1.1 {status}\r\n");
        for (name, value) in answer.headers() {
            let _ = write!(head, "{name}: {}\r\n", value.to_str().unwrap_or_default());
        }
        let body = answer.body();
        let _ = write!(head, "connection: close\r\ncontent-length: {}\r\n\r\n", body.len());
        let mut text = head.into_bytes();
        text.extend_from_slice(body);
        text
    }

    fn reason(&self, status: StatusCode) -> String {
        let Limits { head, head_bytes, .. } = self.limits;
        match status {
            StatusCode::REQUEST_TIMEOUT => format!(
                "the head of the request did not arrive within {} seconds (--header-seconds)",
                head.as_secs()
            ),
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => format!(
                "the head of the request has more than {head_bytes} bytes (--header-bytes) or \
                 {MOST_HEADERS} headers, or promises a body that is too long to be counted"
            ),
            StatusCode::URI_TOO_LONG => "the URL has more than 65534 bytes".to_owned(),
            StatusCode::SERVICE_UNAVAILABLE => format!(
                "{} connections are open, and there may not be more (--max-connections, and the \
                 file descriptors that the system gives)",
                self.places
            ),
            _ => "the request line or a header is not what HTTP/1.1 allows, or headers contradict \
                  each other about the length of the body"
                .to_owned(),
        }
    }
}
