//! Querying Region Details: the one region, by its ID.

use super::service::{LINK, Links, SERVICE};
use crate::cloud::RequestContext;
use crate::contract::{Contract, ErrorKind, Field, Kind, Refused, Source};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "KeystoneShowRegion",
    title: "Querying Region Details",
    service: &SERVICE,
    source: Source::Companion("KeystoneShowRegion"),
    path: "/v3/regions/{region_id}",
    path_parameters: &[
        Field::mandatory("region_id", Kind::TEXT).means("region ID; there is the one of --region")
    ],
    reply: &[Field::mandatory("region", REGION).means("the region")],
    refusals: &[Refused::new(ErrorKind::UnknownRegion, StatusCode::NOT_FOUND, "404")],
    example: include_str!("../../../fixtures/iam/keystone_show_region/documented.json"),
    ..Contract::BLANK
};

/// A region.
pub const REGION: Kind = Kind::Object(&[
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
pub struct Request {
    region_id: String,
}

#[derive(Serialize)]
pub struct Reply {
    region: Region,
}

/// A region.
#[derive(Serialize)]
pub struct Region {
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

impl Region {
    /// The region that the emulated endpoints stand in.
    pub fn only(context: &RequestContext<'_>) -> Self {
        let id = &context.settings.region;
        Self {
            description: "",
            parent_region_id: "",
            links: Links::to(context.access.url(&format!("/v3/regions/{id}"))),
            locales: Locales { zh_cn: id.clone(), en_us: id.clone() },
            id: id.clone(),
            r#type: "public",
        }
    }
}

pub struct KeystoneShowRegion;

impl Operation for KeystoneShowRegion {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(
        Request { region_id: id }: Request,
        context: &mut RequestContext<'_>,
    ) -> Result<Reply, Refusal> {
        if id != context.settings.region {
            return Err(Refusal::NotFound { resource: Resource::Region, id });
        }
        Ok(Reply { region: Region::only(context) })
    }
}
