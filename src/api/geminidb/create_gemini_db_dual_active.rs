//! Creating Active-Active Instances: two instances keep each other's data in step.

use super::service::SERVICE;
use crate::api::job::{self, JobStarted};
use crate::cloud::assumed::DUAL_ACTIVE_ROLES;
use crate::cloud::{JobKind, Lifecycle, Owner, Relationship, RequestContext};
use crate::contract::{Certainty, Contract, ErrorKind, Field, InstanceKind, Kind, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use crate::text::shown;
use axum::http::{Method, StatusCode};
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "CreateGeminiDbDualActive",
    title: "Creating Active-Active Instances",
    service: &SERVICE,
    source: Source::Document("geminidb-create-active-active"),
    method: Method::POST,
    path: "/v3/{project_id}/instances/{instance_id}/dual-active-relationship",
    path_parameters: &[Field::mandatory("instance_id", Kind::Instance(SIDES))
        .means("ID of the instance that takes the call")],
    body: &[
        Field::mandatory("destination_region", Kind::TEXT)
            .means("region of the destination instance")
            .notes(&[Note {
                matter: "The page speaks of different regions; its example names the endpoint's \
                         own region.",
                decision: "An equal region is accepted with a warning; with resources enforced: \
                           400 DBS.200001.",
            }]),
        Field::mandatory("destination_instance_id", Kind::Instance(SIDES))
            .means("ID of the destination instance")
            .notes(&[Note {
                matter: "The page speaks of two instances; its example pairs an instance with \
                         itself.",
                decision: "A self pair is accepted with a warning; with resources enforced: 400 \
                           DBS.200001.",
            }]),
        Field::optional("tables", Kind::List(&Kind::TEXT, 500))
            .means("keyspace.table names to synchronise; absent stands for the whole instance")
            .known_from(Certainty::Client)
            .notes(&[Note {
                matter: "tables is in the SDK and the published description, not in the page.",
                decision: "Accepted, at most 500 strings.",
            }]),
    ],
    success: StatusCode::ACCEPTED,
    reply: job::STARTED,
    notes: &[Note {
        matter: "No code is published for an instance that is in a relationship already.",
        decision: "Accepted with a warning: a new job, and the newer relationship counts. With \
                   resources enforced: 403 DBS.200019.",
    }],
    example: include_str!(
        "../../../fixtures/geminidb/create_gemini_db_dual_active/documented.json"
    ),
    ..Contract::BLANK
};

const SIDES: &[InstanceKind] = &[InstanceKind::CLASSIC_CASSANDRA];

static JOB: JobKind = JobKind {
    name: "BuildBiActiveInstance",
    owner: Owner::GeminiDb,
    lifecycle: &Lifecycle { stages: &[("Running", 1.0)], ends: "Completed", fails: "Failed" },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
    destination_region: String,
    destination_instance_id: String,
    #[serde(default)]
    tables: Vec<String>,
}

pub struct CreateGeminiDbDualActive;

impl Operation for CreateGeminiDbDualActive {
    const CONTRACT: &'static Contract = &CONTRACT;
    const JOB: Option<&'static JobKind> = Some(&JOB);
    type Request = Request;
    type Reply = JobStarted;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<JobStarted, Refusal> {
        let Request { instance_id: source, destination_instance_id: destination, .. } = request;
        context.instance_or_adopt(&source, SIDES)?;
        context.instance_or_adopt(&destination, SIDES)?;
        if source == destination {
            context.refuse_or_warn(self_pair(&source))?;
        }
        let region = context.settings.region.clone();
        if request.destination_region == region {
            context.refuse_or_warn(one_region(&region))?;
        }
        let related = [&source, &destination]
            .into_iter()
            .find(|id| context.state.relationships.of(id, context.now).is_some());
        if let Some(id) = related {
            context.refuse_or_warn(related_already(id))?;
        }
        context.place_adopted(&destination, &request.destination_region);
        let job_id = context.start_job(&JOB, &source);
        let building = context.activity();
        let side = |role, peer: &String, region| Relationship {
            role,
            peer_instance_id: peer.as_str().into(),
            peer_region: region,
            tables: request.tables.clone(),
            building,
            release: None,
        };
        let (master, slave) = DUAL_ACTIVE_ROLES;
        let near = side(master, &destination, request.destination_region);
        context.state.relationships.join(near, side(slave, &source, region));
        Ok(JobStarted { job_id })
    }
}

fn self_pair(id: &str) -> Refusal {
    let id = shown(id);
    let english =
        format!("destination_instance_id must differ from instance_id, got {id} for both");
    let chinese = format!("destination_instance_id 不能与 instance_id 相同，实际均为 {id}");
    Refusal::own(ErrorKind::InvalidParameter, english, chinese)
}

fn one_region(region: &str) -> Refusal {
    let region = shown(region);
    let english = format!(
        "destination_region must differ from the region of instance_id, got {region} for both"
    );
    let chinese = format!("destination_region 不能与 instance_id 所在区域相同，实际均为 {region}");
    Refusal::own(ErrorKind::InvalidParameter, english, chinese)
}

fn related_already(id: &str) -> Refusal {
    let id = shown(id);
    let english = format!("{id} is in an active-active relationship already");
    Refusal::own(ErrorKind::Busy, english, format!("{id} 已处于双活关系中"))
}
