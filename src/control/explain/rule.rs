//! The rules that a request broke, each with what it rests on and what followed.

use super::repair::Found;
use crate::contract::rules::{ListedNote, statement};
use crate::contract::{
    Certainty, Class, Contract, ErrorKind, Field, Level, Place, Rule, Strictness, Violation,
};
use crate::journal::{Entry, Verdict};
use crate::text::language::Language;
use serde::Serialize;

/// A rule that was broken.
#[derive(Debug, Serialize)]
pub struct ExplainedRule {
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    rule: String,
    class: &'static str,
    /// How seriously this run takes the class.
    pub level: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    got: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<String>,
    certainty: &'static str,
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    did_you_mean: Option<&'static str>,
    effect: Consequence,
    /// The same as a sentence without its full stop.
    #[serde(skip)]
    said: String,
}

/// What followed from breaking it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Consequence {
    /// The request was refused.
    Refused,
    /// The request was accepted, and the answer has a warning.
    Warned,
    /// The request was accepted.
    Passed,
}

impl ExplainedRule {
    /// What a declared operation has refused by a condition of its own: of the parameter that its
    /// message begins with, if there is one.
    pub fn declared(entry: &Entry, contract: &'static Contract, message: &str) -> Self {
        let instead = entry.draft.instead.as_deref();
        let first = message.split(' ').next().unwrap_or_default();
        let parameter = instead.map_or(first, |instead| instead.parameter);
        let found = Found::at(contract, parameter);
        Self {
            place: found.as_ref().map(|found| found.place.name()),
            parameter: found.as_ref().map(|_| parameter.to_owned()),
            rule: message.to_owned(),
            class: Class::Documented.name(),
            level: Level::Enforce.name(),
            got: None,
            allowed: instead.map(|instead| format!("for example {}", instead.value)),
            certainty: Certainty::Inferred.name(),
            source: contract.source.cite(),
            did_you_mean: None,
            effect: Consequence::Refused,
            said: message.to_owned(),
        }
    }

    /// Parameter, rule, and what was got, as a sentence without its full stop.
    pub fn said(&self) -> String {
        self.said.clone()
    }

    /// Whether a parameter breaks it, and not the state of the world.
    pub fn is_of_parameter(&self) -> bool {
        self.parameter.is_some()
    }

    /// Whether the request was refused for it.
    pub fn refused(&self) -> bool {
        self.effect == Consequence::Refused
    }
}

/// Every rule that was broken: those about parameters, then those about the world.
pub fn all(
    entry: &Entry,
    contract: Option<&'static Contract>,
    strictness: Strictness,
) -> Vec<ExplainedRule> {
    let effects = Effects::of(entry, strictness);
    let source = contract.map(|contract| contract.source.cite()).unwrap_or_default();
    let of_parameter = |violation: &Violation| {
        let Violation { path, rule, got } = violation;
        let found = contract.and_then(|contract| Found::at(contract, path));
        let class = rule.class();
        let place = place(entry, violation, found.as_ref());
        ExplainedRule {
            place: Some(place.name()),
            parameter: Some(path.clone()),
            rule: rule.say(Language::English),
            class: class.name(),
            level: strictness.level(class).name(),
            got: got.clone(),
            allowed: allowed(contract, place, violation, found.as_ref()),
            certainty: certainty(rule, found.as_ref()).name(),
            source: source.clone(),
            did_you_mean: rule.meant(),
            effect: effects.of_violation(violation),
            said: violation.say(Language::English),
        }
    };
    let of_world = entry.draft.warnings.iter().map(|warning| ExplainedRule {
        place: None,
        parameter: None,
        rule: warning.message.clone(),
        class: warning.class.name(),
        level: strictness.level(warning.class).name(),
        got: None,
        allowed: None,
        certainty: Certainty::Inferred.name(),
        source: source.clone(),
        did_you_mean: None,
        effect: Consequence::Warned,
        said: warning.message.clone(),
    });
    entry.draft.violations.iter().map(of_parameter).chain(of_world).collect()
}

