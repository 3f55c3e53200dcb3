//! The expressions of a declaration: what a member of an answer or of a record is.
//!
//! JSON with names in it. `name` is a member of the record in view, or what `let` has named;
//! `$name` is a parameter of the request. `a ?? b` is the first that is there, `c ? a : b` chooses,
//! `+` joins texts, lists and objects and adds numbers, `list where condition` and `list map value`
//! go through a list with each element in view. A member of an object whose value is not there is
//! left out; `null` itself stays. Functions are in [`functions`](super::functions).

use super::functions::{Context, Function};
use crate::cloud::record::Object;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::ops::Deref;

/// An expression.
#[derive(Debug)]
pub enum Expression {
    /// A value that is written out.
    Literal(Value),
    /// What is in view as a whole.
    This,
    /// A member of what is in view, or a named value.
    Name(Box<str>),
    /// A parameter of the request; all of them where it has no name.
    Sent(Box<str>),
    /// A member of an object, or an element of a list.
    Member(Box<Self>, Box<Self>),
    /// A function of values.
    Call(Function, Vec<Self>),
    /// An expression that has a name, of what is in view then.
    Defined(&'static Self, Box<Self>),
    /// An object.
    Object(Vec<(Self, Self)>),
    /// A list.
    List(Vec<Self>),
    /// The elements of a list for which something holds.
    Where(Box<Self>, Box<Self>),
    /// A value for each element of a list.
    Each(Box<Self>, Box<Self>),
    /// Two values joined.
    Binary(&'static str, Box<Self>, Box<Self>),
    /// The opposite.
    Not(Box<Self>),
    /// One of two.
    Choice(Box<[Self; 3]>),
}

/// What is not there.
pub static NOTHING: Value = Value::Null;

impl Expression {
    /// Whether it is a text whatever is in view: one that is written out, or begins with it.
    pub fn is_text(&self) -> bool {
        match self {
            Self::Literal(value) => value.is_string(),
            Self::Binary("+", left, _) => left.is_text(),
            _ => false,
        }
    }

    /// Its value where `this` is in view.
    pub fn value<'v>(&'v self, this: &'v Value, context: &'v Context<'_>) -> Cow<'v, Value> {
        match self {
            Self::Literal(value) => Cow::Borrowed(value),
            Self::This => Cow::Borrowed(this),
            Self::Name(name) => {
                Cow::Borrowed(this.get(&**name).or_else(|| context.named(name)).unwrap_or(&NOTHING))
            }
            Self::Sent(name) if name.is_empty() => Cow::Borrowed(context.sent),
            Self::Sent(name) => Cow::Borrowed(context.sent.get(&**name).unwrap_or(&NOTHING)),
            Self::Member(of, key) => member(of.value(this, context), &key.value(this, context)),
            Self::Call(function, arguments) => {
                // Records are counted without a copy of each.
                if function.is_count() {
                    return Cow::Owned(arguments[0].each(this, context).len().into());
                }
                let arguments: Vec<_> =
                    arguments.iter().map(|one| one.value(this, context)).collect();
                function.call(&arguments, context)
            }
            Self::Defined(expression, of) => {
                let view = of.value(this, context).into_owned();
                Cow::Owned(expression.value(&view, context).into_owned())
            }
            Self::Object(members) => {
                let mut object = Map::with_capacity(members.len());
                for (key, value) in members {
                    let there = value.value(this, context);
                    if !there.is_null() || matches!(value, Self::Literal(_)) {
                        object.insert(text(&key.value(this, context)), there.into_owned());
                    }
                }
                Cow::Owned(Value::Object(object))
            }
            Self::List(values) => {
                let values = values.iter().map(|one| one.value(this, context).into_owned());
                Cow::Owned(values.collect())
            }
            Self::Where(..) => {
                Cow::Owned(self.each(this, context).into_iter().map(Value::from).collect())
            }
            Self::Each(list, value) => {
                let of = |element: Element<'_>| value.value(&element, context).into_owned();
                Cow::Owned(list.each(this, context).into_iter().map(of).collect())
            }
            Self::Not(of) => Cow::Owned((!truth(&of.value(this, context))).into()),
            Self::Choice(parts) => {
                let [condition, yes, no] = &**parts;
                let holds = truth(&condition.value(this, context));
                if holds { yes } else { no }.value(this, context)
            }
            Self::Binary(operator, left, right) => {
                let left = left.value(this, context);
                match *operator {
                    "??" if !left.is_null() => left,
                    "??" => right.value(this, context),
                    "&&" if !truth(&left) => Cow::Owned(false.into()),
                    "||" if truth(&left) => Cow::Owned(true.into()),
                    "&&" | "||" => Cow::Owned(truth(&right.value(this, context)).into()),
                    _ => {
                        let right = right.value(this, context);
                        Cow::Owned(binary(operator, &left, &right))
                    }
                }
            }
        }
    }

    /// The elements of its value, to be looked at.
    fn each<'v>(&'v self, this: &'v Value, context: &'v Context<'_>) -> Vec<Element<'v>> {
        match self {
            Self::Call(function, arguments) if function.gives_records() => {
                let arguments: Vec<_> =
                    arguments.iter().map(|one| one.value(this, context)).collect();
                context.records(&arguments).into_iter().map(Element::Record).collect()
            }
            Self::Where(list, condition) => {
                let mut elements = list.each(this, context);
                elements.retain(|element| truth(&condition.value(element, context)));
                elements
            }
            _ => match self.value(this, context) {
                Cow::Borrowed(Value::Array(values)) => {
                    values.iter().map(|one| Element::Value(Cow::Borrowed(one))).collect()
                }
                value => elements(value).map(|one| Element::Value(Cow::Owned(one))).collect(),
            },
        }
    }
}

/// An element of a list that is gone through, of which there is no copy if it need not be.
enum Element<'v> {
    Value(Cow<'v, Value>),
    Record(Object),
}

impl Deref for Element<'_> {
    type Target = Value;

    fn deref(&self) -> &Value {
        match self {
            Self::Value(value) => value,
            Self::Record(shown) => shown,
        }
    }
}

impl From<Element<'_>> for Value {
    fn from(element: Element<'_>) -> Self {
        match element {
            Element::Value(value) => value.into_owned(),
            Element::Record(shown) => shown.into(),
        }
    }
}

