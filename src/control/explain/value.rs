//! Values that a parameter may have: the sent one where it obviously means something allowed, or
//! one that stands for any.

use crate::contract::format::SAMPLES;
use crate::contract::{Field, Format, Kind, Presence};
use crate::text::nearest;
use serde_json::{Value, json};

/// What was sent, as the kind wants it, where that is obvious.
pub fn converted(kind: &'static Kind, sent: &Value) -> Option<Value> {
    match (kind, sent) {
        (Kind::List(_, most), Value::Array(values)) => {
            Some(json!(values.iter().take(*most).collect::<Vec<_>>()))
        }
        (Kind::List(of, _), one) => converted(of, one).map(|one| json!([one])),
        (kind, Value::Array(values)) => match values.as_slice() {
            [only] => converted(kind, only),
            _ => None,
        },
        (Kind::Text(most), sent) => {
            let text: String = text_of(sent)?.chars().take(*most).collect();
            (!text.trim().is_empty()).then(|| json!(text))
        }
        (Kind::Length(least, most), sent) => {
            let text: String = text_of(sent)?.chars().take(*most).collect();
            (text.chars().count() >= *least).then(|| json!(text))
        }
        (Kind::Number, sent) => text_of(sent)?.trim().parse::<f64>().ok().map(|it| json!(it)),
        (Kind::Any, sent) => Some(sent.clone()),
        (Kind::Instance(_), sent) => {
            let text = text_of(sent)?;
            (!text.trim().is_empty()).then(|| json!(text))
        }
        (Kind::Format(format), sent) => reformatted(format, text_of(sent)?.trim()),
        (Kind::OneOf(words), sent) => {
            nearest(text_of(sent)?.trim(), words.iter().copied()).map(|word| json!(word))
        }
        (Kind::Integer(least, most) | Kind::IntegerOrText(least, most), sent) => {
            number_of(sent).map(|number| json!(number.clamp(*least, *most)))
        }
        (Kind::IntegerOneOf(allowed), sent) => {
            let sent = number_of(sent)?;
            allowed.iter().min_by_key(|number| number.abs_diff(sent)).map(|number| json!(number))
        }
        (Kind::Boolean | Kind::BooleanOrText, sent) => {
            match text_of(sent)?.trim().to_lowercase().as_str() {
                "true" | "1" | "yes" => Some(json!(true)),
                "false" | "0" | "no" => Some(json!(false)),
                _ => None,
            }
        }
        (Kind::Object(_) | Kind::Map, _) => None,
    }
}

/// A value that a field of a kind could have: its declared example, or one that stands for any.
pub fn sample(field: &Field, kind: &'static Kind) -> Value {
    let name = field.name;
    match (kind, field.example) {
        (Kind::List(..), _) | (_, None) => {}
        (Kind::Integer(..) | Kind::Number | Kind::Boolean, Some(example)) => {
            return serde_json::from_str(example).unwrap_or_default();
        }
        (_, Some(example)) => return json!(example),
    }
    match kind {
        Kind::Text(most) => json!(name.chars().take(*most).collect::<String>()),
        Kind::Length(least, most) => {
            let long = name.chars().chain(std::iter::repeat('x'));
            json!(long.take(name.chars().count().clamp(*least, *most)).collect::<String>())
        }
        Kind::Number => json!(1),
        Kind::Map | Kind::Any => json!({}),
        Kind::Instance(kinds) => {
            let suffix = kinds.first().map(|kind| kind.engine.suffix()).unwrap_or_default();
            // The instances without a suffix have dashes in their ids.
            let [dashed, digits, ..] = SAMPLES;
            json!(if suffix.is_empty() { dashed.to_owned() } else { format!("{digits}{suffix}") })
        }
        Kind::Format(format) => {
            let fitting = SAMPLES.into_iter().chain(["name"]).find(|text| (format.accepts)(text));
            json!(fitting.unwrap_or_default())
        }
        Kind::OneOf(words) => json!(words.first()),
        Kind::Integer(least, _) | Kind::IntegerOrText(least, _) => json!(least),
        Kind::IntegerOneOf(numbers) => json!(numbers.first()),
        Kind::Boolean | Kind::BooleanOrText => json!(true),
        Kind::Object(fields) => {
            let mandatory = |field: &&Field| field.presence == Presence::Mandatory;
            let value = |field: &'static Field| sample(field, &field.kind);
            let member = |field: &'static Field| (field.name.to_owned(), value(field));
            Value::Object(fields.iter().filter(mandatory).map(member).collect())
        }
        Kind::List(of, _) => json!([sample(field, of)]),
    }
}

/// What stands in the place of a secret.
pub fn placeholder(field: &Field) -> Value {
    let is_password = field.name.contains("password") || field.name.contains("pwd");
    json!(if is_password { "<password>" } else { "<token>" })
}

/// Replaces every secret among the members of a table.
pub fn hide_secrets(fields: &'static [Field], value: &mut Value) {
    let members = match value {
        Value::Object(members) => members,
        Value::Array(values) => {
            return values.iter_mut().for_each(|value| hide_secrets(fields, value));
        }
        _ => return,
    };
    for field in fields {
        let Some(value) = members.get_mut(field.name) else { continue };
        if field.secret {
            *value = placeholder(field);
        } else {
            hide_secrets(field.kind.members(), value);
        }
    }
}

/// Text in another form, where only dashes, a port or a time zone is wrong.
fn reformatted(format: &Format, text: &str) -> Option<Value> {
    let plain = text.replace('-', "");
    let dashed = (plain.len() == 32 && plain.is_ascii()).then(|| {
        let groups = [&plain[..8], &plain[8..12], &plain[12..16], &plain[16..20], &plain[20..]];
        groups.join("-")
    });
    let candidates = [text.to_owned(), plain, format!("{text}:6379"), format!("{text}Z")];
    let fitting = candidates.into_iter().chain(dashed).find(|text| (format.accepts)(text));
    fitting.map(|text| json!(text))
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

fn number_of(value: &Value) -> Option<i64> {
    let text = text_of(value)?;
    let number: f64 = text.trim().parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "beyond the bounds is what is clamped")]
    (!number.is_nan()).then_some(number as i64)
}
