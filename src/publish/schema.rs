//! The schemas of what is accepted and of what is answered.

use crate::contract::field::{Field, Kind, Presence};
use crate::contract::{Level, Strictness};
use serde_json::{Map, Value, json};

/// What a schema describes.
#[derive(Clone, Copy)]
pub enum Use {
    /// For what is accepted.
    Request(Strictness),
    /// For what is answered.
    Reply,
}

/// Text that has more in it than white space: what Unicode calls so, since the `\\s` of regular
/// expressions is something else in each dialect.
const NOT_BLANK: &str = "[^\\t\\n\\v\\f\\r \u{85}\u{a0}\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\
                         \u{205f}\u{3000}]";

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
            Presence::Inferred(_) if enforces_hygiene(used) => conditions.push(given(field.name)),
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
    if matches!(used, Use::Reply) || enforces_hygiene(used) {
        schema["additionalProperties"] = false.into();
    }
    schema
}

/// Whether it describes requests of which hygiene is demanded.
fn enforces_hygiene(used: Use) -> bool {
    matches!(used, Use::Request(strictness) if strictness.hygiene == Level::Enforce)
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

/// Holds where this is the only one that is there of the siblings that a value can be inferred from.
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

/// The schema of a value that is there: in the advised form, and of what is deprecated none, where
/// hygiene is demanded.
pub fn given_value(field: &'static Field, used: Use) -> Value {
    if enforces_hygiene(used) && field.deprecated.is_some() {
        return json!({ "not": {} });
    }
    let mut schema = kind(&field.kind, used);
    if let Some(format) = field.advised.filter(|_| enforces_hygiene(used)) {
        schema["pattern"] = format.pattern.into();
    }
    schema
}

/// The schema of a parameter that is no member of a body: what is sent there is text.
pub fn parameter(field: &'static Field, strictness: Strictness) -> Value {
    let used = Use::Request(strictness);
    match given_value(field, used) {
        schema if schema["type"] == "boolean" => kind(&Kind::BooleanOrText, used),
        schema => schema,
    }
}

/// A text that is one of the words, in small letters or in capitals.
pub fn in_any_case(words: &[&str]) -> Value {
    let letter = |letter: char| {
        let [capital, small] = [letter.to_ascii_uppercase(), letter.to_ascii_lowercase()];
        if capital == small { letter.to_string() } else { format!("[{capital}{small}]") }
    };
    let words: Vec<String> = words.iter().map(|word| word.chars().map(letter).collect()).collect();
    json!({ "type": "string", "pattern": format!("^({})$", words.join("|")) })
}

fn member(field: &'static Field, used: Use) -> Value {
    let schema = given_value(field, used);
    match used {
        Use::Reply if field.nullable => json!({ "anyOf": [schema, { "type": "null" }] }),
        Use::Reply => schema,
        Use::Request(_) if field.presence == Presence::Mandatory => match field.kind {
            Kind::Any => json!({ "not": { "type": "null" } }),
            _ => schema,
        },
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
        Use::Request(_) if most == usize::MAX => json!({ "type": "string", "pattern": NOT_BLANK }),
        Use::Request(_) => json!({ "type": "string", "maxLength": most, "pattern": NOT_BLANK }),
        Use::Reply => json!({ "type": "string" }),
    };
    match kind {
        Kind::Text(most) => text(*most),
        Kind::Instance(_) => text(usize::MAX),
        Kind::Length(least, most) => match used {
            Use::Request(_) if *least == 0 => json!({ "type": "string", "maxLength": most }),
            Use::Request(_) => json!({
                "type": "string", "minLength": least, "maxLength": most, "pattern": NOT_BLANK,
            }),
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
            in_any_case(&["true", "false"]),
        ] }),
        Kind::Map => json!({ "type": "object" }),
        Kind::Any => json!({}),
        Kind::Object(fields) => object(fields, used),
        Kind::List(of, most) => {
            json!({ "type": "array", "items": self::kind(of, used), "maxItems": most })
        }
    }
}

/// A pattern of the whole numbers from `least` to `most`, without leading zeros.
fn decimals(least: i64, most: i64) -> String {
    let mut ways: Vec<String> = (least..0).map(|number| number.to_string()).collect();
    let mut low = least.max(0);
    while low <= most {
        let longest = "9".repeat(low.to_string().len()).parse().unwrap_or(i64::MAX);
        let high = most.min(longest);
        ways.push(digits(low.to_string().as_bytes(), high.to_string().as_bytes()));
        let Some(next) = high.checked_add(1) else { break };
        low = next;
    }
    format!("^({})$", ways.join("|"))
}

/// A pattern of the numbers between two that have as many digits.
fn digits(low: &[u8], high: &[u8]) -> String {
    let ([first, low @ ..], [last, high @ ..]) = (low, high) else { return String::new() };
    let (lowest, highest) = ("0".repeat(low.len()), "9".repeat(low.len()));
    let [from, to] = [*first, *last].map(char::from);
    if low == lowest.as_bytes() && high == highest.as_bytes() {
        let rest = if low.is_empty() { String::new() } else { format!("[0-9]{{{}}}", low.len()) };
        return if from == to { format!("{from}{rest}") } else { format!("[{from}-{to}]{rest}") };
    }
    if from == to {
        return format!("{from}({})", digits(low, high));
    }
    let mut ways = vec![format!("{from}({})", digits(low, highest.as_bytes()))];
    if last - first > 1 {
        let between = [[first + 1; 1].as_slice(), lowest.as_bytes()].concat();
        let until = [[last - 1; 1].as_slice(), highest.as_bytes()].concat();
        ways.push(digits(&between, &until));
    }
    ways.push(format!("{to}({})", digits(lowest.as_bytes(), high)));
    ways.join("|")
}

#[test]
fn the_pattern_of_a_range_holds_exactly_its_numbers() {
    for (least, most) in [(1, 1), (1, 9), (-1, 10), (0, 99), (1, 10_240), (1_024, 65_535)] {
        let pattern = regex::Regex::new(&decimals(least, most)).unwrap();
        for number in -9..=most + 1_000 {
            let within = (least..=most).contains(&number);
            assert_eq!(pattern.is_match(&number.to_string()), within, "{number} of {most}");
        }
        assert!(!pattern.is_match("01") && !pattern.is_match("") && !pattern.is_match("1 "));
    }
}
