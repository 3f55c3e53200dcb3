//! Querying Jobs: what calls have left running, and how it ended.

use super::service::SERVICE;
use crate::api::job::{self, GeminiDbJob, Jobs, Wanted};
use crate::api::paging::{OFFSET, page, page_of_all};
use crate::cloud::{Owner, RequestContext};
use crate::contract::{Awaits, Contract, Field, Kind, Source, format};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "ListJobs",
    title: "Querying Jobs",
    service: &SERVICE,
    source: Source::Companion("ListJobs"),
    path: "/v3/{project_id}/jobs",
    query: &[
        Field::optional("id", Kind::TEXT).means("job ID").names("job_id"),
        Field::optional("start_time", Kind::Format(&format::ZONED_TIME))
            .means("jobs that started no earlier"),
        Field::optional("end_time", Kind::Format(&format::ZONED_TIME))
            .means("jobs that started no later"),
        Field::optional("status", Kind::OneOf(&["Running", "Completed", "Failed"]))
            .means("jobs in this status"),
        Field::optional("name", Kind::TEXT).means("jobs of this name"),
        OFFSET,
        Field::optional("limit", Kind::IntegerOneOf(&[10, 20, 50]))
            .means("records in a page")
            .default("50"),
    ],
    reply: job::JOBS,
    notes: &[job::SHARED_PATH],
    awaits: Awaits::Named("id"),
    example: include_str!("../../../fixtures/geminidb/list_jobs/documented.json"),
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    id: Option<String>,
    start_time: Option<String>,
    end_time: Option<String>,
    status: Option<String>,
    name: Option<String>,
    offset: Option<usize>,
    limit: Option<usize>,
}

pub struct ListJobs;

impl Operation for ListJobs {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Jobs;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Jobs, Refusal> {
        let jobs = &context.state.jobs;
        let Request { id, start_time, end_time, status, name, offset, limit } = &request;
        let wanted = Wanted::read([status, name, start_time, end_time], context);
        if let Some(id) = id {
            let job = jobs.find(Owner::GeminiDb, id);
            return Ok(Jobs::one(job.filter(|job| wanted.has(job)), context));
        }
        let (offset, limit) = (*offset, limit.unwrap_or(50));
        let (page, total_count) = if wanted.all() {
            let (all, total) = (jobs.of(Owner::GeminiDb).values(), jobs.count(Owner::GeminiDb));
            page_of_all(all, total, |job| !jobs.is_removed(job), offset, limit)
        } else {
            page(jobs.there(Owner::GeminiDb).filter(|job| wanted.has(job)), offset, limit)
        };
        let jobs = page.into_iter().map(|job| GeminiDbJob::of(job, context)).collect();
        Ok(Jobs { jobs, total_count, job: None })
    }
}
