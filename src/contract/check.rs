//! A request checked against its contract: every violation at once, and a document that the
//! operation's request type can be read from.

use super::field::{Field, Kind, Presence};
use super::json::Json;
use super::violation::{ExpectedType, Rule, Violation};
use super::{Contract, Place};
use crate::text::{self, nearest};
use std::borrow::Cow;
use std::fmt;

/// A request's parameters as they were sent, percent-decoded.
#[derive(Debug, Default)]
pub struct Sent<'a> {
    /// Path parameters by the names in the template.
    pub path: Members<'a>,
    /// Query parameters.
    pub query: Members<'a>,
    /// Header parameters.
    pub headers: Members<'a>,
    /// Members of the body.
    pub body: Members<'a>,
}

/// Names and values, in the order sent.
pub type Members<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

/// What the check found.
#[derive(Debug)]
pub struct Checked<'a> {
    /// Declared members only, absent ones left out, numbers and text as the kinds want them.
    pub document: Json<'a>,
    /// Everything wrong, in the order of the tables; unknown and repeated members after them.
    pub violations: Vec<Violation>,
    /// Whether the body may be shown as it was sent: everything in it is declared, of its type and no
    /// secret. What a text hides within it is not looked for.
    pub open_body: bool,
}

/// Checks a request against its contract.
pub fn check<'a>(contract: &Contract, sent: Sent<'a>) -> Checked<'a> {
    let mut check = Check { violations: Vec::new(), place: Place::Path, conceals: false };
    let tables = [
        (Place::Path, contract.path_parameters, sent.path),
        (Place::Query, contract.query, sent.query),
        (Place::Header, contract.headers, sent.headers),
        (Place::Body, contract.body, sent.body),
    ];
    let most = tables.iter().map(|(_, fields, _)| fields.len()).sum();
    let mut document = Members::with_capacity(most);
    for (place, fields, members) in tables {
        (check.place, check.conceals) = (place, false);
        if !(fields.is_empty() && members.is_empty()) {
            check.object(fields, members, &At::Top, &mut document);
        }
    }
    let open_body = !check.conceals;
    Checked { document: Json::Object(document), violations: check.violations, open_body }
}

/// The most violations that are kept of a class: a message holds fewer, and a body can have
/// millions. Classes count apart, so that no oddity hides a reason to refuse.
const MOST_VIOLATIONS: usize = 100;

struct Check {
    violations: Vec<Violation>,
    place: Place,
    /// Whether anything was met that must not be shown.
    conceals: bool,
}

/// The path of a value. It is formatted only when something is wrong there.
enum At<'p> {
    Top,
    /// A declared member.
    Member(&'p Self, &'static str),
    /// A member that no table has.
    Stray(&'p Self, &'p str),
    Element(&'p Self, usize),
}

impl fmt::Display for At<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Top => Ok(()),
            Self::Element(list, index) => write!(formatter, "{list}[{index}]"),
            Self::Member(Self::Top, name) => formatter.write_str(name),
            Self::Member(parent, name) => write!(formatter, "{parent}.{name}"),
            Self::Stray(Self::Top, name) => formatter.write_str(&text::name(name)),
            Self::Stray(parent, name) => write!(formatter, "{parent}.{}", text::name(name)),
        }
    }
}

/// A value for each field of a table, where there is one.
type Slots<'a> = Vec<Option<Json<'a>>>;

