//! Querying Regions for Active-Active Instances: where the other side of an instance can be.

use super::service::{SERVICE, candidates};
use crate::cloud::RequestContext;
use crate::cloud::assumed::BIACTIVE_REGIONS;
use crate::contract::{Contract, Field, Kind, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

static CONTRACT: Contract = Contract {
    id: "ShowInstanceBiactiveRegions",
    title: "Querying Regions for Active-Active Instances",
    service: &SERVICE,
    source: Source::Companion("ShowInstanceBiactiveRegions"),
    path: "/v3/{project_id}/instances/{instance_id}/disaster-recovery/regions",
    path_parameters: &[
        Field::mandatory("instance_id", Kind::TEXT).means("ID of the Cassandra instance")
    ],
    reply: &[Field::mandatory("region_codes", Kind::List(&Kind::TEXT, 1000))
        .means("the regions, without the instance's own")
        .notes(&[Note {
            matter: "Which regions can be paired differs between clouds.",
            decision: "Some of the public ones, and those of the instances that could be the \
                       other side. The creating call accepts any region.",
        }])],
    example: include_str!(
        "../../../fixtures/geminidb/show_instance_biactive_regions/documented.json"
    ),
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
}

#[derive(Serialize)]
pub struct Reply {
    region_codes: BTreeSet<String>,
}

pub struct ShowInstanceBiactiveRegions;

impl Operation for ShowInstanceBiactiveRegions {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(
        Request { instance_id }: Request,
        context: &mut RequestContext<'_>,
    ) -> Result<Reply, Refusal> {
        let instance = context.instance(&instance_id)?.clone();
        let known = candidates(&instance, context).map(|other| context.region_of(other));
        let regions = BIACTIVE_REGIONS.iter().copied().chain(known);
        let others = regions.filter(|region| *region != context.region_of(&instance));
        Ok(Reply { region_codes: others.map(str::to_owned).collect() })
    }
}