fn member<'v>(of: Cow<'v, Value>, key: &Value) -> Cow<'v, Value> {
    match (of, key) {
        (Cow::Borrowed(value), Value::String(name)) => {
            Cow::Borrowed(value.get(name).unwrap_or(&NOTHING))
        }
        (Cow::Borrowed(value), key) => {
            Cow::Borrowed(index(key).and_then(|at| value.get(at)).unwrap_or(&NOTHING))
        }
        (Cow::Owned(mut value), Value::String(name)) => {
            Cow::Owned(value.get_mut(name).map(Value::take).unwrap_or_default())
        }
        (Cow::Owned(mut value), key) => {
            let found = index(key).and_then(|at| value.get_mut(at));
            Cow::Owned(found.map(Value::take).unwrap_or_default())
        }
    }
}

fn index(key: &Value) -> Option<usize> {
    usize::try_from(integer(key)?).ok()
}

/// The elements of a list; a value that is no list is one of its own, and none where it is null.
pub fn elements(value: Cow<'_, Value>) -> impl Iterator<Item = Value> {
    match value.into_owned() {
        Value::Array(values) => values.into_iter(),
        Value::Null => Vec::new().into_iter(),
        one => vec![one].into_iter(),
    }
}

/// Whether a value counts as true: it is there, and neither false, zero nor empty.
pub fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}

/// A value as text.
pub fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A whole number, also where it is written as text.
pub fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// A number, also where it is written as text.
pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// A number without an idle fraction.
pub fn from_number(number: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "in range and without fraction")]
    if number.fract() == 0.0 && number.abs() < 9e15 {
        (number as i64).into()
    } else {
        number.into()
    }
}

fn binary(operator: &str, left: &Value, right: &Value) -> Value {
    let numbers = || Some((number(left)?, number(right)?));
    match operator {
        "==" => (left == right).into(),
        "!=" => (left != right).into(),
        "in" => match right {
            Value::Array(values) => values.contains(left).into(),
            Value::String(of) => left.as_str().is_some_and(|part| of.contains(part)).into(),
            _ => false.into(),
        },
        "+" => join(left, right),
        "<" => numbers().is_some_and(|(left, right)| left < right).into(),
        ">" => numbers().is_some_and(|(left, right)| left > right).into(),
        "-" => numbers().map_or(Value::Null, |(left, right)| from_number(left - right)),
        "*" => numbers().map_or(Value::Null, |(left, right)| from_number(left * right)),
        "/" => numbers().map_or(Value::Null, |(left, right)| from_number(left / right)),
        _ => Value::Null,
    }
}

fn join(left: &Value, right: &Value) -> Value {
    match (left, right) {
        (Value::Null, other) | (other, Value::Null) => other.clone(),
        (Value::Object(left), Value::Object(right)) => {
            let mut joined = left.clone();
            joined.extend(right.clone());
            Value::Object(joined)
        }
        (Value::Array(left), Value::Array(right)) => left.iter().chain(right).cloned().collect(),
        (Value::Number(left), Value::Number(right)) => {
            from_number(left.as_f64().unwrap_or(0.0) + right.as_f64().unwrap_or(0.0))
        }
        (left, right) => (text(left) + &text(right)).into(),
    }
}
