//! Checks a world's members against each other: that ids are unique, that what is named is there, and
//! that rules can be armed.

use super::Problem;
use super::export::{CheckSpec, Export, MigrationTaskSpec};
use crate::cloud::record::CLICKHOUSE;
use crate::cloud::{Clash, MemoryRule, MemoryRules, Work};
use crate::text::quoted;
use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::Hash;
use uuid::Uuid;

/// Refuses what does not fit together.
pub fn check(document: &Export) -> Result<(), Problem> {
    check_instances(document)?;
    let known = Known::of(document)?;
    check_jobs(document, &known)?;
    check_timeline(document, &known)?;
    check_geminidb(document, &known)?;
    check_dcs(document, &known)?;
    check_taurusdb(document, &known)?;
    check_records(document)?;
    document.faults.check()
}

/// Refuses what is no name for a world.
pub fn label(label: Option<&str>) -> Result<(), Problem> {
    const LONGEST: usize = 256;
    let problem = || format!("must have at most {LONGEST} characters");
    let fits = label.is_none_or(|label| label.chars().count() <= LONGEST);
    require(fits, || "label".to_owned(), problem)
}

fn check_instances(document: &Export) -> Result<(), Problem> {
    for (at, instance) in document.instances.iter().enumerate() {
        if let Some(member) = instance.misplaced() {
            let problem = "not of an instance of this engine";
            return Err(Problem::new(format!("instances[{at}].{member}"), problem));
        }
    }
    Ok(())
}

/// The ids that other members may name.
struct Known<'d> {
    instances: HashSet<&'d str>,
    jobs: HashSet<Uuid>,
    mappings: HashSet<Uuid>,
    clickhouses: HashSet<&'d str>,
}

impl<'d> Known<'d> {
    fn of(document: &'d Export) -> Result<Self, Problem> {
        let instances = document.instances.iter().map(|instance| &*instance.id);
        let jobs = document.jobs.iter().map(|job| job.id);
        let mappings = document.memory_mappings.iter().map(|mapping| mapping.id);
        let beside = document.instances.iter().filter(|one| one.taurusdb_id.is_some());
        let known = Self {
            instances: unique(instances, |at| format!("instances[{at}].id"))?,
            jobs: unique(jobs, |at| format!("jobs[{at}].id"))?,
            mappings: unique(mappings, |at| format!("memory_mappings[{at}].id"))?,
            clickhouses: beside.map(|one| &*one.id).collect(),
        };
        Ok(known)
    }

    fn instance(&self, id: &str, place: impl FnOnce() -> String) -> Result<(), Problem> {
        require(self.instances.contains(id), place, || format!("{} is in no instance", quoted(id)))
    }

    fn job(&self, id: Uuid, place: impl FnOnce() -> String) -> Result<(), Problem> {
        require(self.jobs.contains(&id), place, || format!("{id} is the id of no job"))
    }
}

fn require(
    holds: bool,
    place: impl FnOnce() -> String,
    problem: impl FnOnce() -> String,
) -> Result<(), Problem> {
    if holds { Ok(()) } else { Err(Problem::new(place(), problem())) }
}

fn unique<T: Copy + Debug + Eq + Hash>(
    all: impl Iterator<Item = T>,
    place: impl Fn(usize) -> String,
) -> Result<HashSet<T>, Problem> {
    let mut seen = HashSet::new();
    for (at, one) in all.enumerate() {
        let said = || format!("{} is there twice", quoted(&format!("{one:?}").replace('"', "")));
        require(seen.insert(one), || place(at), said)?;
    }
    Ok(seen)
}

fn check_records(document: &Export) -> Result<(), Problem> {
    for kind in document.records.kinds() {
        let place = || "records.records".to_owned();
        let is_known = crate::api::record_kinds().any(|known| known == kind);
        require(is_known, place, || format!("{} is no kind of records", quoted(kind)))?;
    }
    Ok(())
}

fn check_jobs(document: &Export, known: &Known<'_>) -> Result<(), Problem> {
    let removed = document.removed_jobs.iter().copied();
    unique(removed, |at| format!("removed_jobs[{at}]"))?;
    for (at, id) in document.removed_jobs.iter().enumerate() {
        known.job(*id, || format!("removed_jobs[{at}]"))?;
    }
    Ok(())
}

fn check_timeline(document: &Export, known: &Known<'_>) -> Result<(), Problem> {
    let timeline = &document.timeline;
    let numbers = timeline.activities.iter().map(|activity| activity.run.activity);
    unique(numbers, |at| format!("agenda.courses[{at}].run.course"))?;
    for (at, activity) in timeline.activities.iter().enumerate() {
        let place = || format!("agenda.courses[{at}].run.course");
        let number = activity.run.activity;
        require(number <= timeline.begun, place, || not_begun(number, timeline.begun))?;
        if let Some(id) = activity.job_id {
            known.job(id, || format!("agenda.courses[{at}].job_id"))?;
        }
    }
    for activity in timeline.reasons.keys() {
        let place = || format!("agenda.reasons.{activity}");
        require(*activity <= timeline.begun, place, || not_begun(*activity, timeline.begun))?;
    }
    Ok(())
}

