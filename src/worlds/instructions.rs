//! What a request asks for by its own headers: `X-Paper-Clock`, `X-Paper-Fault`,
//! `X-Paper-Scenario`.

use crate::clock::ClockCommand;
use crate::faults::Effect;
use crate::text::nearest;
use axum::http::{HeaderMap, HeaderName};

/// Turns the world's clock before the request is handled.
pub const CLOCK: HeaderName = HeaderName::from_static("x-paper-clock");

/// Lets this request go wrong; on an answer, the rule that made it go wrong.
pub const FAULT: HeaderName = HeaderName::from_static("x-paper-fault");

/// Names the scenario that the request carries. Its rules hold for this request alone; its clock
/// setting holds for the project's world, and so for all clients.
pub const SCENARIO: HeaderName = HeaderName::from_static("x-paper-scenario");

/// What all of Papercloud's own headers begin with.
pub const PREFIX: &str = "x-paper-";

/// Those that a request may have, as they are spoken of. The token is looked at by the guard.
const KNOWN: [&str; 4] = ["X-Paper-Clock", "X-Paper-Fault", "X-Paper-Scenario", "X-Paper-Token"];

/// What a request asks for by its own headers.
#[derive(Debug, Default)]
pub struct Instructions {
    /// How to turn the clock.
    pub clock: Option<ClockCommand>,
    /// What is to go wrong.
    pub fault: Option<Effect>,
    /// The scenario that the request carries.
    pub scenario: Option<String>,
}

impl Instructions {
    /// Reads the headers, or says what is wrong with them.
    pub fn read(headers: &HeaderMap) -> Result<Self, String> {
        for name in headers.keys().filter(|name| name.as_str().starts_with(PREFIX)) {
            let spoken = KNOWN.iter().find(|known| name.as_str().eq_ignore_ascii_case(known));
            let spoken = spoken.ok_or_else(|| unknown(name))?;
            if headers.get_all(name).iter().nth(1).is_some() {
                return Err(format!("{spoken} is there more than once"));
            }
        }
        let text = |name: &HeaderName| {
            let value = headers.get(name).map(|value| {
                value.to_str().map_err(|_| format!("{name} has signs that are not ASCII"))
            });
            value.transpose()
        };
        let clock = text(&CLOCK)?.map(ClockCommand::parse).transpose();
        let fault = text(&FAULT)?.map(Effect::parse).transpose();
        Ok(Self {
            clock: clock.map_err(|problem| format!("X-Paper-Clock: {problem}"))?,
            scenario: text(&SCENARIO)?.map(|name| name.trim().to_owned()),
            fault: fault.map_err(|problem| format!("X-Paper-Fault: {problem}"))?,
        })
    }
}

fn unknown(name: &HeaderName) -> String {
    let shown = crate::text::name(name.as_str());
    // What all begin with would make them all near.
    let own = |name| str::split_at(name, PREFIX.len()).1;
    if let Some(meant) = nearest(own(&shown), KNOWN.into_iter().map(own)) {
        return format!("there is no header {shown}; did you mean X-Paper-{meant}?");
    }
    let [others @ .., last] = &KNOWN;
    format!("there is no header {shown}; there are {} and {last}", others.join(", "))
}
