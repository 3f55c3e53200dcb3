//! The world file: what is known before the first request, and who may ask.
//!
//! It is JSON. Whatever is wrong with it is said with the line and the field, and nothing starts
//! with half of it.

mod place;

use crate::cloud::Preset;
use crate::contract::Engine;
use crate::credentials::{AccessKey, Credentials, NamedProject, Projects, Secret, User};
use crate::reading;
use crate::worlds::scenario::Scenario;
use place::line_in_scenario;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// The format that this program reads.
const VERSION: u32 = 1;

/// A world file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorldFile {
    version: u32,
    #[serde(default)]
    access_keys: Vec<KnownAccessKey>,
    #[serde(default)]
    users: Vec<KnownUser>,
    #[serde(default)]
    scenarios: BTreeMap<String, Value>,
    #[serde(default)]
    projects: Vec<Preset>,
    /// What [`save`](crate::save) reads.
    #[serde(default, rename = "saved")]
    _saved: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownAccessKey {
    access_key: String,
    secret_key: Secret,
    security_token: Option<Secret>,
    projects: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownUser {
    name: String,
    password: Secret,
    domain: Option<String>,
    projects: Option<Vec<String>>,
}

impl WorldFile {
    /// Reads the text of a file.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: Self = reading::read(text).map_err(|wrong| wrong.in_field())?;
        file.check().map_err(|Wrong { field, value, problem }| {
            let scenario = field.strip_prefix("scenarios.");
            let line = scenario.and_then(|name| line_in_scenario(text, name, &problem));
            let line = line.unwrap_or_else(|| line_of_last(text, &value));
            format!("{field}: {problem} at line {line}")
        })?;
        Ok(file)
    }

    /// What no field can know of itself.
    fn check(&self) -> Result<(), Wrong> {
        if self.version != VERSION {
            let problem = format!("this program reads version {VERSION}, got {}", self.version);
            let value = self.version.to_string();
            return Err(Wrong { field: "version".to_owned(), value, problem });
        }
        for (name, scenario) in &self.scenarios {
            Scenario::read(name, scenario).map_err(|error| Wrong {
                field: format!("scenarios.{name}"),
                value: format!("\"{name}\""),
                problem: error.to_string(),
            })?;
        }
        let mut projects = HashSet::new();
        for (at, project) in self.projects.iter().enumerate() {
            let field = format!("projects[{at}]");
            unique(&mut projects, &project.id.0, || format!("{field}.id"))?;
            check_project(project, &field)?;
            if let Some(name) = &project.scenario
                && !self.scenarios.contains_key(name)
            {
                let known = self.scenarios.keys().map(String::as_str);
                let problem = Scenario::unknown(name, known);
                let field = format!("{field}.scenario");
                return Err(Wrong { field, value: format!("\"{name}\""), problem });
            }
        }
        Ok(())
    }

    /// Adds to the built-in credentials, or replaces them where the file has its own.
    pub fn credentials(&self, built_in: Credentials) -> Credentials {
        let access_keys = self.access_keys.iter().map(|known| AccessKey {
            access_key: known.access_key.clone(),
            secret_key: known.secret_key.clone(),
            security_token: known.security_token.clone(),
            projects: projects(known.projects.as_ref()),
        });
        let users = self.users.iter().map(|known| User {
            name: known.name.clone(),
            password: known.password.clone(),
            domain: known.domain.clone().unwrap_or_else(|| crate::credentials::USER.to_owned()),
            projects: projects(known.projects.as_ref()),
        });
        let named = self.projects.iter().filter_map(|project| {
            Some(NamedProject { id: project.id.0.clone(), name: project.name.clone()? })
        });
        Credentials {
            access_keys: own_or(access_keys.collect(), built_in.access_keys),
            users: own_or(users.collect(), built_in.users),
            projects: named.chain(built_in.projects).collect(),
        }
    }

    /// The scenarios.
    pub fn scenarios(&self) -> BTreeMap<Box<str>, Arc<Scenario>> {
        let read = |(name, scenario): (&String, &Value)| {
            let scenario = Scenario::read(name, scenario).expect("it was checked");
            (name.as_str().into(), Arc::new(scenario))
        };
        self.scenarios.iter().map(read).collect()
    }

    /// The projects.
    pub fn into_projects(self) -> Vec<Preset> {
        self.projects
    }
}

/// What is wrong, and the value that it is found by.
struct Wrong {
    field: String,
    value: String,
    problem: String,
}

fn check_project(project: &Preset, field: &str) -> Result<(), Wrong> {
    let mut instances = HashSet::new();
    for (at, instance) in project.instances.iter().enumerate() {
        let field = format!("{field}.instances[{at}]");
        unique(&mut instances, &instance.id.0, || format!("{field}.id"))?;
        if let Some(member) = instance.has_what_it_cannot() {
            let (field, value) = (format!("{field}.{member}"), instance.id.0.clone());
            let problem = "not of an instance of this engine".to_owned();
            return Err(Wrong { field, value, problem });
        }
    }
    let mut backups = HashSet::new();
    for (at, backup) in project.backups.iter().enumerate() {
        let field = format!("{field}.backups[{at}]");
        unique(&mut backups, &backup.id.0, || format!("{field}.id"))?;
        if project.engine_of(&backup.instance_id.0) != Some(Engine::DcsRedis) {
            let (field, value) = (format!("{field}.instance_id"), backup.instance_id.0.clone());
            let problem = format!("{value:?} is no DCS instance of this project");
            return Err(Wrong { field, value, problem });
        }
    }
    let mut tasks = HashSet::new();
    for (at, task) in project.tasks.iter().enumerate() {
        unique(&mut tasks, &task.id.0, || format!("{field}.tasks[{at}].id"))?;
    }
    Ok(())
}

fn unique<'v>(
    seen: &mut HashSet<&'v str>,
    value: &'v str,
    field: impl Fn() -> String,
) -> Result<(), Wrong> {
    if seen.insert(value) {
        return Ok(());
    }
    let problem = format!("{value:?} is there twice");
    Err(Wrong { field: field(), value: value.to_owned(), problem })
}

fn own_or<T>(own: Vec<T>, built_in: Vec<T>) -> Vec<T> {
    if own.is_empty() { built_in } else { own }
}

fn projects(ids: Option<&Vec<String>>) -> Projects {
    ids.map_or(Projects::All, |ids| Projects::Only(ids.clone()))
}

/// The line that a value is last written in.
fn line_of_last(text: &str, value: &str) -> usize {
    line_at(text, text.rfind(value).unwrap_or(0))
}

/// The line that a byte is in.
pub fn line_at(text: &str, byte: usize) -> usize {
    text[..byte].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn wrong(text: &str, said: &str) {
        let problem = WorldFile::parse(text).unwrap_err();
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
        let file = WorldFile::parse(text).unwrap();
        assert!(!format!("{file:?}").contains("planted"));
        let known = file.credentials(Credentials::built_in("eu-mock-1"));
        assert!(known.access_key("AK").is_some_and(|key| key.secret_key.is("planted")));
        assert_eq!(known.access_keys.len(), 1, "the built-in key is replaced");
    }
}
