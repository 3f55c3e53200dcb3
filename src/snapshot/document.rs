//! The members of the document, and how a world is taken down in them and made of them.

use super::faults::{Scenarios, WrittenFaults};
use super::keyed::Keyed;
use super::{FORMAT, Header, VERSION, Wrong, shown};
use crate::clock::Clock;
use crate::cloud::{
    Activity, Backup, ClickHouse, Drawn, Execution, Instance, Job, Lifecycle, MemoryMapping,
    MemoryRule, MigrationTask, Relationship, Replication, ReplicationConfig, Timeline, words,
};
use crate::contract::Contract;
use crate::worlds::World;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// A world as it is written.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    format: String,
    version: u32,
    /// Whose world it is; that of the path it is imported to where it is not said.
    project_id: Option<String>,
    /// What its ids and digests follow from; the seed of the importing Papercloud where it is not
    /// said.
    seed: Option<u64>,
    label: Option<Box<str>>,
    auto_advance: bool,
    #[serde(deserialize_with = "words::count")]
    requests: u64,
    clock: Clock,
    pub ids: Drawn,
    #[serde(rename = "agenda")]
    pub timeline: TimelineSpec,
    pub instances: Vec<Instance>,
    /// Service by service, in the order they were created.
    pub jobs: Vec<Job>,
    /// Jobs whose records were removed.
    pub removed_jobs: Vec<Uuid>,
    /// Those of one instance in the order they were taken.
    pub backups: Vec<Backup>,
    pub memory_mappings: Vec<MemoryMapping>,
    /// By mapping, in the order they were created.
    pub memory_rules: Keyed<Uuid, Vec<MemoryRule>>,
    /// By the instance that sees it so.
    pub relationships: Keyed<Box<str>, Relationship>,
    pub migration_tasks: Vec<WrittenTask>,
    /// By ClickHouse instance, in the order they were created.
    pub replications: Keyed<Box<str>, Vec<Replication>>,
    pub checked: Vec<WrittenCheck>,
    /// By TaurusDB instance, in the order they became known.
    pub source_databases: Keyed<Box<str>, Vec<Arc<str>>>,
    /// Those of one TaurusDB instance in the order they became known.
    pub clickhouses: Vec<WrittenClickHouse>,
    pub faults: WrittenFaults,
}

/// What is under way.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TimelineSpec {
    /// How many activities there were.
    #[serde(deserialize_with = "words::activities")]
    pub begun: u32,
    /// Those that have not come to rest, in the order of their numbers.
    #[serde(rename = "courses")]
    pub activities: Vec<ActivitySpec>,
    /// What those that were made to fail say about it.
    pub reasons: Keyed<u32, Box<str>>,
}

/// What one request set going. The statuses of its job are those of the job's kind.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ActivitySpec {
    #[serde(with = "words::operation")]
    operation: &'static Contract,
    pub job_id: Option<Uuid>,
    resource: Option<WrittenResource>,
    pub run: Execution,
    /// The fault rule that has planned how it is to end, if one has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    planned_by: Option<Arc<str>>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WrittenResource {
    id: Arc<str>,
    #[serde(with = "words::lifecycle")]
    lifecycle: &'static Lifecycle,
}

/// A migration task, or what is left of one.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WrittenTask {
    Task(Box<MigrationTask>),
    /// The id of one that was deleted.
    Deleted(Box<str>),
}

/// What the checks of a database were told.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenCheck {
    pub clickhouse_id: Box<str>,
    pub taurusdb_id: Box<str>,
    pub database: Box<str>,
    configuration: ReplicationConfig,
}

/// A ClickHouse instance with its id.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenClickHouse {
    pub id: Box<str>,
    pub clickhouse: ClickHouse,
}

