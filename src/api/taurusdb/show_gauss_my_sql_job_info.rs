//! Querying a Job: what a call has left running, and how it ended.

use super::service::SERVICE;
use crate::api::job::{self, Jobs};
use crate::cloud::{Owner, RequestContext, State};
use crate::contract::check::Sent;
use crate::contract::json::Json;
use crate::contract::{Awaits, Contract, Field, Kind, Source};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "ShowGaussMySqlJobInfo",
    title: "Querying a Job",
    service: &SERVICE,
    source: Source::Companion("ShowGaussMySqlJobInfo"),
    path: "/v3/{project_id}/jobs",
    query: &[Field::mandatory("id", Kind::TEXT).means("job ID").names("job_id")],
    reply: job::JOBS,
    notes: &[job::SHARED_PATH],
    awaits: Awaits::Named("id"),
    example: include_str!("../../../fixtures/taurusdb/show_gauss_my_sql_job_info/documented.json"),
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    id: String,
}

pub struct ShowGaussMySqlJobInfo;

impl Operation for ShowGaussMySqlJobInfo {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Jobs;

    fn call(Request { id }: Request, context: &mut RequestContext<'_>) -> Result<Jobs, Refusal> {
        let job = context.state.jobs.find(Owner::TaurusDb, &id);
        let unknown = Refusal::NotFound { resource: Resource::Job, id: id.clone() };
        Ok(Jobs::one(Some(job.ok_or(unknown)?), context))
    }

    /// GeminiDB lists its jobs at the same path, and also those it does not know.
    fn claims(sent: &Sent<'_>, state: &State) -> bool {
        let id = sent.query.iter().find(|(name, _)| name == "id");
        let id = id.and_then(|(_, value)| Json::as_text(value));
        id.is_some_and(|id| state.jobs.find(Owner::TaurusDb, id).is_some())
    }
}