fn not_begun(activity: u32, begun: u32) -> String {
    format!("there is no course {activity}: agenda.begun says that {begun} have begun")
}

fn check_geminidb(document: &Export, known: &Known<'_>) -> Result<(), Problem> {
    for (at, mapping) in document.memory_mappings.iter().enumerate() {
        for (name, id) in
            [("source", &mapping.source_instance_id), ("target", &mapping.target_instance_id)]
        {
            known.instance(id, || format!("memory_mappings[{at}].{name}_instance_id"))?;
        }
    }
    let mut ids = HashSet::new();
    for (mapping, rules) in &document.memory_rules {
        let place = || format!("memory_rules.{mapping}");
        let there = known.mappings.contains(mapping);
        require(there, place, || format!("{mapping} is the id of no mapping"))?;
        check_rules(*mapping, rules, &mut ids)?;
    }
    for (id, relationship) in &document.relationships {
        let place = || format!("relationships.{id}.peer_instance_id");
        known.instance(id, || format!("relationships.{id}"))?;
        let peer = &relationship.peer_instance_id;
        let other = document.relationships.get(peer);
        let joined = other.is_some_and(|other| other.peer_instance_id == *id);
        require(joined, place, || format!("{} is in no relationship with it", quoted(peer)))?;
    }
    Ok(())
}

fn check_rules(
    mapping: Uuid,
    rules: &[MemoryRule],
    ids: &mut HashSet<Uuid>,
) -> Result<(), Problem> {
    let mut before = MemoryRules::default();
    for (at, rule) in rules.iter().enumerate() {
        let place = |member: &str| format!("memory_rules.{mapping}[{at}].{member}");
        require(ids.insert(rule.id), || place("id"), || format!("{} is there twice", rule.id))?;
        match before.clash(mapping, &rule.name, &rule.start_of_keys()) {
            None => before.insert(mapping, rule.clone()),
            Some(Clash::Name) => {
                let problem = format!("{} is there twice", quoted(&rule.name));
                return Err(Problem::new(place("name"), problem));
            }
            Some(Clash::Keys(other)) => {
                let problem = format!(
                    "its keys could be those of a rule whose keys start {}",
                    quoted(&other)
                );
                return Err(Problem::new(place("key_prefix"), problem));
            }
        }
    }
    Ok(())
}

fn check_dcs(document: &Export, known: &Known<'_>) -> Result<(), Problem> {
    let taken = document.records.of("dcs.backup").map(|(id, _)| id);
    let backups = document.backups.iter().map(|it| &*it.id);
    let before = document.records.number_of("dcs.backup");
    unique(taken.chain(backups), |at| format!("backups[{}].id", at - before))?;
    let redis = document.instances.iter().filter(|one| one.has_backups());
    let redis: HashSet<_> = redis.map(|one| &*one.id).collect();
    for (at, backup) in document.backups.iter().enumerate() {
        let id = &*backup.instance_id;
        let problem = || format!("{} is no DCS instance of this project", quoted(id));
        require(redis.contains(id), || format!("backups[{at}].instance_id"), problem)?;
    }
    let full = document.migration_tasks.len();
    let tasks = document.migration_tasks.iter().map(MigrationTaskSpec::id);
    let tasks = tasks.chain(document.tasks.iter().map(|task| &*task.id));
    unique(tasks, |at| match at.checked_sub(full) {
        Some(at) => format!("tasks[{at}].id"),
        None => format!("migration_tasks[{at}]"),
    })?;
    for (at, written) in document.migration_tasks.iter().enumerate() {
        let MigrationTaskSpec::Task(task) = written else { continue };
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

fn check_taurusdb(document: &Export, known: &Known<'_>) -> Result<(), Problem> {
    for (id, _) in document.records.of(CLICKHOUSE) {
        known.instance(id, || "records".to_owned())?;
    }
    for (id, replications) in &document.replications {
        let there = known.clickhouses.contains(&**id);
        let problem = || format!("{} is in no ClickHouse instance", quoted(id));
        require(there, || format!("replications.{id}"), problem)?;
        let databases = replications.iter().map(|one| one.database.as_ref());
        unique(databases, |at| format!("replications.{id}[{at}].database"))?;
        for (at, one) in replications.iter().enumerate() {
            let place = || format!("replications.{id}[{at}].source_instance_id");
            known.instance(&one.source_instance_id, place)?;
        }
    }
    for (id, databases) in &document.source_databases {
        let place = |at| format!("source_databases.{id}[{at}]");
        unique(databases.iter().map(AsRef::as_ref), place)?;
    }
    let keys = document.checked.iter().map(CheckSpec::key);
    unique(keys, |at| format!("checked[{at}]")).map(drop)
}
