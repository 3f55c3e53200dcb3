//! Operations that share method and path: `OpenAPI` has one object for all of them, so theirs is
//! what each of them takes, and what any of them answers.

use crate::contract::Contract;
use crate::contract::template::fits;
use crate::operation::Route;
use serde_json::{Value, json};

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

/// The words by which an operation claims a body, and where they stand.
type Claimed = Option<(&'static str, &'static [&'static str])>;

/// One operation object for several on a path, the most general of which is the last.
pub fn merged(mut operations: Vec<(Value, Claimed)>) -> Value {
    let Some((mut general, _)) = operations.pop() else { return Value::Null };
    while let Some((mut other, claimed)) = operations.pop() {
        for member in ["summary", "x-source"] {
            let both = [&other[member], &general[member]].map(|text| text.as_str().unwrap_or(""));
            general[member] = both.join("; or ").into();
        }
        for member in ["tags", "x-operations"] {
            add_all(&mut general[member], &other[member]);
        }
        merge_parameters(&mut general["parameters"], &other["parameters"]);
        if let Some((place, words)) = claimed {
            divide(body(&mut general), body(&mut other), &has_one_of(place, words));
        }
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

/// A parameter has to be there if each of the operations demands it.
fn merge_parameters(parameters: &mut Value, more: &Value) {
    let (Some(parameters), Some(more)) = (parameters.as_array_mut(), more.as_array()) else {
        return;
    };
    let same =
        |left: &Value, right: &Value| left["name"] == right["name"] && left["in"] == right["in"];
    for known in parameters {
        if let Some(other) = more.iter().find(|other| same(known, other)) {
            known["required"] = (known["required"] == true && other["required"] == true).into();
            if other["allowEmptyValue"] == true {
                known["allowEmptyValue"] = true.into();
            }
            either(&mut known["schema"], &other["schema"]);
        }
    }
}

fn body(operation: &mut Value) -> &mut Value {
    &mut operation["requestBody"]["content"]["application/json"]["schema"]
}

/// Makes a body the other operation's where a claim of that one holds, and this one's otherwise.
fn divide(schema: &mut Value, other: &mut Value, claim: &Value) {
    add_condition(other, claim.clone());
    if schema["anyOf"].is_null() {
        *schema = json!({ "anyOf": [schema.take()] });
    }
    if let Some(ways) = schema["anyOf"].as_array_mut() {
        for way in &mut *ways {
            add_condition(way, json!({ "not": claim }));
        }
        ways.push(other.take());
    }
}

fn add_condition(schema: &mut Value, condition: Value) {
    match schema["allOf"].as_array_mut() {
        Some(conditions) => conditions.push(condition),
        None => schema["allOf"] = json!([condition]),
    }
}

/// A body that has one of the words at a place.
fn has_one_of(place: &str, words: &[&str]) -> Value {
    let is_word = json!({ "enum": words });
    place.rsplit('.').fold(is_word, |inner, name| {
        json!({ "type": "object", "properties": { name: inner }, "required": [name] })
    })
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
    *schema = json!({ "anyOf": all });
}
