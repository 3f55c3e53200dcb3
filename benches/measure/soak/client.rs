//! A client of the soak: a connection, projects of its own, and a source of chance that repeats.

use crate::Result;
use crate::client::{Answer, Connection, Request};
use serde_json::Value;
use std::net::SocketAddr;

/// How many projects a client has.
const PROJECTS: usize = 16;

/// After so many requests a project is reset, so that what is kept is bounded.
const ENOUGH: u64 = 2000;

/// The header that tells of a fault.
pub const FAULT: &str = "x-paper-fault";

/// A client.
pub struct Client {
    address: SocketAddr,
    connection: Connection,
    seed: u64,
    random: u64,
    /// Requests in each project since its last reset.
    used: [u64; PROJECTS],
    at: usize,
    /// Projects that were used once.
    passed: u64,
    count: u64,
}

impl Client {
    /// Connects; clients with different seeds have different projects.
    pub fn new(address: SocketAddr, seed: u64) -> Result<Self> {
        let random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let connection = Connection::open(address)?;
        let (used, at, passed, count) = ([0; PROJECTS], 0, 0, 0);
        Ok(Self { address, connection, seed, random, used, at, passed, count })
    }

    /// A number below this one.
    pub fn draw(&mut self, below: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        usize::try_from(self.random >> 33).unwrap_or_default() % below
    }

    /// Goes to one of its projects, which is empty now and then.
    pub fn enter(&mut self) -> Result<()> {
        self.at = self.draw(PROJECTS);
        if self.used[self.at] > ENOUGH {
            self.reset()?;
        }
        Ok(())
    }

    /// The project that it is in.
    pub fn project(&self) -> String {
        format!("{:016x}{:016x}", self.seed, self.at)
    }

    /// A project that it was never in.
    pub fn fresh_project(&mut self) -> String {
        self.passed += 1;
        format!("{:016x}{:016x}", self.seed, (1 << 32) + self.passed)
    }

    /// Forgets everything about the project.
    pub fn reset(&mut self) -> Result<()> {
        self.used[self.at] = 0;
        let path = format!("/_paper/worlds/{}", self.project());
        self.expect(204, "DELETE", &path, None).map(drop)
    }

    /// How many requests there were since it was asked last.
    pub fn take_count(&mut self) -> u64 {
        std::mem::take(&mut self.count)
    }

    /// Sends a request, whatever comes of it. A connection that fails is made anew.
    pub fn send(&mut self, method: &str, path: &str, body: Option<&str>) -> Result<Answer> {
        self.count += 1;
        self.used[self.at] += 1;
        let answer = self.connection.ask(&mut Request::new(method, path, body));
        if answer.is_err() {
            self.connection = Connection::open(self.address)?;
        }
        answer
    }

    /// Sends a request that no fault may hit, and that has to be answered with this status.
    pub fn expect(
        &mut self,
        status: u16,
        method: &str,
        path: &str,
        body: Option<&str>,
    ) -> Result<Answer> {
        let answer = self.send(method, path, body);
        let answer = answer.map_err(|problem| format!("{method} {path}: {problem}"))?;
        if answer.status != status || answer.header(FAULT).is_some() {
            return Err(format!("{method} {path}: expected {status}, got {answer:?}").into());
        }
        Ok(answer)
    }

    /// Sends a control request for the project.
    pub fn control(
        &mut self,
        status: u16,
        method: &str,
        rest: &str,
        body: &Value,
    ) -> Result<Answer> {
        let path = format!("/_paper/worlds/{}{rest}", self.project());
        let body = (!body.is_null()).then(|| body.to_string());
        self.expect(status, method, &path, body.as_deref())
    }
}

/// Fails unless two texts are equal, which are too long to print.
pub fn require_equal(what: &str, left: &str, right: &str) -> Result<()> {
    if left == right {
        return Ok(());
    }
    let place = left.bytes().zip(right.bytes()).position(|(left, right)| left != right);
    let place = place.unwrap_or(left.len().min(right.len()));
    let near =
        |text: &str| text.chars().skip(place.saturating_sub(40)).take(120).collect::<String>();
    Err(format!("{what} differ at {place}: {:?} and {:?}", near(left), near(right)).into())
}
