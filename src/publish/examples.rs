//! The documented examples of requests, with everything filled in that they refer to.

use crate::contract::field::{Field, Kind};
use crate::contract::template::Template;
use crate::contract::{Contract, Place};
use crate::http::target::Target;
use crate::selftest::Example;
use axum::http::Uri;
use serde_json::Value;
use std::collections::HashMap;

/// The values of an operation's example. Whoever sends them elsewhere sends ids of nothing, as the
/// readers of the documents do.
#[derive(Default)]
pub struct Examples {
    pub body: Option<Value>,
    path: HashMap<String, String>,
    query: HashMap<String, String>,
    headers: HashMap<String, String>,
}

impl Examples {
    /// The examples of an operation.
    pub fn of(contract: &Contract) -> Self {
        let Ok(Example { request, .. }) = Example::filled_in(contract) else {
            return Self::default();
        };
        let uri = request.path.parse::<Uri>().unwrap_or_default();
        let (path, query) = match Target::read(&uri, &Template::new(contract.path)) {
            Ok(target) => (texts(&target.path), texts(&target.query)),
            Err(_) => Default::default(),
        };
        Self { body: request.body, path, query, headers: request.headers }
    }

    /// The value of a parameter, as its schema wants it.
    pub fn of_parameter(&self, place: Place, field: &Field) -> Option<Value> {
        let values = match place {
            Place::Path => &self.path,
            Place::Query => &self.query,
            Place::Header => &self.headers,
            Place::Body => return None,
        };
        // Empty is as good as absent.
        let text = values.get(field.name).filter(|text| !text.is_empty())?;
        match field.kind {
            Kind::Integer(..) | Kind::IntegerOneOf(_) | Kind::Boolean | Kind::Number => {
                serde_json::from_str(text).ok()
            }
            _ => Some(text.as_str().into()),
        }
    }
}

fn texts(members: &crate::contract::check::Members<'_>) -> HashMap<String, String> {
    let text = |(name, value): &(_, crate::contract::json::Json<'_>)| {
        let name: &std::borrow::Cow<'_, str> = name;
        Some((name.to_string(), value.as_text()?.to_owned()))
    };
    members.iter().filter_map(text).collect()
}
