//! The version of the Keystone API, as both calls about it answer it.

use crate::cloud::RequestContext;
use crate::contract::{Field, Kind};
use serde::Serialize;

/// The version.
pub static MEMBERS: &[Field] = &[
    Field::mandatory("status", Kind::OneOf(&["stable"])).means("whether to build on it"),
    Field::mandatory("updated", Kind::TEXT).means("when it was last changed"),
    Field::mandatory("links", Kind::List(&Kind::Object(LINK), 1)).means("where it is found"),
    Field::mandatory("id", Kind::TEXT).means("its number"),
    Field::mandatory("media-types", Kind::List(&Kind::Object(MEDIA_TYPE), 1))
        .means("what it speaks"),
];

static LINK: &[Field] = &[
    Field::mandatory("rel", Kind::OneOf(&["self"])).means("what is found there"),
    Field::mandatory("href", Kind::TEXT).means("URL"),
];

static MEDIA_TYPE: &[Field] = &[
    Field::mandatory("type", Kind::TEXT).means("with its version"),
    Field::mandatory("base", Kind::TEXT).means("without"),
];

/// The version.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Version {
    status: &'static str,
    updated: &'static str,
    links: [Link; 1],
    id: &'static str,
    media_types: [MediaType; 1],
}

#[derive(Serialize)]
struct Link {
    rel: &'static str,
    href: String,
}

#[derive(Serialize)]
struct MediaType {
    r#type: &'static str,
    base: &'static str,
}

impl Version {
    /// The one that is emulated, at the host that was asked.
    pub fn current(context: &RequestContext<'_>) -> Self {
        let base = "application/json";
        let r#type = "application/vnd.openstack.identity-v3+json";
        Self {
            status: "stable",
            updated: "2013-03-06T00:00:00Z",
            links: [Link { rel: "self", href: context.access.url("/v3/") }],
            id: "v3.6",
            media_types: [MediaType { r#type, base }],
        }
    }
}
