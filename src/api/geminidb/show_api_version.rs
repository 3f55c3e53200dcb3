//! Querying Version Information of an API: one version of the API.

use super::service::{SERVICE, VERSION, Version};
use crate::cloud::RequestContext;
use crate::contract::{Contract, Field, Kind, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use crate::text;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "ShowApiVersion",
    title: "Querying Version Information of an API",
    service: &SERVICE,
    source: Source::Companion("ShowApiVersion"),
    path: "/{version}",
    path_parameters: &[Field::mandatory("version", Kind::TEXT).means("v3").notes(&[Note {
        matter: "The page has no answer for a version that does not exist.",
        decision: "404 APIGW.0101, as for every path that is no API.",
    }])],
    reply: &[Field::optional("version", VERSION).means("the version")],
    open: true,
    example: include_str!("../../../fixtures/geminidb/show_api_version/documented.json"),
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    version: String,
}

#[derive(Serialize)]
pub struct Reply {
    version: Version,
}

pub struct ShowApiVersion;

impl Operation for ShowApiVersion {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(Request { version }: Request, _: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        if version != Version::V3.id {
            let path = format!("/{}", text::name(&version));
            let method = CONTRACT.method.to_string();
            return Err(Refusal::UnknownRoute { method, path, nearest: None });
        }
        Ok(Reply { version: Version::V3 })
    }
}
