//! The service catalog: where clients that only know IAM find everything else.

use super::service::Named;
use crate::cloud::RequestContext;
use crate::contract::{Certainty, Field, Kind, Note};
use serde::Serialize;

/// An entry of the catalog.
pub static ENTRY: Kind = Kind::Object(&[
    Field::mandatory("type", Kind::TEXT)
        .means("type that clients look for")
        .known_from(Certainty::Client)
        .notes(&[Note {
            matter: "Clients derive paths from entries of other services: GaussDB's from volumev2, \
                     the second version of DCS from dcsv1.",
            decision: "The catalog has these entries, with URLs that are derived from correctly.",
        }]),
    Field::mandatory("id", Kind::TEXT).means("ID of the entry"),
    Field::mandatory("name", Kind::TEXT).means("name of the service"),
    Field::mandatory("endpoints", Kind::List(&ENDPOINT, 1)).means("where it is"),
]);

static ENDPOINT: Kind = Kind::Object(&[
    Field::mandatory("id", Kind::TEXT).means("ID of the endpoint"),
    Field::mandatory("interface", Kind::OneOf(&["public"])).means("who may reach it"),
    Field::mandatory("region", Kind::TEXT).means("region"),
    Field::mandatory("region_id", Kind::TEXT).means("region"),
    Field::mandatory("url", Kind::TEXT).means("base of its URLs, at the host that was asked"),
]);

/// An entry of the catalog.
#[derive(Serialize)]
pub struct Entry {
    r#type: &'static str,
    #[serde(flatten)]
    named: Named,
    endpoints: [Endpoint; 1],
}

#[derive(Serialize)]
struct Endpoint {
    id: String,
    interface: &'static str,
    region: String,
    region_id: String,
    url: String,
}

/// Types, names and paths. One that ends in `/` wants a project behind it, and is only in the
/// catalog of one. Clients add the version to the address of `network` themselves.
const ENTRIES: &[(&str, &str, &str)] = &[
    ("identity", "iam", "/v3"),
    ("dcs", "dcs", "/v1.0/"),
    ("dcsv1", "dcsv1", "/v1.0/"),
    ("geminidb", "geminidb", "/v3"),
    ("gaussdb-mysql", "gaussdb", "/v3"),
    ("volumev2", "evs", "/v2/"),
    ("network", "neutron", ""),
    ("vpc", "vpc", "/v1/"),
    ("compute", "nova", "/v2.1/"),
];

/// The catalog of a project, or of an account.
pub fn catalog(context: &RequestContext<'_>, project_id: Option<&str>) -> Vec<Entry> {
    let entry = |(ordinal, &(kind, name, path)): (usize, &(&'static str, &str, &str))| {
        let path = match (path.ends_with('/'), project_id) {
            (true, None) => return None,
            (true, Some(id)) => format!("{path}{id}"),
            (false, _) => path.to_owned(),
        };
        let region = &context.settings.region;
        let endpoint = Endpoint {
            id: format!("e{ordinal}"),
            interface: "public",
            region: region.clone(),
            region_id: region.clone(),
            url: context.access.url(&path),
        };
        let named = Named { id: ordinal.to_string(), name: name.to_owned() };
        Some(Entry { r#type: kind, named, endpoints: [endpoint] })
    };
    (1..).zip(ENTRIES).filter_map(entry).collect()
}
