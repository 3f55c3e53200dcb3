//! Operations that share method and path: `OpenAPI` has one object for all of them, so theirs is
//! what each of them takes, and what any of them answers.

use crate::contract::Contract;
use crate::contract::template::fits;
use crate::operation::Route;
use serde_json::Value;

/// Whether two operations share method and path.
pub fn same_place(left: &Contract, right: &Contract) -> bool {
    (&left.method, left.path) == (&right.method, right.path)
}

/// Whether an operation has a path of its own that another one's template fits: `/v3` is within
/// `/{version}`, and is answered first.
pub fn is_within(contract: &Contract, other: &Contract) -> bool {
    contract.method == other.method
        && contract.path != other.path
        && fits(contract.path, other.path)
}

/// Adds what is answered where the path becomes that of another operation.
pub fn answer_too(operation: &mut Value, responses: &Value) {
    for (status, response) in responses.as_object().into_iter().flatten() {
        match &mut operation["responses"][status] {
            there @ Value::Null => *there = response.clone(),
            there => merge_response(there, response),
        }
    }
}

/// The `operationId` that an operation is published under: its own, or that of the most general
/// one on its path, which is the last. With its service before it, where several services have one
/// of that name.
pub fn name(contract: &Contract, routes: &[Route]) -> String {
    let contracts = routes.iter().map(Route::contract);
    let own = contracts.clone().rfind(|known| same_place(known, contract)).unwrap_or(contract);
    let mut others = contracts.filter(|known| !same_place(known, own));
    if others.any(|known| known.id == own.id) {
        format!("{}{}", own.service.name, own.id)
    } else {
        own.id.to_owned()
    }
}

/// One operation object in the place of several, the most general of which is the last.
pub fn merged(mut operations: Vec<Value>) -> Value {
    let Some(mut general) = operations.pop() else { return Value::Null };
    while let Some(other) = operations.pop() {
        for member in ["summary", "x-source"] {
            let both = [&other[member], &general[member]].map(|text| text.as_str().unwrap_or(""));
            general[member] = both.join("; or ").into();
        }
        for member in ["tags", "x-operations"] {
            add_all(&mut general[member], &other[member]);
        }
        merge_parameters(&mut general["parameters"], &other["parameters"]);
        answer_too(&mut general, &other["responses"]);
    }
    general
}

/// Adds the elements that are not there yet.
fn add_all(list: &mut Value, more: &Value) {
    let (Some(list), Some(more)) = (list.as_array_mut(), more.as_array()) else { return };
    for value in more {
        if !list.contains(value) {
            list.push(value.clone());
        }
    }
}

/// What only one of the operations takes is optional, and the others take no notice of what it is.
fn merge_parameters(parameters: &mut Value, more: &Value) {
    let (Some(parameters), Some(more)) = (parameters.as_array_mut(), more.as_array()) else {
        return;
    };
    let same =
        |left: &Value, right: &Value| left["name"] == right["name"] && left["in"] == right["in"];
    let anything = serde_json::json!({ "type": "string" });
    for parameter in parameters.iter_mut() {
        if !more.iter().any(|other| same(parameter, other)) {
            parameter["required"] = false.into();
            either(&mut parameter["schema"], &anything);
        }
    }
    for other in more {
        if let Some(known) = parameters.iter_mut().find(|known| same(known, other)) {
            let required = known["required"] == true && other["required"] == true;
            known["required"] = required.into();
            either(&mut known["schema"], &other["schema"]);
        } else {
            let mut added = other.clone();
            added["required"] = (other["in"] == "path").into();
            either(&mut added["schema"], &anything);
            parameters.push(added);
        }
    }
}

fn merge_response(response: &mut Value, other: &Value) {
    let codes = |response: &Value| {
        let text = response["description"].as_str().unwrap_or_default().to_owned();
        text.split(", ").map(str::to_owned).collect::<Vec<_>>()
    };
    let mut all = codes(response);
    all.extend(codes(other));
    let mut seen = std::collections::HashSet::new();
    all.retain(|code| seen.insert(code.clone()));
    response["description"] = all.join(", ").into();
    for member in ["headers", "links"] {
        for (name, value) in other[member].as_object().into_iter().flatten() {
            if response[member][name].is_null() {
                response[member][name] = value.clone();
            }
        }
    }
    let content = &other["content"]["application/json"]["schema"];
    if !content.is_null() {
        either(&mut response["content"]["application/json"]["schema"], content);
    }
}

/// A schema that allows what another one does as well.
fn either(schema: &mut Value, other: &Value) {
    if schema.is_null() || schema == other {
        *schema = other.clone();
        return;
    }
    let ways = |schema: &Value| match schema.as_object() {
        Some(members) if members.len() == 1 => {
            members.get("anyOf").and_then(Value::as_array).cloned()
        }
        _ => None,
    };
    let mut all = ways(schema).unwrap_or_else(|| vec![schema.clone()]);
    for way in ways(other).unwrap_or_else(|| vec![other.clone()]) {
        if !all.contains(&way) {
            all.push(way);
        }
    }
    *schema = serde_json::json!({ "anyOf": all });
}
