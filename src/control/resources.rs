//! What exists in a world with its statuses, and the progress of each job.

mod progress;

use super::calls::Calls;
use super::handler::call;
use super::{answer, look};
use crate::app::App;
use crate::clock::Moment;
use crate::cloud::record::CLICKHOUSE;
use crate::cloud::{Activity, Replication, Stage, State, Timeline};
use crate::error::control::ControlError;
use progress::Progress;
use serde::Serialize;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How many of a kind are shown at most: the latest.
const MOST: usize = 200;

/// How much of what is under way is looked at for the latest of it.
const MOST_COMPARED: usize = 10_000;

pub(super) fn calls() -> Calls {
    Calls::default().get(
        "/_paper/worlds/{project_id}/resources",
        call(|app, project| answer(list(app, project))),
    )
}

/// What exists in a world.
#[derive(Debug, Default, Serialize)]
pub struct List {
    /// How many there are of each kind, of which only the latest may be shown.
    pub counts: BTreeMap<&'static str, usize>,
    /// Kind by kind, the latest of each last.
    pub resources: Vec<Shown>,
}

/// Something that exists.
#[derive(Debug, Serialize)]
pub struct Shown {
    /// Its kind and its id, which no other has.
    pub key: String,
    kind: &'static str,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    status: Cow<'static, str>,
    /// The higher, the later it came to be, within its kind.
    number: u32,
    /// What else it is made of, by name.
    #[serde(skip_serializing_if = "Map::is_empty")]
    about: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline: Option<Progress>,
}

impl Shown {
    fn new(
        kind: &'static str,
        id: &str,
        status: impl Into<Cow<'static, str>>,
        number: u32,
    ) -> Self {
        Self {
            key: format!("{kind}/{id}"),
            kind,
            id: id.to_owned(),
            name: None,
            status: status.into(),
            number,
            about: Map::new(),
            timeline: None,
        }
    }

    fn named(self, name: &str) -> Self {
        let name = Some(name.to_owned()).filter(|name| !name.is_empty());
        Self { name, ..self }
    }

    fn with(mut self, what: &'static str, value: &str) -> Self {
        if !value.is_empty() {
            self.about.insert(what.to_owned(), value.into());
        }
        self
    }
}

/// What exists in a world.
pub fn list(app: &App, project: &str) -> Result<List, ControlError> {
    let cell = look(app, project)?;
    let state = &mut cell.lock().state;
    let now = state.clock.now();
    state.timeline.catch_up(now);
    let mut list = List::default();
    list.add("job", jobs(&state.timeline), |activity| job(activity, &state.timeline, now));
    list.add("memory_mapping", state.memory_mappings.iter(now).collect(), |mapping| {
        Shown::new(
            "memory_mapping",
            &mapping.id.to_string(),
            mapping.status(now),
            mapping.creation.activity,
        )
        .named(&mapping.name)
        .with("from", &mapping.source_instance_id)
        .with("to", &mapping.target_instance_id)
    });
    let relationships =
        state.relationships.iter().filter_map(|(id, one)| Some((id, one, one.stage(now)?)));
    list.add("relationship", relationships.collect(), |(id, one, stage)| {
        let status = match stage {
            Stage::Building => "building",
            Stage::Built => "built",
            Stage::Releasing => "releasing",
        };
        Shown::new("relationship", id, status, one.building.activity)
            .with("role", one.role)
            .with("peer", &one.peer_instance_id)
            .with("region", &one.peer_region)
    });
    list.add("migration_task", state.migration_tasks.places().flatten().collect(), |task| {
        let status = task.phase(now).status;
        let shown =
            Shown::new("migration_task", &task.id, status, task.run().activity).named(&task.name);
        task.task_status(now)
            .into_iter()
            .fold(shown, |shown, status| shown.with("addresses", status))
    });
    list.add("synchronization", synchronizations(state, now), |(id, one)| {
        let status = if one.is_going(now) { "deleting" } else { one.phase(now).status };
        let key = format!("{id}/{}", one.database);
        Shown::new("synchronization", &key, status, one.run.activity)
            .named(&one.database)
            .with("from", &one.source_instance_id)
            .with("to", id)
    });
    let backups = state.records.of("dcs.backup").filter_map(|(_, backup)| backup.shown(now));
    list.add("backup", backups.zip(1..).collect(), |(backup, number)| {
        let text = |name: &str| backup[name].as_str().unwrap_or_default();
        Shown::new("backup", text("id"), text("status").to_owned(), number)
            .with("of", text("parent"))
            .with("format", text("backup_format"))
    });
    list.add("instance", state.instances.values().zip(1..).collect(), |(instance, number)| {
        let clickhouse = state.records.get(CLICKHOUSE, &instance.id);
        let shown = clickhouse.and_then(|record| record.shown(now));
        let status = shown.as_ref().and_then(|shown| shown["status"].as_str());
        let status = status.unwrap_or(instance.status).to_owned();
        Shown::new("instance", &instance.id, status, number)
            .named(&instance.name)
            .with("engine", instance.engine.name())
            .with("mode", instance.mode.name())
            .with("region", instance.region.as_deref().unwrap_or_default())
    });
    Ok(list)
}

impl List {
    /// Adds the latest of a kind.
    fn add<T>(&mut self, kind: &'static str, mut all: Vec<T>, show: impl Fn(T) -> Shown) {
        if all.is_empty() {
            return;
        }
        self.counts.insert(kind, all.len());
        all.drain(..all.len().saturating_sub(MOST));
        self.resources.extend(all.into_iter().map(show));
    }
}

/// What is under way and what has ended, in the order in which it began.
fn jobs(timeline: &Timeline) -> Vec<&Activity> {
    let mut all: Vec<_> =
        timeline.under_way().take(MOST_COMPARED).chain(timeline.ended()).collect();
    all.sort_unstable_by_key(|activity| activity.run.activity);
    all
}

fn job(activity: &Activity, timeline: &Timeline, now: Moment) -> Shown {
    let mut statuses = activity.phases(now).map(|phase| phase.status);
    let status = statuses.next().unwrap_or_default();
    let id = activity.ids().next().unwrap_or_default();
    let mut shown =
        Shown::new("job", &id, status, activity.run.activity).named(activity.contract.id);
    // Several of them may work on the same thing, one after the other.
    shown.key = format!("job/{}", activity.run.activity);
    if let (Some((resource, _)), Some(_)) = (&activity.resource, activity.job) {
        shown =
            shown.with("works on", resource).with("which is", statuses.next().unwrap_or_default());
    }
    shown.timeline = Progress::of(activity, timeline, now);
    shown
}

fn synchronizations(state: &State, now: Moment) -> Vec<(&str, &Replication)> {
    let of_instance = state.replications.iter().flat_map(|(id, all)| {
        let there = all.values().filter(|one| !one.is_gone(now));
        there.map(|one| (id.as_ref(), one))
    });
    let mut all: Vec<_> = of_instance.collect();
    all.sort_by_key(|(_, one)| one.run.activity);
    all
}
