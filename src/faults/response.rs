//! Applies a fault to an answer: replaces it, or cuts its body.

use super::action::{Content, FaultAction, is_bodiless};
use super::effect::Effect;
use crate::contract::{Contract, envelope};
use crate::headers::{IAM_TRACE_ID, REQUEST_ID, WARNING};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde_json::Value;

/// The gateway's code for too many requests.
const TOO_MANY_REQUESTS: &str = "APIGW.0308";

/// The gateway's code for a failure behind it.
const INTERNAL: &str = "APIGW.0601";

impl Effect {
    /// Replaces the operation's answer, or cuts its body.
    pub fn apply_to_response(
        &self,
        rule: &str,
        contract: &Contract,
        request_id: &str,
        answer: &mut Response<Vec<u8>>,
    ) {
        let error = |status: StatusCode, code: &str, message: &Option<Box<str>>| {
            let usual = || format!("injected by the fault rule {rule}");
            let message = message.as_deref().map_or_else(usual, str::to_owned);
            envelope::error(contract.service, status, code, &message, request_id)
        };
        match &self.action {
            FaultAction::Answer(status, Content::Body(Value::String(text))) => {
                replace(answer, *status, text_type(text), text.clone().into_bytes());
            }
            FaultAction::Answer(status, Content::Body(body)) => {
                replace(answer, *status, JSON, body.to_string().into_bytes());
            }
            FaultAction::Answer(status, Content::Error(message)) => {
                let documented = contract.all_refusals().find(|one| one.status == *status);
                let code = documented.map_or(INTERNAL, |refused| refused.code);
                let body = if status.as_u16() >= 400 {
                    error(*status, code, message)
                } else if is_bodiless(*status) {
                    Vec::new()
                } else {
                    b"{}".to_vec()
                };
                replace(answer, *status, JSON, body);
            }
            FaultAction::Error(name, message) => {
                if let Some(refused) = name.of(contract) {
                    let body = error(refused.status, refused.code, message);
                    replace(answer, refused.status, JSON, body);
                }
            }
            FaultAction::Throttle(seconds, message) => {
                let status = StatusCode::TOO_MANY_REQUESTS;
                replace(answer, status, JSON, error(status, TOO_MANY_REQUESTS, message));
                answer.headers_mut().insert(header::RETRY_AFTER, (*seconds).into());
            }
            FaultAction::Malformed => {
                let half = answer.body().len().div_ceil(2);
                answer.body_mut().truncate(half);
            }
            FaultAction::Nothing
            | FaultAction::Reset
            | FaultAction::Truncate
            | FaultAction::Slow(_)
            | FaultAction::Job(_) => {}
        }
    }
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The type of a text: JSON, HTML as of a proxy's error page, or plain.
fn text_type(text: &str) -> HeaderValue {
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
        return JSON;
    }
    let is_page = text.trim_start().starts_with('<');
    HeaderValue::from_static(if is_page { "text/html" } else { "text/plain" })
}

/// Replaces an answer, and keeps only the headers that are about the request.
fn replace(
    answer: &mut Response<Vec<u8>>,
    status: StatusCode,
    content_type: HeaderValue,
    body: Vec<u8>,
) {
    let mut kept = HeaderMap::new();
    for (name, value) in answer.headers() {
        if [REQUEST_ID, IAM_TRACE_ID, WARNING].contains(name) {
            kept.append(name, value.clone());
        }
    }
    if !body.is_empty() {
        kept.insert(header::CONTENT_TYPE, content_type);
    }
    *answer.status_mut() = status;
    *answer.headers_mut() = kept;
    *answer.body_mut() = body;
}
