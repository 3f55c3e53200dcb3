//! Answers that go wrong on demand.

use crate::cloud::{Agenda, Moment, Plan};
use crate::contract::Contract;
use crate::contract::check::Sent;
use crate::operation::Route;
use axum::http::Response;
use std::sync::Arc;
use std::time::Duration;

/// The rules of a world.
#[derive(Debug)]
pub struct Faults {}

/// A request that a fault may hit.
#[derive(Debug)]
pub struct Asked<'r> {
    /// The operation.
    pub contract: &'static Contract,
    /// What was sent, as it was sent.
    pub sent: &'r Sent<'r>,
    /// The moment of the request.
    pub now: Moment,
}

/// A fault that hits a request.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The rule that says so.
    pub rule: Arc<str>,
    /// What it does.
    pub effect: Arc<Effect>,
    /// How long the request, or its answer, is kept waiting.
    pub latency: Duration,
}

/// What a fault does.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {}

/// What is done to an answer beyond its head and its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disruption {
    /// The connection is reset; nothing is sent.
    Reset,
    /// The connection ends in the middle of the body.
    Truncate,
    /// The body takes as long as this to be sent.
    Slow(Duration),
}

impl Faults {
    /// No rules.
    pub fn new(_key: u64) -> Self {
        Self {}
    }

    /// The fault that a request asks for itself, or why it cannot have it.
    pub fn strike_by_header(&mut self, _effect: Effect, _asked: &Asked<'_>) -> Result<Hit, String> {
        Err("not there yet".to_owned())
    }

    /// The fault that hits a request, if one does. Looking counts.
    pub fn strike(&mut self, _asked: &Asked<'_>, _agenda: &Agenda) -> Option<Hit> {
        None
    }
}

impl Effect {
    /// Reads the value of `X-Paper-Fault`.
    pub fn parse(text: &str) -> Result<Self, String> {
        Err(format!("not there yet: {text}"))
    }

    /// Whether it happens before the operation, and not after it.
    pub fn is_before(&self) -> bool {
        false
    }

    /// Whether it answers in the operation's place, so that nothing is changed.
    pub fn prevents(&self) -> bool {
        false
    }

    /// How what the operation sets going is to end.
    pub fn plan(&self, _route: &Route) -> Option<Plan> {
        None
    }

    /// Puts another answer in the place of the operation's, or spoils that.
    pub fn spoil(&self, _contract: &Contract, _request_id: &str, _answer: &mut Response<Vec<u8>>) {}

    /// What is done to the answer on its way.
    pub fn disruption(&self) -> Option<Disruption> {
        None
    }
}
