//! Patterns that requests are matched with, as a control request has them.

use crate::api::find::{routes, unknown};
use crate::contract::Contract;
use crate::control::query;
use crate::error::control::ControlError;
use crate::faults::{declared, paths};
use crate::journal::{FieldPath, Matcher, Wanted};
use crate::operation::Route;
use crate::text::{did_you_mean, quoted};
use axum::http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Which requests are meant, as a control request says it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    pub operation: Option<String>,
    pub service: Option<String>,
    pub method: Option<String>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Whether it has changed something in the world.
    pub committed: Option<bool>,
    /// The rule that made it go wrong.
    pub fault: Option<String>,
    /// Values by their paths.
    #[serde(rename = "match", default)]
    pub fields: Map<String, Value>,
    /// The fields of a query, whose values are text.
    #[serde(skip)]
    pub written: Vec<(String, String)>,
}

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];

impl Pattern {
    /// The same with every name looked up; the first that is unknown is refused.
    pub fn matcher(&self) -> Result<Matcher, ControlError> {
        let Self { operation, service, method, status, committed, fault, fields, written } = self;
        let routes = routes(service.as_deref(), operation.as_deref())?;
        let meant = routes.first().map(|route| route.contract());
        let service = meant.filter(|_| service.is_some()).map(|contract| contract.service.name);
        let operation = meant.filter(|_| operation.is_some()).map(|contract| contract.id);
        let method = method.as_deref().map(find_method).transpose()?;
        let status = status.map(find_status).transpose()?;
        if fault.as_deref() == Some("") {
            return Err(ControlError::bad("fault must be the id of a rule, got none"));
        }
        let contracts = routes.iter().map(|route| route.contract());
        let has_method = |contract: &&'static Contract| {
            method.as_ref().is_none_or(|method| contract.method == *method)
        };
        let mut contracts: Vec<_> = contracts.filter(has_method).collect();
        let mut path = |text: &str| -> Result<_, ControlError> {
            let path = FieldPath::parse(text)
                .map_err(|problem| ControlError::bad(format!("match: {problem}")))?;
            require_declared(&path, &mut contracts)?;
            Ok(path)
        };
        let json = fields.iter().map(|(at, value)| (at, Wanted::Json(value.clone())));
        let written = written.iter().map(|(at, text)| (at, Wanted::Written(text.clone())));
        let fields = json.chain(written).map(|(at, wanted)| Ok((path(at)?, wanted)));
        let fields = fields.collect::<Result<_, ControlError>>()?;
        Ok(Matcher {
            operation,
            service,
            method,
            status,
            committed: *committed,
            fault: fault.clone(),
            fields,
        })
    }
}

/// Refuses the name of a parameter that no operation declares, and keeps those that do. A path that
/// says where to look is let pass, since clients may send anything.
fn require_declared(
    path: &FieldPath,
    contracts: &mut Vec<&'static Contract>,
) -> Result<(), ControlError> {
    let Some(name) = path.parameter() else { return Ok(()) };
    let known: Vec<_> = contracts.iter().flat_map(|contract| paths(contract)).collect();
    let in_path = format!("{{{name}}}");
    contracts.retain(|contract| {
        declared(contract, &name).is_some() || contract.path.split('/').any(|part| part == in_path)
    });
    if !contracts.is_empty() || known.is_empty() {
        return Ok(());
    }
    let meant = did_you_mean(&name, known.iter().map(String::as_str));
    let stop = if meant.is_empty() { "." } else { "" };
    Err(ControlError::bad(format!(
        "match: no operation that is meant declares {}{meant}{stop} What is not declared is found \
         under body., query. or headers.",
        quoted(&name)
    )))
}

/// The operations that the parameters `operation` and `service` of a query name; all of them where
/// there is neither.
pub fn operations(query: &str) -> Result<Vec<&'static Contract>, ControlError> {
    Ok(routes_of(query)?.into_iter().map(Route::contract).collect())
}

/// The routes of these operations.
pub fn routes_of(query: &str) -> Result<Vec<&'static Route>, ControlError> {
    let (mut operation, mut service) = (None, None);
    query::read(query, |name, value| {
        match name {
            "operation" => operation = Some(value),
            "service" => service = Some(value),
            _ => return Err(unknown("parameter", name, ["operation", "service"])),
        }
        Ok(())
    })?;
    routes(service.as_deref(), operation.as_deref())
}

fn find_method(name: &str) -> Result<Method, ControlError> {
    let found = METHODS.iter().find(|known| **known == name);
    let method = found.and_then(|known| known.parse().ok());
    method.ok_or_else(|| unknown("method", name, METHODS))
}

fn find_status(status: u16) -> Result<StatusCode, ControlError> {
    let known = StatusCode::from_u16(status).ok().filter(|_| status < 600);
    known.ok_or_else(|| ControlError::bad(format!("status must be from 100 to 599, got {status}")))
}
