//! Creating a Memory Mapping: a GeminiDB Redis instance serves the reads of a MySQL one.

use super::service::SERVICE;
use crate::api::job::{self, JobStarted};
use crate::cloud::assumed::CREATE_MAPPING_JOB;
use crate::cloud::{JobKind, Lifecycle, MAPPING_CREATION, MemoryMapping, Owner, RequestContext};
use crate::contract::{Contract, ErrorKind, Field, InstanceKind, Kind, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use crate::text::shown;
use axum::http::{Method, StatusCode};
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "CreateDbCacheMapping",
    title: "Creating a Memory Mapping",
    service: &SERVICE,
    source: Source::Document("geminidb-create-memory-mapping"),
    method: Method::POST,
    path: "/v3/{project_id}/dbcache/mapping",
    body: &[
        Field::mandatory("source_instance_id", Kind::Instance(SOURCES))
            .means("ID of the instance whose reads are served from memory"),
        Field::mandatory("target_instance_id", Kind::Instance(TARGETS))
            .means("ID of the instance that serves them"),
    ],
    success: StatusCode::ACCEPTED,
    reply: job::STARTED,
    notes: &[
        Note {
            matter: "The answer has no mapping ID, and clients list the mappings before the job \
                     has ended.",
            decision: "The mapping is listed as creating before its 202 leaves.",
        },
        Note {
            matter: "Nothing says whether a pair may be mapped twice.",
            decision: "Accepted with a warning: a new job, the same mapping. With resources \
                       enforced: 403 DBS.200019. While the mapping is being deleted: 403 \
                       DBS.200019 in every mode.",
        },
    ],
    example: include_str!("../../../fixtures/geminidb/create_db_cache_mapping/documented.json"),
    ..Contract::BLANK
};

const SOURCES: &[InstanceKind] = &[InstanceKind::RDS_FOR_MYSQL, InstanceKind::TAURUSDB];
const TARGETS: &[InstanceKind] = &[InstanceKind::PRIMARY_STANDBY_REDIS];

static JOB: JobKind = JobKind {
    name: CREATE_MAPPING_JOB,
    owner: Owner::GeminiDb,
    lifecycle: &Lifecycle { stages: &[("Running", 1.0)], ends: "Completed", fails: "Failed" },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    source_instance_id: String,
    target_instance_id: String,
}

pub struct CreateDbCacheMapping;

impl Operation for CreateDbCacheMapping {
    const CONTRACT: &'static Contract = &CONTRACT;
    const JOB: Option<&'static JobKind> = Some(&JOB);
    const LIFECYCLES: &'static [&'static Lifecycle] = &[&MAPPING_CREATION];
    type Request = Request;
    type Reply = JobStarted;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<JobStarted, Refusal> {
        let Request { source_instance_id: source, target_instance_id: target } = request;
        context.instance_or_adopt(&source, SOURCES)?;
        context.instance_or_adopt(&target, TARGETS)?;
        let mapped = context.state.memory_mappings.between(&source, &target, context.now);
        let mapped = mapped.map(|mapping| (mapping.id, mapping.status(context.now)));
        let pair = || format!("{source} and {target}");
        match mapped {
            // Whatever were answered, the mapping would be gone when its deletion is over.
            Some((_, "deleting")) => {
                return Err(Refusal::Busy { id: pair() });
            }
            Some(_) => {
                let pair = shown(&pair());
                let english = format!("{pair} are mapped already");
                let chinese = format!("{pair} 已存在内存加速映射");
                context.refuse_or_warn(Refusal::own(ErrorKind::Busy, english, chinese))?;
            }
            None => {}
        }
        let job_id = context.start_job(&JOB, &target);
        if mapped.is_none_or(|(_, status)| status == "createfail") {
            let id = mapped.map_or_else(|| context.new_mapping_id(), |(id, _)| id);
            let creation = context.start(&MAPPING_CREATION, id.to_string());
            context.state.memory_mappings.insert(MemoryMapping {
                id,
                name: format!("mapping-{}", RequestContext::tag(&id.to_string(), 6)),
                source_instance_id: source.into(),
                target_instance_id: target.into(),
                creation,
                deletion: None,
            });
        }
        Ok(JobStarted { job_id })
    }
}
