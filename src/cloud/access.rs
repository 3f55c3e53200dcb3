//! Who sent a request, and to where: what operations of IAM know beside their parameters.

use super::{Cloud, Identity, Scope, Token};
use std::sync::Arc;

/// Who sent a request, and to where.
#[derive(Debug)]
pub struct Access<'r> {
    /// The cloud that all worlds are in.
    pub cloud: &'r Cloud,
    /// `http` or `https`: which of them is served.
    pub scheme: &'static str,
    /// The host that the request came to; links and catalogs lead back to it.
    pub host: &'r str,
    /// Whose credentials it carries.
    pub caller: Caller,
    /// Whether credentials have to be known, and are not just there.
    pub verifies: bool,
}

/// Whose credentials a request carries, as far as they are known.
#[derive(Debug, Default)]
pub struct Caller {
    /// The token.
    pub token: Option<Arc<Token>>,
    /// Who the access key belongs to.
    pub key_holder: Option<Identity>,
    /// The project that a signed request names beside its path.
    pub named_project: Option<String>,
}

impl Access<'_> {
    /// A request without credentials, to nowhere.
    #[cfg(test)]
    pub fn of_nobody(cloud: &Cloud) -> Access<'_> {
        Access {
            cloud,
            scheme: "http",
            host: "localhost",
            caller: Caller::default(),
            verifies: false,
        }
    }

    /// Who asks; the first user where that is not known.
    pub fn identity(&self) -> Identity {
        let of_token = self.caller.token.as_ref().map(|token| token.identity.clone());
        let known = of_token.or_else(|| self.caller.key_holder.clone());
        known.unwrap_or_else(|| self.cloud.first_identity())
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
