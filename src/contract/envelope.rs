//! The bodies of errors, in each service's own envelope.

use super::{Envelope, Service};
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::Value;

/// An error body of a service, or with the request's id that of the gateway.
#[derive(Serialize)]
struct ErrorBody<'a> {
    error_code: &'a str,
    error_msg: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

/// An error body of DCS, whose third member is always null.
#[derive(Serialize)]
struct ExtendedErrorBody<'a> {
    error_code: &'a str,
    error_msg: &'a str,
    error_ext_msg: (),
}

/// An error body of the network services.
#[derive(Serialize)]
struct BriefErrorBody<'a> {
    code: &'a str,
    message: &'a str,
}

/// An error body of IAM.
#[derive(Serialize)]
struct NestedErrorBody<'a> {
    error: NestedError<'a>,
}

#[derive(Serialize)]
struct NestedError<'a> {
    code: u16,
    message: &'a str,
    title: &'a str,
}

/// Code and message of an error body in any envelope; empty where there is none.
pub fn code_and_message(body: &Value) -> (String, String) {
    let inner = body.get("error").unwrap_or(body);
    let text = |name: &str, inner_name: &str| match body.get(name).or_else(|| inner.get(inner_name))
    {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    (text("error_code", "code"), text("error_msg", "message"))
}

/// Writes an error of a service, or in the gateway's envelope if the code is one of the gateway's.
pub fn error(
    service: &Service,
    status: StatusCode,
    code: &str,
    message: &str,
    request_id: &str,
) -> Vec<u8> {
    let by_gateway = code.starts_with("APIGW.");
    let envelope = if by_gateway { Envelope::Gateway } else { service.envelope };
    match envelope {
        Envelope::Nested => nested_error_body(status, message),
        _ => error_body(envelope, code, message, request_id),
    }
}

fn error_body(envelope: Envelope, code: &str, message: &str, request_id: &str) -> Vec<u8> {
    let body = match envelope {
        Envelope::Extended => serde_json::to_vec(&ExtendedErrorBody {
            error_code: code,
            error_msg: message,
            error_ext_msg: (),
        }),
        Envelope::Brief => serde_json::to_vec(&BriefErrorBody { code, message }),
        Envelope::Plain | Envelope::Gateway | Envelope::Nested => serde_json::to_vec(&ErrorBody {
            error_code: code,
            error_msg: message,
            request_id: (envelope == Envelope::Gateway).then_some(request_id),
        }),
    };
    body.expect("text serialises")
}

fn nested_error_body(status: StatusCode, message: &str) -> Vec<u8> {
    let title = status.canonical_reason().unwrap_or_default();
    let error = NestedError { code: status.as_u16(), message, title };
    serde_json::to_vec(&NestedErrorBody { error }).expect("text serialises")
}
