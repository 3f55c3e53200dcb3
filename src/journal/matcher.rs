//! Which requests are meant, and in what another one differs.

use super::field_path::{FieldPath, Root};
use super::secrets;
use super::view::{Found, View};
use axum::http::{Method, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Which requests are meant: those that everything given here is true of.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    /// The operation.
    pub operation: Option<&'static str>,
    /// Its service.
    pub service: Option<&'static str>,
    /// The method.
    pub method: Option<Method>,
    /// The status of the answer.
    pub status: Option<StatusCode>,
    /// Whether it has changed something in the world.
    pub committed: Option<bool>,
    /// The rule that made it go wrong.
    pub fault: Option<String>,
    /// What stands at the end of these paths.
    pub fields: Vec<(FieldPath, Wanted)>,
}

/// What is to stand at the end of a path.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// This value.
    Json(Value),
    /// A text, or a value that is written like this.
    Written(String),
}

/// What a request differs in.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    /// Where.
    pub field: String,
    /// What was wanted; digests stand for secrets.
    pub expected: Value,
    /// What was there; null where nothing was.
    pub got: Value,
}

impl Matcher {
    /// Whether a request is meant.
    pub fn matches(&self, view: &View<'_>) -> bool {
        self.differs_in_head(view).next().is_none()
            && self.fields.iter().all(|(path, wanted)| wanted.is(path, &view.at(path), view))
    }

    /// Everything that a request differs in.
    pub fn differences(&self, view: &View<'_>) -> Vec<Difference> {
        let head = self.differs_in_head(view).map(|(field, expected, got)| Difference {
            field: field.to_owned(),
            expected,
            got,
        });
        let fields = self.fields.iter().filter_map(|(path, wanted)| {
            let found = view.at(path);
            (!wanted.is(path, &found, view)).then(|| {
                let mut got: Vec<_> = found.into_iter().map(|(value, _)| value).collect();
                let got = if got.len() > 1 { json!(got) } else { json!(got.pop()) };
                let expected = wanted.shown(path, &got, view);
                Difference { field: path.to_string(), expected, got }
            })
        });
        head.chain(fields).collect()
    }

    fn differs_in_head(
        &self,
        view: &View<'_>,
    ) -> impl Iterator<Item = (&'static str, Value, Value)> {
        let entry = view.entry;
        let contract = entry.draft.contract;
        let pairs = [
            ("operation", json!(self.operation), json!(contract.map(|contract| contract.id))),
            ("service", json!(self.service), json!(contract.map(|one| one.service.name))),
            ("method", text(self.method.as_ref()), text(Some(&entry.method))),
            ("status", status(self.status), status(entry.status)),
            ("committed", json!(self.committed), json!(entry.committed())),
            ("fault", json!(self.fault), json!(entry.draft.fault.as_deref())),
        ];
        pairs.into_iter().filter(|(_, wanted, got)| !wanted.is_null() && wanted != got)
    }

    /// What is meant, in words; digests stand for secrets of the world with this key.
    pub fn describe(&self, key: u64) -> String {
        let Self { operation, service, method, status, committed, fault, fields } = self;
        let mut words = vec![operation.unwrap_or("any request").to_owned()];
        words.extend(service.map(|service| format!("of {service}")));
        words.extend(method.as_ref().map(|method| format!("with method {method}")));
        words.extend(status.map(|status| format!("with status {}", status.as_u16())));
        words.extend(committed.map(|is| if is { "committed" } else { "not committed" }.to_owned()));
        words.extend(fault.as_ref().map(|rule| format!("with fault {rule}")));
        let fields = fields
            .iter()
            .map(|(path, wanted)| format!("with {path} = {}", wanted.masked(path, key)));
        words.extend(fields);
        words.join(" ")
    }
}

fn text(method: Option<&Method>) -> Value {
    json!(method.map(Method::as_str))
}

fn status(status: Option<StatusCode>) -> Value {
    json!(status.map(|status| status.as_u16()))
}

