//! What an operation answers: its success, and every refusal.

use super::schema::{Use, kind, object};
use crate::contract::field::Presence;
use crate::contract::{Contract, Envelope, Refused, WholeReply};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The answers, by status.
pub fn responses(contract: &Contract) -> Value {
    let mut responses = Map::new();
    let mut success = json!({ "description": "success", "headers": headers() });
    for field in contract.reply_headers {
        success["headers"][field.name] = json!({
            "description": field.meaning,
            "required": field.presence == Presence::Mandatory,
            "schema": kind(&field.kind, Use::Reply),
        });
    }
    let (content_type, schema) = match contract.whole_reply {
        Some(WholeReply::Json) => ("application/json", json!({})),
        Some(WholeReply::JsonString) => ("application/json", json!({ "type": "string" })),
        Some(WholeReply::PlainText) => ("text/plain", json!({ "type": "string" })),
        None => ("application/json", object(contract.reply, Use::Reply)),
    };
    if contract.whole_reply.is_some() || !contract.reply.is_empty() {
        success["content"] = json!({ content_type: { "schema": schema } });
    }
    responses.insert(contract.success.as_str().to_owned(), success);
    if let Some(checked) = contract.checked {
        let response =
            json!({ "description": "checked, and nothing changed", "headers": headers() });
        responses.insert(checked.as_str().to_owned(), response);
    }
    // The server's own, before it knows of any operation.
    let too_long = json!({ "description": "the request line or the headers are too long" });
    responses.insert("431".to_owned(), too_long);
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
    let gateway =
        crate::contract::gateway::SERVICE.refusals.iter().any(|one| one.code == refused.code);
    let envelope = if gateway { Envelope::Gateway } else { contract.service.envelope };
    if envelope == Envelope::Nested {
        return nested_error();
    }
    let [code, message] = match envelope {
        Envelope::Brief => ["code", "message"],
        _ => ["error_code", "error_msg"],
    };
    let mut properties = json!({
        code: { "type": "string" },
        message: { "type": "string", "minLength": 1, "maxLength": 1024 },
    });
    let mut required = vec![code, message];
    match envelope {
        Envelope::Plain | Envelope::Brief | Envelope::Nested => {}
        Envelope::Extended => {
            properties["error_ext_msg"] = json!({ "type": "null" });
            required.push("error_ext_msg");
        }
        Envelope::Gateway => {
            properties["request_id"] = json!({ "type": "string", "pattern": "^[0-9a-f]{32}$" });
            required.push("request_id");
        }
    }
    let title = match envelope {
        Envelope::Gateway => "GatewayError",
        Envelope::Extended => "ExtendedError",
        Envelope::Brief => "BriefError",
        Envelope::Plain | Envelope::Nested => "ServiceError",
    };
    json!({
        "title": title,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn nested_error() -> Value {
    let error = json!({
        "type": "object",
        "properties": {
            "code": { "type": "integer" },
            "message": { "type": "string", "minLength": 1, "maxLength": 1024 },
            "title": { "type": "string" },
        },
        "required": ["code", "message", "title"],
        "additionalProperties": false,
    });
    json!({
        "title": "IamError",
        "type": "object",
        "properties": { "error": error },
        "required": ["error"],
        "additionalProperties": false,
    })
}
