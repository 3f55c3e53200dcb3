//! The body of a request: received within limits, read as a JSON object.

use crate::contract::check::Members;
use crate::contract::json::Json;
use crate::error::Refusal;
use axum::body::{Body, Bytes, to_bytes};
use std::time::Duration;

/// Receives a body of so many bytes at most, within the time-out.
pub async fn receive(body: Body, limit: usize, within: Duration) -> Result<Bytes, Refusal> {
    let received = tokio::time::timeout(within, to_bytes(body, limit)).await;
    match received {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_length_limit(&error) => Err(Refusal::BodyTooLarge { limit }),
        Ok(Err(_)) => Err(ended_early()),
        Err(_) => Err(Refusal::BodyTimeout { limit: within.as_secs() }),
    }
}

/// Why a request is refused whose body does not come to its end.
pub fn ended_early() -> Refusal {
    let reason = "the body ended early or is not framed as HTTP".to_owned();
    Refusal::MalformedRequest { reason }
}

fn is_length_limit(error: &axum::Error) -> bool {
    let source = std::error::Error::source(error);
    source.is_some_and(|source| source.to_string().contains("length limit"))
}

/// The members of a body that has to be a JSON object. `serde_json` says what was expected, and
/// the line and column of it.
pub fn members(body: &[u8]) -> Result<Members<'_>, Refusal> {
    let malformed = |problem: String| Refusal::MalformedBody { problem };
    if body.trim_ascii().is_empty() {
        return Err(Refusal::EmptyBody);
    }
    let text = std::str::from_utf8(body)
        .map_err(|error| malformed(format!("is not UTF-8 from byte {} on", error.valid_up_to())))?;
    let json =
        Json::parse(text).map_err(|error| malformed(format!("is not valid JSON: {error}")))?;
    match json {
        Json::Object(members) => Ok(members),
        other => Err(malformed(format!("must be a JSON object, got {}", other.type_name()))),
    }
}
