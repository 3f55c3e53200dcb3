//! The `OpenAPI` 3.1 document, read off the contracts.
//!
//! Its schemas say exactly what the check enforces: a test holds the two against each other with a
//! JSON Schema validator that no one here wrote.

use super::field::{Field, ID_LENGTH, Kind, Presence};
use super::{Contract, Envelope, Level, Place, Refused, Strictness};
use crate::language::Language;
use crate::operation::Route;
use axum::http::Method;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The document of all operations, as strict as the service is.
pub fn document(routes: &[Route], strictness: Strictness) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in routes {
        let contract = route.contract;
        let path = paths.entry(contract.path).or_insert_with(|| json!({}));
        // Of operations that share method and path the last is the most general.
        path[method_key(&contract.method)] = operation(contract, strictness);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Papercloud",
            "summary": "Control planes of GeminiDB, DCS and TaurusDB, emulated.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
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

fn method_key(method: &Method) -> String {
    method.as_str().to_ascii_lowercase()
}

fn operation(contract: &Contract, strictness: Strictness) -> Value {
    let mut operation = json!({
        "operationId": contract.id,
        "summary": contract.title,
        "tags": [contract.service.name],
        "x-source": contract.source.cite(),
        "parameters": parameters(contract),
        "responses": responses(contract),
    });
    if contract.open {
        operation["security"] = json!([]);
    }
    if !contract.body.is_empty() {
        let schema = request_body(contract.body, strictness);
        let mut media = json!({ "schema": schema });
        if let Ok(example) = serde_json::from_str::<Value>(contract.example) {
            media["example"] = example["request"]["body"].clone();
        }
        operation["requestBody"] = json!({ "required": !contract.body_is_optional, "content": { "application/json": media } });
    }
    operation
}

fn parameters(contract: &Contract) -> Vec<Value> {
    let project = json!({
        "name": "project_id", "in": "path", "required": true,
        "description": "project ID; every ID is a world of its own",
        "schema": { "type": "string", "pattern": "^[0-9A-Za-z_-]{1,64}$" },
    });
    let of_project = contract.is_of_project().then_some(project);
    let declared = contract.parameters().filter(|(place, _)| *place != Place::Body);
    let declared = declared.map(|(place, field)| {
        let mut parameter = json!({
            "name": field.name,
            "in": place.name(),
            "required": field.presence == Presence::Mandatory,
            "description": field.meaning,
            "schema": kind(&field.kind, Use::Request(Strictness::default())),
        });
        if place == Place::Query && field.presence == Presence::Optional {
            // Clients that fill in every parameter send such ones for those that have no value.
            parameter["allowEmptyValue"] = true.into();
        }
        parameter
    });
    let language = contract.service.speaks_chinese.then(|| {
        json!({
            "name": "X-Language", "in": "header", "required": false,
            "description": "language of error messages",
            "schema": { "enum": Language::TAGS, "default": Language::TAGS[0] },
        })
    });
    of_project.into_iter().chain(declared).chain(language).collect()
}

fn responses(contract: &Contract) -> Value {
    let mut responses = Map::new();
    let mut success = json!({ "description": "success", "headers": headers() });
    for field in contract.reply_headers {
        success["headers"][field.name] = json!({
            "description": field.meaning,
            "required": field.presence == Presence::Mandatory,
            "schema": kind(&field.kind, Use::Reply),
        });
    }
    if !contract.reply.is_empty() {
        let schema = object(contract.reply, Use::Reply);
        success["content"] = json!({ "application/json": { "schema": schema } });
    }
    responses.insert(contract.success.as_str().to_owned(), success);
    let mut by_status: BTreeMap<&str, Vec<&Refused>> = BTreeMap::new();
    for refused in contract.all_refusals() {
        by_status.entry(refused.status.as_str()).or_default().push(refused);
    }
    for (status, refusals) in by_status {
        let mut schemas: Vec<Value> = Vec::new();
        for refused in &refusals {
            let schema = error(contract, refused);
            if !schemas.contains(&schema) {
                schemas.push(schema);
            }
        }
        let schema = if schemas.len() == 1 { schemas.remove(0) } else { json!({"anyOf": schemas}) };
        let description = refusals.iter().map(|one| one.code).collect::<Vec<_>>().join(", ");
        let content = json!({ "application/json": { "schema": schema } });
        let response =
            json!({ "description": description, "headers": headers(), "content": content });
        responses.insert(status.to_owned(), response);
    }
    Value::Object(responses)
}

fn headers() -> Value {
    json!({
        "X-Request-Id": { "required": true, "schema": { "type": "string" } },
        "X-Paper-Warning": {
            "description": "an oddity that was let pass; one header each",
            "schema": { "type": "string" },
        },
    })
}

fn error(contract: &Contract, refused: &Refused) -> Value {
    let gateway = crate::api::gateway::SERVICE.refusals.iter().any(|one| one.code == refused.code);
    let envelope = if gateway { Envelope::Gateway } else { contract.service.envelope };
    if envelope == Envelope::Nested {
        return nested_error(refused);
    }
    let mut properties = json!({
        "error_code": { "const": refused.code },
        "error_msg": { "type": "string", "minLength": 1, "maxLength": 1024 },
    });
    let mut required = vec!["error_code", "error_msg"];
    match envelope {
        Envelope::Plain | Envelope::Nested => {}
        Envelope::Extended => {
            properties["error_ext_msg"] = json!({ "type": "null" });
            required.push("error_ext_msg");
        }
        Envelope::Gateway => {
            properties["request_id"] = json!({ "type": "string", "pattern": "^[0-9a-f]{32}$" });
            required.push("request_id");
        }
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn nested_error(refused: &Refused) -> Value {
    let error = json!({
        "type": "object",
        "properties": {
            "code": { "const": refused.status.as_u16() },
            "message": { "type": "string", "minLength": 1, "maxLength": 1024 },
            "title": { "const": refused.status.canonical_reason() },
        },
        "required": ["code", "message", "title"],
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "properties": { "error": error },
        "required": ["error"],
        "additionalProperties": false,
    })
}

/// What a schema describes.
#[derive(Clone, Copy)]
enum Use {
    /// What is accepted.
    Request(Strictness),
    /// What is answered.
    Reply,
}

/// The schema of a request's body.
pub fn request_body(fields: &'static [Field], strictness: Strictness) -> Value {
    object(fields, Use::Request(strictness))
}

fn object(fields: &'static [Field], used: Use) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    let mut conditions = Vec::new();
    for field in fields {
        let mut schema = member(field, used);
        if !field.meaning.is_empty() {
            schema["description"] = field.meaning.into();
        }
        if field.deprecated.is_some() {
            schema["deprecated"] = true.into();
        }
        if let Some(default) = field.default {
            schema["x-default"] = default.into();
        }
        properties.insert(field.name.to_owned(), schema);
        match field.presence {
            Presence::Mandatory => required.push(field.name),
            Presence::Optional => {}
            Presence::Unless(sibling) => {
                let either = json!({ "anyOf": [given(field.name), given(sibling)] });
                if !conditions.iter().any(|known| same_pair(known, &either)) {
                    conditions.push(either);
                }
            }
            Presence::When(sibling, value) => conditions.push(json!({
                "if": has_value(fields, sibling, value),
                "then": given(field.name),
            })),
            Presence::Inferred(from) => {
                let mut ways = vec![given(field.name)];
                ways.extend(from.iter().map(|(sibling, _)| only(from, sibling)));
                conditions.push(json!({ "anyOf": ways }));
            }
        }
    }
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    if !conditions.is_empty() {
        schema["allOf"] = conditions.into();
    }
    let closed = match used {
        Use::Reply => true,
        Use::Request(strictness) => strictness.hygiene == Level::Enforce,
    };
    if closed {
        schema["additionalProperties"] = false.into();
    }
    schema
}

fn same_pair(left: &Value, right: &Value) -> bool {
    let names = |pair: &Value| {
        let mut names: Vec<String> = pair["anyOf"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| one["required"].to_string())
            .collect();
        names.sort();
        names
    };
    names(left) == names(right)
}

/// The sibling is there, and not null or empty, which is absence.
fn given(name: &str) -> Value {
    json!({ "required": [name], "properties": { name: { "not": { "enum": [null, ""] } } } })
}

/// Of the siblings that a value can be inferred from, this one alone is there.
fn only(from: &[(&str, &str)], sibling: &str) -> Value {
    let others = from.iter().filter(|(other, _)| *other != sibling);
    let absent = others.map(|(other, _)| json!({ "not": given(other) }));
    let all: Vec<Value> = std::iter::once(given(sibling)).chain(absent).collect();
    json!({ "allOf": all })
}

/// The sibling has the value or is a list with it, sent or inferred.
fn has_value(fields: &[Field], sibling: &str, value: &str) -> Value {
    let sibling_field = fields.iter().find(|field| field.name == sibling);
    let is_value = match sibling_field.map(|field| field.kind) {
        Some(Kind::List(..)) => json!({ "type": "array", "contains": { "const": value } }),
        _ => json!({ "const": value }),
    };
    let sent = json!({ "required": [sibling], "properties": { sibling: is_value } });
    let presence = sibling_field.map(|field| field.presence);
    let Some(Presence::Inferred(from)) = presence else { return sent };
    let Some((source, _)) = from.iter().find(|(_, inferred)| *inferred == value) else {
        return sent;
    };
    let inferred = json!({ "allOf": [{ "not": given(sibling) }, only(from, source)] });
    json!({ "anyOf": [sent, inferred] })
}

fn member(field: &'static Field, used: Use) -> Value {
    let schema = kind(&field.kind, used);
    match used {
        Use::Reply if field.nullable => json!({ "anyOf": [schema, { "type": "null" }] }),
        Use::Reply => schema,
        Use::Request(_) if field.presence == Presence::Mandatory => schema,
        Use::Request(_) => {
            let mut ways = vec![schema, json!({ "enum": [null, ""] })];
            if matches!(field.kind, Kind::Object(_)) && field.presence == Presence::Optional {
                let empty = json!({ "enum": [null, ""] });
                ways.push(json!({ "type": "object", "additionalProperties": empty }));
            }
            json!({ "anyOf": ways })
        }
    }
}

fn kind(kind: &'static Kind, used: Use) -> Value {
    let text = |most: usize| match used {
        Use::Request(_) => json!({ "type": "string", "maxLength": most, "pattern": "\\S" }),
        Use::Reply => json!({ "type": "string" }),
    };
    match kind {
        Kind::Text(most) => text(*most),
        Kind::Instance(_) => text(ID_LENGTH),
        Kind::Format(format) => json!({ "type": "string", "pattern": format.pattern }),
        Kind::OneOf(words) => json!({ "type": "string", "enum": words }),
        Kind::Integer(least, most) => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Kind::IntegerOrText(least, most) => json!({ "anyOf": [
            { "type": "integer", "minimum": least, "maximum": most },
            { "type": "string", "pattern": decimals(*least, *most) },
        ] }),
        Kind::IntegerOneOf(numbers) => json!({ "type": "integer", "enum": numbers }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Object(fields) => object(fields, used),
        Kind::List(of, most) => {
            json!({ "type": "array", "items": self::kind(of, used), "maxItems": most })
        }
    }
}

/// A pattern of the whole numbers from `least`, at most 1, to `most`, without leading zeros.
fn decimals(least: i64, most: i64) -> String {
    let digits = most.to_string();
    let mut ways: Vec<String> = (least..1).map(|number| number.to_string()).collect();
    if digits.len() > 1 {
        ways.push(format!("[1-9][0-9]{{0,{}}}", digits.len() - 2));
    }
    for (at, digit) in digits.char_indices() {
        let least = if at == 0 { '1' } else { '0' };
        if digit > least {
            let below = char::from(digit as u8 - 1);
            let rest = digits.len() - at - 1;
            ways.push(format!("{}[{least}-{below}][0-9]{{{rest}}}", &digits[..at]));
        }
    }
    ways.push(digits);
    format!("^({})$", ways.join("|"))
}

#[test]
fn the_pattern_of_a_range_holds_exactly_its_numbers() {
    for (least, most) in [(1, 1), (1, 9), (-1, 10), (0, 99), (1, 10_240)] {
        let pattern = regex::Regex::new(&decimals(least, most)).unwrap();
        for number in -9..=most + 1_000 {
            let within = (least..=most).contains(&number);
            assert_eq!(pattern.is_match(&number.to_string()), within, "{number} of {most}");
        }
        assert!(!pattern.is_match("01") && !pattern.is_match("") && !pattern.is_match("1 "));
    }
}