impl Check {
    /// Adds the members of an object that a table has to a document.
    fn object<'a>(
        &mut self,
        fields: &'static [Field],
        members: Members<'a>,
        prefix: &At<'_>,
        document: &mut Members<'a>,
    ) {
        let (mut slots, stray) = into_slots(fields, members, prefix, self.place);
        self.infer(fields, &mut slots, prefix);
        for index in 0..fields.len() {
            let field = &fields[index];
            match slots[index].take() {
                Some(value) => slots[index] = Some(self.member(field, value, prefix)),
                None => {
                    if let Some(rule) = missing(field, fields, &slots) {
                        self.report(violation(prefix, field.name, rule, None));
                    }
                }
            }
        }
        self.conceals |= !stray.is_empty();
        for violation in stray {
            self.report(violation);
        }
        let present = fields.iter().zip(slots).filter_map(|(field, slot)| Some((field, slot?)));
        document.extend(present.map(|(field, value)| (Cow::Borrowed(field.name), value)));
    }

    /// Fills in what follows from the one sibling that is given.
    fn infer(&mut self, fields: &'static [Field], slots: &mut Slots<'_>, prefix: &At<'_>) {
        for (index, field) in fields.iter().enumerate() {
            if let Presence::Inferred(from) = field.presence
                && slots[index].is_none()
                && let Some((sibling, value)) = the_only_one(fields, slots, from)
            {
                let rule = Rule::Inferred { value, from: sibling };
                self.report(violation(prefix, field.name, rule, None));
                slots[index] = Some(Json::Text(Cow::Borrowed(value)));
            }
        }
    }

    fn report(&mut self, violation: Violation) {
        let class = violation.rule.class();
        let of_class = self.violations.iter().filter(|one| one.rule.class() == class);
        if of_class.count() < MOST_VIOLATIONS {
            self.violations.push(violation);
        }
    }

    /// Checks a member that is there, and returns it as its kind wants it.
    fn member<'a>(&mut self, field: &'static Field, value: Json<'a>, prefix: &At<'_>) -> Json<'a> {
        if value == Json::Null {
            let got = Some("null".to_owned());
            self.report(violation(prefix, field.name, Rule::Mandatory, got));
            return value;
        }
        self.conceals |= field.secret;
        if field.deprecated.is_some() {
            self.report(violation(prefix, field.name, Rule::Deprecated(field), None));
        }
        if let (Some(format), Some(text)) = (field.advised, value.as_text())
            && !(format.accepts)(text)
        {
            let got = Some(text::quoted(text));
            self.report(violation(prefix, field.name, Rule::Advised(format), got));
        }
        self.value(&field.kind, value, &At::Member(prefix, field.name), field.secret)
    }

    fn value<'a>(
        &mut self,
        kind: &'static Kind,
        value: Json<'a>,
        at: &At<'_>,
        secret: bool,
    ) -> Json<'a> {
        let is_blank =
            |text: &str| text.trim().is_empty() && !(text.is_empty() && kind.is_number());
        if value.as_text().is_some_and(is_blank) && !takes_empty(kind) {
            self.report(Violation { path: at.to_string(), rule: Rule::NotBlank, got: None });
            return value;
        }
        // A declared scalar is shown, be it wrong; members that no table has are not.
        self.conceals |= value.is_container() && kind.is_scalar();
        match self.judge(kind, value, at, secret) {
            Ok(value) => value,
            Err((value, rule)) => {
                self.conceals |= value.is_container() || !kind.is_scalar();
                let got = if secret { value.describe() } else { value.show_as(kind) };
                let got = Some(got);
                self.report(Violation { path: at.to_string(), rule, got });
                value
            }
        }
    }

    /// The value as its kind wants it, or the value untouched and the rule it breaks.
    fn judge<'a>(
        &mut self,
        kind: &'static Kind,
        value: Json<'a>,
        at: &At<'_>,
        secret: bool,
    ) -> Result<Json<'a>, (Json<'a>, Rule)> {
        match (kind, value) {
            (Kind::Text(most), Json::Text(text)) => at_most(*most, text),
            (Kind::Length(0, most), Json::Text(text)) => at_most(*most, text),
            (Kind::Length(least, most), Json::Text(text)) => {
                let fits = (*least..=*most).contains(&text.chars().count());
                keep_if(fits, Json::Text(text), || Rule::Characters(*least, *most))
            }
            (Kind::Instance(_), Json::Text(text)) => Ok(Json::Text(text)),
            (Kind::Format(format), Json::Text(text)) => {
                keep_if((format.accepts)(&text), Json::Text(text), || Rule::Form(format))
            }
            (Kind::OneOf(words), Json::Text(text)) => {
                if words.contains(&text.as_ref()) {
                    return Ok(Json::Text(text));
                }
                let nearest = nearest(&text, words.iter().copied());
                Err((Json::Text(text), Rule::OneOf { allowed: words, nearest }))
            }
            (Kind::Any, value) => Ok(value),
            (Kind::Map, Json::Object(members)) => Ok(Json::Object(members)),
            (Kind::Number, value @ (Json::Integer(_) | Json::Float(_))) => Ok(value),
            (Kind::Number, Json::Text(text)) if self.place != Place::Body => match text.parse() {
                Ok(number) => Ok(Json::Float(number)),
                Err(_) => Err((Json::Text(text), Rule::Type(ExpectedType::Number))),
            },
            (Kind::Boolean | Kind::BooleanOrText, Json::Boolean(value)) => Ok(Json::Boolean(value)),
            (kind @ (Kind::Boolean | Kind::BooleanOrText), Json::Text(text))
                if self.place != Place::Body || matches!(kind, Kind::BooleanOrText) =>
            {
                match text.to_ascii_lowercase().as_str() {
                    "true" => Ok(Json::Boolean(true)),
                    "false" => Ok(Json::Boolean(false)),
                    _ => Err((Json::Text(text), Rule::Type(ExpectedType::Boolean))),
                }
            }
            (Kind::Integer(least, most), value) => {
                let as_text = self.place != Place::Body;
                integer(
                    value,
                    as_text,
                    |n| (*least..=*most).contains(&n),
                    || Rule::Range(*least, *most),
                )
            }
            (Kind::IntegerOrText(least, most), value) => integer(
                value,
                true,
                |n| (*least..=*most).contains(&n),
                || Rule::Range(*least, *most),
            ),
            (Kind::IntegerOneOf(numbers), value) => {
                let as_text = self.place != Place::Body;
                integer(value, as_text, |n| numbers.contains(&n), || Rule::IntegerOneOf(numbers))
            }
            (Kind::Object(fields), Json::Object(members)) => {
                let mut document = Members::with_capacity(fields.len().min(members.len()));
                self.object(fields, members, at, &mut document);
                Ok(Json::Object(document))
            }
            (Kind::List(of, most), Json::List(values)) => {
                if values.len() > *most {
                    return Err((Json::List(values), Rule::Count(*most)));
                }
                let element =
                    |(index, value)| self.value(of, value, &At::Element(at, index), secret);
                Ok(Json::List(values.into_iter().enumerate().map(element).collect()))
            }
            // A query has a list joined by commas, if not as its elements.
            (Kind::List(..), Json::Text(text)) if self.place == Place::Query => {
                let parts = text.split(',').filter(|part| !part.trim().is_empty());
                let values = parts.map(|one| Json::Text(one.to_owned().into()));
                self.judge(kind, Json::List(values.collect()), at, secret)
            }
            (kind, value) => Err((value, Rule::Type(expected_type(kind)))),
        }
    }
}

