//! Configuring an Online Data Migration Task: tells a prepared task what to migrate, and starts it.

use super::service::{SERVICE, TASK, Task};
use crate::cloud::{
    Configuration, MigrationMethod, MigrationTask, OnlineMigration, Project, Side, Work,
};
use crate::contract::{
    Certainty, Contract, Field, InstanceKind, Kind, Note, Refused, Situation, Source, format,
};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use axum::http::{Method, StatusCode};
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "SetOnlineMigrationTask",
    title: "Configuring an Online Data Migration Task",
    service: &SERVICE,
    source: Source::Document("dcs-configure-online-migration"),
    method: Method::POST,
    path: "/v2/{project_id}/migration/{task_id}/task",
    path_parameters: &[Field::mandatory("task_id", Kind::Format(&format::DASHED_UUID))
        .means("ID of the online migration task")
        .known_from(Certainty::Example)],
    body: &[
        Field::mandatory("migration_method", Kind::OneOf(MigrationMethod::WORDS))
            .means("full migration, once, or incremental migration, until it is stopped"),
        Field::mandatory("resume_mode", Kind::OneOf(&["auto", "manual"]))
            .means("whether a broken connection is made again by itself"),
        Field::optional("bandwidth_limit_mb", Kind::IntegerOrText(1, 10_240))
            .means("bandwidth limit of an incremental migration, in MB/s")
            .notes(&[Note {
                matter: "bandwidth_limit_mb is a String in the table and a number in the example.",
                decision: "Either is accepted, from 1 to 10240; answers carry a string.",
            }]),
        Field::mandatory("source_instance", SIDE).means("the Redis that the data come from"),
        Field::mandatory("target_instance", SIDE).means("the Redis that the data go to"),
    ],
    reply: TASK,
    refusals: &[Refused::new(Situation::UnknownTask, StatusCode::NOT_FOUND, "DCS.4133").note(
        "The page documents 404; real clients know 400 DCS.4133 for a missing task.",
        "404 DCS.4133 for this call, 400 DCS.4133 for the companion calls.",
    )],
    notes: &[
        Note {
            matter: "The task in the example was never created by a call that the page shows.",
            decision: "A well-formed ID that was never seen is adopted as a task that waits for \
                       its configuration, with a warning. With resources enforced: 404.",
        },
        Note {
            matter: "Nothing says what configuring a running task does.",
            decision: "An equal body answers 200 and changes nothing; a different one is 400 \
                       DCS.4957.",
        },
    ],
    example: include_str!("../../../fixtures/dcs/set_online_migration_task/documented.json"),
    ..Contract::BLANK
};

/// `ConfigMigrationInstanceBody`, for either side.
const SIDE: Kind = Kind::Object(&[
    Field::mandatory_unless("id", Kind::Instance(INSTANCES), "addrs")
        .means("ID of the Redis instance; wins where addrs is given too")
        .notes(&[Note {
            matter: "The example sends null for the members that it does not use, though their \
                     type is String.",
            decision: "null is absence.",
        }]),
    Field::mandatory_unless("addrs", Kind::Format(&format::ADDRESSES), "id")
        .means("addresses of the Redis")
        .notes(&[Note {
            matter: "The text about addrs speaks of the source, though the object describes \
                     either side.",
            decision: "The same rule for both sides: at least one of id and addrs.",
        }]),
    Field::optional("password", Kind::TEXT).means("its password, where it has one").secret(),
]);

const INSTANCES: &[InstanceKind] = &[InstanceKind::DCS_REDIS];

/// Where a task can be configured; again after it came to rest.
const CONFIGURABLE: &[&str] = &["RUNNING", "SUCCESS", "TERMINATED", "FAILED", "MIGRATION_FAILED"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    task_id: String,
    migration_method: MigrationMethod,
    resume_mode: String,
    bandwidth_limit_mb: Option<u16>,
    source_instance: RequestedSide,
    target_instance: RequestedSide,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestedSide {
    id: Option<String>,
    addrs: Option<String>,
    password: Option<String>,
}

pub struct SetOnlineMigrationTask;

impl Operation for SetOnlineMigrationTask {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Task;

    fn call(request: Request, project: &mut Project<'_>) -> Result<Task, Refusal> {
        let mut task = find_or_adopt(&request.task_id, project)?;
        let configuration = request.configuration(project)?;
        let status = task.phase(project.now).status;
        let Work::Online(online) = &mut task.work else { return Err(unknown(&request.task_id)) };
        let repeated = online.configured.as_ref().is_some_and(|(known, _)| *known == configuration);
        let allowed = CONFIGURABLE;
        match (allowed.contains(&status), repeated) {
            (true, _) => online.configured = Some((configuration, project.start())),
            (false, true) => return Ok(Task::of(&task, project)),
            (false, false) => {
                let (resource, id) = (Resource::MigrationTask, request.task_id);
                return Err(Refusal::WrongState { resource, id, state: status, allowed });
            }
        }
        let reply = Task::of(&task, project);
        project.world.migration_tasks.insert(task.id.clone(), task);
        Ok(reply)
    }
}

fn find_or_adopt(id: &str, project: &mut Project<'_>) -> Result<MigrationTask, Refusal> {
    project.heed(id, Resource::MigrationTask)?;
    if let Some(known) = project.world.migration_tasks.get(id) {
        return Ok(known.clone());
    }
    project.object(unknown(id))?;
    let mut preparation = project.start();
    preparation.milliseconds = 0;
    preparation.fate = crate::cloud::Fate::Succeeds;
    Ok(MigrationTask {
        id: id.into(),
        name: format!("dcs-migration-{}", Project::tag(id, 4)),
        description: None,
        created: project.now,
        work: Work::Online(OnlineMigration { network: None, preparation, configured: None }.into()),
    })
}

fn unknown(id: &str) -> Refusal {
    Refusal::NotFound { resource: Resource::MigrationTask, id: id.to_owned() }
}

impl Request {
    fn configuration(&self, project: &mut Project<'_>) -> Result<Configuration, Refusal> {
        Ok(Configuration {
            method: self.migration_method,
            resume_mode: self.resume_mode.clone(),
            bandwidth_limit_mb: self.bandwidth_limit_mb,
            source: self.source_instance.resolve(project)?,
            target: self.target_instance.resolve(project)?,
        })
    }
}

impl RequestedSide {
    fn resolve(&self, project: &mut Project<'_>) -> Result<Side, Refusal> {
        if let Some(id) = &self.id {
            project.instance_or_adopt(id, INSTANCES)?;
        }
        Ok(Side {
            id: self.id.as_deref().map(Into::into),
            addrs: self.addrs.clone(),
            password: self.password.as_ref().map(|password| project.digest(password)),
        })
    }
}
