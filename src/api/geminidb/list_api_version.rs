//! Querying API Versions: which versions of the API there are.

use super::service::{SERVICE, VERSION, Version};
use crate::cloud::{RequestContext, State};
use crate::contract::check::Sent;
use crate::contract::{Contract, Field, Kind, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "ListApiVersion",
    title: "Querying API Versions",
    service: &SERVICE,
    source: Source::Companion("ListApiVersion"),
    path: "/",
    reply: &[Field::optional("versions", Kind::List(&VERSION, 10)).means("the versions")],
    open: true,
    notes: &[Note {
        matter: "Every service has versions of its own at GET / of its own host.",
        decision: "GeminiDB's where the Host header names it, otherwise IAM's.",
    }],
    example: include_str!("../../../fixtures/geminidb/list_api_version/documented.json"),
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {}

#[derive(Serialize)]
pub struct Reply {
    versions: [Version; 1],
}

pub struct ListApiVersion;

impl Operation for ListApiVersion {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(_: Request, _: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        Ok(Reply { versions: [Version::V3] })
    }

    /// IAM has the path too, and clients look for its versions first.
    fn claims(_: &Sent<'_>, _: &State) -> bool {
        false
    }
}
