//! Writes the reply of a declared operation: the members that its table has, with what is in view.

use super::declaration::Declaration;
use super::expression::NOTHING;
use super::fields::Answer;
use super::functions::Context;
use super::mistake::Mistake;
use crate::contract::{Kind, Presence};
use crate::operation::{Output, USUAL_BODY};
use axum::http::StatusCode;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The reply with this in view. A debug build finds out whether its table allows it.
pub fn reply(
    declaration: &Declaration,
    view: &Value,
    context: &Context<'_>,
) -> Result<Output, Mistake> {
    let mut reply = Output::empty(declaration.contract.success);
    match &declaration.whole {
        Some(whole) => match &*whole.value(view, context) {
            // A reply that is a text as a whole is no JSON.
            Value::String(plain) => {
                reply.headers.push(("content-type", "text/plain".to_owned()));
                reply.body.extend(plain.as_bytes());
            }
            value => write(value, &mut reply.body),
        },
        None if reply.status == StatusCode::NO_CONTENT => {}
        None => {
            reply.body.reserve(USUAL_BODY);
            let mut writer = Writer { context, body: &mut reply.body, mistake: None };
            writer.object(&declaration.answer, view, true);
            if let Some(mistake) = writer.mistake {
                return Err(mistake);
            }
        }
    }
    Ok(reply)
}

struct Writer<'w, 'c> {
    context: &'w Context<'c>,
    body: &'w mut Vec<u8>,
    /// What the table does not allow.
    mistake: Option<Mistake>,
}

impl Writer<'_, '_> {
    /// Writes an object with the members of a table: what is declared for each, or the member of the
    /// same name of what is in view; at the top also a parameter of the request.
    fn object(&mut self, table: &[Answer], view: &Value, top: bool) {
        let context = self.context;
        self.body.push(b'{');
        let start = self.body.len();
        for answer in table {
            let name = answer.field.name;
            let value = if let Some(value) = &answer.value {
                value.value(view, context)
            } else {
                let sent = || if top { context.sent.get(name) } else { None };
                Cow::Borrowed(view.get(name).or_else(sent).unwrap_or(&NOTHING))
            };
            if cfg!(debug_assertions)
                && let Some(mistake) = answer.misfit(&value)
            {
                self.mistake = Some(mistake);
            }
            let is_there = !value.is_null() || answer.field.nullable;
            if !is_there && answer.field.presence != Presence::Mandatory {
                continue;
            }
            if self.body.len() > start {
                self.body.push(b',');
            }
            self.body.extend_from_slice(answer.key.as_bytes());
            if is_there {
                self.value(answer, &value);
            } else {
                write(&empty(&answer.field.kind), self.body);
            }
        }
        self.body.push(b'}');
    }

    /// Writes a value with the members that its row has.
    fn value(&mut self, answer: &Answer, value: &Value) {
        match value {
            Value::Array(values) if !answer.members.is_empty() => {
                self.body.push(b'[');
                for (at, one) in values.iter().enumerate() {
                    if at > 0 {
                        self.body.push(b',');
                    }
                    self.object(&answer.members, one, false);
                }
                self.body.push(b']');
            }
            Value::Object(_) if !answer.members.is_empty() => {
                self.object(&answer.members, value, false);
            }
            other => write(other, self.body),
        }
    }
}

fn write(value: &Value, to: &mut Vec<u8>) {
    serde_json::to_writer(to, value).expect("a value can be written to memory");
}

/// What a mandatory member is answered where nothing is known of it.
fn empty(kind: &Kind) -> Value {
    match kind {
        Kind::Boolean | Kind::BooleanOrText => false.into(),
        Kind::Integer(least, _) => (*least).max(0).into(),
        Kind::IntegerOneOf(numbers) => numbers.first().copied().unwrap_or(0).into(),
        Kind::Number => 0.into(),
        Kind::List(..) => Value::Array(Vec::new()),
        Kind::Object(_) | Kind::Map => Value::Object(Map::new()),
        _ => "".into(),
    }
}
