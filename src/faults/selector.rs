//! Selects the requests that a rule hits, among those that it sees.

use super::spec::RuleSpec;
use crate::error::control::ControlError;

/// Which of the requests that a rule sees it hits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Selector {
    /// All.
    Always,
    /// So many, from the first on.
    First(u64),
    /// This one.
    Nth(u64),
    /// One of so many.
    Every(u64),
    Probability(f64),
}

impl Selector {
    /// Reads the selector of a rule.
    pub fn read(written: &RuleSpec) -> Result<Self, ControlError> {
        let count = |name: &str, number: Option<i64>, of: fn(u64) -> Self| {
            let read = |number: i64| {
                let count = u64::try_from(number).ok().filter(|count| *count > 0);
                count.map(of).ok_or_else(|| {
                    ControlError::bad(format!("{name} must be a number from 1 up, got {number}"))
                })
            };
            number.map(read).transpose()
        };
        let probability = |number: f64| {
            let reason = || format!("probability must be from 0 to 1, got {number}");
            let known = (0.0..=1.0).contains(&number);
            known.then_some(Self::Probability(number)).ok_or_else(|| ControlError::bad(reason()))
        };
        let given = [
            count("first", written.first, Self::First)?,
            count("nth", written.nth, Self::Nth)?,
            count("every", written.every, Self::Every)?,
            written.probability.map(probability).transpose()?,
        ];
        let mut given = given.into_iter().flatten();
        let selector = given.next().unwrap_or(Self::Always);
        if given.next().is_some() {
            let reason = "a rule takes at most one of first, nth, every and probability";
            return Err(ControlError::bad(reason));
        }
        Ok(selector)
    }

    /// Whether the request with this number is hit, counted from 1; a number from 0 up to 1 is
    /// drawn for it if chance is to decide.
    pub fn takes(self, number: u64, draw: impl FnOnce() -> f64) -> bool {
        match self {
            Self::Always => true,
            Self::First(count) => number <= count,
            Self::Nth(wanted) => number == wanted,
            Self::Every(count) => number.is_multiple_of(count),
            Self::Probability(probability) => draw() < probability,
        }
    }
}
