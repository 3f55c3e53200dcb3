//! What a project has before its first request, as a world file tells it.

use super::State;
use super::assumed::BACKUP_FORMAT;
use super::backup::Backup;
use super::instance::Instance;
use super::lifecycle::Execution;
use super::migration_task::{MigrationTask, OnlineMigration, Work};
use super::words::{Word, one_of};
use crate::clock::Moment;
use crate::contract::{Engine, InstanceKind, Mode};
use serde::Deserialize;

/// One project of a world file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// What paths carry.
    pub id: ProjectId,
    /// What clients look it up by.
    pub name: Option<String>,
    /// Where its clock stands still.
    pub frozen_at: Option<Instant>,
    /// The scenario that holds for its requests.
    pub scenario: Option<String>,
    /// Its instances.
    #[serde(default)]
    pub instances: Vec<KnownInstance>,
    /// Backups of its DCS instances.
    #[serde(default)]
    pub backups: Vec<KnownBackup>,
    /// Online migration tasks that wait for their configuration.
    #[serde(default)]
    pub tasks: Vec<KnownTask>,
}

/// An instance.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownInstance {
    /// As clients send it.
    pub id: Text,
    engine: EngineWord,
    mode: Option<ModeWord>,
    name: Option<Text>,
    status: Option<StatusWord>,
    region: Option<Text>,
    /// Ids of its nodes, the primary first.
    #[serde(default)]
    nodes: Vec<Text>,
    /// Databases of a TaurusDB instance.
    #[serde(default)]
    databases: Vec<Text>,
    /// The TaurusDB instance that a ClickHouse instance stands beside.
    taurusdb_id: Option<Text>,
}

/// A finished backup of a DCS instance.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownBackup {
    /// As clients send it.
    pub id: Text,
    /// Whose backup it is.
    pub instance_id: Text,
    remark: Option<String>,
}

/// An online migration task.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownTask {
    /// A dashed UUID.
    pub id: TaskId,
    name: Text,
    description: Option<String>,
}

/// Text that is not blank.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Text(pub String);

/// An id that a path can carry as a project's.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct ProjectId(pub String);

/// A dashed UUID.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct TaskId(pub String);

/// A time with its zone.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Instant(pub Moment);

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
struct EngineWord(Engine);

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
struct ModeWord(Mode);

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
struct StatusWord(Word);

impl Preset {
    /// Puts everything into a new world.
    pub fn settle(&self, state: &mut State, region: &str) {
        let now = state.clock.now();
        let over = Execution::over(now);
        for known in &self.instances {
            let id: Box<str> = known.id.0.as_str().into();
            state.instances.insert(id.clone(), known.instance(now));
            if !known.databases.is_empty() {
                let databases = known.databases.iter().map(|name| name.0.as_str().into());
                state.source_databases.entry(id.clone()).or_default().extend(databases);
            }
            if let Some(taurusdb) = &known.taurusdb_id {
                state.clickhouses.adopt(&id, &taurusdb.0, region);
            }
        }
        for known in &self.backups {
            state.backups.insert(Backup {
                id: known.id.0.as_str().into(),
                instance_id: known.instance_id.0.as_str().into(),
                remark: known.remark.clone(),
                format: BACKUP_FORMAT.to_owned(),
                run: over,
            });
        }
        for known in &self.tasks {
            let online = OnlineMigration::prepared_by(over);
            let (name, description) = (known.name.0.clone(), known.description.clone());
            let work = Work::Online(online.into());
            let task = MigrationTask::new(&known.id.0, name, description, now, work);
            state.migration_tasks.insert(task);
        }
    }

    /// The engine of an instance of this project.
    pub fn engine_of(&self, id: &str) -> Option<Engine> {
        let known = self.instances.iter().find(|known| known.id.0 == id)?;
        Some(known.engine.0)
    }
}

impl KnownInstance {
    fn instance(&self, now: Moment) -> Instance {
        let engine = self.engine.0;
        let mode = self.mode.map_or_else(|| engine.usual_mode(), |mode| mode.0);
        let kind = InstanceKind { engine, mode, name: engine.name() };
        let adopted = Instance::adopted(&self.id.0, kind, now);
        Instance {
            name: self.name.as_ref().map_or(adopted.name.clone(), |name| name.0.clone()),
            status: self.status.map_or(Instance::NORMAL, |status| status.0),
            region: self.region.as_ref().map(|region| region.0.as_str().into()),
            nodes: self.nodes.iter().map(|node| node.0.as_str().into()).collect(),
            ..adopted
        }
    }

    /// Whether it has what only a TaurusDB or a ClickHouse instance can have.
    pub fn has_what_it_cannot(&self) -> Option<&'static str> {
        if !self.databases.is_empty() && self.engine.0 != Engine::TaurusDb {
            return Some("databases");
        }
        (self.taurusdb_id.is_some() && self.engine.0 != Engine::ClickHouse).then_some("taurusdb_id")
    }
}

impl TryFrom<String> for Text {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.trim().is_empty() { Err("must not be blank") } else { Ok(Self(text)) }
    }
}

impl TryFrom<String> for ProjectId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if crate::project_id::is_project_id(&text) {
            return Ok(Self(text));
        }
        Err("a project ID has 1 to 64 letters, digits, hyphens and underscores")
    }
}

impl TryFrom<String> for TaskId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let dashed = &crate::contract::format::DASHED_UUID;
        if (dashed.accepts)(&text) { Ok(Self(text)) } else { Err("must be a UUID with dashes") }
    }
}

impl TryFrom<String> for Instant {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Moment::parse_for_clock(&text).map(Self)
    }
}

impl TryFrom<String> for EngineWord {
    type Error = String;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        one_of(&word, Engine::all().map(|engine| (engine.word(), Self(engine))))
    }
}

impl TryFrom<String> for ModeWord {
    type Error = String;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        one_of(&word, Mode::ALL.into_iter().map(|mode| (mode.name().to_owned(), Self(mode))))
    }
}

impl TryFrom<String> for StatusWord {
    type Error = String;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        one_of(&word, Instance::STATUSES.iter().map(|status| ((*status).to_owned(), Self(status))))
    }
}
