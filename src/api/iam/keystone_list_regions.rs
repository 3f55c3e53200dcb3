//! Querying a Region List: the one region that the emulated endpoints stand in.

use super::service::{LINK, LINKS, Links, SERVICE};
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

static REGION: Kind = Kind::Object(&[
    Field::mandatory("description", Kind::TEXT).means("description; always empty"),
    Field::mandatory("parent_region_id", Kind::TEXT).means("region it is in; always empty"),
    Field::mandatory("links", Kind::Object(LINK)).means("where it is found"),
    Field::mandatory("locales", Kind::Object(LOCALES)).means("its name in several languages"),
    Field::mandatory("id", Kind::TEXT).means("region ID"),
    Field::mandatory("type", Kind::OneOf(&["public"])).means("who it is for"),
]);

static LOCALES: &[Field] = &[
    Field::mandatory("zh-cn", Kind::TEXT).means("its name in Chinese"),
    Field::mandatory("en-us", Kind::TEXT).means("its name in English"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {}

#[derive(Serialize)]
pub struct Reply {
    links: Links,
    regions: [Region; 1],
}

#[derive(Serialize)]
struct Region {
    description: &'static str,
    parent_region_id: &'static str,
    links: Links,
    locales: Locales,
    id: String,
    r#type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Locales {
    zh_cn: String,
    en_us: String,
}

pub struct KeystoneListRegions;

impl Operation for KeystoneListRegions {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(_: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let id = &context.settings.region;
        let region = Region {
            description: "",
            parent_region_id: "",
            links: Links::to(context.access.url(&format!("/v3/regions/{id}"))),
            locales: Locales { zh_cn: id.clone(), en_us: id.clone() },
            id: id.clone(),
            r#type: "public",
        };
        let links = Links::between_none(context.access.url("/v3/regions"));
        Ok(Reply { links, regions: [region] })
    }
}
