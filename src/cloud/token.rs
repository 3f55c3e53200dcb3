//! Tokens that the emulated IAM has issued.
//!
//! They belong to the account and not to a world, so they outlive the reset of one. Their time is
//! that of the project they are scoped to.

mod saved;

pub use saved::SavedTokens;

use super::Account;
use super::LimitReached;
use super::ids;
use crate::clock::Moment;
use crate::credentials::{NamedProject, Projects, Secret, User};
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// How long a token is valid, as the page says.
pub const LIFETIME: Duration = Duration::from_hours(24);

/// A token.
#[derive(Debug)]
pub struct Token {
    /// What clients send.
    pub text: Secret,
    /// Whose it is.
    pub identity: Identity,
    /// How they proved it.
    pub methods: Vec<&'static str>,
    /// What it is good for.
    pub scope: Scope,
    /// From when.
    pub issued: Moment,
    /// Until when.
    pub expires: Moment,
}

/// A user, as IAM answers them.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Name of the user.
    pub user: String,
    /// Name of the account.
    pub domain: String,
    /// What they may use.
    pub projects: Projects,
}

impl Identity {
    pub fn user_id(&self) -> String {
        ids::of_name("user", &format!("{}/{}", self.domain, self.user))
    }

    /// Id of the account.
    pub fn domain_id(&self) -> String {
        ids::of_name("domain", &self.domain)
    }
}

impl From<&User> for Identity {
    fn from(user: &User) -> Self {
        let User { name, domain, projects, .. } = user;
        Self { user: name.clone(), domain: domain.clone(), projects: projects.clone() }
    }
}

/// What a token is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The account.
    Domain,
    Project(NamedProject),
}

impl Scope {
    /// The project, if it is one.
    pub fn project_id(&self) -> Option<&str> {
        match self {
            Self::Domain => None,
            Self::Project(project) => Some(&project.id),
        }
    }
}

/// What a token is issued for.
#[derive(Debug)]
pub struct Grant {
    /// Whose it is.
    pub identity: Identity,
    /// How they proved it.
    pub methods: Vec<&'static str>,
    /// What it is good for.
    pub scope: Scope,
}

/// The tokens of all scopes.
#[derive(Default)]
pub struct Tokens {
    by_text: HashMap<Box<str>, Arc<Token>>,
    by_scope: HashMap<Box<str>, Issued>,
}

/// The tokens of one scope, the oldest first: a clock never goes back, so they expire in order.
#[derive(Default)]
struct Issued {
    drawn: u64,
    live: VecDeque<Arc<Token>>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Tokens").field("count", &self.by_text.len()).finish_non_exhaustive()
    }
}

impl Tokens {
    /// Makes room for a token: where there are too many, the oldest of its scope goes. Whether one
    /// did, or nothing where there is none that could.
    fn make_room(&mut self, scope: &Scope, most: usize) -> Option<bool> {
        if self.by_text.len() < most {
            return Some(false);
        }
        let issued = self.by_scope.get_mut(scope.project_id().unwrap_or_default())?;
        let oldest = issued.live.pop_front()?;
        self.by_text.remove(oldest.text.reveal());
        Some(true)
    }

    /// Issues a token, and forgets those of the same scope that expired long ago. Until then
    /// whoever still sends one is told that it has expired.
    fn issue(&mut self, seed: u64, grant: Grant, now: Moment) -> Arc<Token> {
        let Grant { identity, methods, scope } = grant;
        let project_id = scope.project_id().unwrap_or_default();
        let issued = self.by_scope.entry(project_id.into()).or_default();
        while let Some(expired) =
            issued.live.pop_front_if(|oldest| oldest.expires.after(LIFETIME) <= now)
        {
            self.by_text.remove(expired.text.reveal());
        }
        let text = ids::token(ids::world_key(seed, project_id), issued.drawn);
        issued.drawn += 1;
        let (text, expires) = (Secret::from(text), now.after(LIFETIME));
        let token = Arc::new(Token { text, identity, methods, scope, issued: now, expires });
        issued.live.push_back(Arc::clone(&token));
        self.by_text.insert(token.text.reveal().into(), Arc::clone(&token));
        token
    }
}

impl Account {
    /// Makes room for a token of a scope. Whether another one of it was forgotten.
    pub fn make_room_for_token(&self, scope: &Scope) -> Result<bool, LimitReached> {
        let most = self.settings.max_jobs;
        let mut tokens = self.tokens.write().unwrap_or_else(PoisonError::into_inner);
        let Some(forgotten) = tokens.make_room(scope, most) else {
            self.note_refused();
            return Err(LimitReached { what: "tokens", most, flag: "--max-jobs", remedy: "" });
        };
        if forgotten {
            self.note_evicted(1);
        }
        Ok(forgotten)
    }

    /// Issues a token at a moment of its scope's clock.
    pub fn issue(&self, grant: Grant, now: Moment) -> Arc<Token> {
        if self.settings.credentials.scenario_of_user(&grant.identity.user).is_some() {
            self.tokens_name_scenarios.store(true, Ordering::Release);
        }
        let mut tokens = self.tokens.write().unwrap_or_else(PoisonError::into_inner);
        tokens.issue(self.settings.seed, grant, now)
    }

    /// The token with this text, be it expired or not.
    pub fn token(&self, text: &str) -> Option<Arc<Token>> {
        let tokens = self.tokens.read().unwrap_or_else(PoisonError::into_inner);
        tokens.by_text.get(text).cloned()
    }

    /// Whether a token was ever issued to a user who has a scenario in their name.
    pub fn tokens_name_scenarios(&self) -> bool {
        self.tokens_name_scenarios.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub const NOON: Moment = Moment::from_milliseconds(1_767_268_800_000);

    pub fn grant(project_id: &str) -> Grant {
        let identity =
            Identity { user: "u".to_owned(), domain: "d".to_owned(), projects: Projects::All };
        let project = NamedProject { id: project_id.to_owned(), name: project_id.to_owned() };
        Grant { identity, methods: vec!["password"], scope: Scope::Project(project) }
    }

    #[test]
    fn the_tokens_of_a_scope_do_not_depend_on_those_of_another() {
        let mut alone = Tokens::default();
        let mut among_others = Tokens::default();
        among_others.issue(0, grant("other"), NOON);
        let texts = [&mut alone, &mut among_others]
            .map(|tokens| tokens.issue(0, grant("p"), NOON).text.reveal().to_owned());
        assert_eq!(texts[0], texts[1]);
    }

    #[test]
    fn expired_tokens_are_forgotten_a_day_later_when_the_next_one_is_issued() {
        let mut tokens = Tokens::default();
        for day in 0..10 {
            tokens.issue(0, grant("p"), NOON.after(LIFETIME * day));
        }
        assert_eq!(tokens.by_text.len(), 2);
    }

    #[test]
    fn a_token_is_never_shown() {
        let mut tokens = Tokens::default();
        let token = tokens.issue(0, grant("p"), NOON);
        let shown = format!("{token:?} {tokens:?}");
        assert!(!shown.contains(token.text.reveal()), "{shown}");
    }
}
