//! Querying the List of Accessible Projects: those that the caller may use.

use super::project::{ProjectView, members, of_identity};
use super::service::{LINK, Links, SERVICE};
use crate::cloud::RequestContext;
use crate::contract::{Contract, Field, Kind, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "KeystoneListAuthProjects",
    title: "Querying the List of Projects Accessible to Users",
    service: &SERVICE,
    source: Source::Companion("KeystoneListAuthProjects"),
    path: "/v3/auth/projects",
    reply: &[
        Field::mandatory("links", Kind::Object(LINK)).means("where the list is found"),
        Field::mandatory("projects", Kind::List(&Kind::Object(&PROJECT), 5000))
            .means("projects with a name of their own, and that of the caller's token"),
    ],
    example: include_str!("../../../fixtures/iam/keystone_list_auth_projects/documented.json"),
    ..Contract::BLANK
};

static PROJECT: [Field; 8] = members(LINK);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {}

#[derive(Serialize)]
pub struct Reply {
    links: Links,
    projects: Vec<ProjectView>,
}

pub struct KeystoneListAuthProjects;

impl Operation for KeystoneListAuthProjects {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(_: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let mut projects = of_identity(&context.access.identity(), context);
        if let Some(id) = context.access.project_id()
            && !projects.iter().any(|listed| listed.id == id)
        {
            let known = &context.settings.credentials;
            projects.push(known.project_with_id(&context.settings.region, id));
        }
        let show = |named| ProjectView::of(named, Links::to, context);
        Ok(Reply {
            links: Links::to(context.access.url("/v3/auth/projects")),
            projects: projects.into_iter().map(show).collect(),
        })
    }
}
