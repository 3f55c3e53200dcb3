//! A project as IAM answers it.

use super::service::Links;
use crate::cloud::{Identity, RequestContext};
use crate::contract::{Field, Kind};
use crate::credentials::{NamedProject, Projects};
use serde::Serialize;

/// The members of a project, with one of the two kinds of links.
pub const fn members(links: &'static [Field]) -> [Field; 8] {
    [
        Field::mandatory("is_domain", Kind::Boolean).means("whether it is an account; never"),
        Field::mandatory("description", Kind::TEXT).means("description; always empty"),
        Field::mandatory("links", Kind::Object(links)).means("where it is found"),
        Field::mandatory("enabled", Kind::Boolean).means("whether it can be used; always"),
        Field::mandatory("id", Kind::TEXT)
            .means("project ID, as paths carry it")
            .names("project_id"),
        Field::mandatory("parent_id", Kind::TEXT).means("ID of the account it is in"),
        Field::mandatory("domain_id", Kind::TEXT).means("ID of the account it is in"),
        Field::mandatory("name", Kind::TEXT)
            .means("the region's name for the default project, else the region, _ and the ID"),
    ]
}

/// A project as IAM answers it.
#[derive(Serialize)]
pub struct ProjectView {
    is_domain: bool,
    description: &'static str,
    links: Links,
    enabled: bool,
    id: String,
    parent_id: String,
    domain_id: String,
    name: String,
}

impl ProjectView {
    /// A project, with the links that its place wants.
    pub fn of(
        named: NamedProject,
        links: fn(String) -> Links,
        context: &RequestContext<'_>,
    ) -> Self {
        let domain_id = context.access.identity().domain_id();
        Self {
            is_domain: false,
            description: "",
            links: links(context.access.url(&format!("/v3/projects/{}", named.id))),
            enabled: true,
            id: named.id,
            parent_id: domain_id.clone(),
            domain_id,
            name: named.name,
        }
    }
}

/// The projects with a name of their own that somebody may use, and those that they are held to.
pub fn of_identity(identity: &Identity, context: &RequestContext<'_>) -> Vec<NamedProject> {
    let known = &context.settings.credentials;
    match &identity.projects {
        Projects::All => known.projects.clone(),
        Projects::Only(ids) => {
            ids.iter().map(|id| known.project_with_id(&context.settings.region, id)).collect()
        }
    }
}
