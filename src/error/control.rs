//! Why a control request is refused, and how its body is read.

use crate::reading::{self, Wrong};
use crate::text::did_you_mean;
use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt;

/// Why a control request is refused. Nothing of it was done.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct ControlError {
    /// The status that says so over HTTP.
    pub(crate) status: StatusCode,
    pub(crate) reason: String,
}

/// As it is displayed: this is what `unwrap` shows in a test.
impl fmt::Debug for ControlError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.reason)
    }
}

impl ControlError {
    /// The status that says so over HTTP: 400 where something cannot be understood or done, 404
    /// where what it names is not there, 409 where that is in no state for it.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The call is malformed, or asks for what cannot be.
    pub(crate) fn bad(reason: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, reason: reason.into() }
    }

    /// The call has no valid token.
    pub(crate) fn unauthorized(reason: impl Into<String>) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, reason: reason.into() }
    }

    /// What the call names does not exist.
    pub(crate) fn missing(reason: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, reason: reason.into() }
    }

    /// What the call names is in a state that does not allow it.
    pub(crate) fn conflict(reason: impl Into<String>) -> Self {
        Self { status: StatusCode::CONFLICT, reason: reason.into() }
    }

    /// The call was valid, and failed.
    pub(crate) fn failed(reason: impl Into<String>) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, reason: reason.into() }
    }

    /// The sender may not call it.
    pub(crate) fn forbidden(reason: impl Into<String>) -> Self {
        Self { status: StatusCode::FORBIDDEN, reason: reason.into() }
    }
}

/// Reads a body. An empty one is an empty object; an unknown member is refused with the one that
/// was probably meant.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ControlError> {
    let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
    reading::read_bytes(body).map_err(refused)
}

/// The same for a part of a body that was read before.
pub fn read_value<T: DeserializeOwned>(value: &Value) -> Result<T, ControlError> {
    reading::read_value(value).map_err(refused)
}

/// The same for a header.
pub fn read_header<T: DeserializeOwned>(text: &str) -> Result<T, ControlError> {
    reading::read(text).map_err(|wrong| said_of("header", &wrong.without_line()))
}

/// The same for a part of a header that was read before.
pub fn read_header_value<T: DeserializeOwned>(value: &Value) -> Result<T, ControlError> {
    reading::read_value(value).map_err(|wrong| said_of("header", &wrong))
}

/// Part of a duration.
pub fn percent(number: i64) -> Result<u8, ControlError> {
    let known = u8::try_from(number).ok().filter(|percent| *percent <= 100);
    let reason = || format!("percent must be from 0 to 100, got {number}");
    known.ok_or_else(|| ControlError::bad(reason()))
}

#[expect(clippy::needless_pass_by_value, reason = "used as map_err(refused)")]
fn refused(wrong: Wrong) -> ControlError {
    said_of("body", &wrong)
}

fn said_of(what: &str, wrong: &Wrong) -> ControlError {
    let meant = meant(&wrong.problem).unwrap_or_default();
    ControlError::bad(format!("the {what} is refused: {}{meant}", wrong.in_field()))
}

/// The word that an unknown one was probably meant for, as the end of a message. That of `serde` has
/// all that are known: ``unknown field `secods`, expected one of `seconds`, `to` ``.
fn meant(message: &str) -> Option<String> {
    if !message.starts_with("unknown ") {
        return None;
    }
    let mut words = message.split('`').skip(1).step_by(2);
    let sent = words.next()?;
    Some(did_you_mean(sent, words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[expect(dead_code, reason = "only its reading is looked at")]
        seconds: Option<f64>,
        #[expect(dead_code, reason = "only its reading is looked at")]
        inner: Option<Vec<Inner>>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only its reading is looked at")]
        first: Option<u32>,
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place_and_the_nearest_word() {
        let said = |body: &str| {
            read::<Body>(body.as_bytes()).map_or_else(|it| it.to_string(), |_| String::new())
        };
        assert!(
            said("{\"secods\":1}").contains("did you mean seconds?"),
            "{}",
            said("{\"secods\":1}")
        );
        assert!(said("{\"inner\":[{\"frist\":1}]}").contains("inner[0]"), "the place");
        assert!(said("{\"seconds\":\"1\"}").contains("seconds: invalid type"));
        assert!(said("{} x").contains("trailing"));
        assert!(said("[1]").contains("invalid type: array, expected an object"));
        assert!(said("{\"inner\":[[1]]}").contains("inner[0]: invalid type: array"));
        assert_eq!(said(""), "");
    }
}
