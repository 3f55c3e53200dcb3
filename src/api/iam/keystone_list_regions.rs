//! Querying a Region List: the one region that the emulated endpoints stand in.

use super::keystone_show_region::{REGION, Region};
use super::service::{LINKS, Links, SERVICE};
use crate::cloud::RequestContext;
use crate::contract::{Contract, Field, Kind, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "KeystoneListRegions",
    title: "Querying a Region List",
    service: &SERVICE,
    source: Source::Companion("KeystoneListRegions"),
    path: "/v3/regions",
    reply: &[
        Field::mandatory("links", Kind::Object(LINKS)).means("where the list is found"),
        Field::mandatory("regions", Kind::List(&REGION, 1)).means("the region"),
    ],
    example: include_str!("../../../fixtures/iam/keystone_list_regions/documented.json"),
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {}

#[derive(Serialize)]
pub struct Reply {
    links: Links,
    regions: [Region; 1],
}

pub struct KeystoneListRegions;

impl Operation for KeystoneListRegions {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(_: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let links = Links::between_none(context.access.url("/v3/regions"));
        Ok(Reply { links, regions: [Region::only(context)] })
    }
}