/// Where the documents disagree about the parameters that broke a rule, and about the refusal.
pub fn notes(
    entry: &Entry,
    contract: Option<&'static Contract>,
    error_kind: Option<ErrorKind>,
) -> Vec<ListedNote> {
    let Some(contract) = contract else { return Vec::new() };
    let found = entry.draft.violations.iter().filter_map(|one| Found::at(contract, &one.path));
    let of_parameters = found.flat_map(|found| found.field.notes);
    let refused = error_kind.and_then(|error_kind| contract.refusal(error_kind));
    let of_refusal = refused.and_then(|refused| refused.note.as_ref());
    let mut notes: Vec<ListedNote> = Vec::new();
    for note in of_parameters.chain(of_refusal).map(ListedNote::from) {
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}

/// What follows from a violation.
struct Effects {
    strictness: Strictness,
    /// Whether the request was refused for what this run would have let pass, because it made no
    /// sense of it.
    senseless: bool,
}

impl Effects {
    fn of(entry: &Entry, strictness: Strictness) -> Self {
        let enforced = |one: &Violation| strictness.level(one.rule.class()) == Level::Enforce;
        let of_a_rule = |error_kind: ErrorKind| {
            entry.draft.violations.iter().any(|one| one.rule.error_kind() == error_kind)
        };
        let refused = matches!(entry.draft.verdict, Verdict::Refused(one) if of_a_rule(one));
        Self { strictness, senseless: refused && !entry.draft.violations.iter().any(enforced) }
    }

    fn of_violation(&self, violation: &Violation) -> Consequence {
        let class = violation.rule.class();
        let documented = class == Class::Documented;
        match self.strictness.level(class) {
            Level::Enforce => Consequence::Refused,
            _ if self.senseless && documented => Consequence::Refused,
            Level::Warn => Consequence::Warned,
            Level::Off => Consequence::Passed,
        }
    }
}

/// Where a parameter was sent: names are unique across the places, so a declared name tells it.
fn place(entry: &Entry, violation: &Violation, found: Option<&Found>) -> Place {
    match violation.rule {
        Rule::ProjectId => Place::Path,
        Rule::ContentType | Rule::Language => Place::Header,
        _ => found.map_or_else(|| place_of_stray(entry, &violation.path), |found| found.place),
    }
}

fn place_of_stray(entry: &Entry, name: &str) -> Place {
    let query = entry.target().split_once('?').map_or("", |(_, query)| query);
    let mut names = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    if names.any(|sent| sent == name) { Place::Query } else { Place::Body }
}

fn allowed(
    contract: Option<&'static Contract>,
    place: Place,
    violation: &Violation,
    found: Option<&Found>,
) -> Option<String> {
    if let Rule::Unknown { .. } = violation.rule {
        let fields = siblings(contract?, place, &violation.path);
        let names: Vec<_> = fields.iter().map(|field| field.name).collect();
        return Some(if names.is_empty() { "nothing".to_owned() } else { names.join(", ") });
    }
    Some(found.map_or_else(|| violation.rule.say(Language::English), |it| statement(it.field)))
}

/// The fields that are declared beside an unknown member.
fn siblings(contract: &'static Contract, place: Place, path: &str) -> &'static [Field] {
    match path.rsplit_once('.').and_then(|(holder, _)| Found::at(contract, holder)) {
        Some(holder) => holder.field.kind.members(),
        None if place == Place::Query => contract.query,
        None => contract.body,
    }
}

fn certainty(rule: &Rule, found: Option<&Found>) -> Certainty {
    match (rule, found) {
        (Rule::Unknown { .. } | Rule::Repeated, _) | (_, None) => Certainty::Inferred,
        (_, Some(found)) => found.field.certainty,
    }
}