impl Document {
    /// Takes down a world.
    pub fn of(world: &World, project_id: &str, requests: u64, seed: u64) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            project_id: Some(project_id.to_owned()),
            seed: Some(seed),
            label: world.label.clone(),
            auto_advance: world.auto_advance,
            requests,
            clock: world.state.clock.clone(),
            ids: world.state.ids.drawn(),
            timeline: TimelineSpec::of(world),
            instances: world.state.instances.values().cloned().collect(),
            jobs: world.state.jobs.iter().cloned().collect(),
            removed_jobs: removed_jobs(world),
            backups: backups(world),
            memory_mappings: world.state.memory_mappings.all().cloned().collect(),
            memory_rules: memory_rules(world),
            relationships: relationships(world),
            migration_tasks: world
                .state
                .migration_tasks
                .ids()
                .map(|id| WrittenTask::of(id, world))
                .collect(),
            replications: replications(world),
            checked: checked(world),
            source_databases: source_databases(world),
            clickhouses: clickhouses(world),
            faults: WrittenFaults::of(world),
        }
    }

    /// Refuses what belongs to another project, or to another seed: a later id would be another one
    /// than it would have been, and no password would be recognised as the same.
    pub fn require_home(&self, project_id: &str, seed: u64) -> Result<(), Wrong> {
        if let Some(other) = self.project_id.as_ref().filter(|id| *id != project_id) {
            let problem = format!("is {}, and the world is that of {project_id:?}", shown(other));
            return Err(Wrong::new("project_id", problem));
        }
        if let Some(other) = self.seed.filter(|other| *other != seed) {
            let problem = format!("is {other}, and this Papercloud has the seed {seed}");
            return Err(Wrong::new("seed", problem));
        }
        Ok(())
    }

    /// How many activities there were.
    pub fn begun(&self) -> u32 {
        self.timeline.begun
    }

    /// What it says it is.
    pub fn header(&self) -> Header {
        Header { format: self.format.clone(), version: self.version.into() }
    }

    /// Whose world it is, if it says so.
    pub fn project_id(&self) -> Option<&str> {
        self.project_id.as_deref()
    }

    /// What the world is called.
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// How many requests there were.
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// Puts everything into a new world, where the service knows these scenarios.
    pub fn settle(self, world: &mut World, known: &Scenarios<'_>) -> Result<(), Wrong> {
        self.faults.settle(world, known)?;
        world.label = self.label;
        world.auto_advance = self.auto_advance;
        world.state.clock = self.clock;
        world.state.ids.go_on_after(self.ids);
        world.state.instances =
            self.instances.into_iter().map(|instance| (instance.id.clone(), instance)).collect();
        self.jobs.into_iter().for_each(|job| world.state.jobs.insert(job));
        self.removed_jobs.into_iter().for_each(|id| world.state.jobs.remove(id));
        self.backups.into_iter().for_each(|backup| world.state.backups.insert(backup));
        for mapping in self.memory_mappings {
            world.state.memory_mappings.insert(mapping);
        }
        for (mapping, rules) in self.memory_rules.0 {
            for rule in rules {
                world.state.memory_rules.insert(mapping, rule);
            }
        }
        for (instance_id, relationship) in self.relationships.0 {
            world.state.relationships.insert(&instance_id, relationship);
        }
        for written in self.migration_tasks {
            match written {
                WrittenTask::Task(task) => world.state.migration_tasks.insert(*task),
                WrittenTask::Deleted(id) => world.state.migration_tasks.insert_deleted(&id),
            }
        }
        for (clickhouse_id, replications) in self.replications.0 {
            let by_database = replications.into_iter().map(|one| (Arc::clone(&one.database), one));
            world.state.replications.insert(clickhouse_id, by_database.collect());
        }
        for WrittenCheck { clickhouse_id, taurusdb_id, database, configuration } in self.checked {
            world.state.checked.insert([clickhouse_id, taurusdb_id, database], configuration);
        }
        for (taurusdb_id, databases) in self.source_databases.0 {
            world.state.source_databases.insert(taurusdb_id, databases.into_iter().collect());
        }
        for WrittenClickHouse { id, clickhouse } in self.clickhouses {
            world.state.clickhouses.insert(&id, clickhouse);
        }
        self.timeline.settle(world);
        Ok(())
    }
}

impl TimelineSpec {
    /// What had come to rest when the clock was turned last has left it, or would leave it at the
    /// next look.
    fn of(world: &World) -> Self {
        let stood_at = world.state.clock.stood_at();
        let unfinished =
            |activity: &&Activity| activity.phases(stood_at).any(|phase| phase.ended.is_none());
        let activities = world.state.timeline.under_way().filter(unfinished);
        let mut activities: Vec<_> =
            activities.map(|activity| ActivitySpec::of(activity, &world.state.timeline)).collect();
        activities.sort_by_key(|activity| activity.run.activity);
        let reasons =
            world.state.timeline.reasons().map(|(activity, reason)| (activity, reason.into()));
        Self { begun: world.state.timeline.latest_number(), activities, reasons: reasons.collect() }
    }

