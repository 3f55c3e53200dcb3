//! What stands at the URLs of the catalog that have a project in them: the version that is found
//! below, as clients of `OpenStack` ask for it before they call anything.

use super::service::SERVICE;
use crate::api::geminidb::service::{VERSION, Version};
use crate::cloud::RequestContext;
use crate::contract::{Contract, ErrorKind, Field, Kind, Refused, Source};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use crate::project_id::is_project_id;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

/// What the two have in common.
const CONTRACT: Contract = Contract {
    service: &SERVICE,
    source: Source::Companion("KeystoneShowCatalog"),
    path_parameters: &[Field::mandatory("project_id", Kind::TEXT).means("project ID")],
    reply: &[Field::mandatory("version", VERSION).means("the version")],
    open: true,
    refusals: &[Refused::new(ErrorKind::UnknownProject, StatusCode::NOT_FOUND, "404")],
    ..Contract::BLANK
};

static OF_DCS: Contract = Contract {
    id: "ShowEndpoint",
    title: "Querying the Version of the First API of DCS",
    path: "/v1.0/{project_id}",
    // VPC has the number of its version without the zero.
    aliases: &["/v1/{project_id}"],
    example: include_str!("../../../fixtures/iam/show_endpoint/documented.json"),
    ..CONTRACT
};

static OF_VOLUMES: Contract = Contract {
    id: "ShowVolumeEndpoint",
    title: "Querying the Version of the Second API of Volumes",
    path: "/v2/{project_id}",
    example: include_str!("../../../fixtures/iam/show_volume_endpoint/documented.json"),
    ..CONTRACT
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    project_id: String,
}

#[derive(Serialize)]
pub struct Reply {
    version: Version,
}

impl Request {
    fn answered_by(self, version: Version) -> Result<Reply, Refusal> {
        let id = self.project_id;
        if is_project_id(&id) {
            Ok(Reply { version })
        } else {
            Err(Refusal::NotFound { resource: Resource::Project, id })
        }
    }
}

pub struct ShowEndpoint;

impl Operation for ShowEndpoint {
    const CONTRACT: &'static Contract = &OF_DCS;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, _: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        request.answered_by(Version::V1)
    }
}

pub struct ShowVolumeEndpoint;

impl Operation for ShowVolumeEndpoint {
    const CONTRACT: &'static Contract = &OF_VOLUMES;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, _: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        request.answered_by(Version::V2)
    }
}
