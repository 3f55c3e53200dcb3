//! The query of the list of requests: which are listed, and how many.

use super::pattern::Pattern;
use crate::api::find::unknown;
use crate::control::query::{self, parse};
use crate::error::control::ControlError;

/// Which requests are to be listed.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Which are meant.
    pub pattern: Pattern,
    /// Only those that were received after the one with this id.
    pub since: Option<String>,
    /// How many are shown at most: the last ones.
    pub limit: usize,
}

/// The parameters of a query.
pub const PARAMETERS: &[&str] = &[
    "operation",
    "service",
    "method",
    "status",
    "committed",
    "fault",
    "since",
    "limit",
    "field.<path>",
];

/// What is before the path of a field.
const FIELD: &str = "field.";

impl Listing {
    /// The last 100 requests of those that are meant.
    pub const LIMIT: usize = 100;

    /// Reads a query string.
    pub fn parse(query: &str) -> Result<Self, ControlError> {
        let mut listing = Self { pattern: Pattern::default(), since: None, limit: Self::LIMIT };
        query::read(query, |name, value| listing.take(name, value))?;
        Ok(listing)
    }

    fn take(&mut self, name: &str, value: String) -> Result<(), ControlError> {
        let pattern = &mut self.pattern;
        match name {
            "operation" => pattern.operation = Some(value),
            "service" => pattern.service = Some(value),
            "method" => pattern.method = Some(value),
            "status" => pattern.status = Some(parse(name, &value, "a number")?),
            "committed" => {
                let value = value.to_ascii_lowercase();
                pattern.committed = Some(parse(name, &value, "true or false")?);
            }
            "fault" => pattern.fault = Some(value),
            "since" => self.since = Some(value),
            "limit" => self.limit = parse(name, &value, "a whole number from 0 up")?,
            _ => match name.strip_prefix(FIELD) {
                Some(path) => pattern.written.push((path.to_owned(), value)),
                None => return Err(unknown("parameter", name, PARAMETERS.iter().copied())),
            },
        }
        Ok(())
    }
}