    fn settle(self, world: &mut World) {
        let planners =
            self.activities.iter().map(|written| (written.run.activity, &written.planned_by));
        let planners = planners.filter_map(|(activity, rule)| Some((activity, rule.clone()?)));
        let planners: Vec<_> = planners.collect();
        let activities = self.activities.into_iter().map(|written| Activity {
            contract: written.operation,
            job: written.job_id.and_then(|id| Some((id, world.state.jobs.get(id)?.kind.lifecycle))),
            resource: written.resource.map(|resource| (resource.id, resource.lifecycle)),
            run: written.run,
        });
        world.state.timeline =
            Timeline::resumed(self.begun, activities, world.state.clock.stood_at());
        for (activity, reason) in &self.reasons.0 {
            world.state.timeline.give_reason(*activity, reason);
        }
        for (activity, rule) in planners {
            world.state.timeline.note_planner(activity, rule);
        }
    }
}

impl ActivitySpec {
    fn of(activity: &Activity, timeline: &Timeline) -> Self {
        let resource = activity.resource.as_ref();
        Self {
            operation: activity.contract,
            job_id: activity.job.map(|(id, _)| id),
            resource: resource.map(|(id, lifecycle)| WrittenResource { id: id.clone(), lifecycle }),
            run: activity.run,
            planned_by: timeline.planner(activity.run.activity).cloned(),
        }
    }
}

impl WrittenTask {
    fn of(id: &str, world: &World) -> Self {
        match world.state.migration_tasks.get(id) {
            Some(task) => Self::Task(Box::new(task.clone())),
            None => Self::Deleted(id.into()),
        }
    }

    /// The id of the task, be it there or not.
    pub fn id(&self) -> &str {
        match self {
            Self::Task(task) => &task.id,
            Self::Deleted(id) => id,
        }
    }
}

fn removed_jobs(world: &World) -> Vec<Uuid> {
    let removed = world.state.jobs.iter().filter(|job| world.state.jobs.is_removed(job));
    let mut ids: Vec<_> = removed.map(|job| job.id).collect();
    ids.sort_unstable();
    ids
}

fn backups(world: &World) -> Vec<Backup> {
    let mut backups: Vec<_> = world.state.backups.iter().cloned().collect();
    backups.sort_by(|one, other| one.instance_id.cmp(&other.instance_id));
    backups
}

fn memory_rules(world: &World) -> Keyed<Uuid, Vec<MemoryRule>> {
    let of = |mapping| (mapping, world.state.memory_rules.of(mapping).cloned().collect());
    world.state.memory_rules.mappings().map(of).collect()
}

fn relationships(world: &World) -> Keyed<Box<str>, Relationship> {
    world
        .state
        .relationships
        .iter()
        .map(|(id, relationship)| (id.into(), relationship.clone()))
        .collect()
}

fn replications(world: &World) -> Keyed<Box<str>, Vec<Replication>> {
    let of = |(id, known): (_, &crate::cloud::Replications)| {
        (Box::clone(id), known.values().cloned().collect())
    };
    world.state.replications.iter().map(of).collect()
}

fn checked(world: &World) -> Vec<WrittenCheck> {
    let written =
        world.state.checked.iter().map(|([clickhouse, taurusdb, database], told)| WrittenCheck {
            clickhouse_id: clickhouse.clone(),
            taurusdb_id: taurusdb.clone(),
            database: database.clone(),
            configuration: told.clone(),
        });
    let mut written: Vec<_> = written.collect();
    written.sort_by(|one, other| one.key().cmp(&other.key()));
    written
}

impl WrittenCheck {
    /// What it is found by.
    pub fn key(&self) -> (&str, &str, &str) {
        (&self.clickhouse_id, &self.taurusdb_id, &self.database)
    }
}

fn source_databases(world: &World) -> Keyed<Box<str>, Vec<Arc<str>>> {
    let known = world.state.source_databases.iter();
    known.map(|(id, databases)| (id.clone(), databases.iter().cloned().collect())).collect()
}

fn clickhouses(world: &World) -> Vec<WrittenClickHouse> {
    let written = world.state.clickhouses.iter().map(|(id, clickhouse)| WrittenClickHouse {
        id: id.into(),
        clickhouse: clickhouse.clone(),
    });
    let mut written: Vec<_> = written.collect();
    written.sort_by(|one, other| one.clickhouse.taurusdb_id.cmp(&other.clickhouse.taurusdb_id));
    written
}
