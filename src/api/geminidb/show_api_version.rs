//! Querying Version Information of an API: one version of the API.

use super::service::SERVICE;
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

const VERSION: Kind = Kind::Object(&[
    Field::mandatory("id", Kind::TEXT).means("version"),
    Field::mandatory("links", Kind::List(&LINK, 10)).means("addresses of the version").notes(&[
        Note { matter: "links is an array of addresses, and empty for v3.", decision: "Empty." },
    ]),
    Field::mandatory("status", Kind::TEXT).means("CURRENT: to be used"),
    Field::mandatory("version", Kind::TEXT).means("version within the version"),
    Field::mandatory("min_version", Kind::TEXT).means("least version within the version"),
    Field::mandatory("updated", Kind::TEXT).means("last change, yyyy-MM-ddTHH:mm:ssZ"),
]);

static LINK: Kind = Kind::Object(&[
    Field::optional("href", Kind::TEXT).means("address"),
    Field::optional("rel", Kind::TEXT).means("what is there"),
]);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    version: String,
}

#[derive(Serialize)]
pub struct Reply {
    version: Version,
}

#[derive(Serialize)]
struct Version {
    id: &'static str,
    links: [&'static str; 0],
    status: &'static str,
    version: &'static str,
    min_version: &'static str,
    updated: &'static str,
}

pub struct ShowApiVersion;

impl Operation for ShowApiVersion {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(Request { version }: Request, _: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        if version != "v3" {
            let path = format!("/{}", text::name(&version));
            let method = CONTRACT.method.to_string();
            return Err(Refusal::UnknownRoute { method, path, nearest: None });
        }
        let version = Version {
            id: "v3",
            links: [],
            status: "CURRENT",
            version: "",
            min_version: "",
            updated: "2019-10-30T17:34:02Z",
        };
        Ok(Reply { version })
    }
}
