//! Which requests are meant, in the words of a control request.

use crate::api::ROUTES;
use crate::contract::Contract;
use crate::contract::check;
use crate::control::{ControlError, query};
use crate::testing::journal::{FieldPath, Matcher, Wanted};
use axum::http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Which requests are meant, in the words of a control request.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// The operation.
    pub operation: Option<String>,
    /// Its service.
    pub service: Option<String>,
    /// The method.
    pub method: Option<String>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Whether it was a write that was performed.
    pub committed: Option<bool>,
    /// The rule that made it go wrong.
    pub fault: Option<String>,
    /// Values by their paths.
    #[serde(rename = "match", default)]
    pub fields: Map<String, Value>,
    /// The same, as text of a query.
    #[serde(skip)]
    pub written: Vec<(String, String)>,
}

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];

impl Pattern {
    /// The same with every word looked up; the first that is unknown is refused.
    pub fn matcher(&self) -> Result<Matcher, ControlError> {
        let Self { operation, service, method, status, committed, fault, fields, written } = self;
        let service = service.as_deref().map(find_service).transpose()?;
        let operation =
            operation.as_deref().map(|name| find_operation(name, service)).transpose()?;
        let method = method.as_deref().map(find_method).transpose()?;
        let status = status.map(find_status).transpose()?;
        if fault.as_deref() == Some("") {
            return Err(ControlError::bad("fault must be the id of a rule, got none"));
        }
        let path = |text: &str| {
            FieldPath::parse(text).map_err(|problem| ControlError::bad(format!("match: {problem}")))
        };
        let json = fields.iter().map(|(at, value)| Ok((path(at)?, Wanted::Json(value.clone()))));
        let written =
            written.iter().map(|(at, text)| Ok((path(at)?, Wanted::Written(text.clone()))));
        Ok(Matcher {
            operation,
            service,
            method,
            status,
            committed: *committed,
            fault: fault.clone(),
            fields: json.chain(written).collect::<Result<_, ControlError>>()?,
        })
    }
}

fn contracts() -> impl Iterator<Item = &'static Contract> {
    ROUTES.iter().map(|route| route.contract)
}

/// The operations that the parameters `operation` and `service` of a query name; all of them where
/// there is neither.
pub fn operations(query: &str) -> Result<Vec<&'static Contract>, ControlError> {
    let (mut operation, mut service) = (None, None);
    query::read(query, |name, value| {
        match name {
            "operation" => operation = Some(value),
            "service" => service = Some(value),
            _ => return Err(unknown("parameter", name, ["operation", "service"].into_iter())),
        }
        Ok(())
    })?;
    let service = service.map(|name| find_service(&name)).transpose()?;
    let operation = operation.map(|name| find_operation(&name, service)).transpose()?;
    let is_meant = |contract: &&Contract| {
        operation.is_none_or(|id| contract.id == id)
            && service.is_none_or(|name| contract.service.name == name)
    };
    Ok(contracts().filter(is_meant).collect())
}

fn find_service(name: &str) -> Result<&'static str, ControlError> {
    let names = || contracts().map(|contract| contract.service.name);
    let found = names().find(|known| known.eq_ignore_ascii_case(name));
    found.ok_or_else(|| unknown("service", name, names()))
}

fn find_operation(name: &str, service: Option<&'static str>) -> Result<&'static str, ControlError> {
    let of_service =
        |contract: &&Contract| service.is_none_or(|service| contract.service.name == service);
    let names = || contracts().filter(of_service).map(|contract| contract.id);
    names().find(|known| *known == name).ok_or_else(|| {
        let what = service.map_or("operation".to_owned(), |it| format!("operation of {it}"));
        unknown(&what, name, names())
    })
}

fn find_method(name: &str) -> Result<Method, ControlError> {
    let found = METHODS.iter().find(|known| **known == name);
    let method = found.and_then(|known| known.parse().ok());
    method.ok_or_else(|| unknown("method", name, METHODS.into_iter()))
}

fn find_status(status: u16) -> Result<StatusCode, ControlError> {
    let known = StatusCode::from_u16(status).ok().filter(|_| status < 600);
    known.ok_or_else(|| ControlError::bad(format!("status must be from 100 to 599, got {status}")))
}

/// Why a word is refused, and the one that was probably meant.
pub fn unknown<'k>(what: &str, word: &str, known: impl Iterator<Item = &'k str>) -> ControlError {
    let meant = check::nearest(word, known);
    let meant = meant.map_or_else(String::new, |known| format!("; did you mean {known}?"));
    let shown: String = word.chars().take(64).flat_map(char::escape_debug).collect();
    ControlError::bad(format!("there is no {what} {shown}{meant}"))
}
