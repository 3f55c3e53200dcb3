//! The export of one world: made of a world, and filled into a new one.

use super::check;
use super::faults::{FaultsSpec, Scenarios};
use super::specs::{BackupSpec, InstanceSpec, JobSpec, TaskSpec};
use super::{FORMAT, Problem, VERSION, words};
use crate::clock::{Clock, Moment};
use crate::cloud::record::{CLICKHOUSE, Records};
use crate::cloud::words as counts;
use crate::cloud::{
    Activity, Checked, Drawn, Execution, Jobs, Lifecycle, MemoryMapping, MemoryRule, MigrationTask,
    MigrationTasks, Relationship, Replication, ReplicationConfig, Settings, State, Timeline,
};
use crate::contract::Contract;
use crate::text::quoted;
use crate::worlds::World;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// A world as it is exported. Whatever is left out is as in a new world.
///
/// What has an order of its own is an array in that order; everything else is sorted by its key.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Export {
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    /// Whose world it is; that of the path it is imported to where it is not said.
    #[serde(alias = "id")]
    pub project_id: Option<Box<str>>,
    /// What clients look the project up by: a file says it, since it is not of the world.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What its ids and digests follow from; the seed of the importing Papercloud where it is not
    /// said.
    seed: Option<u64>,
    label: Option<Box<str>>,
    auto_advance: bool,
    #[serde(with = "counts::count")]
    requests: u64,
    clock: Option<Clock>,
    /// Short for a `clock` that stands still.
    #[serde(skip_serializing_if = "Option::is_none")]
    frozen_at: Option<Frozen>,
    ids: Drawn,
    #[serde(rename = "agenda")]
    pub timeline: TimelineSpec,
    pub instances: Vec<InstanceSpec>,
    /// Service by service, in the order they were created.
    pub jobs: Vec<JobSpec>,
    /// Jobs whose records were removed.
    pub removed_jobs: Vec<Uuid>,
    /// Short for records.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub backups: Vec<BackupSpec>,
    pub memory_mappings: Vec<MemoryMapping>,
    /// By mapping, in the order they were created.
    pub memory_rules: BTreeMap<Uuid, Vec<MemoryRule>>,
    /// By the instance that sees it so.
    pub relationships: BTreeMap<Box<str>, Relationship>,
    pub migration_tasks: Vec<MigrationTaskSpec>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<TaskSpec>,
    /// By ClickHouse instance, in the order they were created.
    pub replications: BTreeMap<Box<str>, Vec<Replication>>,
    pub checked: Vec<CheckSpec>,
    /// By TaurusDB instance, in the order they became known.
    pub source_databases: BTreeMap<Box<str>, Vec<Arc<str>>>,
    /// What documents had before ClickHouse instances were records.
    #[serde(skip_serializing, deserialize_with = "words::nothing_left")]
    clickhouses: (),
    #[serde(skip_serializing_if = "Records::is_untouched")]
    pub records: Records,
    pub faults: FaultsSpec,
    /// Short for the choice of a scenario that the service knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scenario: Option<Box<str>>,
}

/// A time with its zone.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
struct Frozen(Moment);

impl TryFrom<String> for Frozen {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Moment::parse_for_clock(&text).map(Self)
    }
}

impl From<Frozen> for String {
    fn from(Frozen(moment): Frozen) -> Self {
        moment.with_milliseconds()
    }
}

/// What is under way.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TimelineSpec {
    /// How many activities there were.
    #[serde(deserialize_with = "words::begun")]
    pub begun: u32,
    /// Those that have not come to rest, in the order of their numbers.
    #[serde(rename = "courses")]
    pub activities: Vec<ActivitySpec>,
    /// What those that were made to fail say about it.
    pub reasons: BTreeMap<u32, Box<str>>,
}

/// What one request set going. The statuses of its job are those of the job's kind.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ActivitySpec {
    #[serde(with = "words::operation")]
    operation: &'static Contract,
    pub job_id: Option<Uuid>,
    resource: Option<ResourceSpec>,
    pub run: Execution,
    /// The fault rule that has planned how it is to end, if one has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    planned_by: Option<Arc<str>>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ResourceSpec {
    id: Arc<str>,
    #[serde(with = "words::lifecycle")]
    lifecycle: &'static Lifecycle,
}

/// A migration task, or what is left of one.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MigrationTaskSpec {
    Task(Box<MigrationTask>),
    /// The id of one that was deleted.
    Deleted(Box<str>),
}

/// What the checks of a database were told.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CheckSpec {
    pub clickhouse_id: Box<str>,
    pub taurusdb_id: Box<str>,
    pub database: Box<str>,
    configuration: ReplicationConfig,
}

