//! The document that a file of `--world` or `--state` has: who may call, scenarios, tokens, and the
//! worlds of projects. A single exported world is read as one, too.

use super::export::Export;
use super::line::line_of;
use super::{ACCOUNT, EVERY, FORMAT, Problem, VERSION};
use crate::cloud::SavedTokens;
use crate::credentials::{AccessKey, Credentials, NamedProject, Projects, Secret, USER, User};
use crate::journal::Budget;
use crate::project_id::is_project_id;
use crate::reading;
use crate::text::quoted;
use crate::worlds::World;
use crate::worlds::scenario::Scenario;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// A document. Everything but its version is optional.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Document {
    #[serde(rename = "version")]
    _version: u64,
    pub access_keys: Vec<AccessKeySpec>,
    pub users: Vec<UserSpec>,
    pub scenarios: BTreeMap<String, Value>,
    pub tokens: Vec<SavedTokens>,
    pub projects: Vec<Export>,
    /// The digest of all that stands before it, if the program has written the document.
    pub digest: Option<String>,
}

/// An access key.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AccessKeySpec {
    access_key: String,
    #[serde(serialize_with = "reveal")]
    secret_key: Secret,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "reveal_some")]
    security_token: Option<Secret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    projects: Option<Vec<String>>,
}

/// A user.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct UserSpec {
    name: String,
    #[serde(serialize_with = "reveal")]
    password: Secret,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    projects: Option<Vec<String>>,
}

/// The members that are read before all others: a later version may have others.
#[derive(Debug, Deserialize)]
pub struct Header {
    format: Option<String>,
    version: u64,
}

impl Header {
    /// Refuses what this program cannot read.
    pub fn check(&self) -> Result<(), Problem> {
        if let Some(other) = self.format.as_ref().filter(|format| *format != FORMAT) {
            return Err(Problem::new("format", format!("must be {FORMAT}, got {}", quoted(other))));
        }
        if self.version != VERSION {
            let problem = format!("this program reads version {VERSION}, got {}", self.version);
            return Err(Problem::new("version", problem));
        }
        Ok(())
    }
}

impl Document {
    /// Reads a text, and refuses with line and field what cannot be used.
    pub fn read(text: &str, seed: u64) -> Result<Self, String> {
        let header: Header = reading::read(text).map_err(|wrong| wrong.in_field())?;
        let placed = |Problem { field, problem }| {
            format!("{field}: {problem} at line {}", line_of(text, &field, &problem))
        };
        header.check().map_err(placed)?;
        let document = if header.format.is_some() {
            let world = reading::read(text).map_err(|wrong| wrong.in_field())?;
            Self { projects: vec![world], ..Self::default() }
        } else {
            reading::read(text).map_err(|wrong| wrong.in_field())?
        };
        document.check(text, seed).map_err(placed)?;
        Ok(document)
    }

    /// Refuses what is wrong across members.
    fn check(&self, text: &str, seed: u64) -> Result<(), Problem> {
        if let Some(digest) = &self.digest {
            super::digest::check(text, digest)?;
        }
        for (name, scenario) in &self.scenarios {
            Scenario::read(name, scenario)
                .map_err(|error| Problem::new(format!("scenarios.{name}"), error.to_string()))?;
        }
        let mut ids = HashSet::new();
        for (at, project) in self.projects.iter().enumerate() {
            let within = |Problem { field, problem }| {
                Problem::new(format!("projects[{at}].{field}"), problem)
            };
            let id = project.project_id.as_deref();
            let id = id.ok_or_else(|| within(Problem::new("id", "must be said")))?;
            if ![ACCOUNT, EVERY].contains(&id) && !is_project_id(id) {
                let problem = "a project ID has 1 to 64 letters, digits, hyphens and underscores";
                return Err(within(Problem::new("id", problem)));
            }
            if !ids.insert(id) {
                return Err(within(Problem::new("id", format!("{id:?} is there twice"))));
            }
            project.check(id, seed).map_err(within)?;
            let unknown = |name: &&str| !self.scenarios.contains_key(*name);
            if let Some(name) = project.scenario.as_deref().filter(unknown) {
                let known = self.scenarios.keys().map(String::as_str);
                return Err(within(Problem::new("scenario", Scenario::unknown(name, known))));
            }
            // Some problems only show when a world is made of it.
            let known =
                |name: &str| Scenario::read(name, self.scenarios.get(name)?).ok().map(Arc::new);
            let mut world = World::new(0, id, None, &Budget::new(0));
            project.clone().fill(&mut world, &known).map_err(within)?;
        }
        Ok(())
    }

