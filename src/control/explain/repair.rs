//! Repairs a request: each violation that its check finds is put right, and it is checked again, until
//! none is left.

use super::value::{converted, hide_secrets, placeholder, sample};
use crate::cloud::Instance;
use crate::contract::check::{Members, Sent, check};
use crate::contract::format::SAMPLES;
use crate::contract::json::Json;
use crate::contract::{Contract, Field, Kind, Place, Rule, Violation};
use crate::error::Instead;
use crate::journal::is_concealed;
use crate::text::nearest;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The parameters of a request by their places. Of a repeated one the last counts.
#[derive(Clone, Debug)]
pub struct Parameters {
    /// Path parameters other than the project.
    pub path: Value,
    /// Query parameters.
    pub query: Value,
    /// Header parameters that the contract declares.
    pub headers: Value,
    /// Members of the body.
    pub body: Value,
}

/// How often a request is checked at most: each round repairs what its check has found.
const MOST_ROUNDS: usize = 32;

/// From this round on the documented example is no help: it has been tried.
const PLAIN_ROUND: usize = 8;

impl Default for Parameters {
    fn default() -> Self {
        let nothing = || Value::Object(Map::new());
        Self { path: nothing(), query: nothing(), headers: nothing(), body: nothing() }
    }
}

impl Parameters {
    /// Everything put right, with values of the documented example where some are needed. Nothing
    /// where that leads nowhere, which is so with no declared contract. What has to name an instance
    /// names one of these, if there is any of its kind.
    pub fn mended(
        mut self,
        contract: &Contract,
        example: &Self,
        instances: &[&Instance],
    ) -> Option<Self> {
        let mut example = example.clone();
        for (place, fields) in tables(contract) {
            tidy(fields, self.at_mut(place));
            tidy(fields, example.at_mut(place));
        }
        let nothing = Self::default();
        for round in 0..MOST_ROUNDS {
            for (place, fields) in tables(contract) {
                hide_secrets(fields, self.at_mut(place));
            }
            let violations = check(contract, self.sent()).violations;
            if violations.is_empty() {
                return Some(self);
            }
            let example = if round < PLAIN_ROUND { &example } else { &nothing };
            for violation in &violations {
                self.put_right(contract, violation, example, instances);
            }
        }
        None
    }

    /// Says something else of a parameter that the contract declares.
    pub fn say(&mut self, contract: &Contract, instead: &Instead) {
        if let Some(Found { place, pointer, .. }) = Found::at(contract, instead.parameter) {
            put(self.at_mut(place), &pointer, instead.value.clone());
        }
    }

    /// The parameters of a place.
    pub fn at(&self, place: Place) -> &Value {
        match place {
            Place::Path => &self.path,
            Place::Query => &self.query,
            Place::Header => &self.headers,
            Place::Body => &self.body,
        }
    }

    fn at_mut(&mut self, place: Place) -> &mut Value {
        match place {
            Place::Path => &mut self.path,
            Place::Query => &mut self.query,
            Place::Header => &mut self.headers,
            Place::Body => &mut self.body,
        }
    }

    fn sent(&self) -> Sent<'static> {
        let read = |place: Place| match Json::deserialize(self.at(place).clone()) {
            Ok(Json::Object(members)) => members,
            _ => Members::new(),
        };
        Sent {
            path: read(Place::Path),
            query: read(Place::Query),
            headers: read(Place::Header),
            body: read(Place::Body),
        }
    }

    /// The id of an instance of the kind that a parameter wants, unless the request names it already.
    fn existing(&self, kind: &Kind, instances: &[&Instance]) -> Option<Value> {
        let Kind::Instance(kinds) = kind else { return None };
        let said = [&self.path, &self.query, &self.headers, &self.body];
        let is_named = |one: &Instance| said.iter().any(|said| mentions(said, &one.id));
        let mut fitting = instances.iter().filter(|one| one.is_any_of(kinds) && !is_named(one));
        fitting.next().map(|one| Value::from(&*one.id))
    }

    fn put_right(
        &mut self,
        contract: &Contract,
        violation: &Violation,
        example: &Self,
        instances: &[&Instance],
    ) {
        let Some(found) = Found::at(contract, &violation.path) else { return };
        let Found { place, field, kind, pointer } = &found;
        let documented = |pointer: &str| {
            let value = example.at(*place).pointer(pointer);
            value.filter(|value| is_given(value)).cloned()
        };
        let existing = self.existing(kind, instances);
        let given = || match documented(pointer) {
            _ if field.secret => placeholder(field),
            _ if existing.is_some() => existing.clone().unwrap_or_default(),
            Some(value) => value,
            None => sample(field, kind),
        };
        let sent = self.at(*place).pointer(pointer).cloned();
        let other = |value: &Value| Some(value) != sent.as_ref();
        let (pointer, value) = match &violation.rule {
            // Either of the two does; the documented one is the better.
            Rule::MandatoryUnless(sibling) if documented(pointer).is_none() => {
                let beside = beside(pointer, sibling);
                match documented(&beside) {
                    Some(value) => (beside, value),
                    None => (pointer.clone(), given()),
                }
            }
            Rule::Inferred { value, .. } => (pointer.clone(), Value::from(*value)),
            Rule::Advised(format) => {
                let fitting = SAMPLES.into_iter().find(|text| (format.accepts)(text));
                (pointer.clone(), fitting.into())
            }
            Rule::Mandatory | Rule::MandatoryUnless(_) | Rule::MandatoryWhen(..) => {
                (pointer.clone(), given())
            }
            _ => {
                let meant = sent.as_ref().and_then(|sent| converted(kind, sent));
                let exists = |id: &Value| instances.iter().any(|one| id.as_str() == Some(&*one.id));
                let meant = meant.filter(|meant| existing.is_none() || exists(meant));
                let value = meant.filter(other).or_else(|| Some(given()).filter(other));
                (pointer.clone(), value.unwrap_or_else(|| sample(field, kind)))
            }
        };
        put(self.at_mut(*place), &pointer, value);
    }
}

