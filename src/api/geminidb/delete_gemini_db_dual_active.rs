//! Deleting Active-Active Instances: two instances no longer keep each other's data in step.

use super::service::SERVICE;
use crate::api::job::{self, JobStarted};
use crate::cloud::{JobKind, Lifecycle, Owner, RequestContext, Stage};
use crate::contract::{Contract, ErrorKind, Field, Kind, Note, Refused, Source};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use axum::http::{Method, StatusCode};
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "DeleteGeminiDbDualActive",
    title: "Deleting Active-Active Instances",
    service: &SERVICE,
    source: Source::Companion("DeleteGeminiDbDualActive"),
    method: Method::DELETE,
    path: "/v3/{project_id}/instances/{instance_id}/dual-active-relationship",
    path_parameters: &[
        Field::mandatory("instance_id", Kind::TEXT).means("ID of the instance on either side")
    ],
    success: StatusCode::ACCEPTED,
    reply: job::STARTED,
    refusals: &[Refused::new(ErrorKind::NoRelationship, StatusCode::BAD_REQUEST, "DBS.03000001")],
    notes: &[Note {
        matter: "No page says what happens while a job builds or releases the relationship.",
        decision: "403 DBS.200019; it is there once it is built, and gone once it is released.",
    }],
    example: include_str!(
        "../../../fixtures/geminidb/delete_gemini_db_dual_active/documented.json"
    ),
    ..Contract::BLANK
};

static JOB: JobKind = JobKind {
    name: "ReleaseBiActiveInstance",
    owner: Owner::GeminiDb,
    lifecycle: &Lifecycle { stages: &[("Running", 1.0)], ends: "Completed", fails: "Failed" },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
}

pub struct DeleteGeminiDbDualActive;

impl Operation for DeleteGeminiDbDualActive {
    const CONTRACT: &'static Contract = &CONTRACT;
    const JOB: Option<&'static JobKind> = Some(&JOB);
    type Request = Request;
    type Reply = JobStarted;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<JobStarted, Refusal> {
        let Request { instance_id: id } = request;
        context.instance(&id)?;
        match context.state.relationships.of(&id, context.now) {
            Some((_, Stage::Built)) => {}
            Some(_) => return Err(Refusal::Busy { id }),
            None => return Err(Refusal::NotFound { resource: Resource::Relationship, id }),
        }
        let job_id = context.start_job(&JOB, &id);
        let release = context.activity();
        context.state.relationships.release(&id, release);
        Ok(JobStarted { job_id })
    }
}
