//! Instances, backups, tasks and jobs as an export has them. Most members have defaults, so that a
//! file can be written by hand.

use super::words;
use crate::clock::Moment;
use crate::cloud::record::{Members, Record};
use crate::cloud::words::Word;
use crate::cloud::{
    Execution, Instance, Job, JobKind, MigrationTask, OnlineMigration, State, Work,
};
use crate::contract::{Engine, InstanceKind, Mode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An instance.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceSpec {
    /// As clients send it.
    #[serde(deserialize_with = "words::filled")]
    pub id: Box<str>,
    #[serde(with = "words::engine")]
    engine: Engine,
    #[serde(default, with = "words::mode", skip_serializing_if = "Option::is_none")]
    mode: Option<Mode>,
    name: Option<String>,
    #[serde(
        default,
        deserialize_with = "words::instance_status",
        skip_serializing_if = "Option::is_none"
    )]
    status: Option<Word>,
    created: Option<Moment>,
    region: Option<Box<str>>,
    /// Ids of its nodes, the primary first.
    #[serde(default)]
    nodes: Vec<Box<str>>,
    /// Short for its member in `source_databases`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub databases: Vec<String>,
    /// The TaurusDB instance beside which it stands, if it is a ClickHouse instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taurusdb_id: Option<Box<str>>,
}

impl InstanceSpec {
    pub fn of(instance: &Instance) -> Self {
        let Instance { id, name, engine, mode, status, created, nodes, region, taurusdb_id } =
            instance.clone();
        Self {
            id,
            engine,
            mode: Some(mode),
            name: Some(name),
            status: Some(status),
            created: Some(created),
            region,
            nodes,
            databases: Vec::new(),
            taurusdb_id,
        }
    }

    /// The instance in a world whose clock shows this.
    fn instance(self, now: Moment) -> Instance {
        let engine = self.engine;
        let mode = self.mode.unwrap_or_else(|| engine.usual_mode());
        let kind = InstanceKind { engine, mode, name: engine.name() };
        let adopted = Instance::adopted(&self.id, kind, self.created.unwrap_or(now));
        Instance {
            name: self.name.unwrap_or(adopted.name),
            status: self.status.unwrap_or(Instance::NORMAL),
            region: self.region,
            nodes: self.nodes,
            taurusdb_id: self.taurusdb_id,
            ..adopted
        }
    }

    /// Puts it into a world, with what it is short for.
    pub fn store(self, state: &mut State, now: Moment) -> &Instance {
        let id = self.id.clone();
        if !self.databases.is_empty() {
            let databases = self.databases.iter().map(|name| name.as_str().into());
            state.source_databases.entry(id.clone()).or_default().extend(databases);
        }
        state.instances.entry(id).insert_entry(self.instance(now)).into_mut()
    }

    /// Whether it is a DCS instance, which can have backups.
    pub fn has_backups(&self) -> bool {
        self.engine == Engine::DcsRedis
    }

    /// The member that an instance of its engine cannot have, if it has one.
    pub fn misplaced(&self) -> Option<&'static str> {
        if !self.databases.is_empty() && self.engine != Engine::TaurusDb {
            return Some("databases");
        }
        (self.taurusdb_id.is_some() && self.engine != Engine::ClickHouse).then_some("taurusdb_id")
    }
}

/// A finished backup of a DCS instance: short for a record.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BackupSpec {
    /// As clients send it.
    #[serde(deserialize_with = "words::filled")]
    pub id: Box<str>,
    /// Whose backup it is.
    pub instance_id: Box<str>,
    remark: Option<String>,
    format: Option<String>,
}

impl BackupSpec {
    /// Puts it into a world whose clock shows this.
    pub fn store(self, state: &mut State, now: Moment) {
        let Self { id, instance_id, remark, format } = self;
        let members = Members::from_iter([
            ("id".to_owned(), id.as_ref().into()),
            ("parent".to_owned(), instance_id.as_ref().into()),
            ("made".to_owned(), now.milliseconds().into()),
            ("ended".to_owned(), now.milliseconds().into()),
            ("progress".to_owned(), 100.into()),
            ("status".to_owned(), "succeed".into()),
            ("remark".to_owned(), remark.into()),
            ("backup_format".to_owned(), format.as_deref().unwrap_or("rdb").into()),
        ]);
        let record = Record { parent: instance_id, members: members.into(), ..Record::default() };
        state.records.insert("dcs.backup", &id, record);
    }
}

/// An online migration task that waits for its configuration: short for one of `migration_tasks`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TaskSpec {
    /// A dashed UUID.
    #[serde(deserialize_with = "words::dashed")]
    pub id: Box<str>,
    name: String,
    description: Option<String>,
}

impl TaskSpec {
    /// The task in a world whose clock shows this.
    pub fn task(self, now: Moment) -> MigrationTask {
        let Self { id, name, description } = self;
        let work = Work::Online(OnlineMigration::prepared_by(Execution::over(now)).into());
        MigrationTask::new(&id, name, description, now, work)
    }
}

/// A job.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct JobSpec {
    pub id: Uuid,
    #[serde(with = "words::job_kind")]
    kind: &'static JobKind,
    instance_id: Box<str>,
    run: Execution,
}

impl JobSpec {
    pub fn of(job: &Job) -> Self {
        let Job { id, kind, instance_id, run } = job.clone();
        Self { id, kind, instance_id, run }
    }

    pub fn job(self) -> Job {
        let Self { id, kind, instance_id, run } = self;
        Job { id, kind, instance_id, run }
    }
}