/// Whether a text stands anywhere in a value.
fn mentions(value: &Value, text: &str) -> bool {
    match value {
        Value::String(one) => one == text,
        Value::Array(values) => values.iter().any(|value| mentions(value, text)),
        Value::Object(members) => members.values().any(|value| mentions(value, text)),
        _ => false,
    }
}

/// The tables of a contract, by the place that they are about.
pub fn tables(contract: &Contract) -> [(Place, &'static [Field]); 4] {
    [
        (Place::Path, contract.path_parameters),
        (Place::Query, contract.query),
        (Place::Header, contract.headers),
        (Place::Body, contract.body),
    ]
}

/// A declared parameter, found by the path that a violation has.
#[derive(Debug)]
pub struct Found {
    /// Where it is sent.
    pub place: Place,
    /// Its row.
    pub field: &'static Field,
    /// Its kind, or that of its elements where the path leads to one.
    kind: &'static Kind,
    /// The same path as a JSON pointer.
    pointer: String,
}

impl Found {
    /// Finds a path such as `backup_files.files[0].size`, if it is declared.
    pub fn at(contract: &Contract, path: &str) -> Option<Self> {
        let top = path.split(['.', '[']).next()?;
        let mut tables = tables(contract).into_iter();
        let (place, mut fields) =
            tables.find(|(_, fields)| fields.iter().any(|field| field.name == top))?;
        let mut found = None;
        for step in path.split('.') {
            let (name, indices) = step.split_once('[').unwrap_or((step, ""));
            let field = fields.iter().find(|field| field.name == name)?;
            let kind = match &field.kind {
                Kind::List(of, _) if !indices.is_empty() => of,
                kind => kind,
            };
            fields = field.kind.members();
            found = Some((field, kind));
        }
        let (field, kind) = found?;
        let pointer = format!("/{}", path.replace(['.', '['], "/").replace(']', ""));
        Some(Self { place, field, kind, pointer })
    }
}

/// The pointer to a sibling.
fn beside(pointer: &str, sibling: &str) -> String {
    let holder = pointer.rsplit_once('/').map_or("", |(holder, _)| holder);
    format!("{holder}/{sibling}")
}

fn put(within: &mut Value, pointer: &str, value: Value) {
    let (holder, last) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    match within.pointer_mut(holder) {
        Some(Value::Object(members)) => {
            members.insert(last.to_owned(), value);
        }
        Some(Value::Array(values)) => {
            let index = last.parse().ok();
            if let Some(element) = index.and_then(|index: usize| values.get_mut(index)) {
                *element = value;
            }
        }
        _ => {}
    }
}

/// Renames members with a misspelt or deprecated name to the declared one that was meant, unless that
/// is there too. Drops all others that are undeclared or deprecated, and those whose values the journal
/// conceals.
fn tidy(fields: &'static [Field], value: &mut Value) {
    let members = match value {
        Value::Object(members) => members,
        Value::Array(values) => return values.iter_mut().for_each(|value| tidy(fields, value)),
        _ => return,
    };
    let sent = std::mem::take(members);
    let current = fields.iter().filter(|field| field.deprecated.is_none());
    let names: Vec<_> = current.clone().map(|field| field.name).collect();
    let meant = |name: &str| {
        nearest(name, names.iter().copied()).filter(|meant| !sent.contains_key(*meant))
    };
    for (name, value) in &sent {
        let is_current = names.contains(&name.as_str());
        let Some(name) = (if is_current { Some(name.as_str()) } else { meant(name) }) else {
            continue;
        };
        let Some(field) = current.clone().find(|field| field.name == name) else { continue };
        if !field.secret && value.as_str().is_some_and(is_concealed) {
            // The journal does not know what was sent.
            continue;
        }
        let mut value = value.clone();
        tidy(field.kind.members(), &mut value);
        members.entry(field.name).or_insert(value);
    }
}

/// Whether a documented value is one to send: not null, and nothing that stands for the answer to
/// an earlier request, as `{0.job_id}` does.
fn is_given(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => {
            let mut braces = text.split('{').skip(1);
            let refers = braces.any(|rest| rest.starts_with(|sign: char| sign.is_ascii_digit()));
            !refers && !text.trim().is_empty()
        }
        Value::Array(values) => values.iter().all(is_given),
        Value::Object(members) => members.values().all(|one| one.is_null() || is_given(one)),
        _ => true,
    }
}
