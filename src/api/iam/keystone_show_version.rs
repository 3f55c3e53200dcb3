//! Querying Information About Keystone API Version 3.0.

use super::service::SERVICE;
use super::version::{MEMBERS, Version};
use crate::cloud::RequestContext;
use crate::contract::{Contract, Field, Kind, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "KeystoneShowVersion",
    title: "Querying Information About Keystone API Version 3.0",
    service: &SERVICE,
    source: Source::Companion("KeystoneShowVersion"),
    path: "/v3",
    // As every answer that names it does.
    aliases: &["/v3/"],
    reply: &[Field::mandatory("version", Kind::Object(MEMBERS)).means("the version")],
    open: true,
    example: include_str!("../../../fixtures/iam/keystone_show_version/documented.json"),
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {}

#[derive(Serialize)]
pub struct Reply {
    version: Version,
}

pub struct KeystoneShowVersion;

impl Operation for KeystoneShowVersion {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(_: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        Ok(Reply { version: Version::current(context) })
    }
}
