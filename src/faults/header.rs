//! Reads the header `X-Paper-Fault`: an effect for one request, as JSON or as `name=value; …`.

use super::effect::Phase;
use super::spec::EffectSpec;
use crate::error::control::{ControlError, read_header, read_header_value};
use crate::reading;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

/// Members whose values are text, also where they look like a number.
const TEXTS: &[&str] =
    &["body", "error_code", "error", "message", "stage", "reason", "job", "phase"];

/// The member that is not part of the effect.
#[derive(Deserialize)]
struct WithPhase {
    phase: Option<Phase>,
}

/// Reads `{"status":500,"phase":"after"}`, or the same as `status=500; phase=after`. A name alone
/// is true, so `reset` is enough.
pub fn read_text(text: &str) -> Result<(Option<Phase>, EffectSpec), ControlError> {
    let mut members: Map<String, Value> =
        if text.trim_start().starts_with('{') { read_header(text)? } else { in_short(text)? };
    let phase = members.shift_remove("phase").map(|phase| {
        let member = Map::from_iter([("phase".to_owned(), phase)]);
        read_header_value(&Value::Object(member)).map(|it: WithPhase| it.phase)
    });
    Ok((phase.transpose()?.flatten(), read_header_value(&Value::Object(members))?))
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

/// Where a member ends: at the first semicolon that is not within the JSON of its value.
fn end_of_part(text: &str) -> usize {
    let end_from = |at: usize| text[at..].find(';').map_or(text.len(), |end| at + end);
    let Some(value) = text.find('=').filter(|at| *at < end_from(0)) else { return end_from(0) };
    let begun = text[value + 1..].trim_start();
    if !begun.starts_with(['{', '[', '"']) {
        return end_from(value);
    }
    let mut json = serde_json::Deserializer::from_str(begun).into_iter::<IgnoredAny>();
    match json.next() {
        Some(Ok(IgnoredAny)) => end_from(text.len() - begun.len() + json.byte_offset()),
        // What is wrong with it is reported when it is read.
        _ => end_from(value),
    }
}

fn in_short(text: &str) -> Result<Map<String, Value>, ControlError> {
    let mut members = Map::new();
    let mut rest = text;
    while !rest.is_empty() {
        let part;
        (part, rest) = rest.split_at(end_of_part(rest));
        rest = rest.strip_prefix(';').unwrap_or_default();
        let part = part.trim();
        if part.is_empty() {
            continue;
        }
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
