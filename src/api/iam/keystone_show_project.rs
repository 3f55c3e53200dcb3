//! Querying Project Details: one project by its id.

use super::project::{Shown, members};
use super::service::{LINKS, Links, SERVICE};
use crate::cloud::Project;
use crate::contract::{Contract, Field, Kind, Refused, Situation, Source};
use crate::credentials::is_project_id;
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "KeystoneShowProject",
    title: "Querying Project Details and Status",
    service: &SERVICE,
    source: Source::Companion("KeystoneShowProject"),
    path: "/v3/projects/{project_id}",
    path_parameters: &[Field::mandatory("project_id", Kind::TEXT)
        .means("project ID; every well-formed one is a project that the caller may use")],
    reply: &[Field::mandatory("project", Kind::Object(&PROJECT)).means("the project")],
    refusals: &[
        Refused::new(Situation::Forbidden, StatusCode::FORBIDDEN, "403"),
        Refused::new(Situation::UnknownProject, StatusCode::NOT_FOUND, "404"),
    ],
    example: include_str!("../../../fixtures/iam/keystone_show_project/documented.json"),
    ..Contract::BLANK
};

static PROJECT: [Field; 8] = members(LINKS);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    project_id: String,
}

#[derive(Serialize)]
pub struct Reply {
    project: Shown,
}

pub struct KeystoneShowProject;

impl Operation for KeystoneShowProject {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(
        Request { project_id: id }: Request,
        project: &mut Project<'_>,
    ) -> Result<Reply, Refusal> {
        if !is_project_id(&id) {
            return Err(Refusal::NotFound { resource: Resource::Project, id });
        }
        if !project.access.identity().projects.include(&id) {
            return Err(Refusal::Forbidden { id });
        }
        let known = &project.settings.credentials;
        let named = known.project_with_id(&project.settings.region, &id);
        Ok(Reply { project: Shown::of(named, Links::between_none, project) })
    }
}
