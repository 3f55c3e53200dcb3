//! A token held against those that were issued.

use super::Arrival;
use crate::cloud::Scope;

/// Says why a token does not hold.
pub fn verify(text: &str, arrival: &Arrival<'_>) -> Result<(), String> {
    let Some(token) = arrival.cloud.token(text) else {
        let login = "get one from POST /v3/auth/tokens";
        return Err(format!("decrypt token fail: the token was not issued here; {login}"));
    };
    let now = arrival.cloud.now_in(token.scope.project_id());
    if now >= token.expires {
        let (expires, now) = (token.expires.with_milliseconds(), now.with_milliseconds());
        return Err(format!("decrypt token fail: the token expired at {expires}, and it is {now}"));
    }
    match (arrival.project_id, &token.scope) {
        (Some(wanted), Scope::Project(project)) if project.id != wanted => Err(format!(
            "the token is scoped to project {}, but the URL names project {wanted}",
            project.id
        )),
        (Some(wanted), Scope::Domain) => Err(format!(
            "the token is scoped to a domain, but the URL names project {wanted}; \
             log in with that project as the scope"
        )),
        _ => Ok(()),
    }
}