impl Wanted {
    /// Whether it is among what was found. Null is also nothing.
    fn is(&self, path: &FieldPath, found: &[Found], view: &View<'_>) -> bool {
        found.is_empty() && matches!(self, Self::Json(Value::Null))
            || found.iter().any(|found| self.is_one(path, found, view))
    }

    fn is_one(&self, path: &FieldPath, (found, as_text): &Found, view: &View<'_>) -> bool {
        match self {
            Self::Json(Value::String(wanted)) | Self::Written(wanted)
                if *as_text && found.is_string() =>
            {
                // A signature is only a part of its header.
                let masked = view.masked_header(&path.start().0.to_ascii_lowercase(), wanted);
                *found == **wanted || *found == view.digest(wanted) || *found == masked
            }
            Self::Json(wanted) => same(wanted, found, *as_text, view),
            Self::Written(wanted) => {
                same(&Value::from(wanted.as_str()), found, false, view)
                    || serde_json::from_str::<Value>(wanted)
                        .is_ok_and(|wanted| same(&wanted, found, false, view))
            }
        }
    }

    /// As a message may show it beside what was found.
    fn shown(&self, path: &FieldPath, found: &Value, view: &View<'_>) -> Value {
        let is_secret = has_digest(found) || is_secret(path);
        masked(&self.value(), is_secret, &|secret| view.digest(secret))
    }

    fn masked(&self, path: &FieldPath, key: u64) -> Value {
        masked(&self.value(), is_secret(path), &|secret| secrets::digest(key, secret.as_bytes()))
    }

    fn value(&self) -> Value {
        match self {
            Self::Json(value) => value.clone(),
            Self::Written(text) => Value::from(text.as_str()),
        }
    }
}

/// Whether anything at the end of a path would be kept as a digest.
fn is_secret(path: &FieldPath) -> bool {
    let of_headers = match path.root {
        Root::Headers | Root::AnswerHeaders => true,
        Root::Parameter => path.steps.len() == 1,
        _ => false,
    };
    path.names().any(|name| {
        secrets::names_a_secret_parameter(name)
            || of_headers && secrets::is_secret_header(&name.to_ascii_lowercase())
    })
}

fn has_digest(value: &Value) -> bool {
    match value {
        Value::String(text) => secrets::is_digest(text),
        Value::Array(values) => values.iter().any(has_digest),
        Value::Object(members) => members.values().any(has_digest),
        _ => false,
    }
}

/// A wanted value without its secrets; everything in it is one where `all` says so.
fn masked(value: &Value, all: bool, digest: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) if all && !secrets::is_digest(text) && !text.is_empty() => {
            Value::from(digest(text))
        }
        Value::Number(number) if all => Value::from(digest(&number.to_string())),
        Value::Array(values) => values.iter().map(|value| masked(value, all, digest)).collect(),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                let all = all || secrets::names_a_secret(name);
                (name.clone(), masked(value, all, digest))
            };
            Value::Object(members.iter().map(member).collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

/// Whether two values are the same. A digest is the same as the secret that it stands for; text
/// that travelled outside a body is the same as the number that it is written like.
fn same(wanted: &Value, found: &Value, as_text: bool, view: &View<'_>) -> bool {
    match (wanted, found) {
        (Value::String(wanted), Value::String(found)) => {
            wanted == found || secrets::is_digest(found) && view.digest(wanted) == *found
        }
        (Value::Number(_) | Value::Bool(_), Value::String(found)) => {
            let wanted = wanted.to_string();
            as_text && wanted == *found
                || secrets::is_digest(found) && view.digest(&wanted) == *found
        }
        (Value::Number(wanted), Value::Number(found)) => {
            wanted == found || wanted.as_f64().is_some_and(|it| Some(it) == found.as_f64())
        }
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.len() == found.len()
                && wanted
                    .iter()
                    .zip(found)
                    .all(|(wanted, found)| same(wanted, found, as_text, view))
        }
        (Value::Object(wanted), Value::Object(found)) => {
            let member = |(name, value): (&String, &Value)| {
                found.get(name).is_some_and(|found| same(value, found, as_text, view))
            };
            wanted.len() == found.len() && wanted.iter().all(member)
        }
        _ => wanted == found,
    }
}
