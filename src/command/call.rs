//! One call of the control API, over a connection of its own.

use super::target::Line;
use std::fmt::Write as _;
use std::io::{Error, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

/// One call of the control API.
#[derive(Debug)]
pub struct Call<'c> {
    /// The method.
    pub method: &'static str,
    /// The path, and a query if there is one.
    pub path: &'c str,
    /// What lets it in.
    pub control_token: Option<&'c str>,
    /// The body; none if it is empty.
    pub body: &'c str,
    /// How long each step may take.
    pub limit: Duration,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    /// The first line.
    pub status_line: String,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The number in the first line.
    pub fn status(&self) -> Option<&str> {
        self.status_line.split(' ').nth(1)
    }
}

impl<'c> Call<'c> {
    /// Asks for a path.
    pub fn get(path: &'c str) -> Self {
        let limit = Duration::from_secs(2);
        Self { method: "GET", path, control_token: None, body: "", limit }
    }

    /// Makes the call.
    pub fn send(&self, to: &Line) -> std::io::Result<Answer> {
        const MOST: u64 = 1 << 30;
        let mut stream = to.connect(self.limit)?;
        stream.write_all(self.request(to.address).as_bytes())?;
        stream.flush()?;
        let mut answer = Vec::new();
        stream.take(MOST).read_to_end(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer);
        let Some((head, body)) = answer.split_once("\r\n\r\n") else {
            return Err(Error::new(ErrorKind::UnexpectedEof, "the answer has no end of its head"));
        };
        let status_line = head.lines().next().unwrap_or_default().to_owned();
        Ok(Answer { status_line, body: body.to_owned() })
    }

    fn request(&self, to: SocketAddr) -> String {
        let Self { method, path, control_token, body, .. } = self;
        let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n");
        if let Some(token) = control_token {
            text.extend(["X-Paper-Token: ", token, "\r\n"]);
        }
        if !body.is_empty() {
            let _ = write!(
                text,
                "Content-Type: application/json\r\nContent-Length: {}\r\n",
                body.len()
            );
        }
        text.extend(["\r\n", body]);
        text
    }
}
