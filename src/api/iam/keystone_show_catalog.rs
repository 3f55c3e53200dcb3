//! Querying the Service Catalog: what a token carries, for those who sign instead.

use super::catalog::{self, Entry, catalog};
use super::service::{LINK, Links, SERVICE};
use crate::cloud::RequestContext;
use crate::contract::{Contract, Field, Kind, Note, Source};
use crate::credentials::PROJECT_ID;
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "KeystoneShowCatalog",
    title: "Querying the Service Catalog",
    service: &SERVICE,
    source: Source::Companion("KeystoneShowCatalog"),
    path: "/v3/auth/catalog",
    reply: &[
        Field::mandatory("catalog", Kind::List(&catalog::ENTRY, 16))
            .means("where the services are"),
        Field::mandatory("links", Kind::Object(LINK)).means("where the catalog is found"),
    ],
    notes: &[Note {
        matter: "A signed request need not name a project, but URLs of the catalog have one.",
        decision: "The project of the token or of X-Project-Id, else the default project.",
    }],
    example: include_str!("../../../fixtures/iam/keystone_show_catalog/documented.json"),
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {}

#[derive(Serialize)]
pub struct Reply {
    catalog: Vec<Entry>,
    links: Links,
}

pub struct KeystoneShowCatalog;

impl Operation for KeystoneShowCatalog {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(_: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let project_id = context.access.project_id().unwrap_or(PROJECT_ID);
        Ok(Reply {
            catalog: catalog(context, Some(project_id)),
            links: Links::to(context.access.url("/v3/auth/catalog")),
        })
    }
}
