//! Claims about requests, as the JSON of a control request has them.

use super::pattern::Pattern;
use crate::error::control::{ControlError, read};
use crate::journal::{Check, Claim, Finding};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One claim, as the JSON of a control request has it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckRequest {
    name: Option<String>,
    operation: Option<String>,
    service: Option<String>,
    method: Option<String>,
    status: Option<u16>,
    committed: Option<bool>,
    fault: Option<String>,
    #[serde(rename = "match", default)]
    fields: Map<String, Value>,
    exactly: Option<usize>,
    at_least: Option<usize>,
    at_most: Option<usize>,
    never: Option<bool>,
    at_most_once_committed: Option<bool>,
    sequence: Option<Vec<Pattern>>,
}

/// Several of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckRequests {
    checks: Vec<CheckRequest>,
}

/// What became of all of them.
#[derive(Debug, Serialize)]
pub struct Verified {
    /// Whether all of them hold.
    pub passed: bool,
    /// Whether nothing was dropped, and nothing is in flight that a check may be about.
    pub exact: bool,
    /// How many requests were dropped.
    pub dropped: u64,
    /// How many requests of the world were received and are not in its journal yet.
    pub in_flight: usize,
    /// Each of them.
    pub checks: Vec<Finding>,
}

/// How often such requests are to be there.
#[derive(Clone, Copy, Debug)]
pub enum Times {
    /// So often.
    Exactly(usize),
    /// No less often.
    AtLeast(usize),
    /// No more often.
    AtMost(usize),
    /// Each write committed once, or not at all.
    OnceCommitted,
}

/// Reads one claim, or several.
pub fn read_all(body: &[u8]) -> Result<Vec<CheckRequest>, ControlError> {
    #[derive(Deserialize)]
    struct Peek {
        checks: Option<IgnoredAny>,
    }
    let Peek { checks: several } = read(body)?;
    if several.is_none() {
        return read(body).map(|check| vec![check]);
    }
    let CheckRequests { checks } = read(body)?;
    if checks.is_empty() {
        return Err(ControlError::bad("checks must have at least one check, got none"));
    }
    Ok(checks)
}

impl CheckRequest {
    /// A claim about such requests.
    pub fn of(pattern: Pattern, times: Times) -> Self {
        let Pattern { operation, service, method, status, committed, fault, fields, .. } = pattern;
        let mut check = Self {
            operation,
            service,
            method,
            status,
            committed,
            fault,
            fields,
            ..Self::default()
        };
        match times {
            Times::Exactly(times) => check.exactly = Some(times),
            Times::AtLeast(times) => check.at_least = Some(times),
            Times::AtMost(times) => check.at_most = Some(times),
            Times::OnceCommitted => check.at_most_once_committed = Some(true),
        }
        check
    }

    /// A claim about the order of requests.
    pub fn of_sequence(steps: Vec<Pattern>) -> Self {
        Self { sequence: Some(steps), ..Self::default() }
    }

    /// The claim with every name looked up.
    pub fn check(&self) -> Result<Check, ControlError> {
        let of = self.pattern().matcher()?;
        let count = |least, most| Claim::Count { of: of.clone(), least, most };
        let claims = [
            self.exactly.map(|times| count(times, Some(times))),
            self.at_least.map(|times| count(times, None)),
            self.at_most.map(|times| count(0, Some(times))),
            is_set("never", self.never)?.then(|| count(0, Some(0))),
            is_set("at_most_once_committed", self.at_most_once_committed)?
                .then(|| Claim::OnceCommitted(of.clone())),
            self.sequence.as_deref().map(|steps| self.to_sequence(steps)).transpose()?,
        ];
        let mut claims = claims.into_iter().flatten();
        let claim = claims.next().unwrap_or_else(|| count(1, None));
        if claims.next().is_some() {
            return Err(ControlError::bad(
                "a check takes only one of exactly, at_least, at_most, never, sequence and \
                 at_most_once_committed",
            ));
        }
        Ok(Check { name: self.name.clone(), claim })
    }

    fn pattern(&self) -> Pattern {
        Pattern {
            operation: self.operation.clone(),
            service: self.service.clone(),
            method: self.method.clone(),
            status: self.status,
            committed: self.committed,
            fault: self.fault.clone(),
            fields: self.fields.clone(),
            written: Vec::new(),
        }
    }

    fn to_sequence(&self, steps: &[Pattern]) -> Result<Claim, ControlError> {
        let Self { operation, service, method, status, committed, fault, fields, .. } = self;
        let texts = [operation, service, method, fault];
        if texts.into_iter().any(Option::is_some)
            || status.is_some()
            || committed.is_some()
            || !fields.is_empty()
        {
            return Err(ControlError::bad("what a sequence is about is said by its steps"));
        }
        if steps.is_empty() {
            return Err(ControlError::bad("sequence must have at least one step, got none"));
        }
        steps.iter().map(Pattern::matcher).collect::<Result<_, _>>().map(Claim::Sequence)
    }
}

/// A switch that can only be left out or be on: nobody knows what `"never": false` would claim.
fn is_set(name: &str, value: Option<bool>) -> Result<bool, ControlError> {
    match value {
        Some(false) => Err(ControlError::bad(format!("{name} must be true or left out"))),
        value => Ok(value.is_some()),
    }
}
