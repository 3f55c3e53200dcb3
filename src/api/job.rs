//! Jobs as GeminiDB and TaurusDB answer them.
//!
//! Both services have `GET /v3/{project_id}/jobs`, with different bodies. One host serves both
//! here, so the answer carries both shapes; every client reads its own and ignores the other.

use crate::clock::Moment;
use crate::cloud::{Job, RequestContext};
use crate::contract::{Certainty, Field, Kind, Note, format};
use serde::Serialize;
use uuid::Uuid;

/// Reply of every call that starts a job.
pub static STARTED: &[Field] = &[Field::mandatory("job_id", Kind::Format(&format::DASHED_UUID))
    .means("ID of the job; look it up with GET /v3/{project_id}/jobs?id=")];

/// Reply of every call that starts a job.
#[derive(Serialize)]
pub struct JobStarted {
    pub job_id: Uuid,
}

static INSTANCE: &[Field] = &[
    Field::mandatory("id", Kind::TEXT).means("ID of the instance that the job works on"),
    Field::mandatory("name", Kind::TEXT).means("its name"),
];

const STATUSES: Kind = Kind::OneOf(&["Running", "Completed", "Failed"]);

static GEMINIDB_JOB: Kind = Kind::Object(&[
    Field::mandatory("id", Kind::Format(&format::DASHED_UUID)).means("job ID"),
    Field::mandatory("name", Kind::TEXT).means("what the job does").notes(&[Note {
        matter: "No published job name fits a memory mapping or a ClickHouse synchronisation.",
        decision: "Named like the SDK's call: CreateDbCacheMapping, CreateClickHouseReplication.",
    }]),
    Field::mandatory("status", STATUSES).means("status"),
    Field::mandatory("start_time", Kind::TEXT).means("start, yyyy-MM-ddTHH:mm:ss+0000"),
    Field::mandatory("end_time", Kind::TEXT).means("end; empty while it runs").notes(&[Note {
        matter: "The documented job list shows a running job that has an end_time.",
        decision: "end_time is empty until the job has ended.",
    }]),
    Field::mandatory("progress", Kind::TEXT).means("NN% while it runs, otherwise empty"),
    Field::mandatory("instance", Kind::Object(INSTANCE)).means("what it works on"),
    Field::mandatory("fail_reason", Kind::TEXT).means("why it failed; empty unless it did"),
]);

static TAURUSDB_JOB: &[Field] = &[
    Field::mandatory("id", Kind::Format(&format::DASHED_UUID)).means("job ID"),
    Field::mandatory("name", Kind::TEXT).means("what the job does"),
    Field::mandatory("status", STATUSES).means("status"),
    Field::mandatory("created", Kind::TEXT).means("start, yyyy-MM-ddTHH:mm:ss+0000"),
    Field::optional("ended", Kind::TEXT).means("end"),
    Field::optional("process", Kind::TEXT).means("NN% while it runs, otherwise empty"),
    Field::mandatory("instance", Kind::Object(INSTANCE)).means("what it works on"),
    Field::optional("fail_reason", Kind::TEXT).means("why it failed; empty unless it did"),
];

/// Reply of `GET /v3/{project_id}/jobs`, for both services.
pub static JOBS: &[Field] = &[
    Field::mandatory("jobs", Kind::List(&GEMINIDB_JOB, 50)).means("the jobs, as GeminiDB has them"),
    Field::mandatory("total_count", Kind::Integer(0, i64::MAX)).means("how many there are"),
    Field::optional("job", Kind::Object(TAURUSDB_JOB))
        .means("the one job asked for, as TaurusDB has it")
        .known_from(Certainty::Client),
];

/// How the two shapes live together, said once for both operations.
pub const SHARED_PATH: Note = Note {
    matter: "GeminiDB and TaurusDB answer GET /v3/{project_id}/jobs with different bodies.",
    decision: "One body with jobs, total_count and, where one job was asked for by ID, job. The \
               Host header or the owner of the job decides whose errors apply.",
};

/// Reply of `GET /v3/{project_id}/jobs`, for both services.
#[derive(Serialize)]
pub struct Jobs {
    pub jobs: Vec<GeminiDbJob>,
    pub total_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<TaurusDbJob>,
}

