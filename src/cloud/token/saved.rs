//! Tokens as they are saved: without their texts, which follow from the seed, the project and the
//! number of the token.

use super::super::ids;
use super::{Account, Identity, Issued, LIFETIME, Scope, Token, Tokens};
use crate::clock::Moment;
use crate::credentials::{NamedProject, Projects, Secret};
use serde::{Deserialize, Serialize};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

/// The tokens of one scope.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SavedTokens {
    /// Nothing for the account.
    project_id: Option<Box<str>>,
    /// How many were issued.
    drawn: u64,
    /// The last of them, in the order in which they were issued.
    live: Vec<SavedToken>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SavedToken {
    user: String,
    domain: String,
    /// Every one where there are none.
    projects: Option<Vec<String>>,
    methods: Vec<Method>,
    project_name: Option<String>,
    issued: Moment,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Method {
    Password,
    Token,
}

impl Method {
    fn of(word: &str) -> Self {
        if word == Self::Token.word() { Self::Token } else { Self::Password }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Token => "token",
        }
    }
}

impl Tokens {
    fn save(&self) -> Vec<SavedTokens> {
        let scopes = self.by_scope.iter().map(|(project_id, issued)| SavedTokens {
            project_id: (!project_id.is_empty()).then(|| project_id.clone()),
            drawn: issued.drawn,
            live: issued.live.iter().map(|token| SavedToken::of(token)).collect(),
        });
        let mut scopes: Vec<_> = scopes.collect();
        scopes.sort_by(|one, other| one.project_id.cmp(&other.project_id));
        scopes
    }

    fn load(&mut self, seed: u64, saved: SavedTokens) -> Result<(), String> {
        let SavedTokens { project_id, drawn, live } = saved;
        let id = project_id.unwrap_or_default();
        let count = u64::try_from(live.len()).unwrap_or(u64::MAX);
        let first = drawn.checked_sub(count);
        let first = first.ok_or_else(|| format!("drawn is {drawn}, and there are {count}"))?;
        let key = ids::world_key(seed, &id);
        let mut issued = Issued { drawn, ..Issued::default() };
        for (ordinal, saved) in (first..).zip(live) {
            let token = Arc::new(saved.into_token(&id, ids::token(key, ordinal)));
            self.by_text.insert(token.text.reveal().into(), Arc::clone(&token));
            issued.live.push_back(token);
        }
        match self.by_scope.insert(id, issued) {
            None => Ok(()),
            Some(_) => Err("project_id is there twice".to_owned()),
        }
    }
}

impl SavedToken {
    fn of(token: &Token) -> Self {
        let Identity { user, domain, projects } = &token.identity;
        let project_name = match &token.scope {
            Scope::Domain => None,
            Scope::Project(project) => Some(project.name.clone()),
        };
        Self {
            user: user.clone(),
            domain: domain.clone(),
            projects: match projects {
                Projects::All => None,
                Projects::Only(ids) => Some(ids.clone()),
            },
            methods: token.methods.iter().map(|word| Method::of(word)).collect(),
            project_name,
            issued: token.issued,
        }
    }

    fn into_token(self, project_id: &str, text: String) -> Token {
        let Self { user, domain, projects, methods, project_name, issued } = self;
        let name = project_name.unwrap_or_default();
        let scope = match project_id {
            "" => Scope::Domain,
            id => Scope::Project(NamedProject { id: id.to_owned(), name }),
        };
        Token {
            text: Secret::from(text),
            identity: Identity {
                user,
                domain,
                projects: projects.map_or(Projects::All, Projects::Only),
            },
            methods: methods.into_iter().map(Method::word).collect(),
            scope,
            issued,
            expires: issued.after(LIFETIME),
        }
    }
}

impl Account {
    /// Takes down the tokens, those of one scope after those of another.
    pub fn save_tokens(&self) -> Vec<SavedTokens> {
        self.tokens.read().unwrap_or_else(PoisonError::into_inner).save()
    }

    /// Takes over the tokens of a scope.
    pub fn load_tokens(&self, saved: SavedTokens) -> Result<(), String> {
        let credentials = &self.settings.credentials;
        if saved.live.iter().any(|token| credentials.scenario_of_user(&token.user).is_some()) {
            self.tokens_name_scenarios.store(true, Ordering::Release);
        }
        let mut tokens = self.tokens.write().unwrap_or_else(PoisonError::into_inner);
        tokens.load(self.settings.seed, saved)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{NOON, grant};
    use super::*;

    #[test]
    fn saved_tokens_are_the_same_ones_and_their_texts_are_not_saved() {
        let mut tokens = Tokens::default();
        for day in 0..5 {
            tokens.issue(7, grant("p"), NOON.after(LIFETIME * day));
        }
        let last = tokens.issue(7, grant("p"), NOON.after(LIFETIME * 5));
        let text = serde_json::to_string(&tokens.save()).unwrap();
        assert!(!text.contains(last.text.reveal()), "{text}");
        let mut others = Tokens::default();
        for saved in serde_json::from_str::<Vec<_>>(&text).unwrap() {
            others.load(7, saved).unwrap();
        }
        let same = &others.by_text[last.text.reveal()];
        assert_eq!(format!("{same:?}"), format!("{last:?}"));
        assert_eq!(others.by_text.len(), tokens.by_text.len());
        assert_eq!(serde_json::to_string(&others.save()).unwrap(), text);
        let next = [tokens, others].map(|mut tokens| {
            tokens.issue(7, grant("p"), NOON.after(LIFETIME * 6)).text.reveal().to_owned()
        });
        assert_eq!(next[0], next[1]);
    }
}
