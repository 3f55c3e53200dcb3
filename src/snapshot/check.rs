//! What no member of a document can know of itself: that ids are unique and are not drawn again,
//! that what is named is there, that rules can be armed, and that the copies of a run agree.

mod drawn;

use super::document::{Document, WrittenTask};
use super::{Wrong, shown};
use crate::cloud::{Clash, Ids, MemoryRule, MemoryRules, Work};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::fmt::Debug;
use std::fmt::Write as _;
use std::hash::Hash;
use uuid::Uuid;

/// Refuses what does not fit together in the world whose ids are these.
pub fn check(document: &Document, ids: &Ids) -> Result<(), Wrong> {
    let known = Known::of(document)?;
    check_jobs(document, &known)?;
    check_agenda(document, &known)?;
    check_geminidb(document, &known)?;
    check_dcs(document, &known)?;
    check_taurusdb(document, &known)?;
    drawn::check(document, ids)?;
    document.faults.check()
}

/// What others may name.
struct Known<'d> {
    instances: HashSet<&'d str>,
    jobs: HashSet<Uuid>,
    mappings: HashSet<Uuid>,
    clickhouses: HashSet<&'d str>,
}

impl<'d> Known<'d> {
    fn of(document: &'d Document) -> Result<Self, Wrong> {
        let instances = document.instances.iter().map(|instance| &*instance.id);
        let jobs = document.jobs.iter().map(|job| job.id);
        let mappings = document.memory_mappings.iter().map(|mapping| mapping.id);
        let clickhouses = document.clickhouses.iter().map(|one| &*one.id);
        let known = Self {
            instances: unique(instances, |at| format!("instances[{at}].id"))?,
            jobs: unique(jobs, |at| format!("jobs[{at}].id"))?,
            mappings: unique(mappings, |at| format!("memory_mappings[{at}].id"))?,
            clickhouses: unique(clickhouses, |at| format!("clickhouses[{at}].id"))?,
        };
        Ok(known)
    }

    fn instance(&self, id: &str, place: impl FnOnce() -> String) -> Result<(), Wrong> {
        require(self.instances.contains(id), place, || format!("{} is in no instance", shown(id)))
    }

    fn job(&self, id: Uuid, place: impl FnOnce() -> String) -> Result<(), Wrong> {
        require(self.jobs.contains(&id), place, || format!("{id} is the id of no job"))
    }
}

fn require(
    holds: bool,
    place: impl FnOnce() -> String,
    problem: impl FnOnce() -> String,
) -> Result<(), Wrong> {
    if holds { Ok(()) } else { Err(Wrong::new(place(), problem())) }
}

fn unique<T: Copy + Debug + Eq + Hash>(
    all: impl Iterator<Item = T>,
    place: impl Fn(usize) -> String,
) -> Result<HashSet<T>, Wrong> {
    let mut seen = HashSet::new();
    for (at, one) in all.enumerate() {
        let said = || format!("{} is there twice", shown(&format!("{one:?}").replace('"', "")));
        require(seen.insert(one), || place(at), said)?;
    }
    Ok(seen)
}

fn check_jobs(document: &Document, known: &Known<'_>) -> Result<(), Wrong> {
    let removed = document.removed_jobs.iter().copied();
    unique(removed, |at| format!("removed_jobs[{at}]"))?;
    for (at, id) in document.removed_jobs.iter().enumerate() {
        known.job(*id, || format!("removed_jobs[{at}]"))?;
    }
    Ok(())
}

fn check_agenda(document: &Document, known: &Known<'_>) -> Result<(), Wrong> {
    let timeline = &document.timeline;
    let numbers = timeline.activities.iter().map(|activity| activity.run.activity);
    unique(numbers, |at| format!("agenda.courses[{at}].run.course"))?;
    for (at, activity) in timeline.activities.iter().enumerate() {
        if let Some(id) = activity.job_id {
            known.job(id, || format!("agenda.courses[{at}].job_id"))?;
        }
    }
    for activity in timeline.reasons.0.keys() {
        let place = || format!("agenda.reasons.{activity}");
        require(*activity <= timeline.begun, place, || {
            not_begun(u64::from(*activity), timeline.begun)
        })?;
    }
    Ok(())
}

fn not_begun(activity: u64, begun: u32) -> String {
    format!("there is no course {activity}: agenda.begun says that {begun} have begun")
}

fn check_geminidb(document: &Document, known: &Known<'_>) -> Result<(), Wrong> {
    for (at, mapping) in document.memory_mappings.iter().enumerate() {
        for (name, id) in
            [("source", &mapping.source_instance_id), ("target", &mapping.target_instance_id)]
        {
            known.instance(id, || format!("memory_mappings[{at}].{name}_instance_id"))?;
        }
    }
    let mut ids = HashSet::new();
    for (mapping, rules) in &document.memory_rules.0 {
        let place = || format!("memory_rules.{mapping}");
        let there = known.mappings.contains(mapping);
        require(there, place, || format!("{mapping} is the id of no mapping"))?;
        check_rules(*mapping, rules, &mut ids)?;
    }
    for (id, relationship) in &document.relationships.0 {
        let place = || format!("relationships.{id}.peer_instance_id");
        known.instance(id, || format!("relationships.{id}"))?;
        let peer = &relationship.peer_instance_id;
        let other = document.relationships.0.get(peer);
        let joined = other.is_some_and(|other| other.peer_instance_id == *id);
        require(joined, place, || format!("{} is in no relationship with it", shown(peer)))?;
    }
    Ok(())
}

