//! What the HTTP library answers by itself, to what it cannot read as a request: a status and
//! nothing else.

use crate::server::stream::Stream;
use axum::http::StatusCode;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::AsyncWrite;

/// What is said instead.
#[derive(Debug)]
pub struct Refused {
    text: Vec<u8>,
    sent: usize,
}

impl Refused {
    /// This.
    pub fn new(text: Vec<u8>) -> Self {
        Self { text, sent: 0 }
    }

    /// Sends what is left of it.
    pub fn poll_send(
        &mut self,
        stream: &mut Stream,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while self.sent < self.text.len() {
            let left = &self.text[self.sent..];
            let count = ready!(Pin::new(&mut *stream).poll_write(context, left))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent += count;
        }
        Pin::new(stream).poll_flush(context)
    }
}

/// The status, if these bytes are such an answer: no answer of Papercloud's has only these headers,
/// and no body of its has an empty line of this kind, because JSON has no raw line breaks.
pub fn status(bytes: &[u8]) -> Option<StatusCode> {
    const LONGEST: usize = 192;
    const START: &[u8] = b"HTTP/1.1 4";
    if bytes.len() > LONGEST || !bytes.starts_with(START) || !bytes.ends_with(b"\r\n\r\n") {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let (first, headers) = text.split_once("\r\n")?;
    let is_bare = |line: &str| {
        let name = line.split(':').next().unwrap_or_default();
        matches!(name, "connection" | "date") || line == "content-length: 0"
    };
    if !headers.split("\r\n").filter(|line| !line.is_empty()).all(is_bare) {
        return None;
    }
    first.split(' ').nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_refusal_is_known_from_an_answer() {
        let bare = "HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\
                    content-length: 0\r\ndate: Sat, 21 Nov 2026 15:17:32 GMT\r\n\r\n";
        let own = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        assert_eq!(status(bare.as_bytes()), Some(own));
        for other in [
            bare.replace("content-length: 0", "content-length: 2"),
            bare.replace("date", "x-request-id: 1\r\ndate"),
            bare.replace("431", "200"),
            bare.replace("\r\n\r\n", "\r\n"),
        ] {
            assert_eq!(status(other.as_bytes()), None, "{other}");
        }
    }
}
