//! The parameters of a request by their places, as JSON: read from what was sent, and written again.

use crate::contract::check::{Members, Sent};
use crate::contract::json::Json;
use crate::contract::template::parameter_name;
use crate::contract::{Contract, Place};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The characters that are not escaped in a path and in a query.
const UNESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The parameters of a request. Of a repeated one the last counts.
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

impl Default for Parameters {
    fn default() -> Self {
        let nothing = || Value::Object(Map::new());
        Self { path: nothing(), query: nothing(), headers: nothing(), body: nothing() }
    }
}

impl Parameters {
    /// The parameters of an operation's documented example.
    pub fn documented(contract: &Contract) -> Self {
        let example: Value = serde_json::from_str(contract.example).unwrap_or_default();
        let request = &example["request"];
        let target = request["path"].as_str().unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let object = |value: &Value| value.as_object().cloned().unwrap_or_default().into();
        Self {
            path: in_path(path, contract.path),
            query: in_query(query),
            headers: object(&request["headers"]),
            body: object(&request["body"]),
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

    pub fn at_mut(&mut self, place: Place) -> &mut Value {
        match place {
            Place::Path => &mut self.path,
            Place::Query => &mut self.query,
            Place::Header => &mut self.headers,
            Place::Body => &mut self.body,
        }
    }

    /// The same as the check of a request takes them.
    pub fn sent(&self) -> Sent<'static> {
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
}

/// The parameters in a path, as far as they can be read and stand where the template has them.
pub fn in_path(path: &str, template: &str) -> Value {
    let pairs = template.split('/').zip(path.split('/'));
    let parameters = pairs.filter_map(|(segment, sent)| {
        Some((parameter_name(segment)?.to_owned(), decode(sent)?.into()))
    });
    Value::Object(parameters.collect())
}

/// The parameters in a query, as far as they can be read.
pub fn in_query(query: &str) -> Value {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let parameters = pairs.filter_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((decode(&name.replace('+', " "))?, decode(&value.replace('+', " "))?.into()))
    });
    Value::Object(parameters.collect())
}

/// Text without percent-encoding; nothing where an escape has no digits or is no UTF-8.
pub fn decode(sent: &str) -> Option<String> {
    let mut escapes = sent.split('%').skip(1);
    let are_whole = escapes.all(|rest| {
        rest.get(..2).is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
    });
    let text = percent_decode_str(sent).decode_utf8().ok()?;
    are_whole.then(|| text.into_owned())
}

/// A value as a path or a query has it.
pub fn encode(value: &Value) -> String {
    utf8_percent_encode(&plain(value), UNESCAPED).to_string()
}

/// A value as a header has it.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
