//! Querying Migration Tasks: all of a context, or those whose name fits.

use super::service::{End, SERVICE, TASK_STATUSES, error, status};
use crate::api::paging::{OFFSET, limit, page, page_of_all};
use crate::clock::Moment;
use crate::cloud::assumed::{SUPPORTED_FEATURES, TASK_ADDRESS, TASK_VERSION};
use crate::cloud::{MigrationMethod, MigrationTask, RequestContext, Side, Work};
use crate::contract::{Awaits, Certainty, Contract, Field, Kind, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "ListMigrationTask",
    title: "Querying Migration Tasks",
    service: &SERVICE,
    source: Source::Companion("ListMigrationTask"),
    path: "/v2/{project_id}/migration-tasks",
    query: &[
        OFFSET,
        limit(1000, "10"),
        Field::optional("name", Kind::TEXT)
            .means("a part of the task's name")
            .known_from(Certainty::Inferred),
    ],
    reply: &[
        Field::mandatory("count", Kind::Integer(0, i64::MAX)).means("how many fit"),
        Field::mandatory("migration_tasks", Kind::List(&TASK, 1000)).means("one page of them"),
    ],
    awaits: Awaits::All,
    example: include_str!("../../../fixtures/dcs/list_migration_task/documented.json"),
    ..Contract::BLANK
};

static TASK: Kind = Kind::Object(&[
    Field::mandatory("task_id", Kind::TEXT).means("migration task ID"),
    Field::mandatory("task_name", Kind::TEXT).means("migration task name"),
    Field::mandatory("status", TASK_STATUSES).means("migration status"),
    Field::mandatory("migration_type", Kind::OneOf(&["backupfile_import", "online_migration"]))
        .means("what is migrated"),
    Field::optional("migration_method", Kind::OneOf(MigrationMethod::WORDS))
        .means("full or incremental; absent until it is configured"),
    Field::optional("ecs_tenant_private_ip", Kind::TEXT).means("address of the host"),
    Field::optional("data_source", Kind::TEXT)
        .means("addresses of the source, or the bucket or record of a backup import"),
    Field::optional("source_instance_name", Kind::TEXT).means("name of the source"),
    Field::optional("source_instance_id", Kind::TEXT).means("ID of the source"),
    Field::optional("target_instance_addrs", Kind::TEXT).means("addresses of the target"),
    Field::optional("target_instance_name", Kind::TEXT).means("name of the target"),
    Field::optional("target_instance_id", Kind::TEXT).means("ID of the target"),
    Field::mandatory("created_at", Kind::TEXT).means("creation, yyyy-MM-ddTHH:mm:ss.SSSZ"),
    Field::optional("description", Kind::TEXT).means("description"),
    Field::optional("source_instance_status", Kind::TEXT).means("status of the source"),
    Field::optional("target_instance_status", Kind::TEXT).means("status of the target"),
    Field::mandatory("error_message", Kind::TEXT).means("why it failed").nullable(),
    Field::optional("released_at", Kind::TEXT).means("end of the host, yyyyMMddHHmm"),
    Field::mandatory("version", Kind::TEXT).means("version of the task"),
    Field::optional("resume_mode", Kind::OneOf(&["auto", "manual"])).means("reconnection"),
    Field::optional("supported_features", Kind::List(&Kind::TEXT, 100))
        .means("what can be done with the task"),
]);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    offset: Option<usize>,
    limit: Option<usize>,
    name: Option<String>,
}

#[derive(Serialize)]
pub struct Reply {
    count: usize,
    migration_tasks: Vec<Listed>,
}

/// A task in a list. What is absent for its kind is left out.
#[derive(Default, Serialize)]
struct Listed {
    task_id: String,
    task_name: String,
    status: &'static str,
    migration_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    migration_method: Option<MigrationMethod>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ecs_tenant_private_ip: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_instance_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_instance_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_instance_addrs: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_instance_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_instance_id: Option<String>,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_instance_status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_instance_status: Option<&'static str>,
    error_message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    released_at: Option<String>,
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    resume_mode: Option<String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    supported_features: &'static [&'static str],
}

pub struct ListMigrationTask;

impl Operation for ListMigrationTask {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let (tasks, limit) = (&context.state.migration_tasks, request.limit.unwrap_or(10));
        let (page, count) = match &request.name {
            Some(part) => {
                let is_named = |task: &MigrationTask| task.name.contains(part.as_str());
                let named = tasks.places().filter(|task| task.is_some_and(is_named));
                page(named, request.offset, limit)
            }
            None => {
                page_of_all(tasks.places(), tasks.count(), Option::is_some, request.offset, limit)
            }
        };
        let page = page.into_iter().flatten();
        let migration_tasks = page.map(|task| Listed::of(task, context)).collect();
        Ok(Reply { count, migration_tasks })
    }
}

impl Listed {
    fn of(task: &MigrationTask, context: &RequestContext<'_>) -> Self {
        let phase = task.phase(context.now);
        let common = Self {
            task_id: (*task.id).to_owned(),
            task_name: task.name.clone(),
            status: status(task, context),
            created_at: task.created.with_milliseconds(),
            description: task.description.clone(),
            error_message: phase.failed.then(|| error(task, context)),
            version: TASK_VERSION,
            ..Self::default()
        };
        match &task.work {
            Work::Online(online) => {
                let online_task = Self {
                    migration_type: "online_migration",
                    ecs_tenant_private_ip: Some(TASK_ADDRESS),
                    supported_features: SUPPORTED_FEATURES,
                    resume_mode: online.resume_mode.clone(),
                    ..common
                };
                let Some((configuration, _)) = &online.configured else { return online_task };
                let source = End::of(&configuration.source, context);
                let target = End::of(&configuration.target, context);
                Self {
                    migration_method: Some(configuration.method),
                    data_source: Some(source.addrs),
                    source_instance_name: source.name,
                    source_instance_status: source.id.is_some().then_some("RUNNING"),
                    source_instance_id: source.id,
                    target_instance_addrs: Some(target.addrs),
                    target_instance_name: target.name,
                    target_instance_status: target.id.is_some().then_some("RUNNING"),
                    target_instance_id: target.id,
                    ..online_task
                }
            }
            Work::BackupImport(import) => {
                let id = Some(import.target_instance_id.clone());
                let target = End::of(&Side { id, addrs: None, password: None }, context);
                Self {
                    migration_type: "backupfile_import",
                    migration_method: Some(import.method),
                    data_source: import.bucket_name.clone().or_else(|| import.backup_id.clone()),
                    target_instance_addrs: Some(target.addrs),
                    target_instance_name: import.target_instance_name.clone().or(target.name),
                    target_instance_id: target.id,
                    target_instance_status: Some("RUNNING"),
                    released_at: phase.ended.map(Moment::to_the_minute),
                    ..common
                }
            }
        }
    }
}
