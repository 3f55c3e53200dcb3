//! The schemas of what is accepted and of what is answered.

use crate::contract::field::{Field, Kind, Presence};
use crate::contract::{Level, Strictness};
use serde_json::{Map, Value, json};

/// What a schema describes.
#[derive(Clone, Copy)]
pub enum Use {
    /// What is accepted.
    Request(Strictness),
    /// What is answered.
    Reply,
}

/// The schema of a request's body.
pub fn request_body(fields: &'static [Field], strictness: Strictness) -> Value {
    object(fields, Use::Request(strictness))
}

/// The schema of an object.
pub fn object(fields: &'static [Field], used: Use) -> Value {
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
                "then": given_and_not_empty(field),
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

/// The field is there; an empty list is absence too.
fn given_and_not_empty(field: &Field) -> Value {
    let mut given = given(field.name);
    if matches!(field.kind, Kind::List(..)) {
        given["properties"][field.name]["minItems"] = 1.into();
    }
    given
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
        Some(Kind::List(..)) => {
            json!({ "type": "array", "items": {}, "contains": { "const": value } })
        }
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
    let mut schema = kind(&field.kind, used);
    if let (Some(format), Use::Request(strictness)) = (field.advised, used)
        && strictness.hygiene == Level::Enforce
    {
        schema["pattern"] = format.pattern.into();
    }
    match used {
        Use::Reply if field.nullable => json!({ "anyOf": [schema, { "type": "null" }] }),
        Use::Reply => schema,
        Use::Request(_) if field.presence == Presence::Mandatory => schema,
        Use::Request(_) => {
            // Empty text is absence, but no number.
            let absent = if field.kind.is_number() { json!([null]) } else { json!([null, ""]) };
            let mut ways = vec![schema, json!({ "enum": absent })];
            if matches!(field.kind, Kind::Object(_)) && field.presence == Presence::Optional {
                let empty = json!({ "enum": [null, ""] });
                ways.push(json!({ "type": "object", "additionalProperties": empty }));
            }
            json!({ "anyOf": ways })
        }
    }
}

/// The schema of a value.
pub fn kind(kind: &'static Kind, used: Use) -> Value {
    let text = |most: usize| match used {
        Use::Request(_) if most == usize::MAX => json!({ "type": "string", "pattern": "\\S" }),
        Use::Request(_) => json!({ "type": "string", "maxLength": most, "pattern": "\\S" }),
        Use::Reply => json!({ "type": "string" }),
    };
    match kind {
        Kind::Text(most) => text(*most),
        Kind::Instance(_) => text(usize::MAX),
        Kind::Length(least, most) => match used {
            Use::Request(_) => json!({ "type": "string", "minLength": least, "maxLength": most }),
            Use::Reply => json!({ "type": "string" }),
        },
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
        Kind::Number => json!({ "type": "number" }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::BooleanOrText => json!({ "anyOf": [
            { "type": "boolean" },
            { "type": "string", "enum": ["true", "false"] },
        ] }),
        Kind::Map => json!({ "type": "object" }),
        Kind::Any => json!({}),
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
