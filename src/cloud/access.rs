//! Who sent a request, and to where: what operations of IAM know beside their parameters.

use super::{Account, Identity, Scope, Token};
use crate::clock::Moment;
use std::fmt;
use std::sync::Arc;

/// Who sent a request, and to where.
#[derive(Debug)]
pub struct Access<'r> {
    /// What all projects share.
    pub account: &'r Account,
    /// The clocks of other projects, for tokens that were issued in them.
    pub clocks: &'r dyn Clocks,
    /// `http` or `https`: which of them is served.
    pub scheme: &'static str,
    /// The host that the request came to; links and catalogs lead back to it.
    pub host: &'r str,
    /// Whose credentials it carries.
    pub caller: Caller,
    /// Whether credentials have to be known, and are not just there.
    pub verifies: bool,
}

/// The clocks of all projects.
pub trait Clocks: Sync {
    /// What the clock of a project shows; that of the account where the id is empty.
    fn now_in(&self, project_id: &str) -> Moment;
}

/// Without what is behind it, so that no program has to hold the code that would write all worlds.
impl fmt::Debug for dyn Clocks + '_ {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Clocks")
    }
}

/// Whose credentials a request carries, as far as they are known.
#[derive(Debug, Default)]
pub struct Caller {
    pub token: Option<Arc<Token>>,
    /// Who the access key belongs to.
    pub key_holder: Option<Identity>,
    /// The project that a signed request names beside its path.
    pub named_project: Option<String>,
}

impl Access<'_> {
    /// A request without credentials, to nowhere.
    #[cfg(test)]
    pub fn of_nobody<'r>(account: &'r Account, clocks: &'r dyn Clocks) -> Access<'r> {
        let caller = Caller::default();
        Access { account, clocks, scheme: "http", host: "localhost", caller, verifies: false }
    }

    /// Who asks; the first user where that is not known.
    pub fn identity(&self) -> Identity {
        let of_token = self.caller.token.as_ref().map(|token| token.identity.clone());
        let known = of_token.or_else(|| self.caller.key_holder.clone());
        known.unwrap_or_else(|| self.account.first_identity())
    }

    /// The project that the request works in, if it says so.
    pub fn project_id(&self) -> Option<&str> {
        match self.caller.token.as_ref().map(|token| &token.scope) {
            Some(Scope::Project(project)) => Some(&project.id),
            Some(Scope::Domain) => None,
            None => self.caller.named_project.as_deref(),
        }
    }

    /// A URL of the emulated cloud.
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.host)
    }
}
