//! What a request asks for by its own headers: `X-Paper-Clock`, `X-Paper-Fault`,
//! `X-Paper-Scenario`.

use super::fault::Effect;
use crate::cloud::Turn;
use axum::http::{HeaderMap, HeaderName};

/// Turns the world's clock before the request is handled.
pub const CLOCK: HeaderName = HeaderName::from_static("x-paper-clock");

/// Lets this request go wrong; on an answer, the rule that made it go wrong.
pub const FAULT: HeaderName = HeaderName::from_static("x-paper-fault");

/// Names the scenario that the request carries.
pub const SCENARIO: HeaderName = HeaderName::from_static("x-paper-scenario");

/// What a request asks for by its own headers.
#[derive(Debug, Default)]
pub struct Instructions {
    /// How to turn the clock.
    pub clock: Option<Turn>,
    /// What is to go wrong.
    pub fault: Option<Effect>,
    /// The scenario that the request carries.
    pub scenario: Option<String>,
}

impl Instructions {
    /// Reads the headers, or says what is wrong with them.
    pub fn read(headers: &HeaderMap) -> Result<Self, String> {
        let text = |name: &HeaderName| {
            let value = headers.get(name).map(|value| {
                value.to_str().map_err(|_| format!("{name} has signs that are not ASCII"))
            });
            value.transpose()
        };
        let clock = text(&CLOCK)?.map(Turn::parse).transpose();
        let fault = text(&FAULT)?.map(Effect::parse).transpose();
        Ok(Self {
            clock: clock.map_err(|problem| format!("X-Paper-Clock: {problem}"))?,
            scenario: text(&SCENARIO)?.map(|name| name.trim().to_owned()),
            fault: fault.map_err(|problem| format!("X-Paper-Fault: {problem}"))?,
        })
    }
}