    /// Adds to credentials, or replaces them where the document has its own.
    pub fn credentials(&self, others: Credentials) -> Credentials {
        let access_keys = self.access_keys.iter().map(|spec| AccessKey {
            access_key: spec.access_key.clone(),
            secret_key: spec.secret_key.clone(),
            security_token: spec.security_token.clone(),
            projects: projects(spec.projects.as_ref()),
        });
        let users = self.users.iter().map(|spec| User {
            name: spec.name.clone(),
            password: spec.password.clone(),
            domain: spec.domain.clone().unwrap_or_else(|| USER.to_owned()),
            projects: projects(spec.projects.as_ref()),
        });
        let named = self.projects.iter().filter_map(|project| {
            let id = project.project_id.as_deref()?.to_owned();
            Some(NamedProject { id, name: project.name.clone()? })
        });
        Credentials {
            access_keys: own_or(access_keys.collect(), others.access_keys),
            users: own_or(users.collect(), others.users),
            projects: named.chain(others.projects).collect(),
        }
    }

    pub fn scenarios(&self) -> impl Iterator<Item = (Box<str>, Arc<Scenario>)> {
        self.scenarios.iter().map(|(name, scenario)| {
            let scenario = Scenario::read(name, scenario).expect("it was checked");
            (name.as_str().into(), Arc::new(scenario))
        })
    }
}

fn own_or<T>(own: Vec<T>, others: Vec<T>) -> Vec<T> {
    if own.is_empty() { others } else { own }
}

fn projects(ids: Option<&Vec<String>>) -> Projects {
    ids.map_or(Projects::All, |ids| Projects::Only(ids.clone()))
}

fn reveal<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.reveal())
}

