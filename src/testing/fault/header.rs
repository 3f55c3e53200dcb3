//! `X-Paper-Fault`: an effect for one request, as JSON or in short.

use super::effect::Phase;
use super::written::WrittenEffect;
use crate::control::{ControlError, read, read_value};
use crate::reading;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Members whose values are text, also where they look like a number.
const TEXTS: &[&str] =
    &["body", "error_code", "error", "message", "stage", "reason", "job", "phase"];

#[derive(Deserialize)]
struct At {
    phase: Option<Phase>,
}

/// Reads `{"status":500,"phase":"after"}`, or the same as `status=500; phase=after`. A name alone
/// is true, so `reset` is enough.
pub fn read_text(text: &str) -> Result<(Option<Phase>, WrittenEffect), ControlError> {
    let mut members: Map<String, Value> =
        if text.trim_start().starts_with('{') { read(text.as_bytes())? } else { in_short(text)? };
    let phase = members.shift_remove("phase").map(|phase| {
        let mut at = Map::new();
        at.insert("phase".to_owned(), phase);
        read_value(&Value::Object(at)).map(|at: At| at.phase)
    });
    Ok((phase.transpose()?.flatten(), read_value(&Value::Object(members))?))
}

/// JSON where it is any; everything else is text.
fn read_value_of(name: &str, text: &str) -> Result<Value, ControlError> {
    reading::read(text).or_else(|wrong| {
        if text.starts_with(['{', '[']) {
            let wrong = wrong.without_line().in_field();
            return Err(ControlError::bad(format!("{name}: {wrong}")));
        }
        Ok(Value::String(text.to_owned()))
    })
}

fn in_short(text: &str) -> Result<Map<String, Value>, ControlError> {
    let mut members = Map::new();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, value) = match part.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim())),
            None => (part, None),
        };
        let value = match value {
            None => Value::Bool(true),
            Some(text) if TEXTS.contains(&name) => Value::String(text.to_owned()),
            Some(text) => read_value_of(name, text)?,
        };
        if members.insert(name.to_owned(), value).is_some() {
            return Err(ControlError::bad(format!("{name} is there twice")));
        }
    }
    Ok(members)
}