impl Export {
    /// Exports a world in which there have been so many requests. What had been deleted when its clock
    /// was moved last is forgotten first, since it depends on the next requests when the world would
    /// do so. Every member of `State` is named here, so that one that is left out does not compile.
    pub fn of(world: &mut World, project_id: &str, requests: u64, settings: &Settings) -> Self {
        world.state.forget_deleted(world.state.clock.stood_at());
        let State {
            project_id: _,
            clock,
            ids,
            timeline: _,
            quota: _,
            instances,
            jobs,
            memory_mappings,
            memory_rules,
            relationships,
            migration_tasks,
            replications,
            checked,
            source_databases,
            records,
        } = &world.state;
        let rules = |mapping| (mapping, memory_rules.of(mapping).cloned().collect());
        let relationship = |(id, one): (&str, &Relationship)| (id.into(), one.clone());
        let replications = replications.iter();
        let replications =
            replications.map(|(id, known)| (id.clone(), known.values().cloned().collect()));
        let databases = source_databases.iter();
        let databases = databases.map(|(id, names)| (id.clone(), names.iter().cloned().collect()));
        Self {
            format: None,
            version: None,
            project_id: Some(project_id.into()),
            name: None,
            seed: Some(settings.seed),
            label: world.label.clone(),
            auto_advance: world.auto_advance,
            requests,
            clock: Some(clock.clone()),
            frozen_at: None,
            ids: ids.drawn(),
            timeline: TimelineSpec::of(&world.state),
            instances: instances.values().map(InstanceSpec::of).collect(),
            jobs: jobs.iter().map(JobSpec::of).collect(),
            removed_jobs: removed_jobs(jobs),
            backups: Vec::new(),
            memory_mappings: memory_mappings.all().cloned().collect(),
            memory_rules: memory_rules.mappings().map(rules).collect(),
            relationships: relationships.iter().map(relationship).collect(),
            migration_tasks: tasks_of(migration_tasks),
            tasks: Vec::new(),
            replications: replications.collect(),
            checked: checks_of(checked),
            source_databases: databases.collect(),
            clickhouses: (),
            records: records.clone(),
            faults: FaultsSpec::of(world),
            scenario: None,
        }
    }

    /// Writes it as a document of its own: canonical JSON, so that equal worlds are equal bytes.
    /// Members are sorted at every level, two spaces indent, a newline ends it, and no number has a
    /// fraction that needs none.
    pub fn write(&self) -> String {
        let mut value = serde_json::to_value(self).expect("every static has its word");
        if let Some(members) = value.as_object_mut() {
            members.insert("format".to_owned(), FORMAT.into());
            members.insert("version".to_owned(), VERSION.into());
        }
        with_whole_numbers(&mut value);
        value.sort_all_objects();
        let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Refuses what is not of this project and seed, or does not fit together. A later id would be
    /// another one than it would have been with the other seed, and no password would be recognised
    /// as the same.
    pub fn check(&self, project_id: &str, seed: u64) -> Result<(), Problem> {
        if let Some(other) = self.project_id.as_ref().filter(|id| ***id != *project_id) {
            let problem = format!("is {}, and the world is that of {project_id:?}", quoted(other));
            return Err(Problem::new("project_id", problem));
        }
        if let Some(other) = self.seed.filter(|other| *other != seed) {
            let problem = format!("is {other}, and this Papercloud has the seed {seed}");
            return Err(Problem::new("seed", problem));
        }
        if self.clock.is_some() && self.frozen_at.is_some() {
            return Err(Problem::new("frozen_at", "says what clock says; give one of them"));
        }
        check::label(self.label.as_deref())?;
        check::check(self)
    }

    /// Refuses the absence of an instance that something else names.
    pub fn check_without(mut self, instance_id: &str) -> Result<(), Problem> {
        self.instances.retain(|instance| *instance.id != *instance_id);
        self.records.remove(CLICKHOUSE, instance_id);
        check::check(&self)
    }

    /// How many requests there were.
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// Fills a new world with an export that was checked before; `known` finds the service's scenarios.
    pub fn fill(self, world: &mut World, known: &Scenarios<'_>) -> Result<(), Problem> {
        let state = &mut world.state;
        if let Some(clock) = self.clock.or(self.frozen_at.map(|it| Clock::new(Some(it.0)))) {
            state.clock = clock;
        }
        let now = state.clock.now();
        world.label = self.label;
        world.auto_advance = self.auto_advance;
        state.ids.go_on_after(self.ids);
        for spec in self.instances {
            spec.store(state, now);
        }
        self.jobs.into_iter().for_each(|job| state.jobs.insert(job.job()));
        self.removed_jobs.into_iter().for_each(|id| state.jobs.remove(id));
        self.memory_mappings.into_iter().for_each(|one| state.memory_mappings.insert(one));
        for (mapping, rules) in self.memory_rules {
            for rule in rules {
                state.memory_rules.insert(mapping, rule);
            }
        }
        for (instance_id, relationship) in self.relationships {
            state.relationships.insert(&instance_id, relationship);
        }
        for written in self.migration_tasks {
            match written {
                MigrationTaskSpec::Task(task) => state.migration_tasks.insert(*task),
                MigrationTaskSpec::Deleted(id) => state.migration_tasks.insert_deleted(&id),
            }
        }
        self.tasks.into_iter().for_each(|task| state.migration_tasks.insert(task.task(now)));
        for (clickhouse_id, replications) in self.replications {
            let by_database = replications.into_iter().map(|one| (Arc::clone(&one.database), one));
            state.replications.insert(clickhouse_id, by_database.collect());
        }
        for CheckSpec { clickhouse_id, taurusdb_id, database, configuration } in self.checked {
            state.checked.insert([clickhouse_id, taurusdb_id, database], configuration);
        }
        for (taurusdb_id, databases) in self.source_databases {
            state.source_databases.entry(taurusdb_id).or_default().extend(databases);
        }
        if !self.records.is_untouched() {
            state.records = self.records;
        }
        self.backups.into_iter().for_each(|backup| backup.store(state, now));
        self.timeline.fill(state);
        state.check_runs().map_err(|problem| Problem::new("agenda", problem))?;
        self.faults.fill(world, known)?;
        let Some(name) = self.scenario else { return Ok(()) };
        let scenario = known(&name).ok_or_else(|| {
            Problem::new("scenario", format!("no scenario is called {}", quoted(&name)))
        })?;
        world.choose(&name, &scenario).map_err(|error| Problem::new("scenario", error.to_string()))
    }
}

/// Writes numbers such as 1.0 as 1, so that equal worlds are equal text.
pub fn with_whole_numbers(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(with_whole_numbers),
        Value::Object(members) => members.values_mut().for_each(with_whole_numbers),
        Value::Number(number) if number.is_f64() => {
            let written = number.to_string();
            let whole = written.strip_suffix(".0").and_then(|whole| whole.parse::<i64>().ok());
            if let Some(whole) = whole {
                *number = whole.into();
            }
        }
        _ => {}
    }
}