#[derive(Serialize)]
pub struct GeminiDbJob {
    id: Uuid,
    name: &'static str,
    status: &'static str,
    start_time: String,
    end_time: String,
    progress: String,
    instance: Instance,
    fail_reason: String,
}

#[derive(Serialize)]
pub struct TaurusDbJob {
    id: Uuid,
    name: &'static str,
    status: &'static str,
    created: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
    process: String,
    instance: Instance,
    fail_reason: String,
}

#[derive(Clone, Serialize)]
struct Instance {
    id: String,
    name: String,
}

impl Jobs {
    /// The answer when one job was asked for by its id.
    pub fn one(job: Option<&Job>, context: &RequestContext<'_>) -> Self {
        let jobs: Vec<_> = job.map(|job| GeminiDbJob::of(job, context)).into_iter().collect();
        let job = jobs.first().map(TaurusDbJob::from);
        Self { total_count: jobs.len(), jobs, job }
    }
}

impl GeminiDbJob {
    /// A job as GeminiDB lists it.
    pub fn of(job: &Job, context: &RequestContext<'_>) -> Self {
        let phase = job.phase(context.now);
        Self {
            id: job.id,
            name: job.kind.name,
            status: phase.status,
            start_time: job.run.started.with_zone(),
            end_time: phase.ended.map(Moment::with_zone).unwrap_or_default(),
            progress: progress(job, context),
            instance: instance(job, context),
            fail_reason: fail_reason(job, context),
        }
    }
}

impl From<&GeminiDbJob> for TaurusDbJob {
    fn from(job: &GeminiDbJob) -> Self {
        Self {
            id: job.id,
            name: job.name,
            status: job.status,
            created: job.start_time.clone(),
            ended: Some(job.end_time.clone()).filter(|time| !time.is_empty()),
            process: job.progress.clone(),
            instance: job.instance.clone(),
            fail_reason: job.fail_reason.clone(),
        }
    }
}

/// Which jobs a list is asked for, read once however many there are.
pub struct Wanted<'r> {
    status: Option<&'r str>,
    name: Option<&'r str>,
    /// When they began at the earliest, and at the latest.
    started: [Option<Moment>; 2],
    /// The moment of the request.
    now: Moment,
}

impl<'r> Wanted<'r> {
    /// Reads the filters of a request. Text that is no time was let pass against the contract, and is
    /// no bound.
    pub fn read(
        [status, name, from, to]: [&'r Option<String>; 4],
        context: &RequestContext<'_>,
    ) -> Self {
        let bound = |text: &Option<String>| text.as_ref().and_then(|it| Moment::parse(it).ok());
        let started = [bound(from), bound(to)];
        Self { status: status.as_deref(), name: name.as_deref(), started, now: context.now }
    }

    /// Whether it is all of them.
    pub fn all(&self) -> bool {
        self.status.is_none() && self.name.is_none() && self.started == [None; 2]
    }

    /// Whether a job is one of them.
    pub fn has(&self, job: &Job) -> bool {
        let [from, to] = self.started;
        from.is_none_or(|from| job.run.started >= from)
            && to.is_none_or(|to| job.run.started <= to)
            && self.name.is_none_or(|name| name == job.kind.name)
            && self.status.is_none_or(|status| status == job.phase(self.now).status)
    }
}

/// How far a job is: `NN%` while it runs, otherwise empty.
pub fn progress(job: &Job, context: &RequestContext<'_>) -> String {
    let phase = job.phase(context.now);
    if phase.ended.is_some() { String::new() } else { format!("{}%", phase.percent) }
}

fn instance(job: &Job, context: &RequestContext<'_>) -> Instance {
    let name = context.instance_name(&job.instance_id).to_owned();
    Instance { id: (*job.instance_id).to_owned(), name }
}

/// Why a job failed; empty unless it did.
pub fn fail_reason(job: &Job, context: &RequestContext<'_>) -> String {
    if job.phase(context.now).failed { context.reason(&job.run).to_owned() } else { String::new() }
}
