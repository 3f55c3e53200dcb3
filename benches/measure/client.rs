//! The client: requests made before the clock runs, and answers read as far as they have to be.

use crate::Result;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::Range;
use std::time::Duration;

/// An answer that takes longer never comes.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// What stands for a number in a request: eight digits, in hexadecimal.
pub const NUMBER: &str = "########";

/// A request as it goes over the wire, with places for a number that makes it one of its own.
#[derive(Clone)]
pub struct Request {
    bytes: Vec<u8>,
    places: Vec<usize>,
}

impl Request {
    /// A request with a token, and a body where there is one.
    pub fn new(method: &str, path: &str, body: Option<&str>) -> Self {
        let body = match body {
            Some(body) => format!(
                "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            ),
            None => "\r\n".to_owned(),
        };
        let text =
            format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nX-Auth-Token: token\r\n{body}");
        let places = text.match_indices(NUMBER).map(|(place, _)| place).collect();
        Self { bytes: text.into_bytes(), places }
    }

    /// A request to read something.
    pub fn get(path: &str) -> Self {
        Self::new("GET", path, None)
    }

    /// The bytes of the request with this number.
    pub fn numbered(&mut self, number: u32) -> &[u8] {
        for &place in &self.places {
            let digits = (0..8).rev().map(|digit| HEX[(number >> (4 * digit) & 15) as usize]);
            self.bytes[place..place + 8].iter_mut().zip(digits).for_each(|(to, from)| *to = from);
        }
        &self.bytes
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// An answer that is there as a whole.
#[derive(Clone, Debug)]
pub struct Complete {
    /// Its status.
    pub status: u16,
    body: Range<usize>,
    /// Whether the body is in chunks.
    chunked: bool,
}

impl Complete {
    /// Looks at what was received so far.
    pub fn of(received: &[u8]) -> Option<Self> {
        let start = received.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let head = str::from_utf8(&received[..start]).ok()?;
        let status: u16 = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
        let length = head.lines().find_map(|line| value(line, "content-length"));
        let end = match length {
            Some(length) => start + length.parse::<usize>().ok()?,
            None if status == 204 => start,
            None => start + walk_chunks(&received[start..], &mut |_| ())?,
        };
        let chunked = length.is_none();
        (received.len() >= end).then_some(Self { status, body: start..end, chunked })
    }

    /// The body as text.
    fn text(&self, received: &[u8]) -> String {
        let body = &received[self.body.clone()];
        let mut bytes = Vec::new();
        if self.chunked {
            walk_chunks(body, &mut |chunk| bytes.extend_from_slice(chunk));
        } else {
            bytes.extend_from_slice(body);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// The value of a header, if this is its line.
pub fn value<'l>(line: &'l str, header: &str) -> Option<&'l str> {
    let (name, value) = line.split_once(':')?;
    name.eq_ignore_ascii_case(header).then_some(value.trim())
}

/// Visits the chunks of a body, and says how long it is with their heads, once all of it is there.
fn walk_chunks(body: &[u8], visit: &mut dyn FnMut(&[u8])) -> Option<usize> {
    let mut place = 0;
    loop {
        let line = body[place..].windows(2).position(|two| two == b"\r\n")?;
        let digits = str::from_utf8(&body[place..place + line]).ok()?;
        let length = usize::from_str_radix(digits.split(';').next()?.trim(), 16).ok()?;
        let start = place + line + 2;
        place = start + length + 2;
        if place > body.len() {
            return None;
        }
        visit(&body[start..start + length]);
        if length == 0 {
            return Some(place);
        }
    }
}

/// A connection that is kept alive, with at most one request in flight, for one who waits.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer that was read.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its status line and headers.
    pub head: String,
    /// Its body.
    pub body: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::from_str(&self.body).map_err(|error| format!("{error}: {self:?}").into())
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| value(line, name))
    }
}

impl Connection {
    /// Connects.
    pub fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, buffer: vec![0; 16 << 10] })
    }

    /// Sends a request and waits for its answer.
    pub fn exchange(&mut self, request: &[u8]) -> Result<(Complete, &[u8])> {
        self.stream.write_all(request)?;
        let mut filled = 0;
        loop {
            if filled == self.buffer.len() {
                self.buffer.resize(2 * filled, 0);
            }
            match self.stream.read(&mut self.buffer[filled..])? {
                0 => return Err("the server closed a connection within an answer".into()),
                more => filled += more,
            }
            if let Some(complete) = Complete::of(&self.buffer[..filled]) {
                return Ok((complete, &self.buffer[..filled]));
            }
        }
    }

    /// Sends a request and reads its answer as text.
    pub fn ask(&mut self, request: &mut Request) -> Result<Answer> {
        let (complete, bytes) = self.exchange(request.numbered(0))?;
        let head = String::from_utf8_lossy(&bytes[..complete.body.start]).into_owned();
        Ok(Answer { status: complete.status, head, body: complete.text(bytes) })
    }
}
