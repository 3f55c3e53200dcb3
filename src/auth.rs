//! Credentials as they arrive.

pub mod guard;
mod signature;
mod token;

pub use signature::hexadecimal;

use crate::cloud::{Caller, Identity};
use crate::error::Refusal;
use crate::worlds::Worlds;
use axum::http::{HeaderMap, HeaderName, header, request::Parts};
use signature::Signature;

/// How much of a request's credentials is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum AuthMode {
    /// Nothing.
    Off,
    /// That there are some: an `X-Auth-Token`, or a well-formed `Authorization`.
    #[default]
    Presence,
    /// That they hold: an issued token, or the signature of a known access key, for the project.
    Verify,
}

impl AuthMode {
    /// The word in flags and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Presence => "presence",
            Self::Verify => "verify",
        }
    }
}

/// What credentials are held against.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'r> {
    /// Issued tokens, known keys, and the time.
    pub worlds: &'r Worlds,
    /// What is signed.
    pub parts: &'r Parts,
    /// What is signed, too.
    pub body: &'r [u8],
    /// The project of the path, if it has one.
    pub project_id: Option<&'r str>,
}

/// What carries a token.
const TOKEN: HeaderName = HeaderName::from_static("x-auth-token");

/// The credentials of a request.
enum Credential<'r> {
    Token(&'r str),
    Signature(Signature<'r>),
}

/// Admits a request, or says what is wrong with its credentials. They are never shown.
pub fn admit(mode: AuthMode, arrival: &Arrival<'_>) -> Result<(), Refusal> {
    if mode == AuthMode::Off {
        return Ok(());
    }
    let credential = Credential::read(&arrival.parts.headers).map_err(refusal)?;
    match credential {
        _ if mode == AuthMode::Presence => Ok(()),
        Credential::Token(text) => token::verify(text, arrival),
        Credential::Signature(signature) => signature::verify(&signature, arrival),
    }
}

/// Says of a token that was issued here that it has expired, if it has.
pub fn expired(arrival: &Arrival<'_>) -> Option<String> {
    match Credential::read(&arrival.parts.headers).ok()? {
        Credential::Token(text) => token::expired(text, arrival),
        Credential::Signature(_) => None,
    }
}

/// Whose credentials a request carries, as far as that is known. Only IAM asks for it, and its
/// paths have no project.
pub fn recognise(arrival: &Arrival<'_>) -> Caller {
    let mut caller = Caller::default();
    if arrival.project_id.is_some() {
        return caller;
    }
    let Arrival { worlds, parts, .. } = arrival;
    match Credential::read(&parts.headers) {
        Ok(Credential::Token(text)) => caller.token = worlds.account.token(text),
        Ok(Credential::Signature(signature)) => {
            let key = worlds.settings().credentials.access_key(signature.access_key);
            caller.key_holder = key.map(|key| Identity {
                projects: key.projects.clone(),
                ..worlds.account.first_identity()
            });
            caller.named_project = text_of(&parts.headers, "x-project-id").map(str::to_owned);
        }
        Err(_) => {}
    }
    caller
}

/// The scenario that the credentials of a request name: behind a plus in the access key, or in the
/// name of the user that the token was issued to.
pub fn scenario(arrival: &Arrival<'_>) -> Option<String> {
    let Arrival { worlds, parts, .. } = arrival;
    let signed = parts.headers.get(header::AUTHORIZATION);
    let may_name_one = signed.is_some_and(|value| value.as_bytes().contains(&b'+'));
    if !may_name_one && !worlds.account.tokens_name_scenarios() {
        return None;
    }
    let credentials = &worlds.settings().credentials;
    match Credential::read(&parts.headers).ok()? {
        Credential::Signature(signature) => {
            credentials.scenario_of_key(signature.access_key).map(str::to_owned)
        }
        Credential::Token(text) => {
            let token = worlds.account.token(text)?;
            credentials.scenario_of_user(&token.identity.user).map(str::to_owned)
        }
    }
}

impl<'r> Credential<'r> {
    fn read(headers: &'r HeaderMap) -> Result<Self, String> {
        let token = headers.get(TOKEN);
        if let Some(token) = token.filter(|token| !token.as_bytes().trim_ascii().is_empty()) {
            // Whatever is no text is no token that was ever issued.
            return Ok(Self::Token(token.to_str().unwrap_or_default().trim()));
        }
        let Some(authorization) = headers.get(header::AUTHORIZATION) else {
            let missing = if token.is_some() { "X-Auth-Token is empty" } else { "no credentials" };
            return Err(format!("{missing}; send X-Auth-Token or a signed Authorization header"));
        };
        let Ok(authorization) = authorization.to_str() else {
            return Err("Authorization has signs that are not ASCII".to_owned());
        };
        signature::read(authorization).map(Self::Signature)
    }
}

/// The value of a header, if it is there and is text.
fn text_of<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok().map(str::trim).filter(|text| !text.is_empty())
}

fn refusal(reason: String) -> Refusal {
    Refusal::Unauthenticated { reason }
}
