//! Querying Instant Tasks: the jobs of all instances, as the task center shows them.

use super::service::SERVICE;
use crate::api::job::{Wanted, fail_reason, progress};
use crate::api::paging::{OFFSET, page, page_of_all};
use crate::clock::Moment;
use crate::cloud::assumed::TAURUSDB_JOBS;
use crate::cloud::record::CLICKHOUSE;
use crate::cloud::{Job, Owner, RequestContext};
use crate::contract::{Awaits, Contract, Field, Kind, Note, Source, format};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use uuid::Uuid;

static CONTRACT: Contract = Contract {
    id: "ListImmediateJobs",
    title: "Querying Instant Tasks",
    service: &SERVICE,
    source: Source::Companion("ListImmediateJobs"),
    path: "/v3/{project_id}/immediate-jobs",
    query: &[
        Field::optional("status", Kind::OneOf(STATUSES)).means("jobs in this status"),
        Field::optional("job_name", Kind::TEXT).means("jobs of this name"),
        Field::optional("job_id", Kind::TEXT).means("the job with this ID"),
        OFFSET.notes(&[Note {
            matter: "offset counts the records to skip and has the default 1, which would hide \
                     the first one.",
            decision: "The default is 0.",
        }]),
        Field::optional("limit", Kind::IntegerOneOf(&[10, 20, 50]))
            .means("records in a page")
            .default("10"),
        Field::optional("start_time", Kind::Format(&format::ZONED_TIME))
            .means("jobs that started no earlier"),
        Field::optional("end_time", Kind::Format(&format::ZONED_TIME))
            .means("jobs that started no later"),
    ],
    reply: &[
        Field::optional("jobs", Kind::List(&JOB, 50)).means("one page of them"),
        Field::optional("total_count", Kind::Integer(0, i64::MAX)).means("how many fit"),
        Field::optional("action_names", Kind::List(&Kind::TEXT, 100))
            .means("the names that job_name can ask for"),
    ],
    awaits: Awaits::Named("job_id"),
    example: include_str!("../../../fixtures/taurusdb/list_immediate_jobs/documented.json"),
    ..Contract::BLANK
};

const STATUSES: &[&str] = &["Pending", "Running", "Completed", "Failed"];

static JOB: Kind = Kind::Object(&[
    Field::optional("instance_id", Kind::TEXT).means("ID of the instance that it works on"),
    Field::optional("instance_name", Kind::TEXT).means("its name"),
    Field::optional(
        "instance_status",
        Kind::OneOf(&["createfail", "creating", "normal", "abnormal", "deleted"]),
    )
    .means("its status"),
    Field::optional("job_id", Kind::Format(&format::DASHED_UUID)).means("job ID"),
    Field::optional("order_id", Kind::TEXT).means("always empty"),
    Field::optional("job_name", Kind::TEXT).means("what the job does"),
    Field::optional("status", Kind::OneOf(STATUSES)).means("status; nothing is ever Pending"),
    Field::optional("process", Kind::TEXT).means("NN% while it runs, otherwise empty"),
    Field::optional("created_time", Kind::TEXT).means("start, yyyy-MM-ddTHH:mm:ss+0000"),
    Field::optional("ended_time", Kind::TEXT).means("end; empty while it runs"),
    Field::optional("fail_reason", Kind::TEXT).means("why it failed; empty unless it did"),
    Field::optional("show_detail", Kind::Boolean).means("always false: there is no detail"),
]);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    status: Option<String>,
    job_name: Option<String>,
    job_id: Option<String>,
    offset: Option<usize>,
    limit: Option<usize>,
    start_time: Option<String>,
    end_time: Option<String>,
}

#[derive(Serialize)]
pub struct Reply {
    jobs: Vec<Listed>,
    total_count: usize,
    action_names: &'static [&'static str],
}

#[derive(Serialize)]
struct Listed {
    instance_id: String,
    instance_name: String,
    instance_status: Cow<'static, str>,
    job_id: Uuid,
    order_id: &'static str,
    job_name: &'static str,
    status: &'static str,
    process: String,
    created_time: String,
    ended_time: String,
    fail_reason: String,
    show_detail: bool,
}

pub struct ListImmediateJobs;

impl Operation for ListImmediateJobs {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let jobs = &context.state.jobs;
        let Request { status, job_name, job_id, offset, limit, start_time, end_time } = &request;
        let wanted = Wanted::read([status, job_name, start_time, end_time], context);
        let has = |job: &&Job| wanted.has(job);
        let (offset, limit) = (*offset, limit.unwrap_or(10));
        let (page, total_count) = if let Some(id) = job_id {
            page(jobs.find(Owner::TaurusDb, id).into_iter().filter(has), offset, limit)
        } else if wanted.all() {
            let (all, total) = (jobs.of(Owner::TaurusDb).values(), jobs.count(Owner::TaurusDb));
            page_of_all(all, total, |job| !jobs.is_removed(job), offset, limit)
        } else {
            page(jobs.there(Owner::TaurusDb).filter(has), offset, limit)
        };
        let jobs = page.into_iter().map(|job| Listed::of(job, context)).collect();
        Ok(Reply { jobs, total_count, action_names: TAURUSDB_JOBS })
    }
}

impl Listed {
    fn of(job: &Job, context: &RequestContext<'_>) -> Self {
        let phase = job.phase(context.now);
        Self {
            instance_id: (*job.instance_id).to_owned(),
            instance_name: context.instance_name(&job.instance_id).to_owned(),
            instance_status: instance_status(&job.instance_id, context),
            job_id: job.id,
            order_id: "",
            job_name: job.kind.name,
            status: phase.status,
            process: progress(job, context),
            created_time: job.run.started.with_zone(),
            ended_time: phase.ended.map(Moment::with_zone).unwrap_or_default(),
            fail_reason: fail_reason(job, context),
            show_detail: false,
        }
    }
}

fn instance_status(id: &str, context: &RequestContext<'_>) -> Cow<'static, str> {
    let records = &context.state.records;
    if records.name_of_gone(id).is_some() {
        return "deleted".into();
    }
    let record = records.get(CLICKHOUSE, id);
    let shown = record.and_then(|record| record.shown(context.now));
    shown
        .and_then(|shown| Some(shown["status"].as_str()?.to_owned().into()))
        .unwrap_or("normal".into())
}
