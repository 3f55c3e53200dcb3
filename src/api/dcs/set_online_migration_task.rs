//! Configuring an Online Data Migration Task: tells a prepared task what to migrate, and starts it.

use super::service::{SERVICE, TASK, Task, find, find_mut, unknown};
use crate::cloud::{
    Configuration, Execution, FULL_MIGRATION, Lifecycle, MigrationMethod, MigrationTask,
    OnlineMigration, Records, RequestContext, Side, TaskEvent, Work,
};
use crate::contract::{
    Certainty, Contract, ErrorKind, Field, InstanceKind, Kind, Note, Refused, Source, format,
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
    refusals: &[Refused::new(ErrorKind::UnknownTask, StatusCode::NOT_FOUND, "DCS.4133").note(
        "The page documents 404; real clients know 400 DCS.4133 for a missing task.",
        "404 DCS.4133 for this call, 400 DCS.4133 for the companion calls.",
    )],
    notes: &[
        Note {
            matter: "The page lists 401 in the form of the service's own errors.",
            decision: "The gateway answers 401, in its envelope, before the service is asked.",
        },
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
    const LIFECYCLES: &'static [&'static Lifecycle] = &[&FULL_MIGRATION];
    type Request = Request;
    type Reply = Task;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Task, Refusal> {
        let id = request.task_id.as_str();
        require_or_adopt(id, context)?;
        let configuration = request.configuration(context)?;
        if let Some(task) = context.state.migration_tasks.get(id) {
            let online = task.online().ok_or_else(|| unknown(id))?;
            let (state, allowed) = (task.phase(context.now).status, CONFIGURABLE);
            if !allowed.contains(&state) {
                if online.configured.as_ref().is_some_and(|(known, _)| *known == configuration) {
                    let task = Task::of(task, context);
                    context.leave_unchanged();
                    return Ok(task);
                }
                let (resource, id) = (Resource::MigrationTask, id.to_owned());
                return Err(Refusal::WrongState { resource, id, state, allowed });
            }
        } else {
            context.make_room(Records::Tasks)?;
            adopt(id, context);
        }
        let run = context.start(configuration.method.lifecycle(), id);
        let task = find_mut(id, context)?;
        task.migrate(configuration, run, TaskEvent::Configured);
        Ok(Task::of(find(id, context)?, context))
    }
}

/// A task that was never seen is let pass, with a warning; a deleted one is not.
fn require_or_adopt(id: &str, context: &mut RequestContext<'_>) -> Result<(), Refusal> {
    context.apply_reserved_id(id, Resource::MigrationTask)?;
    if context.state.migration_tasks.get(id).is_some() {
        return Ok(());
    }
    if context.state.migration_tasks.was_deleted(id) {
        return Err(unknown(id));
    }
    context.refuse_or_warn(unknown(id))
}

/// Makes a task that waits for its configuration.
fn adopt(id: &str, context: &mut RequestContext<'_>) {
    let prepared = OnlineMigration::prepared_by(Execution::over(context.now));
    let work = Work::Online(prepared.into());
    let name = format!("dcs-migration-{}", RequestContext::tag(id, 4));
    context.state.migration_tasks.insert(MigrationTask::new(id, name, None, context.now, work));
}

impl Request {
    fn configuration(&self, context: &mut RequestContext<'_>) -> Result<Configuration, Refusal> {
        Ok(Configuration {
            method: self.migration_method,
            resume_mode: self.resume_mode.clone(),
            bandwidth_limit_mb: self.bandwidth_limit_mb,
            source: self.source_instance.resolve(context)?,
            target: self.target_instance.resolve(context)?,
        })
    }
}

impl RequestedSide {
    fn resolve(&self, context: &mut RequestContext<'_>) -> Result<Side, Refusal> {
        if let Some(id) = &self.id {
            context.instance_or_adopt(id, INSTANCES)?;
        }
        Ok(Side {
            id: self.id.as_deref().map(Into::into),
            addrs: self.addrs.clone(),
            password: self.password.as_ref().map(|password| context.digest(password)),
        })
    }
}
