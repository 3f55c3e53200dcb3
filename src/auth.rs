//! Credentials as they arrive.

mod signature;

use crate::error::Refusal;
use axum::http::HeaderMap;

/// How much of a request's credentials is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum AuthMode {
    /// Nothing.
    Off,
    /// That there are some: an `X-Auth-Token`, or a well-formed `Authorization`.
    #[default]
    Presence,
}

impl AuthMode {
    /// The word in flags and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Presence => "presence",
        }
    }
}

/// Admits a request, or says what is wrong with its credentials. They are never shown.
pub fn admit(mode: AuthMode, headers: &HeaderMap) -> Result<(), Refusal> {
    if mode == AuthMode::Off {
        return Ok(());
    }
    let token = headers.get("x-auth-token");
    if token.is_some_and(|token| !token.as_bytes().trim_ascii().is_empty()) {
        return Ok(());
    }
    let Some(authorization) = headers.get("authorization") else {
        let missing = if token.is_some() { "X-Auth-Token is empty" } else { "no credentials" };
        return refuse(format!("{missing}; send X-Auth-Token or a signed Authorization header"));
    };
    let Ok(authorization) = authorization.to_str() else {
        return refuse("Authorization has signs that are not ASCII".to_owned());
    };
    signature::read(authorization).map(drop).or_else(refuse)
}

fn refuse(reason: String) -> Result<(), Refusal> {
    Err(Refusal::Unauthenticated { reason })
}
