//! A token held against those that were issued.

use super::Arrival;
use crate::cloud::{Clocks, Scope};
use crate::error::Refusal;

/// Tokens that are issued here have so many digits.
const LENGTH: usize = 64;

/// Says of a token that was issued here that it has expired, if it has.
pub fn expired(text: &str, arrival: &Arrival<'_>) -> Option<String> {
    // Most tests send any text at all: a look at its length is all that this costs them.
    if text.len() != LENGTH {
        return None;
    }
    let token = arrival.worlds.account.token(text)?;
    let now = arrival.worlds.now_in(token.scope.project_id().unwrap_or_default());
    let (expires, shown) = (token.expires.with_milliseconds(), now.with_milliseconds());
    (now >= token.expires).then(|| {
        format!("the token expired at {expires}, and it is {shown}; --auth verify refuses it")
    })
}

/// Says why a token does not hold.
pub fn verify(text: &str, arrival: &Arrival<'_>) -> Result<(), Refusal> {
    let Some(token) = arrival.worlds.account.token(text) else {
        let login = "get one from POST /v3/auth/tokens";
        let reason = format!("decrypt token fail: the token was not issued here; {login}");
        return Err(Refusal::Unauthenticated { reason });
    };
    let now = arrival.worlds.now_in(token.scope.project_id().unwrap_or_default());
    if now >= token.expires {
        let (expires, now) = (token.expires.with_milliseconds(), now.with_milliseconds());
        let reason = format!("decrypt token fail: the token expired at {expires}, and it is {now}");
        return Err(Refusal::ExpiredToken { reason });
    }
    let reason = match (arrival.project_id, &token.scope) {
        (Some(wanted), Scope::Project(project)) if project.id != wanted => format!(
            "the token is scoped to project {}, but the URL names project {wanted}",
            project.id
        ),
        (Some(wanted), Scope::Domain) => format!(
            "the token is scoped to a domain, but the URL names project {wanted}; \
             log in with that project as the scope"
        ),
        _ => return Ok(()),
    };
    Err(Refusal::Unauthenticated { reason })
}
