//! The tables of parameters and answers in a declaration: one line a member.
//!
//! `name* int 1..60 secret = expression -- meaning`: a star where it is mandatory, a type, what
//! else there is to say, in an answer what it is if not the member of that name, and what it means.
//!
//! Types are `string`, `one a | b`, `int`, `number`, `bool`, `text-int` and `text-bool` (also as text),
//! `map` (any members), `any`, `object` with its members in the lines below, `list` before one of these,
//! and forms of text: `uuid` (with dashes), `time` (such as 20260101000000), `password`, and `clickhouse_id`
//! and `clickhouse_name`, as the pages of ClickHouse give them. Bounds are `1..60`, `..60` or `1..`: of a text
//! its length, of a list how many there are. What else there is to say: `secret`, `null` (an answer may have
//! that), `default VALUE`, `example VALUE` (what a corrected request has; `{region}` is the region), and how
//! sure the row is where not from a client, `inferred` or `documented`.

use super::expression::Expression;
use super::line::{Line, Words, lines};
use super::mistake::{Mistake, Problem};
use super::parse::parse;
use super::tables;
use crate::contract::{Certainty, Field, Kind, format};
use serde_json::Value;

/// A member of an answer: its row, and what it is.
#[derive(Debug)]
pub struct Answer {
    /// The row.
    pub field: Field,
    /// Its name as JSON writes it before a value.
    pub key: Box<str>,
    /// What it is, where it is not the member of this name.
    pub value: Option<Expression>,
    /// Its members.
    pub members: Vec<Self>,
    /// Where it is declared.
    place: Mistake,
}

impl Answer {
    /// The mistake of a value that the row does not allow; nothing where it is allowed.
    pub fn misfit(&self, value: &Value) -> Option<Mistake> {
        let fits = match &self.field.kind {
            Kind::OneOf(words) => value.as_str().is_some_and(|word| words.contains(&word)),
            Kind::Integer(..) | Kind::IntegerOneOf(_) => value.is_i64(),
            Kind::Number => value.is_number(),
            Kind::Boolean => value.is_boolean(),
            Kind::Object(_) | Kind::Map => value.is_object(),
            Kind::List(..) => value.is_array(),
            Kind::Any | Kind::IntegerOrText(..) | Kind::BooleanOrText => true,
            _ => value.is_string(),
        };
        if fits || value.is_null() {
            return None;
        }
        let problem =
            format!("{} is {value}, and no {}", self.field.name, self.field.kind.describe());
        Some(Mistake { problem, ..self.place.clone() })
    }
}

/// Reads a table whose rows are so sure where they do not say it.
pub fn table(rows: &[Line], certainty: Certainty) -> Result<Vec<Answer>, Mistake> {
    let mut answers: Vec<Answer> = Vec::new();
    for line in rows {
        match line.split() {
            ("use", shape) => {
                let block = tables::named("shape", shape);
                let block = block.ok_or_else(|| line.mistake(format!("no shape {shape:?}")))?;
                answers.extend(table(&lines(&block), certainty)?);
            }
            _ => answers.push(row(line, certainty)?),
        }
    }
    for (at, answer) in answers.iter().enumerate() {
        let name = answer.field.name;
        if answers[..at].iter().any(|earlier| earlier.field.name == name) {
            let problem = format!("{name:?} is there twice");
            return Err(Mistake { problem, ..answer.place.clone() });
        }
    }
    Ok(answers)
}

/// The rows of a table, as a contract has them.
pub fn rows(answers: &[Answer]) -> &'static [Field] {
    answers.iter().map(|answer| answer.field).collect::<Vec<_>>().leak()
}

fn row(line: &Line, certainty: Certainty) -> Result<Answer, Mistake> {
    let (declared, meaning) = line.text.split_once(" -- ").unwrap_or((&line.text, ""));
    let (declared, value) = match declared.split_once(" = ") {
        Some((declared, value)) => (declared, Some(parse(value).map_err(line.at())?)),
        None => (declared, None),
    };
    let members = table(&line.below, certainty)?;
    let mut words = Words(declared);
    let name = words.next().unwrap_or_default();
    let kind = kind(&mut words, &members).map_err(line.at())?;
    let (name, is_mandatory) = match name.strip_suffix('*') {
        Some(name) => (name, true),
        None => (name, false),
    };
    let name = leak(name);
    let mut field =
        if is_mandatory { Field::mandatory(name, kind) } else { Field::optional(name, kind) };
    field = field.means(leak(meaning)).known_from(certainty);
    while let Some(word) = words.next() {
        let mut argument = || words.next().map(leak).ok_or_else(|| line.mistake("needs a word"));
        field = match word {
            "secret" => field.secret(),
            "null" => field.nullable(),
            "inferred" => field.known_from(Certainty::Inferred),
            "documented" => field.known_from(Certainty::Documented),
            "default" => field.default(argument()?),
            "names" => field.names(argument()?),
            "example" => field.example(argument()?),
            _ => return Err(line.mistake(format!("{word:?} says nothing about a member"))),
        };
    }
    let key = format!("{}:", Value::from(name)).into();
    Ok(Answer { field, key, value, members, place: line.mistake("") })
}

/// Reads a type.
fn kind(words: &mut Words<'_>, members: &[Answer]) -> Result<Kind, Problem> {
    Ok(match words.next().unwrap_or_default() {
        // `..64` may be left out or empty; where `0..64` is empty, that is the value.
        "string" => {
            let may_be_absent = words.peek().is_some_and(|word| word.starts_with(".."));
            match words.range()? {
                None => Kind::TEXT,
                Some((_, most)) if may_be_absent => Kind::Text(usize(most)),
                Some((least, most)) => Kind::Length(usize(least), usize(most)),
            }
        }
        "uuid" => Kind::Format(&format::DASHED_UUID),
        "time" => Kind::Format(&format::PLAIN_TIME),
        "one" => Kind::OneOf(words.rest_of_list().into_iter().map(leak).collect::<Vec<_>>().leak()),
        "int" => words
            .range()?
            .map_or(Kind::Integer(i64::MIN, i64::MAX), |(least, most)| Kind::Integer(least, most)),
        "text-int" => words.range()?.map_or(Kind::IntegerOrText(0, i64::MAX), |(least, most)| {
            Kind::IntegerOrText(least, most)
        }),
        "number" => Kind::Number,
        "bool" => Kind::Boolean,
        "text-bool" => Kind::BooleanOrText,
        "map" => Kind::Map,
        "any" => Kind::Any,
        "object" => Kind::Object(rows(members)),
        "list" => {
            let most = words.range()?.map_or(MOST_ELEMENTS, |(_, most)| usize(most));
            Kind::List(Box::leak(Box::new(kind(words, members)?)), most)
        }
        "clickhouse_id" => Kind::Format(&format::CLICKHOUSE_ID),
        "clickhouse_name" => Kind::Format(&format::CLICKHOUSE_NAME),
        "password" => Kind::Format(&format::PASSWORD),
        other => return Err(Problem(format!("{other:?} is no type"))),
    })
}

/// Lists whose length nothing bounds have at most so many elements.
const MOST_ELEMENTS: usize = 1_000;

fn usize(number: i64) -> usize {
    usize::try_from(number).unwrap_or_default()
}

/// Declarations are read once, and stay.
pub fn leak(text: &str) -> &'static str {
    if text.is_empty() { "" } else { Box::leak(text.to_owned().into_boxed_str()) }
}
