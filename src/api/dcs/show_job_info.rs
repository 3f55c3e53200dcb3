//! Querying a Job: how far the preparation of an online migration task is.

use super::service::SERVICE;
use crate::api::job::fail_reason;
use crate::cloud::{Owner, RequestContext};
use crate::contract::{Awaits, Contract, Field, Kind, Note, Source, format};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "ShowJobInfo",
    title: "Querying a Job",
    service: &SERVICE,
    source: Source::Companion("ShowJobInfo"),
    path: "/v2/{project_id}/jobs/{job_id}",
    path_parameters: &[Field::mandatory("job_id", Kind::TEXT).means("job ID")],
    reply: &[
        Field::mandatory("job_id", Kind::Format(&format::HEX_32)).means("job ID"),
        Field::mandatory("job_type", Kind::TEXT).means("what the job does"),
        Field::mandatory("status", Kind::OneOf(&["INIT", "RUNNING", "SUCCESS", "FAIL"]))
            .means("status"),
        Field::mandatory("begin_time", Kind::TEXT)
            .means("start, in milliseconds since 1970, as a string"),
        Field::mandatory("end_time", Kind::TEXT)
            .means("end, in milliseconds since 1970, as a string; empty while it runs"),
        Field::mandatory("fail_reason", Kind::TEXT)
            .means("why it failed; null unless it did")
            .nullable()
            .notes(&[Note {
                matter: "The example spells the member fail_resson, the table fail_reason.",
                decision: "fail_reason, as the table and the SDK have it.",
            }]),
    ],
    awaits: Awaits::Named("job_id"),
    example: include_str!("../../../fixtures/dcs/show_job_info/documented.json"),
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    job_id: String,
}

#[derive(Serialize)]
pub struct Reply {
    job_id: String,
    job_type: &'static str,
    status: &'static str,
    begin_time: String,
    end_time: String,
    fail_reason: Option<String>,
}

pub struct ShowJobInfo;

impl Operation for ShowJobInfo {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(
        Request { job_id }: Request,
        context: &mut RequestContext<'_>,
    ) -> Result<Reply, Refusal> {
        let job = context.state.jobs.find(Owner::Dcs, &job_id);
        let job = job.ok_or(Refusal::NotFound { resource: Resource::Job, id: job_id })?;
        let phase = job.phase(context.now);
        Ok(Reply {
            job_id: job.id.simple().to_string(),
            job_type: job.kind.name,
            status: phase.status,
            begin_time: job.run.started.milliseconds().to_string(),
            end_time: phase.ended.map(|end| end.milliseconds().to_string()).unwrap_or_default(),
            fail_reason: phase.failed.then(|| fail_reason(job, context)),
        })
    }
}