/// Sorts members by the table. What is absent in the sense of the documents is left out; what the
/// table does not have, or has once, is returned as violations.
fn into_slots<'a>(
    fields: &'static [Field],
    members: Members<'a>,
    prefix: &At<'_>,
    place: Place,
) -> (Slots<'a>, Vec<Violation>) {
    let mut slots: Slots<'a> = fields.iter().map(|_| None).collect();
    let mut stray = Vec::new();
    for (name, value) in members {
        let rule = match fields.iter().position(|field| field.name == name) {
            Some(index) => match (slots[index].take(), &fields[index].kind) {
                // A list is there once for each element.
                (Some(earlier), Kind::List(..)) if place == Place::Query => {
                    slots[index] = Some(joined(earlier, value));
                    None
                }
                (earlier, _) => {
                    slots[index] = Some(value);
                    earlier.map(|_| Rule::Repeated)
                }
            },
            None if stray.len() < MOST_VIOLATIONS => {
                Some(Rule::Unknown { nearest: nearest(&name, names(fields)) })
            }
            None => None,
        };
        let path = || At::Stray(prefix, &name).to_string();
        stray.extend(rule.map(|rule| Violation { path: path(), rule, got: None }));
    }
    for (field, slot) in fields.iter().zip(&mut slots) {
        if slot.as_ref().is_some_and(|value| is_absent(field, value, place)) {
            *slot = None;
        }
    }
    (slots, stray)
}

/// A list with one more element.
fn joined<'a>(earlier: Json<'a>, value: Json<'a>) -> Json<'a> {
    match earlier {
        Json::List(mut values) => {
            values.push(value);
            Json::List(values)
        }
        first => Json::List(vec![first, value]),
    }
}

