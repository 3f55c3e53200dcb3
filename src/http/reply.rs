//! The only place where outcomes become HTTP.

use crate::cloud::{Warning, digest, request_id};
use crate::contract::envelope::error;
use crate::contract::{Contract, Envelope, ErrorKind, Refused, Service, gateway};
use crate::error::{Computed, Refusal};
use crate::headers::{BASIS, EXPLAIN, IAM_TRACE_ID, REQUEST_ID, WARNING};
use crate::operation::Output;
use crate::text;
use crate::text::language::Language;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering};

/// The documented maximum of `error_msg`, in characters.
const LONGEST_MESSAGE: usize = 1024;

/// More warnings than this say no more than this many.
const MOST_WARNINGS: usize = 16;

/// What an answer needs beside the operation's output.
#[derive(Debug)]
pub struct Answer {
    pub request_id: String,
    /// The operation, once it is known which of those on a path is meant.
    pub contract: Option<&'static Contract>,
    /// The service that answers.
    pub service: &'static Service,
    /// The language of messages.
    pub language: Language,
    /// What was let pass.
    pub warnings: Vec<Warning>,
    /// For which of the operations on its path the request was taken, if it does not say so.
    pub taken_for: Option<String>,
}

impl Answer {
    /// An answer of the gateway.
    pub fn of_gateway(request_id: String) -> Self {
        let (service, language) = (&gateway::SERVICE, Language::English);
        Self {
            request_id,
            contract: None,
            service,
            language,
            warnings: Vec::new(),
            taken_for: None,
        }
    }

    pub fn write(&self, outcome: Result<Output, Refusal>) -> Response<Vec<u8>> {
        let odd = outcome.is_err() || !self.warnings.is_empty();
        let Output { status, headers: own_headers, body } =
            outcome.unwrap_or_else(|refusal| self.refuse(&refusal));
        let has_body = !body.is_empty();
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        if has_body {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Ok(id) = HeaderValue::try_from(&self.request_id) {
            if self.service.envelope == Envelope::Nested {
                headers.insert(IAM_TRACE_ID, id.clone());
            }
            headers.insert(REQUEST_ID, id);
        }
        if let Some(contract) = self.contract {
            headers.insert(BASIS, HeaderValue::from_static(contract.source.basis()));
        }
        if odd && !self.request_id.is_empty() {
            point_to_explanation(headers, &self.request_id);
        }
        for (name, value) in own_headers {
            headers.insert(name, header_value(value));
        }
        for warning in self.warnings.iter().take(MOST_WARNINGS) {
            let text = [warning.class.name(), ": ", &warning.message].concat();
            headers.append(WARNING, header_value(text));
        }
        response
    }

    fn refuse(&self, refusal: &Refusal) -> Output {
        let Refused { status, code, .. } = self.code(refusal.error_kind());
        if let Refusal::Internal { cause } = refusal {
            tracing::error!(request_id = self.request_id, cause, "a request failed");
        }
        if let Refusal::SignatureMismatch { computed, .. } = refusal {
            let Computed { canonical_request, string_to_sign } = &**computed;
            tracing::debug!(
                request_id = self.request_id,
                canonical_request,
                string_to_sign,
                "this is what should have been signed"
            );
        }
        let mut message = refusal.message(self.language);
        if let Some(taken_for) = &self.taken_for {
            message.extend(["; ", taken_for]);
        }
        let message = shorten(message);
        let body = error(self.service, *status, code, &message, &self.request_id);
        let headers = refusal.headers().into_iter().map(|(name, value)| (name, value.to_owned()));
        Output { status: *status, headers: headers.collect(), body }
    }

    /// Status and code. An error kind that neither the contract nor the service declares is a bug,
    /// answered as an internal error.
    fn code(&self, error_kind: ErrorKind) -> &'static Refused {
        let declared = match self.contract {
            Some(contract) => contract.refusal(error_kind),
            None => self.service.refusal(error_kind),
        };
        declared.or_else(|| self.service.refusal(ErrorKind::Internal)).unwrap_or_else(|| {
            unreachable!("the gateway declares what happens when all else fails")
        })
    }
}

/// Says where a request is explained.
pub fn point_to_explanation(headers: &mut HeaderMap, request_id: &str) {
    if let Ok(path) = HeaderValue::try_from(["/_paper/requests/", request_id].concat()) {
        headers.insert(EXPLAIN, path);
    }
}

/// Cuts a message to the documented maximum.
fn shorten(message: String) -> String {
    if message.chars().nth(LONGEST_MESSAGE).is_none() {
        return message;
    }
    message.chars().take(LONGEST_MESSAGE - 1).chain(['…']).collect()
}

/// Text as a header can carry it: anything but visible ASCII is escaped.
fn header_value(text: String) -> HeaderValue {
    const LONGEST: usize = 512;
    let plain = text.len() <= LONGEST && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if plain {
        return HeaderValue::try_from(text).expect("visible ASCII");
    }
    let mut shown = String::new();
    for character in text.chars().take(LONGEST) {
        match character {
            ' '..='~' => shown.push(character),
            other => shown.extend(other.escape_unicode()),
        }
    }
    HeaderValue::try_from(shown).expect("visible ASCII")
}

/// A header's value as a message shows it.
pub fn shown_header(value: Option<&HeaderValue>) -> String {
    let value = value.map(HeaderValue::as_bytes).unwrap_or_default();
    text::shown(&String::from_utf8_lossy(value))
}

/// A JSON answer of the control API.
pub fn json(status: StatusCode, body: &impl Serialize) -> Response<Vec<u8>> {
    json_text(status, serde_json::to_vec(body).expect("plain data serialises"))
}

/// A control request that is refused: the reason, and nothing half-applied.
pub fn refuse(status: StatusCode, reason: &str) -> Response<Vec<u8>> {
    let code = format!("PAPER.0{}", status.as_u16());
    json(status, &serde_json::json!({ "error_code": code, "error_msg": reason }))
}

/// A request of the API whose headers for tests are refused. It is in the journal, so it has an id
/// and is explained.
pub fn refuse_instructions(
    status: StatusCode,
    reason: &str,
    request_id: &str,
) -> Response<Vec<u8>> {
    let mut refused = refuse(status, reason);
    if let Ok(id) = HeaderValue::from_str(request_id) {
        refused.headers_mut().insert(REQUEST_ID, id);
    }
    point_to_explanation(refused.headers_mut(), request_id);
    refused
}

/// A body that is JSON already.
pub fn json_text(status: StatusCode, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// The last resort: a panic outside an operation is the gateway's 500.
#[expect(clippy::needless_pass_by_value, reason = "the signature that the layer wants")]
pub fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
    static ORDINALS: AtomicU64 = AtomicU64::new(0);
    // The panic may have come before any world was found, so the id is drawn from a counter.
    let ordinal = ORDINALS.fetch_add(1, Ordering::Relaxed);
    let answer = Answer::of_gateway(request_id(digest(0, "panics"), ordinal));
    answer.write(Err(Refusal::Internal { cause: panic_message(panic.as_ref()) })).map(Body::from)
}

/// The message of a panic, if it is a literal: a formatted one may contain what was sent.
pub fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&'static str>();
    format!("panic: {}", text.unwrap_or(&"its message is not shown, as it may hold a secret"))
}
