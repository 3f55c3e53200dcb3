//! The rules that a request broke, each with what it rests on and what followed.

use super::Context;
use super::field::DeclaredField;
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
    /// The parameter that breaks it, if it is not the state of the world that does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
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
    effect: Effect,
    /// Parameter, rule, and what was got, as a sentence without its full stop.
    #[serde(skip)]
    pub sentence: String,
}

/// What followed from breaking a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Effect {
    /// The request was refused.
    Refused,
    /// The request was accepted, and the answer has a warning.
    Warned,
    /// The request was accepted.
    Passed,
}

impl ExplainedRule {
    /// A condition of its own for which a declared operation has refused: about the parameter that its
    /// message begins with, if there is one.
    pub fn declared(entry: &Entry, contract: &'static Contract, message: &str) -> Self {
        let instead = entry.record.instead.as_deref();
        let first = message.split(' ').next().unwrap_or_default();
        let parameter = instead.map_or(first, |instead| instead.parameter);
        let found = DeclaredField::find(contract, parameter);
        let source = contract.source.cite();
        Self {
            place: found.as_ref().map(|found| found.place.name()),
            parameter: found.map(|_| parameter.to_owned()),
            allowed: instead.map(|instead| format!("for example {}", instead.value)),
            ..Self::of_world(message, Class::Documented, Level::Enforce, Effect::Refused, source)
        }
    }

    /// A rule about the world, which no table has.
    fn of_world(message: &str, class: Class, level: Level, effect: Effect, source: String) -> Self {
        Self {
            place: None,
            parameter: None,
            rule: message.to_owned(),
            class: class.name(),
            level: level.name(),
            got: None,
            allowed: None,
            certainty: Certainty::Inferred.name(),
            source,
            did_you_mean: None,
            effect,
            sentence: message.to_owned(),
        }
    }

    /// Whether the request was refused for it.
    pub fn is_refused(&self) -> bool {
        self.effect == Effect::Refused
    }
}

/// Every rule that was broken: those about parameters, then those about the world.
pub fn all(context: Context<'_>, contract: Option<&'static Contract>) -> Vec<ExplainedRule> {
    let (entry, strictness) = (context.entry, context.strictness());
    let is_misfit = is_misfit(entry, strictness);
    let source = contract.map(|contract| contract.source.cite()).unwrap_or_default();
    let of_parameter = |violation: &Violation| {
        let Violation { path, rule, got } = violation;
        let found = contract.and_then(|contract| DeclaredField::find(contract, path));
        let class = rule.class();
        let level = strictness.level(class);
        let place = place(entry, violation, found.as_ref());
        ExplainedRule {
            place: Some(place.name()),
            parameter: Some(path.clone()),
            rule: rule.say(Language::English),
            class: class.name(),
            level: level.name(),
            got: got.clone(),
            allowed: allowed(contract, place, violation, found.as_ref()),
            certainty: certainty(rule, found.as_ref()).name(),
            source: source.clone(),
            did_you_mean: rule.meant(),
            effect: match level {
                Level::Enforce => Effect::Refused,
                _ if is_misfit && class == Class::Documented => Effect::Refused,
                Level::Warn => Effect::Warned,
                Level::Off => Effect::Passed,
            },
            sentence: violation.say(Language::English),
        }
    };
    let of_world = entry.record.warnings.iter().map(|warning| {
        let level = strictness.level(warning.class);
        let (class, source) = (warning.class, source.clone());
        ExplainedRule::of_world(&warning.message, class, level, Effect::Warned, source)
    });
    entry.record.violations.iter().map(of_parameter).chain(of_world).collect()
}

/// Whether a request was refused for rules that this run does not enforce: its document does not fit
/// the types that the operation reads.
fn is_misfit(entry: &Entry, strictness: Strictness) -> bool {
    let Verdict::Refused(error_kind) = entry.record.verdict else { return false };
    let violations = &entry.record.violations;
    violations.iter().any(|one| one.rule.error_kind() == error_kind)
        && violations.iter().all(|one| strictness.level(one.rule.class()) != Level::Enforce)
}

/// Where the documents disagree about the parameters that broke a rule, and about the refusal.
pub fn notes(
    entry: &Entry,
    contract: Option<&'static Contract>,
    error_kind: Option<ErrorKind>,
) -> Vec<ListedNote> {
    let Some(contract) = contract else { return Vec::new() };
    let found =
        entry.record.violations.iter().filter_map(|one| DeclaredField::find(contract, &one.path));
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

/// Where a parameter was sent: names are unique across the places, so a declared one has one place.
fn place(entry: &Entry, violation: &Violation, found: Option<&DeclaredField>) -> Place {
    match violation.rule {
        Rule::ProjectId => Place::Path,
        Rule::ContentType | Rule::Language => Place::Header,
        _ => found.map_or_else(|| place_of_undeclared(entry, &violation.path), |found| found.place),
    }
}

fn place_of_undeclared(entry: &Entry, name: &str) -> Place {
    let (_, query) = entry.path_and_query();
    let mut names = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    if names.any(|sent| sent == name) { Place::Query } else { Place::Body }
}

fn allowed(
    contract: Option<&'static Contract>,
    place: Place,
    violation: &Violation,
    found: Option<&DeclaredField>,
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
    match path.rsplit_once('.').and_then(|(holder, _)| DeclaredField::find(contract, holder)) {
        Some(holder) => holder.field.kind.members(),
        None if place == Place::Query => contract.query,
        None => contract.body,
    }
}

fn certainty(rule: &Rule, found: Option<&DeclaredField>) -> Certainty {
    match (rule, found) {
        (Rule::Unknown { .. } | Rule::Repeated, _) | (_, None) => Certainty::Inferred,
        (_, Some(found)) => found.field.certainty,
    }
}
