//! Which requests are meant, and in what another one differs.

use super::field_path::{FieldPath, Root};
use super::secrets::{Digests, is_concealed, is_open_header};
use super::view::{Found, View};
use crate::api;
use crate::contract::json::Json;
use crate::contract::{Contract, Field, Kind};
use crate::operation::Route;
use axum::http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Which requests are meant: those that everything given here is true of.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    pub operation: Option<&'static str>,
    pub service: Option<&'static str>,
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
    /// What was wanted; digests stand for what no contract declares.
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
                let kind = self.kind(path).filter(|_| !has_concealed(&got));
                let expected = wanted.shown(kind, &mut view.digests());
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
        let contract = entry.record.contract;
        let pairs = [
            ("operation", json!(self.operation), json!(contract.map(|contract| contract.id))),
            ("service", json!(self.service), json!(contract.map(|one| one.service.name))),
            ("method", text(self.method.as_ref()), text(Some(&entry.method))),
            ("status", status(self.status), status(entry.status)),
            ("committed", json!(self.committed), json!(entry.committed())),
            ("fault", json!(self.fault), json!(entry.record.fault.as_deref())),
        ];
        pairs.into_iter().filter(|(_, wanted, got)| !wanted.is_null() && wanted != got)
    }

    /// The kind of what stands at the end of a path, if it is declared and no secret.
    fn kind(&self, path: &FieldPath) -> Option<&'static Kind> {
        let (name, _) = path.start();
        let of_headers = matches!(path.root, Root::Headers | Root::AnswerHeaders);
        if of_headers && is_open_header(&name.to_ascii_lowercase()) {
            return Some(&Kind::TEXT);
        }
        let is_meant = |contract: &Contract| {
            self.operation.is_none_or(|id| contract.id == id)
                && self.service.is_none_or(|service| contract.service.name == service)
        };
        let contracts = api::routes().iter().map(Route::contract).filter(|one| is_meant(one));
        let mut kinds = contracts.filter_map(|contract| kind_in(contract, path));
        let (kind, is_secret) = kinds.next()?;
        // What any contract calls a secret is never shown.
        (!is_secret && !kinds.any(|(_, is_secret)| is_secret)).then_some(kind)
    }

    /// What is meant, in words; digests of the world with this key stand for what no contract
    /// declares.
    pub fn describe(&self, key: u64) -> String {
        let Self { operation, service, method, status, committed, fault, fields } = self;
        let mut words = vec![operation.unwrap_or("any request").to_owned()];
        words.extend(service.map(|service| format!("of {service}")));
        words.extend(method.as_ref().map(|method| format!("with method {method}")));
        words.extend(status.map(|status| format!("with status {}", status.as_u16())));
        words.extend(committed.map(|is| if is { "committed" } else { "not committed" }.to_owned()));
        words.extend(fault.as_ref().map(|rule| format!("with fault {rule}")));
        let digests = &mut Digests::new(key);
        let fields = fields.iter().map(|(path, wanted)| {
            format!("with {path} = {}", wanted.shown(self.kind(path), digests))
        });
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
                let kept = view.kept_header(&path.start().0.to_ascii_lowercase(), wanted);
                *found == **wanted || *found == view.digests().text(wanted) || *found == kept
            }
            Self::Json(wanted) => same(wanted, found, *as_text, view),
            Self::Written(wanted) => {
                same(&Value::from(wanted.as_str()), found, false, view)
                    || serde_json::from_str::<Value>(wanted)
                        .is_ok_and(|wanted| same(&wanted, found, false, view))
            }
        }
    }

    /// As a message shows it; `kind` is the declared kind of what it is compared with, if there is one.
    fn shown(&self, kind: Option<&'static Kind>, digests: &mut Digests) -> Value {
        let value = self.value();
        let kind = match kind {
            Some(Kind::List(of, _)) if !value.is_array() => Some(*of),
            kind => kind,
        };
        let mut written = Vec::new();
        if let Ok(json) = Json::deserialize(value) {
            digests.value(&json, kind, &mut written);
        }
        serde_json::from_slice(&written).unwrap_or_default()
    }

    fn value(&self) -> Value {
        match self {
            Self::Json(value) => value.clone(),
            Self::Written(text) => Value::from(text.as_str()),
        }
    }
}

/// The kind of what a contract declares at the end of a path, and whether that is a secret.
fn kind_in(contract: &'static Contract, path: &FieldPath) -> Option<(&'static Kind, bool)> {
    let tables: &[&'static [Field]] = match path.root {
        Root::Parameter => {
            &[contract.path_parameters, contract.query, contract.headers, contract.body]
        }
        Root::Body => &[contract.body],
        Root::Query => &[contract.query],
        Root::Headers => &[contract.headers],
        Root::AnswerBody => &[contract.reply],
        Root::AnswerHeaders => &[contract.reply_headers],
    };
    let of_headers = matches!(path.root, Root::Headers | Root::AnswerHeaders);
    tables.iter().find_map(|table| {
        let mut fields = *table;
        let mut last = None;
        for name in path.names().filter(|name| name.parse::<usize>().is_err()) {
            let is_it = |field: &&Field| {
                field.name == name || of_headers && field.name.eq_ignore_ascii_case(name)
            };
            let field = fields.iter().find(is_it)?;
            if field.secret {
                return Some((&field.kind, true));
            }
            fields = field.kind.members();
            last = Some((&field.kind, false));
        }
        last
    })
}

fn has_concealed(value: &Value) -> bool {
    match value {
        Value::String(text) => is_concealed(text),
        Value::Array(values) => values.iter().any(has_concealed),
        Value::Object(members) => members.values().any(has_concealed),
        _ => false,
    }
}

/// Whether two values are the same. A digest is the same as what it stands for; text that travelled
/// outside a body is the same as the number that it is written like.
fn same(wanted: &Value, found: &Value, as_text: bool, view: &View<'_>) -> bool {
    match (wanted, found) {
        (Value::String(wanted), Value::String(found)) => {
            wanted == found || is_concealed(found) && view.digests().text(wanted) == *found
        }
        (Value::Number(_) | Value::Bool(_), Value::String(found)) => {
            let wanted = wanted.to_string();
            let digests = &mut view.digests();
            let stands_for = |found: &str, digests: &mut Digests| {
                digests.number(&wanted) == found || digests.text(&wanted) == found
            };
            as_text && wanted == *found || is_concealed(found) && stands_for(found, digests)
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