/// The rule that the absence of a field breaks, if it breaks one.
fn missing(field: &Field, fields: &[Field], slots: &[Option<Json<'_>>]) -> Option<Rule> {
    match field.presence {
        Presence::Mandatory | Presence::Inferred(_) => Some(Rule::Mandatory),
        Presence::Optional => None,
        Presence::Unless(sibling) => {
            let named_already = fields
                .iter()
                .take_while(|earlier| earlier.name != field.name)
                .any(|earlier| earlier.presence == Presence::Unless(field.name));
            let missing = slot(fields, slots, sibling).is_none() && !named_already;
            missing.then_some(Rule::MandatoryUnless(sibling))
        }
        Presence::When(sibling, value) => {
            let is_value = |sent: &Json<'_>| sent.as_text() == Some(value);
            let holds = slot(fields, slots, sibling).is_some_and(|sent| match sent {
                Json::List(words) => words.iter().any(is_value),
                word => is_value(word),
            });
            holds.then_some(Rule::MandatoryWhen(sibling, value))
        }
    }
}

/// Null is absence, as the documented examples use it; only in a mandatory member does it stay, so
/// that the message can say what was got. Empty text is absence where nothing is mandatory, and so
/// is an optional object whose members are all absent: gopher-style clients send
/// every member of their structures. In the place of a number in a body it is none. An empty list is
/// absence where a list is wanted for what is in it.
fn is_absent(field: &Field, value: &Json<'_>, place: Place) -> bool {
    match value {
        Json::Null => field.presence != Presence::Mandatory,
        Json::Text(text) if text.is_empty() && place == Place::Body && field.kind.is_number() => {
            false
        }
        Json::List(values) => {
            let is_list = matches!(field.kind, Kind::List(..));
            values.is_empty() && is_list && matches!(field.presence, Presence::When(..))
        }
        Json::Text(text) => {
            text.is_empty() && field.presence != Presence::Mandatory && !takes_empty(&field.kind)
        }
        Json::Object(members)
            if field.presence == Presence::Optional && matches!(field.kind, Kind::Object(_)) =>
        {
            members.iter().all(|(_, value)| match value {
                Json::Null => true,
                Json::Text(text) => text.is_empty(),
                _ => false,
            })
        }
        _ => false,
    }
}

/// Whether empty text is a value of a kind.
const fn takes_empty(kind: &Kind) -> bool {
    matches!(kind, Kind::Length(0, _) | Kind::Any)
}

fn the_only_one(
    fields: &[Field],
    slots: &[Option<Json<'_>>],
    from: &'static [(&'static str, &'static str)],
) -> Option<(&'static str, &'static str)> {
    let mut given = from.iter().filter(|(sibling, _)| slot(fields, slots, sibling).is_some());
    let first = given.next()?;
    given.next().is_none().then_some(*first)
}

fn slot<'s, 'a>(
    fields: &[Field],
    slots: &'s [Option<Json<'a>>],
    name: &str,
) -> Option<&'s Json<'a>> {
    let index = fields.iter().position(|field| field.name == name)?;
    slots[index].as_ref()
}

fn keep_if(
    holds: bool,
    value: Json<'_>,
    rule: impl FnOnce() -> Rule,
) -> Result<Json<'_>, (Json<'_>, Rule)> {
    if holds { Ok(value) } else { Err((value, rule())) }
}

/// Text of at most so many characters; few bytes are never many characters.
fn at_most(most: usize, text: Cow<'_, str>) -> Result<Json<'_>, (Json<'_>, Rule)> {
    let fits = text.len() <= most || text.chars().count() <= most;
    keep_if(fits, Json::Text(text), || Rule::Length(most))
}

fn integer(
    value: Json<'_>,
    as_text: bool,
    allowed: impl FnOnce(i64) -> bool,
    rule: impl FnOnce() -> Rule,
) -> Result<Json<'_>, (Json<'_>, Rule)> {
    let number = match &value {
        Json::Text(text) if as_text => decimal(text),
        value => value.as_integer(),
    };
    match number {
        Some(number) if allowed(number) => Ok(Json::Integer(number)),
        _ => Err((value, rule())),
    }
}

/// A whole number in plain decimal digits: no sign but minus, no blanks, no leading zeros.
fn decimal(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

fn expected_type(kind: &Kind) -> ExpectedType {
    match kind {
        Kind::Number => ExpectedType::Number,
        Kind::Boolean | Kind::BooleanOrText => ExpectedType::Boolean,
        Kind::Object(_) | Kind::Map => ExpectedType::Object,
        Kind::List(..) => ExpectedType::List,
        _ => ExpectedType::Text,
    }
}

fn violation(prefix: &At<'_>, name: &'static str, rule: Rule, got: Option<String>) -> Violation {
    Violation { path: At::Member(prefix, name).to_string(), rule, got }
}

fn names(fields: &'static [Field]) -> impl Iterator<Item = &'static str> {
    fields.iter().map(|field| field.name)
}
