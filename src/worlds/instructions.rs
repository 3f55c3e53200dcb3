//! Reads the headers by which a request gives instructions: `X-Paper-Clock`, `X-Paper-Fault` and
//! `X-Paper-Scenario`.

use crate::clock::ClockCommand;
use crate::faults::Effect;
use crate::text::nearest;
use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// On an answer, the rule that made the request go wrong.
pub const FAULT: HeaderName = HeaderName::from_static("x-paper-fault");

/// What all of Papercloud's own headers begin with.
pub const PREFIX: &str = "x-paper-";

/// Those that a request may have, as messages spell them. The guard reads the token.
const KNOWN: [&str; 4] = ["X-Paper-Clock", "X-Paper-Fault", "X-Paper-Scenario", "X-Paper-Token"];

/// The instructions in a request's headers.
#[derive(Debug, Default)]
pub struct Instructions {
    /// How to move the world's clock before the request is handled.
    pub clock: Option<ClockCommand>,
    /// What is to go wrong with this request.
    pub fault: Option<Effect>,
    /// The scenario that the request carries. Its rules hold for this request alone; its clock setting
    /// holds for the project's world, and so for all clients.
    pub scenario: Option<String>,
}

impl Instructions {
    /// Reads the headers, or says what is wrong with them.
    pub fn read(headers: &HeaderMap) -> Result<Self, String> {
        let mut read = Self::default();
        for name in headers.keys().filter(|name| name.as_str().starts_with(PREFIX)) {
            let spelling = KNOWN.iter().find(|known| name.as_str().eq_ignore_ascii_case(known));
            let spelling = *spelling.ok_or_else(|| unknown(name))?;
            let mut values = headers.get_all(name).iter();
            let value = values.next().map_or(Ok(""), HeaderValue::to_str);
            if values.next().is_some() {
                return Err(format!("{spelling} is there more than once"));
            }
            let text =
                value.map_err(|_| format!("{spelling} has characters that are not ASCII"))?;
            let wrong = |problem: String| format!("{spelling}: {problem}");
            match spelling {
                "X-Paper-Clock" => read.clock = Some(ClockCommand::parse(text).map_err(wrong)?),
                "X-Paper-Fault" => read.fault = Some(Effect::parse(text).map_err(wrong)?),
                "X-Paper-Scenario" => read.scenario = Some(text.trim().to_owned()),
                _ => {}
            }
        }
        Ok(read)
    }
}

fn unknown(name: &HeaderName) -> String {
    let shown = crate::text::name(name.as_str());
    // With the common prefix all names would be near each other.
    let own = |name| str::split_at(name, PREFIX.len()).1;
    if let Some(meant) = nearest(own(&shown), KNOWN.into_iter().map(own)) {
        return format!("there is no header {shown}; did you mean X-Paper-{meant}?");
    }
    let [others @ .., last] = &KNOWN;
    format!("there is no header {shown}; there are {} and {last}", others.join(", "))
}
