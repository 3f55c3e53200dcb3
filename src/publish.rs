//! The `OpenAPI` 3.1 document, read off the contracts.
//!
//! Its schemas say exactly what the check enforces: a test holds the two against each other with a
//! JSON Schema validator that no one here wrote.

mod components;
mod examples;
mod links;
mod responses;
mod schema;
mod shared;

pub use schema::request_body;

use crate::api::shared::contract as contract_on_path;
use crate::contract::field::Presence;
use crate::contract::{Contract, Level, Place, Strictness};
use crate::credentials::PROJECT_ID;
use crate::operation::Route;
use crate::text::language::Language;
use examples::Examples;
use indexmap::IndexSet;
use serde_json::{Map, Value, json};

/// The document of all operations, as strict as the service is, which is found at an address.
pub fn document(routes: &[Route], strictness: Strictness, address: &str) -> Value {
    let mut document = whole(routes, strictness);
    components::share(&mut document);
    document["servers"] = json!([{ "url": address }]);
    document
}

/// The same without `components`: each schema is written wherever it is used.
pub fn whole(routes: &[Route], strictness: Strictness) -> Value {
    let published: Vec<Published<'_>> = routes
        .iter()
        .map(Route::contract)
        .map(|contract| (contract, shared::name(contract, routes), Examples::of(contract)))
        .collect();
    let mut paths: Map<String, Value> = Map::new();
    let same_place =
        |left: &Route, right: &Route| shared::same_place(left.contract(), right.contract());
    let mut rest = &published[..];
    for sharing in routes.chunk_by(same_place) {
        let (here, others) = rest.split_at(sharing.len());
        rest = others;
        let of_each = |(route, one): (&Route, &Published<'_>)| {
            let held = if sharing.len() > 1 { contract_on_path(route) } else { one.0 };
            let operation = operation(one, held, &published, strictness);
            (operation, route.claimed_words())
        };
        let mut operation = shared::merged(sharing.iter().zip(here).map(of_each).collect());
        let (contract, ..) = here[0];
        for other in published.iter().filter(|other| shared::is_within(other.0, contract)) {
            shared::answer_too(&mut operation, &responses::responses(other.0));
        }
        let path = paths.entry(contract.path).or_insert_with(|| json!({}));
        path[contract.method.as_str().to_ascii_lowercase()] = operation;
    }
    let services: IndexSet<_> = routes.iter().map(|route| route.head.service.name).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Papercloud",
            "summary": "Control planes of GeminiDB, DCS and TaurusDB, emulated.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": services.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>(),
        "security": [{ "token": [] }, { "signature": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": { "type": "apiKey", "in": "header", "name": "X-Auth-Token" },
                "signature": { "type": "apiKey", "in": "header", "name": "Authorization" },
            },
        },
    })
}

/// An operation, the name that it is published under, and its example.
type Published<'r> = (&'r Contract, String, Examples);

/// An operation by itself. What a request for it is held against may be more than its own contract.
fn operation(
    (contract, name, examples): &Published<'_>,
    held: &Contract,
    published: &[Published<'_>],
    strictness: Strictness,
) -> Value {
    let mut operation = json!({
        "operationId": name,
        "summary": contract.title,
        "tags": [contract.service.name],
        "x-source": contract.source.cite(),
        "x-paper-basis": contract.source.basis(),
        "x-operations": [{ "service": contract.service.name, "operation": contract.id }],
        "parameters": parameters(held, examples, strictness),
        "responses": responses::responses(contract),
    });
    let links = links::links(contract, published);
    if !links.is_empty() {
        operation["responses"][contract.success.as_str()]["links"] = links.into();
    }
    if contract.open {
        operation["security"] = json!([]);
    }
    if !contract.body.is_empty() {
        let mut media = json!({ "schema": request_body(held.body, strictness) });
        if let Some(example) = &examples.body {
            media["example"] = example.clone();
        }
        operation["requestBody"] = json!({ "required": !contract.body_is_optional, "content": { "application/json": media } });
    }
    operation
}

fn parameters(contract: &Contract, examples: &Examples, strictness: Strictness) -> Vec<Value> {
    let form = match strictness.hygiene {
        Level::Enforce => "^[0-9a-f]{32}$",
        _ => "^[0-9A-Za-z_-]{1,64}$",
    };
    let project = json!({
        "name": "project_id", "in": "path", "required": true,
        "description": "project ID; every ID is a world of its own",
        "schema": { "type": "string", "pattern": form },
        "example": PROJECT_ID,
    });
    let of_project = contract.is_of_project().then_some(project);
    let declared = contract.parameters().filter(|(place, _)| *place != Place::Body);
    let declared = declared.map(|(place, field)| {
        let mut parameter = json!({
            "name": field.name,
            "in": place.name(),
            "required": field.presence == Presence::Mandatory,
            "description": field.meaning,
            "schema": schema::parameter(field, strictness),
        });
        if let Some(example) = examples.of_parameter(place, field) {
            parameter["example"] = example;
        }
        if place == Place::Query && field.presence == Presence::Optional {
            // Clients that fill in every parameter send such ones for those that have no value.
            parameter["allowEmptyValue"] = true.into();
        }
        parameter
    });
    let language = contract.service.speaks_chinese.then(|| {
        let mut schema = match strictness.hygiene {
            Level::Enforce => schema::in_any_case(&Language::TAGS),
            _ => json!({ "type": "string" }),
        };
        schema["examples"] = json!(Language::TAGS);
        schema["default"] = Language::TAGS[0].into();
        json!({
            "name": "X-Language", "in": "header", "required": false,
            "description": "language of error messages; English where it is unknown",
            "schema": schema,
        })
    });
    of_project.into_iter().chain(declared).chain(language).collect()
}
