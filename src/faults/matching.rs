//! Matches the parameters that a rule's `match` names.

use crate::contract::check::{Members, Sent};
use crate::contract::json::Json;
use crate::contract::{Contract, Field, Place};
use crate::error::control::ControlError;
use crate::operation::Route;
use crate::text::{did_you_mean, quoted, shown};
use serde_json::{Map, Number, Value};

/// A parameter and its value. Members of objects are named with dots, as in `target_instance.id`;
/// one of a list is meant if any of them has the value.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    path: Box<str>,
    value: Value,
}

/// Reads the parameters of a rule, and keeps the operations that declare all of them.
pub fn read(
    written: &Map<String, Value>,
    routes: &mut Vec<&'static Route>,
) -> Result<Vec<Parameter>, ControlError> {
    let mut parameters = Vec::new();
    for (path, value) in written {
        let known: Vec<_> = routes.iter().flat_map(|route| paths(route.contract())).collect();
        routes.retain(|route| declared(route.contract(), path).is_some());
        if routes.is_empty() {
            let meant = did_you_mean(path, known.iter().map(String::as_str));
            let path = quoted(path);
            return Err(ControlError::bad(format!(
                "match: no operation that is meant declares {path}{meant}"
            )));
        }
        if let Some(secret) = routes.iter().find_map(|route| secret(route.contract(), path, value))
        {
            let secret = shown(&secret);
            let reason =
                format!("match: {secret} is a secret or not declared, and no rule may name it");
            return Err(ControlError::bad(reason));
        }
        let path = without_elements(path).into();
        parameters.push(Parameter { path, value: value.clone() });
    }
    Ok(parameters)
}

/// `files.file_name` is also written `files[].file_name`.
fn without_elements(path: &str) -> String {
    path.replace("[]", "")
}

impl Parameter {
    /// Whether a request has it, with this value.
    pub fn is_in(&self, sent: &Sent<'_>) -> bool {
        let outside = sent.path.iter().chain(&sent.query).chain(&sent.headers);
        let mut outside = outside.filter(|(name, _)| **name == *self.path);
        outside.any(|(_, value)| same_text(value, &self.value))
            || has(&sent.body, &self.path, &self.value)
    }
}

fn has(members: &Members<'_>, path: &str, wanted: &Value) -> bool {
    let (name, rest) = match path.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (path, None),
    };
    let mut named = members.iter().filter(|(member, _)| member == name);
    named.any(|(_, value)| match (rest, value) {
        (None, value) => same(value, wanted),
        (Some(rest), Json::Object(members)) => has(members, rest, wanted),
        (Some(rest), Json::List(values)) => values
            .iter()
            .any(|value| matches!(value, Json::Object(members) if has(members, rest, wanted))),
        _ => false,
    })
}

/// Whether both are the same JSON; the order of members does not matter.
fn same(sent: &Json<'_>, wanted: &Value) -> bool {
    match (sent, wanted) {
        (Json::Null, Value::Null) => true,
        (Json::Boolean(sent), Value::Bool(wanted)) => sent == wanted,
        (Json::Integer(sent), Value::Number(wanted)) if wanted.is_i64() => {
            wanted.as_i64() == Some(*sent)
        }
        (Json::Float(sent), Value::Number(wanted)) => same_number(*sent, wanted.as_f64()),
        #[expect(clippy::cast_precision_loss, reason = "the other one has a fraction or is as far")]
        (Json::Integer(sent), Value::Number(wanted)) => same_number(*sent as f64, wanted.as_f64()),
        (Json::Text(sent), Value::String(wanted)) => sent == wanted,
        (Json::List(sent), Value::Array(wanted)) => {
            sent.len() == wanted.len()
                && sent.iter().zip(wanted).all(|(sent, wanted)| same(sent, wanted))
        }
        (Json::Object(sent), Value::Object(wanted)) => {
            sent.len() == wanted.len()
                && sent.iter().all(|(name, sent)| {
                    wanted.get(name.as_ref()).is_some_and(|wanted| same(sent, wanted))
                })
        }
        _ => false,
    }
}

fn same_number(sent: f64, wanted: Option<f64>) -> bool {
    wanted == Some(sent)
}

/// Compares a value outside the body, which is text, with a number or flag of the rule too.
fn same_text(sent: &Json<'_>, wanted: &Value) -> bool {
    let sent = sent.as_text().unwrap_or_default();
    match wanted {
        Value::String(wanted) => sent == wanted,
        Value::Number(number) => {
            *sent == *number.to_string() || sent.parse() == Ok(without_fraction(number))
        }
        Value::Bool(flag) => *sent == *flag.to_string(),
        _ => false,
    }
}

/// A whole number, also one that is written as 10.0; otherwise NaN, which equals nothing.
fn without_fraction(number: &Number) -> f64 {
    number.as_f64().filter(|number| number.fract() == 0.0).unwrap_or(f64::NAN)
}

/// The parameter that an operation declares under a path.
pub fn declared(contract: &Contract, path: &str) -> Option<&'static Field> {
    let path = without_elements(path);
    let mut segments = path.split('.');
    let name = segments.next()?;
    let rest: Vec<_> = segments.collect();
    let mut named = contract.parameters().filter(|(_, field)| field.name == name);
    named.find_map(|(place, field)| {
        if place != Place::Body && !rest.is_empty() {
            return None;
        }
        rest.iter().try_fold(field, |field, name| {
            field.kind.members().iter().find(|member| member.name == *name)
        })
    })
}

/// The path of what is a secret in a parameter and its value, if anything is: rules are shown and
/// exported as they were written.
fn secret(contract: &Contract, path: &str, value: &Value) -> Option<String> {
    let field = declared(contract, path)?;
    if field.secret { Some(path.to_owned()) } else { secret_within(path, Some(field), value) }
}

fn secret_within(path: &str, field: Option<&'static Field>, value: &Value) -> Option<String> {
    match value {
        Value::Object(members) => members.iter().find_map(|(name, value)| {
            let path = format!("{path}.{name}");
            let known = field.map_or(&[][..], |field| field.kind.members());
            let field = known.iter().find(|member| member.name == name);
            // What no operation declares may be one.
            let is_secret = field.is_none_or(|field| field.secret);
            if is_secret { Some(path) } else { secret_within(&path, field, value) }
        }),
        Value::Array(values) => values.iter().find_map(|one| secret_within(path, field, one)),
        _ => None,
    }
}

/// The paths of everything that an operation declares.
pub fn paths(contract: &Contract) -> Vec<String> {
    let mut all = Vec::new();
    for (place, field) in contract.parameters() {
        all.push(field.name.to_owned());
        if place == Place::Body {
            members(field.name, field, &mut all);
        }
    }
    all
}

fn members(path: &str, field: &Field, all: &mut Vec<String>) {
    for member in field.kind.members() {
        let path = format!("{path}.{}", member.name);
        members(&path, member, all);
        all.push(path);
    }
}
