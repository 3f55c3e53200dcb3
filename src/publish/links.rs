//! Links: which ids of an answer which operations of the same service take.
//!
//! An id is known by its name, such as `task_id`, or by what its field says that it
//! [names](Field::names).

use super::Published;
use crate::contract::field::{Field, Kind, Presence};
use crate::contract::{Awaits, Contract, Place};
use serde_json::{Map, Value, json};

/// The links of an operation's success, by the names of the operations that they lead to.
pub fn links(contract: &Contract, published: &[Published<'_>]) -> Map<String, Value> {
    let answered = answered(contract);
    let mut links = Map::new();
    for to in published {
        let other = to.0;
        let same_service = std::ptr::eq(other.service, contract.service);
        if !same_service || std::ptr::eq(other, contract) {
            continue;
        }
        if let Some(link) = link(contract, &answered, to) {
            links.insert(other.id.to_owned(), link);
        }
    }
    links
}

/// The ids of an answer: what each of them names, and where it stands. Of a list it is the first.
fn answered(contract: &Contract) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for field in contract.reply {
        let below = match field.kind {
            Kind::List(Kind::Object(_), _) => format!("/{}/0", field.name),
            _ => format!("/{}", field.name),
        };
        match field.kind.members() {
            [] => found.extend(named(field).map(|name| (name, below))),
            members => found.extend(
                members
                    .iter()
                    .filter_map(|one| Some((named(one)?, format!("{below}/{}", one.name)))),
            ),
        }
    }
    found
}

/// What a field's value names, if it is one id.
fn named(field: &Field) -> Option<&'static str> {
    let one = !matches!(field.kind, Kind::List(..) | Kind::Object(_));
    let own = (one && field.name.ends_with("_id")).then_some(field.name);
    field.names.filter(|_| one).or(own)
}

/// The link to another operation, if it takes one of the ids.
fn link(
    contract: &Contract,
    answered: &[(&'static str, String)],
    (other, name, examples): &Published<'_>,
) -> Option<Value> {
    let mut parameters = Map::new();
    let mut body = examples.body.clone();
    let mut linked = false;
    for (place, field) in other.parameters().filter(|(place, field)| takes(other, *place, field)) {
        let wanted = field.names.unwrap_or(field.name);
        let Some((_, pointer)) = answered.iter().find(|(name, _)| *name == wanted) else {
            continue;
        };
        let expression = format!("$response.body#{pointer}");
        if place == Place::Body {
            let list = matches!(field.kind, Kind::List(..));
            let value = if list { json!([expression]) } else { json!(expression) };
            body.as_mut()?[field.name] = value;
        } else {
            parameters.insert(format!("{}.{}", place.name(), field.name), expression.into());
        }
        linked = true;
    }
    if !linked {
        return None;
    }
    // The rest of the path is the same for both.
    let shared = other
        .path_parameters
        .iter()
        .map(|field| field.name)
        .filter(|name| contract.path_parameters.iter().any(|field| field.name == *name));
    let project = (contract.is_of_project() && other.is_of_project()).then_some("project_id");
    for name in project.into_iter().chain(shared) {
        parameters
            .entry(format!("path.{name}"))
            .or_insert_with(|| format!("$request.path.{name}").into());
    }
    let mut link = json!({
        "operationId": name,
        "description": other.title,
        "parameters": parameters,
    });
    if let Some(body) = body {
        link["requestBody"] = body;
    }
    Some(link)
}

/// Whether a parameter says what the operation is about, and does not only choose among many.
fn takes(contract: &Contract, place: Place, field: &Field) -> bool {
    field.names.is_some()
        || place == Place::Path
        || (place != Place::Header && field.presence == Presence::Mandatory)
        || contract.awaits == Awaits::Named(field.name)
}
