//! What every operation can answer, and what provokes it.

pub mod reserved;

use super::calls::Calls;
use super::{FILTERS, answer, requests};
use crate::contract::{Contract, ErrorKind, Refused};
use crate::error::control::ControlError;
use axum::http::Uri;
use serde::Serialize;
use serde_json::{Value, json};

pub(super) fn calls() -> Calls {
    Calls::default()
        .get("/_paper/catalogue", async |uri: Uri| answer(list(uri.query().unwrap_or_default())))
        .reads(FILTERS)
}

/// The documented answers of all operations.
#[derive(Debug, Serialize)]
pub struct Catalogue {
    count: usize,
    answers: Vec<Entry>,
}

/// One documented answer of an operation.
#[derive(Debug, Serialize)]
struct Entry {
    service: &'static str,
    operation: &'static str,
    method: &'static str,
    path: &'static str,
    status: u16,
    /// Nothing for a success.
    error_code: Option<&'static str>,
    #[serde(rename = "situation")]
    error_kind: Option<String>,
    provoke: Value,
}

/// Every documented answer of the operations that a query names. An operation's success comes first,
/// with the requests of the documented example; then its refusals, each with a fault rule and, where
/// a reserved ID provokes it too, with that ID in the example's requests. Operations without an
/// example are left out.
pub fn list(query: &str) -> Result<Catalogue, ControlError> {
    let contracts = requests::operations(query)?;
    let answers: Vec<_> =
        contracts.into_iter().filter(|one| !one.example.is_empty()).flat_map(entries).collect();
    Ok(Catalogue { count: answers.len(), answers })
}

fn entries(contract: &'static Contract) -> impl Iterator<Item = Entry> {
    let success = Entry::of_success(contract);
    let refused = contract.all_refusals().map(move |refused| refusal(contract, refused));
    std::iter::once(success).chain(refused)
}

impl Entry {
    fn of_success(contract: &'static Contract) -> Self {
        Self {
            service: contract.service.name,
            operation: contract.id,
            method: contract.method.as_str(),
            path: contract.path,
            status: contract.success.as_u16(),
            error_code: None,
            error_kind: None,
            provoke: example(contract),
        }
    }
}

/// The documented request, and those that it presupposes.
fn example(contract: &Contract) -> Value {
    let mut example: Value = serde_json::from_str(contract.example).unwrap_or_default();
    let mut provoke = json!({});
    for part in ["before", "request"] {
        if let Some(requests) = example.get_mut(part) {
            provoke[part] = requests.take();
        }
    }
    provoke
}

fn refusal(contract: &'static Contract, refused: &Refused) -> Entry {
    let error_kind = refused.name();
    let fault = json!({
        "service": contract.service.name,
        "operation": contract.id,
        "effect": { "error": error_kind },
    });
    Entry {
        status: refused.status.as_u16(),
        error_code: Some(refused.code),
        error_kind: Some(error_kind),
        provoke: with_reserved_id(contract, refused.error_kind, json!({ "fault": fault })),
        ..Entry::of_success(contract)
    }
}

/// Adds the requests with a reserved ID that provoke the same, if there is one.
fn with_reserved_id(
    contract: &'static Contract,
    error_kind: ErrorKind,
    mut provoke: Value,
) -> Value {
    let mut documented = example(contract);
    if let Some(id) = reserved::put_into_request(contract, error_kind, &mut documented["request"]) {
        provoke["id"] = json!({ "parameter": id.parameter, "starts_with": id.starts_with });
        for (part, requests) in documented.as_object_mut().into_iter().flatten() {
            provoke[part] = requests.take();
        }
    }
    provoke
}
