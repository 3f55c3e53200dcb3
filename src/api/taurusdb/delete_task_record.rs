//! Deleting a Task Record: a job that has ended leaves the lists.

use super::service::SERVICE;
use crate::cloud::{Owner, RequestContext};
use crate::contract::{Certainty, Contract, Field, Kind, Source, WholeReply};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use axum::http::Method;
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "DeleteTaskRecord",
    title: "Deleting a Task Record",
    service: &SERVICE,
    source: Source::Companion("DeleteTaskRecord"),
    method: Method::DELETE,
    path: "/v3/{project_id}/jobs/{job_id}",
    path_parameters: &[Field::mandatory("job_id", Kind::TEXT)
        .means("ID of a job that has ended; one that runs is 409 DBS.280406")
        .known_from(Certainty::Inferred)],
    // The SDK's model has a text; nobody knows which, so it is empty.
    whole_reply: Some(WholeReply::JsonString),
    example: include_str!("../../../fixtures/taurusdb/delete_task_record/documented.json"),
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    job_id: String,
}

pub struct DeleteTaskRecord;

impl Operation for DeleteTaskRecord {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = &'static str;

    fn call(
        Request { job_id: id }: Request,
        context: &mut RequestContext<'_>,
    ) -> Result<&'static str, Refusal> {
        let resource = Resource::Job;
        let Some(job) = context.state.jobs.find(Owner::TaurusDb, &id) else {
            return Err(Refusal::NotFound { resource, id });
        };
        let (job_id, phase) = (job.id, job.phase(context.now));
        if phase.ended.is_none() {
            let (state, allowed) = (phase.status, &["Completed", "Failed"]);
            return Err(Refusal::WrongState { resource, id, state, allowed });
        }
        context.state.jobs.remove(job_id);
        Ok("")
    }
}
