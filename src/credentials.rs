//! The credentials that are configured: whose passwords and signatures hold.

use crate::project_id::is_project_id;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

/// The access key that is known where none is configured.
pub const ACCESS_KEY: &str = "MOCKACCESSKEY0000001";

/// The secret key that belongs to it.
pub const SECRET_KEY: &str = "mock-secret-key-0000000000000000000000001";

/// Name, password and domain of the user that is known where none is configured.
pub const USER: &str = "papercloud";

/// The project that is named like the region.
pub const PROJECT_ID: &str = "054e292c9880d4992f02c0196d3ea468";

/// Text that is never shown: `Debug` prints a placeholder.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether this was sent. A near miss takes as long as a far one.
    pub(crate) fn is(&self, sent: &str) -> bool {
        let code = |text: &str| {
            let mac = Hmac::<Sha256>::new_from_slice(b"papercloud");
            mac.expect("HMAC takes keys of every length").chain_update(text)
        };
        code(sent).verify(&code(&self.0).finalize().into_bytes()).is_ok()
    }
}

impl<'de> serde::Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// Everything that is configured about who may call.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Keys that requests are signed with. They belong to the first user.
    pub access_keys: Vec<AccessKey>,
    /// Users that log in with a password; there is at least one.
    pub users: Vec<User>,
    /// Projects with a name of their own.
    pub projects: Vec<NamedProject>,
}

/// An access key.
#[derive(Clone, Debug)]
pub struct AccessKey {
    /// The public part.
    pub access_key: String,
    /// The part that signs.
    pub secret_key: Secret,
    /// What has to come with every request, if the key is a temporary one.
    pub security_token: Option<Secret>,
    /// What it is good for.
    pub projects: Projects,
}

/// A user.
#[derive(Clone, Debug)]
pub struct User {
    /// The name to log in with.
    pub name: String,
    /// The password.
    pub password: Secret,
    /// Name of the account.
    pub domain: String,
    /// What they may use.
    pub projects: Projects,
}

/// Which projects a credential is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Projects {
    /// Every one.
    All,
    /// These, by their ids.
    Only(Vec<String>),
}

impl Projects {
    /// Whether a project is among them.
    pub fn include(&self, project_id: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(ids) => ids.iter().any(|id| id == project_id),
        }
    }
}

/// A project and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedProject {
    /// What paths carry.
    pub id: String,
    /// What clients look it up by.
    pub name: String,
}

impl Credentials {
    /// What is known where nothing else is configured.
    pub fn built_in(region: &str) -> Self {
        let access_key = AccessKey {
            access_key: ACCESS_KEY.to_owned(),
            secret_key: SECRET_KEY.into(),
            security_token: None,
            projects: Projects::All,
        };
        let user = User {
            name: USER.to_owned(),
            password: USER.into(),
            domain: USER.to_owned(),
            projects: Projects::All,
        };
        let project = NamedProject { id: PROJECT_ID.to_owned(), name: region.to_owned() };
        Self { access_keys: vec![access_key], users: vec![user], projects: vec![project] }
    }

    /// The project with this id. One without a name of its own is called `<region>_<id>`.
    pub fn project_with_id(&self, region: &str, id: &str) -> NamedProject {
        let named = self.projects.iter().find(|project| project.id == id);
        let made_up = || NamedProject { id: id.to_owned(), name: format!("{region}_{id}") };
        named.cloned().unwrap_or_else(made_up)
    }

    /// The project with this name: one of those with a name of their own, or `<region>_<id>`.
    pub fn project_with_name(&self, region: &str, name: &str) -> Option<NamedProject> {
        let named = self.projects.iter().find(|project| project.name == name).cloned();
        let id = || name.strip_prefix(region)?.strip_prefix('_').filter(|id| is_project_id(id));
        named.or_else(|| Some(NamedProject { id: id()?.to_owned(), name: name.to_owned() }))
    }

    /// The key with this public part, whether or not a scenario is named behind it.
    pub fn access_key(&self, access_key: &str) -> Option<&AccessKey> {
        let known = |key: &str| self.access_keys.iter().find(|known| known.access_key == key);
        known(access_key).or_else(|| known(split_scenario(access_key)?.0))
    }

