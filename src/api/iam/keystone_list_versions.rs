//! Querying Keystone API Versions: where clients look that know only a host.

use super::service::SERVICE;
use super::version::{MEMBERS, Version};
use crate::cloud::RequestContext;
use crate::contract::{Contract, Field, Kind, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "KeystoneListVersions",
    title: "Querying Keystone API Versions",
    service: &SERVICE,
    source: Source::Companion("KeystoneListVersions"),
    path: "/",
    reply: &[Field::mandatory("versions", Kind::Object(VERSIONS)).means("the versions")],
    open: true,
    notes: &[Note {
        matter: "Keystone answers its list of versions with 300; clients take 200 as well.",
        decision: "200.",
    }],
    example: include_str!("../../../fixtures/iam/keystone_list_versions/documented.json"),
    ..Contract::BLANK
};

static VERSIONS: &[Field] =
    &[Field::mandatory("values", Kind::List(&Kind::Object(MEMBERS), 1)).means("the version")];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {}

#[derive(Serialize)]
pub struct Reply {
    versions: Versions,
}

#[derive(Serialize)]
struct Versions {
    values: [Version; 1],
}

pub struct KeystoneListVersions;

impl Operation for KeystoneListVersions {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(_: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        Ok(Reply { versions: Versions { values: [Version::current(context)] } })
    }
}
