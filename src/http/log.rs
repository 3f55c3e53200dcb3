//! One line of the log for each request, if its target is switched on; and always one for the first
//! request that nothing is emulated for.

use crate::clock::Stamp;
use crate::contract::envelope::code_and_message;
use crate::journal::{Entry, Verdict, View};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Once;
use tracing::Level;

/// The target of the lines for single requests.
macro_rules! requests {
    () => {
        "papercloud::requests"
    };
}

/// Logs a request as the journal has it, without the secrets that it was sent.
pub fn request(entry: &Entry, key: u64, project: &str, label: Option<&str>, received: Stamp) {
    if !tracing::enabled!(target: requests!(), Level::DEBUG) {
        return;
    }
    let record = &entry.record;
    let warnings: Vec<_> = entry
        .answer_headers()
        .filter(|(name, _)| name.eq_ignore_ascii_case("x-paper-warning"))
        .map(|(_, value)| value)
        .collect();
    let is_refused = matches!(record.verdict, Verdict::Refused(_) | Verdict::Unknown);
    let refusal = is_refused.then(|| {
        let (code, reason) = code_and_message(View::new(entry, key).answer_body());
        format!("{code} {reason}")
    });
    tracing::debug!(
        target: requests!(),
        method = entry.method.as_str(),
        path = target(entry),
        operation = record.contract.map(|contract| contract.id),
        status = entry.status.map(|status| status.as_u16()),
        milliseconds = milliseconds(received),
        project = Some(project).filter(|project| !project.is_empty()),
        label,
        warning = (!warnings.is_empty()).then(|| warnings.join("; ")),
        fault = record.fault.as_deref(),
        refusal,
        "request"
    );
}

/// Path and query, without the values of parameters that no document declares.
fn target(entry: &Entry) -> String {
    let Some((path, query)) = entry.target().split_once('?') else {
        return entry.target().to_owned();
    };
    let declares = |name: &str| {
        let contract = entry.record.contract;
        contract.is_some_and(|contract| contract.query.iter().any(|field| field.name == name))
    };
    let shown = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if !declares(name) => format!("{name}=…"),
        _ => pair.to_owned(),
    });
    format!("{path}?{}", shown.collect::<Vec<_>>().join("&"))
}

fn milliseconds(since: Stamp) -> f64 {
    (since.elapsed().as_secs_f64() * 1e6).round() / 1e3
}

/// Warns of the first request that nothing is emulated for; after that they are in the journal.
pub fn unknown(entry: &Entry) {
    static FIRST: Once = Once::new();
    FIRST.call_once(|| {
        let method = entry.method.as_str();
        tracing::warn!(
            method,
            path = target(entry),
            "nothing is emulated there; GET /_paper/failures lists all"
        );
    });
}

/// Logs a call of the control API.
pub async fn control_call(request: Request, next: Next) -> Response {
    if !tracing::enabled!(target: requests!(), Level::DEBUG) {
        return next.run(request).await;
    }
    let (method, path) =
        (request.method().clone(), request.uri().path().chars().take(256).collect::<String>());
    let response = next.run(request).await;
    let (method, path, status) = (method.as_str(), &*path, response.status().as_u16());
    tracing::debug!(target: requests!(), method, path, status, "control");
    response
}