impl TimelineSpec {
    /// Without what had come to rest when the clock was moved last.
    fn of(state: &State) -> Self {
        let stood_at = state.clock.stood_at();
        let unfinished =
            |activity: &&Activity| activity.phases(stood_at).any(|phase| phase.ended.is_none());
        let activities = state.timeline.under_way().filter(unfinished);
        let mut activities: Vec<_> =
            activities.map(|activity| ActivitySpec::of(activity, &state.timeline)).collect();
        activities.sort_by_key(|activity| activity.run.activity);
        let reasons = state.timeline.reasons().map(|(activity, reason)| (activity, reason.into()));
        Self { begun: state.timeline.latest_number(), activities, reasons: reasons.collect() }
    }

    fn fill(self, state: &mut State) {
        let planners =
            self.activities.iter().map(|written| (written.run.activity, &written.planned_by));
        let planners = planners.filter_map(|(activity, rule)| Some((activity, rule.clone()?)));
        let planners: Vec<_> = planners.collect();
        let activities = self.activities.into_iter().map(|written| Activity {
            contract: written.operation,
            job: written.job_id.and_then(|id| Some((id, state.jobs.get(id)?.kind.lifecycle))),
            resource: written.resource.map(|resource| (resource.id, resource.lifecycle)),
            run: written.run,
        });
        state.timeline = Timeline::resumed(self.begun, activities, state.clock.stood_at());
        for (activity, reason) in &self.reasons {
            state.timeline.give_reason(*activity, reason);
        }
        for (activity, rule) in planners {
            state.timeline.note_planner(activity, rule);
        }
    }
}

impl ActivitySpec {
    fn of(activity: &Activity, timeline: &Timeline) -> Self {
        let resource = activity.resource.as_ref();
        Self {
            operation: activity.contract,
            job_id: activity.job.map(|(id, _)| id),
            resource: resource.map(|(id, lifecycle)| ResourceSpec { id: id.clone(), lifecycle }),
            run: activity.run,
            planned_by: timeline.planner(activity.run.activity).cloned(),
        }
    }
}

impl MigrationTaskSpec {
    /// The id of the task, be it there or not.
    pub fn id(&self) -> &str {
        match self {
            Self::Task(task) => &task.id,
            Self::Deleted(id) => id,
        }
    }
}

impl CheckSpec {
    /// What it is found by.
    pub fn key(&self) -> (&str, &str, &str) {
        (&self.clickhouse_id, &self.taurusdb_id, &self.database)
    }
}

fn removed_jobs(jobs: &Jobs) -> Vec<Uuid> {
    let removed = jobs.iter().filter(|job| jobs.is_removed(job));
    let mut ids: Vec<_> = removed.map(|job| job.id).collect();
    ids.sort_unstable();
    ids
}

fn tasks_of(tasks: &MigrationTasks) -> Vec<MigrationTaskSpec> {
    let written = |id: &str| match tasks.get(id) {
        Some(task) => MigrationTaskSpec::Task(Box::new(task.clone())),
        None => MigrationTaskSpec::Deleted(id.into()),
    };
    tasks.ids().map(written).collect()
}

fn checks_of(checked: &Checked) -> Vec<CheckSpec> {
    let written = checked.iter().map(|([clickhouse, taurusdb, database], told)| CheckSpec {
        clickhouse_id: clickhouse.clone(),
        taurusdb_id: taurusdb.clone(),
        database: database.clone(),
        configuration: told.clone(),
    });
    let mut written: Vec<_> = written.collect();
    written.sort_by(|one, other| one.key().cmp(&other.key()));
    written
}
