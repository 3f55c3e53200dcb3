//! Querying Project Details: one project by its id.

use super::project::{ProjectView, members};
use super::service::{LINKS, Links, SERVICE};
use crate::cloud::RequestContext;
use crate::contract::{Contract, ErrorKind, Field, Kind, Refused, Source};
use crate::credentials::NamedProject;
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use crate::project_id::is_project_id;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "KeystoneShowProject",
    title: "Querying Project Details and Status",
    service: &SERVICE,
    source: Source::Companion("KeystoneShowProject"),
    path: "/v3/projects/{project_id}",
    path_parameters: &[Field::mandatory("project_id", Kind::TEXT).means(
        "project ID; every well-formed one is a project that the caller may use, but for names",
    )],
    reply: &[Field::mandatory("project", Kind::Object(&PROJECT)).means("the project")],
    refusals: &[
        Refused::new(ErrorKind::Forbidden, StatusCode::FORBIDDEN, "403"),
        Refused::new(ErrorKind::UnknownProject, StatusCode::NOT_FOUND, "404"),
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
    project: ProjectView,
}

/// Whether it is the name of a project. Clients ask by an ID what may be either, and then for a list
/// by the name.
fn is_name(text: &str, context: &RequestContext<'_>) -> bool {
    let (region, known) = (&context.settings.region, &context.settings.credentials.projects);
    let of_region = text.strip_prefix(region.as_str());
    let is_named = |project: &NamedProject| project.name == text && project.id != text;
    of_region.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        || known.iter().any(is_named)
}

pub struct KeystoneShowProject;

impl Operation for KeystoneShowProject {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(
        Request { project_id: id }: Request,
        context: &mut RequestContext<'_>,
    ) -> Result<Reply, Refusal> {
        if !is_project_id(&id) || is_name(&id, context) {
            return Err(Refusal::NotFound { resource: Resource::Project, id });
        }
        if !context.access.identity().projects.include(&id) {
            return Err(Refusal::Forbidden { id });
        }
        let known = &context.settings.credentials;
        let named = known.project_with_id(&context.settings.region, &id);
        Ok(Reply { project: ProjectView::of(named, Links::between_none, context) })
    }
}
