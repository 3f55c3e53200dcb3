//! Querying Project Information: the look-up that SDKs start with when they know only a region.

use super::project::{ProjectView, members, of_identity};
use super::service::{LINKS, Links, SERVICE};
use crate::api::paging::page;
use crate::cloud::RequestContext;
use crate::contract::{Contract, Field, Kind, Note, Source};
use crate::credentials::NamedProject;
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "KeystoneListProjects",
    title: "Querying Project Information Based on the Specified Criteria",
    service: &SERVICE,
    source: Source::Companion("KeystoneListProjects"),
    path: "/v3/projects",
    query: &[
        Field::optional("domain_id", Kind::TEXT).means("ID of the account"),
        Field::optional("name", Kind::TEXT)
            .means("name: that of the region, or the region, _ and a project ID")
            .notes(&[Note {
                matter: "SDKs look a project up by the name of a region, and fail unless exactly \
                         one comes back.",
                decision: "One project is named like --region; any other one is called by the \
                           region, _ and its ID, whether it was ever used or not.",
            }]),
        Field::optional("parent_id", Kind::TEXT).means("ID of the account"),
        Field::optional("enabled", Kind::Boolean).means("whether it can be used"),
        Field::optional("is_domain", Kind::Boolean).means("whether it is an account"),
        Field::optional("page", Kind::Integer(1, i64::MAX)).means("which page").default("1"),
        Field::optional("per_page", Kind::Integer(1, 5000)).means("projects in a page"),
    ],
    reply: &[
        Field::mandatory("links", Kind::Object(LINKS)).means("where the list is found"),
        Field::mandatory("projects", Kind::List(&Kind::Object(&PROJECT), 5000))
            .means("those that fit"),
    ],
    example: include_str!("../../../fixtures/iam/keystone_list_projects/documented.json"),
    ..Contract::BLANK
};

static PROJECT: [Field; 8] = members(LINKS);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    domain_id: Option<String>,
    name: Option<String>,
    parent_id: Option<String>,
    enabled: Option<bool>,
    is_domain: Option<bool>,
    page: Option<usize>,
    per_page: Option<usize>,
}

#[derive(Serialize)]
pub struct Reply {
    links: Links,
    projects: Vec<ProjectView>,
}

pub struct KeystoneListProjects;

impl Operation for KeystoneListProjects {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let per_page = request.per_page.unwrap_or(5000);
        let before = (request.page.unwrap_or(1) - 1).saturating_mul(per_page);
        let (projects, _) = page(request.fitting(context).into_iter(), Some(before), per_page);
        let show = |named| ProjectView::of(named, Links::between_none, context);
        Ok(Reply {
            links: Links::between_none(context.access.url("/v3/projects")),
            projects: projects.into_iter().map(show).collect(),
        })
    }
}

impl Request {
    fn fitting(&self, context: &RequestContext<'_>) -> Vec<NamedProject> {
        let identity = context.access.identity();
        let domain_id = identity.domain_id();
        let other = |filter: &Option<String>| filter.as_ref().is_some_and(|id| *id != domain_id);
        let none = self.enabled == Some(false) || self.is_domain == Some(true);
        if none || other(&self.domain_id) || other(&self.parent_id) {
            return Vec::new();
        }
        let Some(name) = &self.name else { return of_identity(&identity, context) };
        let known = &context.settings.credentials;
        let named = known.project_with_name(&context.settings.region, name);
        named.filter(|named| identity.projects.include(&named.id)).into_iter().collect()
    }
}
