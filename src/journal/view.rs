//! An entry as it is looked at: its bodies read as JSON, once.

use super::field_path::{FieldPath, Root, Step};
use super::secrets::Digests;
use super::{Entry, Journal};
use crate::contract::Contract;
use crate::contract::template::parameter_name;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use std::cell::OnceCell;

/// An entry, and what was read of it.
#[derive(Debug)]
pub struct View<'e> {
    pub entry: &'e Entry,
    pub request_id: String,
    key: u64,
    body: OnceCell<Value>,
    answer_body: OnceCell<Value>,
}

/// A value that was found, and whether it travelled as text, as everything outside a body does.
pub type Found = (Value, bool);

impl<'e> View<'e> {
    /// Every entry of a journal, in the order in which the requests were received: a slow answer
    /// does not put its request behind one that came later.
    pub fn all(journal: &'e Journal) -> Vec<Self> {
        let views = journal.entries().map(|entry| Self::new(entry, journal.key()));
        let mut views: Vec<_> = views.collect();
        views.sort_by_key(|view| view.entry.ordinal());
        views
    }

    /// A view of an entry of the world with this key.
    pub fn new(entry: &'e Entry, key: u64) -> Self {
        let (body, answer_body) = (OnceCell::new(), OnceCell::new());
        Self { entry, request_id: entry.request_id(key), key, body, answer_body }
    }

    /// The body: JSON, or its text where it is none, or null where there is none.
    pub fn body(&self) -> &Value {
        self.body.get_or_init(|| read(self.entry.body()))
    }

    pub fn answer_body(&self) -> &Value {
        self.answer_body.get_or_init(|| read(self.entry.answer_body()))
    }

    /// The path, as it was sent.
    pub fn path(&self) -> &'e str {
        self.entry.path_and_query().0
    }

    /// The parameters of the query by their names; a list where there are several of a name.
    pub fn query(&self) -> Map<String, Value> {
        let pairs = self.entry.path_and_query().1.split('&').filter(|pair| !pair.is_empty());
        by_name(pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        }))
    }

    /// The digests that stand for concealed values in this world.
    pub fn digests(&self) -> Digests {
        Digests::new(self.key)
    }

    pub fn kept_header(&self, name: &str, value: &str) -> String {
        let fields = self.entry.record.contract.map_or(&[][..], |contract| contract.headers);
        self.digests().header(name, value.as_bytes(), fields).into_owned()
    }

    /// What stands at the end of a path.
    pub fn at(&self, path: &FieldPath) -> Vec<Found> {
        let found = |value: &Value, as_text: bool| -> Vec<Found> {
            let found = FieldPath::walk(value, &path.steps).into_iter();
            found.map(|found| (found.clone(), as_text)).collect()
        };
        let json = |value: &Value| found(value, false);
        let text = |members: Map<String, Value>| found(&Value::Object(members), true);
        match path.root {
            Root::Body => json(self.body()),
            Root::AnswerBody => json(self.answer_body()),
            Root::Query => text(self.query()),
            Root::Headers => text(headers_of(self.entry.headers(), &path.steps)),
            Root::AnswerHeaders => text(headers_of(self.entry.answer_headers(), &path.steps)),
            Root::Parameter => {
                let mut found = json(self.body());
                for elsewhere in [Self::query, Self::path_parameters] {
                    if found.is_empty() {
                        found = text(elsewhere(self));
                    }
                }
                if found.is_empty() {
                    found = text(headers_of(self.entry.headers(), &path.steps));
                }
                found
            }
        }
    }

    /// The parameters in the path, by the names in its template.
    pub fn path_parameters(&self) -> Map<String, Value> {
        let Some(contract) = self.entry.record.contract else { return Map::new() };
        let segments: Vec<_> = self.path().split('/').collect();
        let parameters = |template: &str| parameters(template, &segments);
        parameters(contract.path)
            .or_else(|| alias_parameters(contract, &segments))
            .unwrap_or_default()
    }
}

fn alias_parameters(contract: &Contract, segments: &[&str]) -> Option<Map<String, Value>> {
    contract.alias_templates().find_map(|template| parameters(&template, segments))
}

/// The parameters in a path, if it fits the template.
fn parameters(template: &str, segments: &[&str]) -> Option<Map<String, Value>> {
    let known: Vec<_> = template.split('/').collect();
    if known.len() != segments.len() {
        return None;
    }
    let mut found = Map::new();
    for (known, sent) in known.into_iter().zip(segments) {
        match parameter_name(known) {
            Some(name) => drop(found.insert(name.to_owned(), Value::from(decode(sent)))),
            None if known == *sent => {}
            None => return None,
        }
    }
    Some(found)
}

/// The headers, under the name that a path asks for, whatever its case.
fn headers_of<'h>(
    headers: impl Iterator<Item = (&'h str, &'h str)>,
    steps: &[Step],
) -> Map<String, Value> {
    let Some(Step::Member(asked)) = steps.first() else { return Map::new() };
    let fitting = headers.filter(|(name, _)| name.eq_ignore_ascii_case(asked));
    by_name(fitting.map(|(_, value)| (asked.clone(), value.to_owned())))
}

/// Values by their names; a list where there are several of a name.
pub fn by_name(pairs: impl Iterator<Item = (String, String)>) -> Map<String, Value> {
    let mut members = Map::new();
    for (name, value) in pairs {
        let value = Value::from(value);
        match members.get_mut(&name) {
            None => drop(members.insert(name, value)),
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    members
}

fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

fn read(body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(body)
        .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(body).into_owned()))
}
