//! Answers to clients whose request never reaches the router.

use super::limits::Limits;
use crate::app::App;
use crate::http::unreadable;
use axum::http::{Response, StatusCode};
use std::fmt::Write;
use std::sync::Arc;

/// Writes these answers.
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
    /// The answer to a request whose head cannot be accepted.
    pub fn respond(&self, status: StatusCode, reason: &str) -> Response<Vec<u8>> {
        unreadable(&self.app, status, reason)
    }

    /// To a client whose head takes too long.
    pub fn late_head(&self) -> Vec<u8> {
        let seconds = self.limits.head.as_secs();
        let reason = format!(
            "the head of the request did not arrive within {seconds} seconds (--header-seconds)"
        );
        self.write(StatusCode::REQUEST_TIMEOUT, &reason)
    }

    /// To a client that there is no place for.
    pub fn no_place(&self) -> Vec<u8> {
        let places = self.places;
        let reason = format!(
            "{places} connections are open, and there may not be more (--max-connections, and the \
             file descriptors that the system gives)"
        );
        self.write(StatusCode::SERVICE_UNAVAILABLE, &reason)
    }

    /// To a client that speaks HTTP where TLS is spoken.
    pub fn needs_tls(&self) -> Vec<u8> {
        let reason = "this port speaks HTTPS (--tls), and the request came in plain HTTP";
        self.write(StatusCode::BAD_REQUEST, reason)
    }

    /// To a client that speaks TLS where HTTP is spoken. It cannot read this as an answer, but some
    /// clients say that HTTP came back.
    pub fn speaks_no_tls(&self) -> Vec<u8> {
        let reason = "this port speaks plain HTTP, and the request came in HTTPS";
        self.write(StatusCode::BAD_REQUEST, reason)
    }

    /// A whole answer in HTTP/1.1, after which the connection ends.
    fn write(&self, status: StatusCode, reason: &str) -> Vec<u8> {
        let answer = self.respond(status, reason);
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
}