fn check_rules(mapping: Uuid, rules: &[MemoryRule], ids: &mut HashSet<Uuid>) -> Result<(), Wrong> {
    let mut before = MemoryRules::default();
    for (at, rule) in rules.iter().enumerate() {
        let place = |member: &str| format!("memory_rules.{mapping}[{at}].{member}");
        require(ids.insert(rule.id), || place("id"), || format!("{} is there twice", rule.id))?;
        match before.clash(mapping, &rule.name, &rule.start_of_keys()) {
            None => before.insert(mapping, rule.clone()),
            Some(Clash::Name) => {
                let problem = format!("{} is there twice", shown(&rule.name));
                return Err(Wrong::new(place("name"), problem));
            }
            Some(Clash::Keys(other)) => {
                let problem =
                    format!("its keys could be those of a rule whose keys start {}", shown(&other));
                return Err(Wrong::new(place("key_prefix"), problem));
            }
        }
    }
    Ok(())
}

fn check_dcs(document: &Document, known: &Known<'_>) -> Result<(), Wrong> {
    unique(document.backups.iter().map(|it| &*it.id), |at| format!("backups[{at}].id"))?;
    for (at, backup) in document.backups.iter().enumerate() {
        known.instance(&backup.instance_id, || format!("backups[{at}].instance_id"))?;
    }
    unique(document.migration_tasks.iter().map(WrittenTask::id), |at| {
        format!("migration_tasks[{at}]")
    })?;
    for (at, written) in document.migration_tasks.iter().enumerate() {
        let WrittenTask::Task(task) = written else { continue };
        let place = |member: &str| format!("migration_tasks[{at}].task.work.{member}");
        match &task.work {
            Work::BackupImport(import) => {
                let place = || place("backup_import.target_instance_id");
                known.instance(&import.target_instance_id, place)?;
            }
            Work::Online(online) => {
                let Some((configuration, _)) = &online.configured else { continue };
                let sides = [("source", &configuration.source), ("target", &configuration.target)];
                for (name, side) in sides {
                    let Some(id) = &side.id else { continue };
                    let member = format!("online.configured.configuration.{name}.id");
                    known.instance(id, || place(&member))?;
                }
            }
        }
    }
    Ok(())
}

fn check_taurusdb(document: &Document, known: &Known<'_>) -> Result<(), Wrong> {
    for (at, one) in document.clickhouses.iter().enumerate() {
        known.instance(&one.id, || format!("clickhouses[{at}].id"))?;
        if let Some(action) = one.clickhouse.last_action() {
            let place = || format!("clickhouses[{at}].clickhouse.last_action.job_id");
            known.job(action.job_id, place)?;
        }
    }
    for (id, replications) in &document.replications.0 {
        let there = known.clickhouses.contains(&**id);
        let problem = || format!("{} is in no ClickHouse instance", shown(id));
        require(there, || format!("replications.{id}"), problem)?;
        let databases = replications.iter().map(|one| one.database.as_ref());
        unique(databases, |at| format!("replications.{id}[{at}].database"))?;
        for (at, one) in replications.iter().enumerate() {
            let place = || format!("replications.{id}[{at}].source_instance_id");
            known.instance(&one.source_instance_id, place)?;
        }
    }
    for (id, databases) in &document.source_databases.0 {
        let place = |at| format!("source_databases.{id}[{at}]");
        unique(databases.iter().map(AsRef::as_ref), place)?;
    }
    let keys = document.checked.iter().map(super::document::WrittenCheck::key);
    unique(keys, |at| format!("checked[{at}]")).map(drop)
}

/// Refuses a run of an activity that has not begun, and copies that do not agree. The document is
/// looked through as it is written, so that no place where a run is kept can be forgotten here.
pub fn check_runs(document: &Value, begun: u32) -> Result<(), Wrong> {
    let mut first = HashMap::new();
    each_run(document, &mut String::new(), &mut |place, activity, run| {
        if activity > u64::from(begun) {
            return Err(Wrong::new(format!("{place}.course"), not_begun(activity, begun)));
        }
        // What was over from the start is of no activity, and nobody steers it.
        if activity == 0 {
            return Ok(());
        }
        let (there, copy) =
            first.entry(activity).or_insert_with(|| (place.to_owned(), run.clone()));
        let problem = || format!("differs from {there}, which is of the same course {activity}");
        require(copy == run, || place.to_owned(), problem)
    })
}

/// Visits everything in a document that is a run, with its place and the number of its activity.
pub fn each_run<E>(
    value: &Value,
    place: &mut String,
    visit: &mut impl FnMut(&str, u64, &Value) -> Result<(), E>,
) -> Result<(), E> {
    let end = place.len();
    match value {
        Value::Array(values) => {
            for (at, value) in values.iter().enumerate() {
                write!(place, "[{at}]").expect("a string takes everything");
                each_run(value, place, visit)?;
                place.truncate(end);
            }
        }
        Value::Object(members) => {
            let activity = members.get("course").filter(|_| members.contains_key("fate"));
            if let Some(activity) = activity.and_then(Value::as_u64) {
                visit(place, activity, value)?;
            }
            for (name, value) in members {
                place.push_str(if end == 0 { "" } else { "." });
                place.push_str(name);
                each_run(value, place, visit)?;
                place.truncate(end);
            }
        }
        _ => {}
    }
    Ok(())
}
