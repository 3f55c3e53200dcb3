//! What the account knows, as operations show it: who asks, their projects, and the service catalog.

use crate::cloud::{Identity, RequestContext};
use crate::credentials::{NamedProject, PROJECT_ID, Projects};
use crate::project_id::is_project_id;
use serde_json::{Value, json};

/// Who asks, with their account, and the project that they ask in, if they say so.
pub fn caller(context: &RequestContext<'_>) -> Value {
    let mut caller = user(&context.access.identity());
    if let Some(id) = context.access.project_id() {
        caller["project"] = project_with_id(id, context);
    }
    caller
}

/// A user, with the account that they are in.
pub fn user(identity: &Identity) -> Value {
    json!({
        "id": identity.user_id(),
        "name": identity.user,
        "domain": { "id": identity.domain_id(), "name": identity.domain },
    })
}

/// The projects with a name of their own, or those that the caller is held to.
pub fn projects(context: &RequestContext<'_>) -> Value {
    match context.access.identity().projects {
        Projects::All => {
            let known = context.settings.credentials.projects.iter();
            known.map(|project| shown(project, context)).collect()
        }
        Projects::Only(ids) => ids.iter().map(|id| project_with_id(id, context)).collect(),
    }
}

/// The project with an ID; nothing where no path can carry it.
pub fn project_with_id(id: &str, context: &RequestContext<'_>) -> Value {
    let (known, region) = (&context.settings.credentials, &context.settings.region);
    let project = is_project_id(id).then(|| known.project_with_id(region, id));
    project.map_or(Value::Null, |project| shown(&project, context))
}

/// The project with a name.
pub fn project_with_name(name: &str, context: &RequestContext<'_>) -> Value {
    let (known, region) = (&context.settings.credentials, &context.settings.region);
    let project = known.project_with_name(region, name);
    project.map_or(Value::Null, |project| shown(&project, context))
}

/// A project, and whether the caller may use it.
fn shown(NamedProject { id, name }: &NamedProject, context: &RequestContext<'_>) -> Value {
    json!({ "id": id, "name": name, "usable": context.access.identity().projects.include(id) })
}

/// Types, names and paths. One that ends in `/` wants a project behind it, and is only in the
/// catalog of one. Clients add the version to the address of `network` themselves.
const CATALOG: &[(&str, &str, &str)] = &[
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

/// The catalog of a project, or of the account.
pub fn catalog(project_id: Option<&str>, context: &RequestContext<'_>) -> Value {
    let region = &context.settings.region;
    let entry = |(ordinal, &(kind, name, path)): (usize, &(&str, &str, &str))| {
        let path = match (path.ends_with('/'), project_id) {
            (true, None) => return None,
            (true, Some(id)) => format!("{path}{id}"),
            (false, _) => path.to_owned(),
        };
        let endpoint = json!({
            "id": format!("e{ordinal}"),
            "interface": "public",
            "region": region,
            "region_id": region,
            "url": context.access.url(&path),
        });
        let id = ordinal.to_string();
        Some(json!({ "type": kind, "id": id, "name": name, "endpoints": [endpoint] }))
    };
    (1..).zip(CATALOG).filter_map(entry).collect()
}

/// The catalog of the project that the caller asks in, or of the default project.
pub fn catalog_of_caller(context: &RequestContext<'_>) -> Value {
    catalog(Some(context.access.project_id().unwrap_or(PROJECT_ID)), context)
}
