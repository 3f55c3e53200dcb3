//! Creating an Online Data Migration Task: prepares a host that will migrate once configured.

use super::service::SERVICE;
use crate::cloud::assumed::CREATE_MIGRATION_TASK_JOB;
use crate::cloud::{
    JobKind, Lifecycle, MigrationTask, Network, OnlineMigration, Owner, PREPARATION, Records,
    RequestContext, Work,
};
use crate::contract::{Certainty, Contract, Field, Kind, Note, Source, format};
use crate::error::Refusal;
use crate::operation::Operation;
use axum::http::Method;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "CreateOnlineMigrationTask",
    title: "Creating an Online Data Migration Task",
    service: &SERVICE,
    source: Source::Companion("CreateOnlineMigrationTask"),
    method: Method::POST,
    path: "/v2/{project_id}/migration/instance",
    body: &[
        Field::mandatory("name", Kind::TEXT).means("name of the task"),
        Field::optional("description", Kind::TEXT).means("description of the task"),
        Field::mandatory("vpc_id", Kind::TEXT).means("VPC of the host"),
        Field::mandatory("subnet_id", Kind::TEXT).means("subnet of the host"),
        Field::mandatory("security_group_id", Kind::TEXT).means("security group of the host"),
    ],
    reply: &[
        Field::mandatory("instance_id", Kind::Format(&format::DASHED_UUID)).means("the task's ID").names("task_id"),
        Field::mandatory("job_id", Kind::Format(&format::HEX_32))
            .means("ID of the preparing job; look it up with GET /v2/{project_id}/jobs/{job_id}")
            .known_from(Certainty::Client)
            .notes(&[Note {
                matter: "The published answer has only instance_id; Terraform stops without job_id.",
                decision: "Both are sent.",
            }]),
    ],
    example: include_str!("../../../fixtures/dcs/create_online_migration_task/documented.json"),
    ..Contract::BLANK
};

static JOB: JobKind = JobKind {
    name: CREATE_MIGRATION_TASK_JOB,
    owner: Owner::Dcs,
    lifecycle: &Lifecycle {
        stages: &[("INIT", 0.25), ("RUNNING", 0.75)],
        ends: "SUCCESS",
        fails: "FAIL",
    },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    name: String,
    description: Option<String>,
    vpc_id: String,
    subnet_id: String,
    security_group_id: String,
}

#[derive(Serialize)]
pub struct Reply {
    instance_id: String,
    job_id: String,
}

pub struct CreateOnlineMigrationTask;

impl Operation for CreateOnlineMigrationTask {
    const CONTRACT: &'static Contract = &CONTRACT;
    const JOB: Option<&'static JobKind> = Some(&JOB);
    const LIFECYCLES: &'static [&'static Lifecycle] = &[&PREPARATION];
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let Request { name, description, vpc_id, subnet_id, security_group_id } = request;
        context.make_room(Records::Tasks)?;
        let instance_id = context.new_task_id().to_string();
        let job_id = context.start_job(&JOB, &instance_id).simple().to_string();
        let online = OnlineMigration {
            network: Some(Network { vpc_id, subnet_id, security_group_id }),
            ..OnlineMigration::prepared_by(context.start(&PREPARATION, instance_id.as_str()))
        };
        let work = Work::Online(online.into());
        let task = MigrationTask::new(&instance_id, name, description, context.now, work);
        context.state.migration_tasks.insert(task);
        Ok(Reply { instance_id, job_id })
    }
}
