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
    /// There have to be some: an `X-Auth-Token`, or a well-formed `Authorization`.
    #[default]
    Presence,
    /// They have to be valid: an issued token, or the signature of a known access key, for the project.
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

/// What credentials are checked against.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'r> {
    /// Issued tokens, known keys, and the time.
    pub worlds: &'r Worlds,
    /// Method, target and headers, which are signed.
    pub parts: &'r Parts,
    /// The body, which is signed too.
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

/// Who a request comes from, as far as its credentials say.
#[derive(Debug, Default)]
pub struct Authenticated {
    /// Whose credentials it carries. Only operations of IAM need it, whose paths have no project.
    pub caller: Caller,
    /// The warning about a token that was let in though it has expired.
    pub expired: Option<String>,
    /// The scenario that the credentials name: behind a plus in the access key, or in the name of
    /// the user that the token was issued to.
    pub scenario: Option<String>,
}

/// Lets a request in, or says what is wrong with its credentials. They are never shown.
pub fn authenticate(mode: AuthMode, arrival: &Arrival<'_>) -> Result<Authenticated, Refusal> {
    let credential = match Credential::read(&arrival.parts.headers) {
        Ok(credential) => credential,
        Err(_) if mode == AuthMode::Off => return Ok(Authenticated::default()),
        Err(reason) => return Err(refusal(reason)),
    };
    let mut authenticated = Authenticated::default();
    match &credential {
        Credential::Token(text) if mode == AuthMode::Verify => token::verify(text, arrival)?,
        Credential::Signature(sent) if mode == AuthMode::Verify => {
            signature::verify(sent, arrival)?;
        }
        Credential::Token(text) if mode == AuthMode::Presence => {
            authenticated.expired = token::expired(text, arrival);
        }
        Credential::Token(_) | Credential::Signature(_) => {}
    }
    authenticated.scenario = credential.scenario(arrival);
    if arrival.project_id.is_none() {
        authenticated.caller = credential.caller(arrival);
    }
    Ok(authenticated)
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
            return Err("Authorization has characters that are not ASCII".to_owned());
        };
        signature::read(authorization).map(Self::Signature)
    }

    fn caller(&self, Arrival { worlds, parts, .. }: &Arrival<'_>) -> Caller {
        let mut caller = Caller::default();
        match self {
            Self::Token(text) => caller.token = worlds.account.token(text),
            Self::Signature(signature) => {
                let key = worlds.settings().credentials.access_key(signature.access_key);
                caller.key_holder = key.map(|key| Identity {
                    projects: key.projects.clone(),
                    ..worlds.account.first_identity()
                });
                caller.named_project = text_of(&parts.headers, "x-project-id").map(str::to_owned);
            }
        }
        caller
    }

    fn scenario(&self, Arrival { worlds, .. }: &Arrival<'_>) -> Option<String> {
        let credentials = &worlds.settings().credentials;
        let name = match self {
            Self::Signature(signature) => credentials.scenario_of_key(signature.access_key)?,
            Self::Token(_) if !worlds.account.tokens_name_scenarios() => return None,
            Self::Token(text) => {
                let token = worlds.account.token(text)?;
                return credentials.scenario_of_user(&token.identity.user).map(str::to_owned);
            }
        };
        Some(name.to_owned())
    }
}

/// The value of a header, if it is there and is text.
fn text_of<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok().map(str::trim).filter(|text| !text.is_empty())
}

fn refusal(reason: String) -> Refusal {
    Refusal::Unauthenticated { reason }
}
