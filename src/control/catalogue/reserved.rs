//! Puts reserved IDs into documented requests, to provoke their refusals.

use crate::cloud::ReservedId;
use crate::contract::{Contract, ErrorKind, Field, Kind};
use serde_json::Value;

/// A reserved ID, and where it goes.
#[derive(Debug)]
pub struct Reserved {
    /// The parameter that has it, as in `target_instance.id`.
    pub parameter: String,
    /// Its first eight digits.
    pub starts_with: &'static str,
}

/// The rest of an ID where the example has none of its own.
const REST: &str = "ab77413f9d2526605227be08in16";

/// Puts a reserved ID that asks for a refusal into a request of the operation, if there is one.
pub fn put_into_request(
    contract: &'static Contract,
    error_kind: ErrorKind,
    request: &mut Value,
) -> Option<Reserved> {
    let in_path = contract.path_parameters.iter().map(|field| (None, field));
    let in_body = members(contract.body).into_iter();
    let in_body = in_body.map(|(pointer, field)| (Some(pointer), field));
    let named: Vec<_> = in_path.chain(in_body).collect();
    let provokes = |id: ReservedId, field: &Field| {
        missing(field).is_some_and(|missing| refusal_by(id, missing) == Some(error_kind))
    };
    ReservedId::TABLE.iter().find_map(|(digits, id, _)| {
        let named = named.iter().filter(|(_, field)| provokes(*id, field));
        named.into_iter().find_map(|(pointer, field)| {
            match pointer {
                Some(pointer) => in_the_body(request, pointer, digits)?,
                None => in_the_path(contract, request, field.name, digits)?,
            }
            let dotted =
                |it: &String| it.trim_start_matches('/').replace("/0", "").replace('/', ".");
            let parameter = pointer.as_ref().map_or_else(|| field.name.to_owned(), dotted);
            Some(Reserved { parameter, starts_with: digits })
        })
    })
}

/// The refusal that a reserved ID provokes, where an unknown ID is refused as `missing`.
fn refusal_by(id: ReservedId, missing: ErrorKind) -> Option<ErrorKind> {
    match id {
        ReservedId::Missing => Some(missing),
        ReservedId::Forbidden => Some(ErrorKind::Forbidden),
        ReservedId::Busy => Some(ErrorKind::Busy),
        ReservedId::Broken => Some(ErrorKind::Internal),
        ReservedId::Doomed | ReservedId::Endless => None,
    }
}

/// How an unknown ID in a parameter is refused; nothing where the parameter names neither an instance
/// nor a migration task.
pub fn missing(field: &Field) -> Option<ErrorKind> {
    match (field.name, field.kind) {
        ("clickhouse_instance_id", _) => Some(ErrorKind::UnknownHtapInstance),
        ("task_id", _) => Some(ErrorKind::UnknownTask),
        (_, Kind::Instance(_)) => Some(ErrorKind::UnknownInstance),
        (name, _) if name.ends_with("instance_id") => Some(ErrorKind::UnknownInstance),
        _ => None,
    }
}

/// Every member of a body with its pointer; of a list its first element.
fn members(fields: &'static [Field]) -> Vec<(String, &'static Field)> {
    let below = |field: &'static Field| {
        let element = if matches!(field.kind, Kind::List(..)) { "/0" } else { "" };
        let pointer = format!("/{}", field.name);
        let inner = members(field.kind.members()).into_iter();
        let inner: Vec<_> =
            inner.map(|(below, field)| (format!("{pointer}{element}{below}"), field)).collect();
        std::iter::once((pointer, field)).chain(inner)
    };
    fields.iter().flat_map(below).collect()
}

fn in_the_body(request: &mut Value, pointer: &str, digits: &str) -> Option<()> {
    let value = request.get_mut("body")?.pointer_mut(pointer)?;
    *value = Value::from(reserved(value.as_str()?, digits));
    Some(())
}

fn in_the_path(contract: &Contract, request: &mut Value, name: &str, digits: &str) -> Option<()> {
    let path = request.get_mut("path")?;
    let (sent, query) = match path.as_str()?.split_once('?') {
        Some((sent, query)) => (sent, format!("?{query}")),
        None => (path.as_str()?, String::new()),
    };
    let parameter = format!("{{{name}}}");
    let segments = sent.split('/').zip(contract.path.split('/')).map(|(sent, template)| {
        if template == parameter { reserved(sent, digits) } else { sent.to_owned() }
    });
    let segments = segments.collect::<Vec<_>>().join("/");
    *path = Value::from(segments + &query);
    Some(())
}

/// The ID with other digits in front. `{0.job_id}` and its like are no IDs but stand for one.
fn reserved(id: &str, digits: &str) -> String {
    let rest = id.get(8..).filter(|_| !id.starts_with('{')).unwrap_or(REST);
    format!("{digits}{rest}")
}
