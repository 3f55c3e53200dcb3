//! The measured calls: the five documented ones with the bodies of their pages, what a client polls
//! with, and a call that is refused.

use crate::Result;
use crate::client::{Connection, NUMBER, Request};
use serde::Deserialize;
use serde_json::{Value, json};

/// The project of the calls that are no documented examples of their own.
pub const PROJECT: &str = "054e292c9880d4992f02c0196d3ea468";

/// A measured call.
pub struct Call {
    /// Its name in the tables.
    pub name: &'static str,
    /// What is asked before, in this order; the id in the last answer stands for `{id}` in the path.
    pub before: Vec<Sent>,
    /// The call itself.
    pub sent: Sent,
    /// The status that Papercloud answers it with.
    pub status: u16,
    /// A member that is not empty in the answer.
    pub member: &'static str,
}

/// A request as it stands in a fixture.
#[derive(Clone, Deserialize)]
pub struct Sent {
    method: String,
    path: String,
    body: Option<Value>,
}

impl Sent {
    /// The request for the wire.
    pub fn request(&self) -> Request {
        let body = self.body.as_ref().map(Value::to_string);
        Request::new(&self.method, &self.path, body.as_deref())
    }

    /// A request to read something.
    pub fn get(path: &str) -> Self {
        Self { method: "GET".to_owned(), path: path.to_owned(), body: None }
    }
}

#[derive(Deserialize)]
struct Fixture {
    request: Sent,
    response: Documented,
}

#[derive(Deserialize)]
struct Documented {
    status: u16,
}

const MAPPING: &str =
    include_str!("../../fixtures/geminidb/create_db_cache_mapping/documented.json");
const DUAL_ACTIVE: &str =
    include_str!("../../fixtures/geminidb/create_gemini_db_dual_active/documented.json");
const ONLINE_MIGRATION: &str =
    include_str!("../../fixtures/dcs/set_online_migration_task/documented.json");
const IMPORT: &str = include_str!("../../fixtures/dcs/create_migration_task/documented.json");
const REPLICATION: &str = include_str!(
    "../../fixtures/taurusdb/create_click_house_data_base_replication/documented.json"
);

/// The name of the call that is refused.
pub const REFUSED: &str = "CreateMigrationTask, refused";

/// The call that is answered where [`REFUSED`] is not.
pub const NOT_REFUSED: &str = "CreateMigrationTask";

/// How many tasks are there when they are listed.
const TASKS: usize = 10;

impl Call {
    /// All of them, in the order of the tables.
    pub fn all() -> Result<Vec<Self>> {
        let mapping = Self::documented("CreateDbCacheMapping", MAPPING, "job_id")?;
        let dual_active = Self::documented("CreateGeminiDbDualActive", DUAL_ACTIVE, "job_id")?;
        let mut online = Self::documented("SetOnlineMigrationTask", ONLINE_MIGRATION, "id")?;
        // A task is configured once; the same body again would change nothing.
        let digits = online.sent.path.rfind("/task").ok_or("the path of a task has an end")?;
        online.sent.path.replace_range(digits - NUMBER.len()..digits, NUMBER);
        let import = Self::documented("CreateMigrationTask", IMPORT, "id")?;
        let mut replication =
            Self::documented("CreateClickHouseDataBaseReplication", REPLICATION, "job_id")?;
        // A database is synchronized once; the same one again is answered with a warning.
        let members = replication.sent.body.as_mut().and_then(Value::as_object_mut);
        members
            .ok_or("the body of a synchronization is an object")?
            .insert("source_database".to_owned(), format!("database_{NUMBER}").into());

        let poll = |name, path: &str, member| Self {
            name,
            before: vec![mapping.sent.clone()],
            sent: Sent::get(path),
            status: 200,
            member,
        };
        let jobs =
            poll("ListJobs, one by its id", &format!("/v3/{PROJECT}/jobs?id={{id}}"), "jobs");
        let (project, _) =
            replication.sent.path.split_once("/instances").ok_or("the path has an instance")?;
        let job = Self {
            before: vec![replication.sent.clone()],
            ..poll("ShowGaussMySqlJobInfo", &format!("{project}/jobs?id={{id}}"), "job")
        };
        let tasks = Self {
            before: vec![import.sent.clone(); TASKS],
            ..poll(
                "ListMigrationTask",
                &format!("/v2/{PROJECT}/migration-tasks"),
                "migration_tasks",
            )
        };
        let mut refused = Self {
            name: REFUSED,
            before: Vec::new(),
            sent: import.sent.clone(),
            status: 400,
            member: "error_code",
        };
        // One mandatory member is missing, and one has a value that it cannot have.
        let members = refused.sent.body.as_mut().and_then(Value::as_object_mut);
        let members = members.ok_or("the body of an import is an object")?;
        members.remove("task_name");
        members.insert("migration_method".to_owned(), "full".into());
        Ok(vec![mapping, dual_active, online, import, replication, jobs, job, tasks, refused])
    }

    /// A declared operation that shows one thing by its id, as a poll does.
    pub fn declared() -> Self {
        let body = json!({ "vpc": { "name": "network", "cidr": "192.168.0.0/16" } });
        let (method, path) = ("POST".to_owned(), format!("/v1/{PROJECT}/vpcs"));
        let sent = Sent::get(&format!("{path}/{{id}}"));
        let before = vec![Sent { method, path, body: Some(body) }];
        Self { name: "ShowVpc", before, sent, status: 200, member: "vpc" }
    }

    /// The one with this name.
    pub fn named(name: &str) -> Result<Self> {
        let mut all = Self::all()?.into_iter();
        all.find(|call| call.name == name).ok_or_else(|| format!("there is no call {name}").into())
    }

    /// The call that a page documents, with the page's example.
    fn documented(name: &'static str, fixture: &str, member: &'static str) -> Result<Self> {
        let Fixture { request, response } = serde_json::from_str(fixture)?;
        let (sent, status) = (request, response.status);
        Ok(Self { name, before: Vec::new(), sent, status, member })
    }

    /// Makes the call once, after what comes before it, looks at the answer, and returns the
    /// request to measure.
    pub fn prepare(&self, connection: &mut Connection) -> Result<Request> {
        let mut sent = self.sent.clone();
        for before in &self.before {
            let answer = connection.ask(&mut before.request())?;
            let answer = answer.json()?;
            if let Some(id) = answer["job_id"].as_str().or(answer["vpc"]["id"].as_str()) {
                sent.path = sent.path.replace("{id}", id);
            }
        }
        let mut request = sent.request();
        let answer = connection.ask(&mut request)?;
        let found = &answer.json()?[self.member];
        let empty = found.is_null() || found.as_array().is_some_and(Vec::is_empty);
        if empty || answer.status / 100 != self.status / 100 {
            return Err(format!("{}: unexpected answer {answer:?}", self.name).into());
        }
        Ok(request)
    }
}

/// The documented mapping call in another project.
pub fn mapping_in(project: &str) -> Result<Sent> {
    let Fixture { request, .. } = serde_json::from_str(MAPPING)?;
    Ok(Sent { path: request.path.replace(PROJECT, project), ..request })
}
