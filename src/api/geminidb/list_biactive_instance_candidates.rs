//! Querying Candidates for Active-Active Instances: which instances could be the other side.

use super::service::{SERVICE, actions, candidates, node_count};
use crate::api::paging::{OFFSET, fits, limit, page};
use crate::cloud::assumed::geminidb::{CIDR, RAM, VCPUS, VOLUME_SIZE, VOLUME_USED};
use crate::cloud::{Instance, RequestContext};
use crate::contract::{Certainty, Contract, Field, Kind, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "ListBiactiveInstanceCandidates",
    title: "Querying Candidates for Active-Active Instances",
    service: &SERVICE,
    source: Source::Companion("ListBiactiveInstanceCandidates"),
    path: "/v3/{project_id}/instances/{instance_id}/disaster-recovery/biactive-instance-candidates",
    path_parameters: &[
        Field::mandatory("instance_id", Kind::TEXT).means("ID of the Cassandra instance")
    ],
    query: &[
        Field::mandatory("target_region_code", Kind::TEXT).means("region of the other side").notes(
            &[Note {
                matter: "Instances are made by no call here, so none is known to be in a region \
                         until a call has said so.",
                decision: "An instance is in the destination_region it was first named with, \
                           otherwise in the region of the endpoints.",
            }],
        ),
        Field::optional("target_instance_name", Kind::TEXT)
            .means("instance name; a leading * finds a part of it")
            .known_from(Certainty::Inferred),
        Field::optional("data_sync_mode", Kind::OneOf(&["TABLE"]))
            .means("what is synchronised; absent stands for the whole instance"),
        OFFSET,
        limit(100, "100"),
    ],
    reply: &[
        Field::mandatory("total_count", Kind::Integer(0, i64::MAX)).means("how many fit"),
        Field::mandatory("instances", Kind::List(&CANDIDATE, 100)).means("one page of them").notes(
            &[Note {
                matter: "The page speaks of Cassandra; its example shows the ID of a Redis \
                         instance.",
                decision: "Cassandra instances that are in no relationship.",
            }],
        ),
    ],
    example: include_str!(
        "../../../fixtures/geminidb/list_biactive_instance_candidates/documented.json"
    ),
    ..Contract::BLANK
};

static CANDIDATE: Kind = Kind::Object(&[
    Field::optional("id", Kind::TEXT).means("instance ID"),
    Field::optional("name", Kind::TEXT).means("instance name"),
    Field::optional("status", Kind::TEXT).means("status"),
    Field::optional("actions", Kind::List(&Kind::TEXT, 100)).means("what is being done with it"),
    Field::optional("region_code", Kind::TEXT).means("its region"),
    Field::optional("node_num", Kind::Integer(1, i64::MAX)).means("how many nodes it has"),
    Field::optional("vcpus", Kind::TEXT).means("processors of a node, as a string"),
    Field::optional("ram", Kind::TEXT).means("memory of a node in GB, as a string"),
    Field::optional("disk_size", Kind::TEXT).means("storage in GB, as a string"),
    Field::optional("used_disk_size", Kind::TEXT).means("used storage in GB, as a string"),
    Field::optional("cidr", Kind::TEXT).means("its network"),
]);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
    target_region_code: String,
    target_instance_name: Option<String>,
    #[serde(rename = "data_sync_mode")]
    _data_sync_mode: Option<String>,
    offset: Option<usize>,
    limit: Option<usize>,
}

#[derive(Serialize)]
pub struct Reply {
    total_count: usize,
    instances: Vec<Candidate>,
}

#[derive(Serialize)]
struct Candidate {
    id: String,
    name: String,
    status: &'static str,
    actions: Vec<&'static str>,
    region_code: String,
    node_num: usize,
    vcpus: &'static str,
    ram: &'static str,
    disk_size: &'static str,
    used_disk_size: &'static str,
    cidr: &'static str,
}

pub struct ListBiactiveInstanceCandidates;

impl Operation for ListBiactiveInstanceCandidates {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let instance = context.instance(&request.instance_id)?.clone();
        let fitting = candidates(&instance, context).filter(|other| {
            context.region_of(other) == request.target_region_code
                && fits(request.target_instance_name.as_ref(), &other.name)
        });
        let (page, total_count) = page(fitting, request.offset, request.limit.unwrap_or(100));
        let instances = page.into_iter().map(|one| Candidate::of(one, context)).collect();
        Ok(Reply { total_count, instances })
    }
}

impl Candidate {
    fn of(instance: &Instance, context: &RequestContext<'_>) -> Self {
        Self {
            id: instance.id.to_string(),
            name: instance.name.clone(),
            status: instance.status,
            actions: actions(instance, context),
            region_code: context.region_of(instance).to_owned(),
            node_num: node_count(instance),
            vcpus: VCPUS,
            ram: RAM,
            disk_size: VOLUME_SIZE,
            used_disk_size: VOLUME_USED,
            cidr: CIDR,
        }
    }
}
