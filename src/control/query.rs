//! Reads query strings of control requests.

use super::ControlError;
use crate::text::quoted;
use percent_encoding::percent_decode_str;
use std::str::FromStr;

/// Reads each parameter of a query; none may be there more than once.
pub fn read(
    query: &str,
    mut take: impl FnMut(&str, String) -> Result<(), ControlError>,
) -> Result<(), ControlError> {
    let mut seen = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name)?, decode(value)?);
        if seen.contains(&name) {
            return Err(ControlError::bad(format!("{name} is there more than once")));
        }
        take(&name, value)?;
        seen.push(name);
    }
    Ok(())
}

/// Reads a value that is not text.
pub fn parse<T: FromStr>(name: &str, value: &str, what: &str) -> Result<T, ControlError> {
    let refused = |_| ControlError::bad(format!("{name} must be {what}, got {}", quoted(value)));
    value.parse().map_err(refused)
}

fn decode(text: &str) -> Result<String, ControlError> {
    let decoded = percent_decode_str(&text.replace('+', " ")).decode_utf8().map(Into::into);
    decoded.map_err(|_| ControlError::bad("the query has bytes that are not UTF-8"))
}