    /// The scenario that an access key names behind its own public part, as in `AK+scenario`.
    pub fn scenario_of_key<'k>(&self, access_key: &'k str) -> Option<&'k str> {
        let is_whole = self.access_keys.iter().any(|known| known.access_key == access_key);
        if is_whole { None } else { split_scenario(access_key).map(|(_, scenario)| scenario) }
    }

    /// The scenario that a user names behind their own name, as in `user+scenario`.
    pub fn scenario_of_user<'k>(&self, user: &'k str) -> Option<&'k str> {
        let is_whole = self.users.iter().any(|known| known.name == user);
        if is_whole { None } else { split_scenario(user).map(|(_, scenario)| scenario) }
    }
}

/// A name and the scenario behind it, as in `name+scenario`.
pub fn split_scenario(name: &str) -> Option<(&str, &str)> {
    name.rsplit_once('+').filter(|(name, scenario)| !name.is_empty() && !scenario.is_empty())
}

impl AccessKey {
    /// Reads `AK:SK` or `AK:SK:TOKEN`. What is wrong is said without showing it.
    pub fn parse(text: &Secret) -> Result<Self, String> {
        let (access_key, secret_key, security_token) =
            parts(text).ok_or("must be AK:SK or, for a temporary key, AK:SK:TOKEN")?;
        Ok(Self {
            access_key: access_key.to_owned(),
            secret_key: secret_key.into(),
            security_token: security_token.map(Secret::from),
            projects: Projects::All,
        })
    }
}

impl User {
    /// Reads `name:password` or `name:password:domain`. What is wrong is said without showing it.
    pub fn parse(text: &Secret) -> Result<Self, String> {
        let (name, password, domain) =
            parts(text).ok_or("must be name:password or name:password:domain")?;
        Ok(Self {
            name: name.to_owned(),
            password: password.into(),
            domain: domain.unwrap_or(USER).to_owned(),
            projects: Projects::All,
        })
    }
}

/// Two or three parts between colons, none of them empty.
fn parts(text: &Secret) -> Option<(&str, &str, Option<&str>)> {
    let mut parts = text.reveal().splitn(3, ':');
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next());
    let filled = !first.is_empty() && !second.is_empty() && third != Some("");
    filled.then_some((first, second, third))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_compared_and_never_shown() {
        let key = AccessKey::parse(&"AK:planted-key:planted-token".into()).unwrap();
        assert!(key.secret_key.is("planted-key"));
        assert!(!key.secret_key.is("planted-kez") && !key.secret_key.is(""));
        let user = User::parse(&"name:planted-password".into()).unwrap();
        let shown = format!("{key:?} {user:?}");
        assert!(!shown.contains("planted"), "{shown}");
    }

    #[test]
    fn what_is_not_of_the_form_is_refused_without_being_shown() {
        for text in ["planted", ":planted", "planted:", "planted:planted:"] {
            let refused =
                [AccessKey::parse(&text.into()).map(drop), User::parse(&text.into()).map(drop)];
            for problem in refused.map(Result::unwrap_err) {
                assert!(problem.starts_with("must be") && !problem.contains("planted"));
            }
        }
    }

    #[test]
    fn a_temporary_keys_token_may_have_colons() {
        let key = AccessKey::parse(&"AK:SK:to:ken".into()).unwrap();
        assert!(key.security_token.unwrap().is("to:ken"));
    }

    #[test]
    fn a_credential_names_a_scenario_behind_a_plus() {
        let mut known = Credentials::built_in("eu-mock-1");
        let with_scenario = format!("{ACCESS_KEY}+throttled");
        assert_eq!(known.scenario_of_key(&with_scenario), Some("throttled"));
        assert!(known.access_key(&with_scenario).is_some());
        assert_eq!(known.scenario_of_key(ACCESS_KEY), None);
        assert_eq!(known.scenario_of_user("papercloud+slow"), Some("slow"));
        assert_eq!(known.scenario_of_user("papercloud+"), None);
        known.users[0].name = "a+b".to_owned();
        assert_eq!(known.scenario_of_user("a+b"), None, "that is the user's whole name");
    }

    #[test]
    fn a_project_is_found_by_its_id_and_by_its_name() {
        let known = Credentials::built_in("eu-mock-1");
        let by_name = |name| known.project_with_name("eu-mock-1", name).map(|project| project.id);
        assert_eq!(by_name("eu-mock-1").as_deref(), Some(PROJECT_ID));
        assert_eq!(by_name("eu-mock-1_test-7").as_deref(), Some("test-7"));
        assert_eq!(by_name("eu-mock-2"), None);
        assert_eq!(by_name("eu-mock-1_"), None);
        assert_eq!(known.project_with_id("eu-mock-1", "test-7").name, "eu-mock-1_test-7");
        assert_eq!(known.project_with_id("eu-mock-1", PROJECT_ID).name, "eu-mock-1");
    }
}
