//! Deleting a Memory Mapping: the Redis instance no longer serves the reads of the MySQL one.

use super::service::{SERVICE, UNKNOWN_MAPPING, mapping_in};
use crate::api::job::{self, JobStarted};
use crate::cloud::assumed::DELETE_MAPPING_JOB;
use crate::cloud::{Instance, JobKind, Lifecycle, MAPPING_DELETION, Owner, RequestContext};
use crate::contract::{Contract, Field, Kind, Note, Source};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use axum::http::{Method, StatusCode};
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "DeleteDbCacheMapping",
    title: "Deleting a Memory Mapping",
    service: &SERVICE,
    source: Source::Companion("DeleteDbCacheMapping"),
    method: Method::DELETE,
    path: "/v3/{project_id}/dbcache/mapping",
    body: &[Field::mandatory("id", Kind::TEXT)
        .means("mapping ID; its rules go with it")
        .names("dbcache_mapping_id")],
    success: StatusCode::ACCEPTED,
    reply: job::STARTED,
    refusals: &[UNKNOWN_MAPPING],
    notes: &[
        Note {
            matter: "The list of mappings has a status deleted, yet real clients take a mapping \
                     that is still listed for one that is still there.",
            decision: "deleting before the 202 leaves, and not listed once the job is Completed; \
                       where the job failed, the mapping is as it was.",
        },
        Note {
            matter: "No page says in which statuses a mapping can be deleted, nor with which code \
                     it is refused.",
            decision: "In normal, createfail and stopped; otherwise, and while either instance is \
                       not normal, 403 DBS.200011.",
        },
    ],
    example: include_str!("../../../fixtures/geminidb/delete_db_cache_mapping/documented.json"),
    ..Contract::BLANK
};

static JOB: JobKind = JobKind {
    name: DELETE_MAPPING_JOB,
    owner: Owner::GeminiDb,
    lifecycle: &Lifecycle { stages: &[("Running", 1.0)], ends: "Completed", fails: "Failed" },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    id: String,
}

pub struct DeleteDbCacheMapping;

impl Operation for DeleteDbCacheMapping {
    const CONTRACT: &'static Contract = &CONTRACT;
    const JOB: Option<&'static JobKind> = Some(&JOB);
    const LIFECYCLES: &'static [&'static Lifecycle] = &[&MAPPING_DELETION];
    type Request = Request;
    type Reply = JobStarted;

    fn call(
        Request { id }: Request,
        context: &mut RequestContext<'_>,
    ) -> Result<JobStarted, Refusal> {
        let mapping = mapping_in(&id, &["normal", "createfail", "stopped"], context)?;
        for instance in [&mapping.source_instance_id, &mapping.target_instance_id] {
            require_normal(instance, context)?;
        }
        let job_id = context.start_job(&JOB, &mapping.target_instance_id);
        let deletion = context.start(&MAPPING_DELETION, id.as_str());
        context.state.memory_mappings.delete(mapping.id, deletion);
        Ok(JobStarted { job_id })
    }
}

fn require_normal(id: &str, context: &RequestContext<'_>) -> Result<(), Refusal> {
    let instance = context.state.instances.get(id);
    let state = instance.map_or(Instance::NORMAL, |instance| instance.status);
    if state == Instance::NORMAL {
        return Ok(());
    }
    let (resource, id) = (Resource::Instance, id.to_owned());
    Err(Refusal::WrongState { resource, id, state, allowed: &[Instance::NORMAL] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Moment;
    use crate::cloud::{Access, MemoryMapping};
    use crate::contract::InstanceKind;
    use crate::sweep::app;
    use std::time::Duration;

    #[test]
    fn neither_instance_may_be_anything_but_normal() {
        let worlds = app(crate::contract::Strictness::default()).worlds;
        let cell = worlds.world("project");
        let mut world = cell.lock();
        let access = Access::of_nobody(&worlds.account, &worlds);
        let now = world.state.clock.now();
        let mut context = RequestContext::new(&mut world.state, access, &CONTRACT, now);
        let kinds = [InstanceKind::TAURUSDB, InstanceKind::PRIMARY_STANDBY_REDIS];
        for (id, kind) in ["source", "target"].into_iter().zip(kinds) {
            let instance = Instance::adopted(id, kind, context.now);
            context.state.instances.insert(id.into(), instance);
        }
        let id = context.new_mapping_id();
        let Ok(creation) = context.in_own_activity(|context| Ok::<_, Refusal>(context.activity()))
        else {
            unreachable!("it cannot be refused")
        };
        context.state.memory_mappings.insert(MemoryMapping {
            id,
            name: "mapping".to_owned(),
            source_instance_id: "source".into(),
            target_instance_id: "target".into(),
            creation,
            deletion: None,
        });
        context.now = context.now.after(Duration::from_secs(2));
        let delete = |context: &mut RequestContext<'_>| {
            DeleteDbCacheMapping::call(Request { id: id.to_string() }, context).map(|_| ())
        };
        for instance in ["source", "target"] {
            context.state.instances[instance].status = "abnormal";
            let refused = delete(&mut context).unwrap_err().to_string();
            let expected = "is abnormal; the operation is allowed only in normal";
            assert_eq!(refused, format!("instance {instance} {expected}"));
            context.state.instances[instance].status = Instance::NORMAL;
        }
        let before: Moment = context.now;
        delete(&mut context).unwrap();
        let mapping = context.state.memory_mappings.get(id, before).unwrap();
        assert_eq!(mapping.status(before), "deleting");
    }
}