#[expect(clippy::ref_option, reason = "as serde calls it")]
fn reveal_some<S: Serializer>(secret: &Option<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(Secret::reveal).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn wrong(text: &str, said: &str) {
        let problem = Document::read(text, 0).unwrap_err();
        assert!(problem.contains(said), "{problem}");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_its_field() {
        wrong("{", "EOF while parsing an object at line 1 column 1");
        wrong("{\"version\": 1} x", "trailing characters at line 1");
        wrong("{\n\"version\": 2}", "version: this program reads version 1, got 2 at line 2");
        wrong("{\"version\": 1,\n\"project\": []}", "unknown field `project`");
        let instance = |members: &str| {
            format!(
                "{{\"version\": 1,\n\"projects\": [{{\"id\": \"p\",\n\"instances\": [{{{members}}}]}}]}}"
            )
        };
        wrong(
            &instance("\"id\": \"i\""),
            "projects[0].instances[0]: missing field `engine` at line 3",
        );
        wrong(
            &instance("\"id\": \"i\", \"engine\": \"dcs-reddis\""),
            "projects[0].instances[0].engine: must be one of rds-for-mysql",
        );
        wrong(
            &instance("\"id\": \"i\", \"engine\": \"dcs-reddis\""),
            "did you mean dcs-redis? at line 3",
        );
        wrong(
            &instance("\"id\": \" \", \"engine\": \"taurusdb\""),
            "instances[0].id: must not be blank",
        );
        wrong(
            &instance("\"id\": \"i\", \"engine\": \"dcs-redis\", \"databases\": [\"d\"]"),
            "instances[0].databases: not of an instance of this engine at line 3",
        );
        let twice =
            "\"id\": \"i\", \"engine\": \"taurusdb\"},\n{\"id\": \"i\", \"engine\": \"taurusdb\"";
        wrong(&instance(twice), "projects[0].instances[1].id: \"i\" is there twice at line 4");
        wrong(
            "{\"version\":1,\"projects\":[{\"id\":\"p\",\"backups\":[{\"id\":\"b\",\n\"instance_id\":\"i\"}]}]}",
            "backups[0].instance_id: \"i\" is no DCS instance of this project at line 2",
        );
        wrong("{\"version\":1,\"projects\":[{\"id\":\"a b\"}]}", "a project ID has 1 to 64");
        wrong(
            "{\"version\":1,\"projects\":[{\"id\":\"p\",\"tasks\":[{\"id\":\"t\",\"name\":\"t\"}]}]}",
            "tasks[0].id: must be a UUID with dashes",
        );
    }

    #[test]
    fn a_scenario_that_is_wrong_or_unknown_is_said_with_its_line() {
        let scenario = |scenario: &str| {
            format!("{{\"version\":1,\"scenarios\":{{\n\"slow\":{{}},\n\"odd\":{scenario}}}}}")
        };
        wrong(&scenario("{\"job_seconds\":-1}"), "scenarios.odd: job_seconds must be from 0");
        wrong(
            &scenario("{\"faults\":[],\"faults\":[]}"),
            "scenarios.odd.faults: is there twice at line 3",
        );
        wrong(&scenario("{},\"odd\":{}"), "scenarios.odd: is there twice at line 3");
        wrong(&scenario("{\"job_second\":1}"), "did you mean job_seconds? at line 3");
        wrong(
            &scenario("{\"faults\":[{\"operation\":\"ListJob\",\"effect\":{\"status\":500}}]}"),
            "scenarios.odd: faults[0]: there is no operation ListJob; did you mean ListJobs?",
        );
        for (rules, said) in [
            ("{},", "missing field `effect` at line 6"),
            ("{\n\"frist\":1,\n\"effect\":{}}", "did you mean first? at line 7"),
            ("{\"first\":1,\n\"nth\":0,\"effect\":{\"reset\":true}}", "from 1 up, got 0 at line 7"),
            (
                "{\"operation\":\"ListJobs\",\n\"effect\":{\n\"error\":\"Nothin\"}}",
                "documents the error \"Nothin\"",
            ),
            ("{\"service\":\"DCS\",\n\"operation\":\"ListJob\",\"effect\":{}}", "at line 7"),
            ("{\"effect\":{\"reset\":true,\n\"status\":99}}", "got 99 at line 7"),
            ("{\"effect\":{\n\"error\":\n\"Nothin\"}}", "at line 8"),
        ] {
            let fine = "{\"first\":1,\n\"effect\":{\"reset\":true}}";
            let rules = rules.trim_end_matches(',');
            let scenario = format!(
                "{{\n\"version\":1,\"scenarios\":{{\"odd\":\n{{\"faults\":[{fine},\n\n{rules}]}}}}}}"
            );
            wrong(&scenario, "scenarios.odd: faults[1]: ");
            wrong(&scenario, said);
        }
        wrong(&scenario("{\"faults\":[],\n\"clock\":{\n\"scale\":0}}"), "got 0 at line 5");
        wrong("{\"version\":1,\"scenarios\":{\"a+b\":{}}}", "a scenario's name has 1 to 48");
        wrong(
            "{\"version\":1,\"scenarios\":{\"slow\":{}},\n\"projects\":[{\"id\":\"p\",\"scenario\":\"slwo\"}]}",
            "projects[0].scenario: no scenario is called slwo; known: slow; did you mean slow? at \
             line 2",
        );
    }

    #[test]
    fn a_secret_of_the_file_is_never_shown() {
        let text =
            "{\"version\":1,\"access_keys\":[{\"access_key\":\"AK\",\"secret_key\":\"planted\"}]}";
        let file = Document::read(text, 0).unwrap();
        assert!(!format!("{file:?}").contains("planted"));
        let known = file.credentials(Credentials::built_in("eu-mock-1"));
        assert!(known.access_key("AK").is_some_and(|key| key.secret_key.is("planted")));
        assert_eq!(known.access_keys.len(), 1, "the built-in key is replaced");
    }
}
