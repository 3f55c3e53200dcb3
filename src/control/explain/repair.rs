//! Repairs the parameters of a request: what its check finds is replaced, and it is checked again, until
//! nothing is found any more.

use super::field::DeclaredField;
use super::parameters::Parameters;
use super::value::{converted, hide_secrets, placeholder, sample};
use crate::cloud::Instance;
use crate::contract::check::check;
use crate::contract::format::SAMPLES;
use crate::contract::{Contract, Field, Kind, Place, Rule, Violation};
use crate::journal::is_concealed;
use crate::text::nearest;
use serde_json::Value;

/// How often a request is checked at most.
const MOST_ROUNDS: usize = 32;

/// After so many rounds the documented example is known to be no help.
const ROUNDS_WITH_EXAMPLE: usize = 8;

/// What parameters are repaired with.
pub struct Repair<'r> {
    pub contract: &'static Contract,
    /// The documented example, of which values are taken.
    pub example: Parameters,
    /// Where there are any of its kind, a parameter that names an instance has to name one of these.
    pub instances: Vec<&'r Instance>,
}

impl Repair<'_> {
    /// Parameters that break no rule. Nothing where that cannot be reached, which is so with no
    /// declared contract.
    pub fn repair(mut self, mut parameters: Parameters) -> Option<Parameters> {
        for (place, fields) in self.contract.tables() {
            keep_declared(fields, parameters.at_mut(place));
            keep_declared(fields, self.example.at_mut(place));
        }
        for round in 0..MOST_ROUNDS {
            if round == ROUNDS_WITH_EXAMPLE {
                self.example = Parameters::default();
            }
            for (place, fields) in self.contract.tables() {
                hide_secrets(fields, parameters.at_mut(place));
            }
            let violations = check(self.contract, parameters.sent()).violations;
            if violations.is_empty() {
                return Some(parameters);
            }
            for violation in &violations {
                self.replace(violation, &mut parameters);
            }
        }
        None
    }

    /// Replaces the value that breaks a rule, or adds the one that is missing.
    fn replace(&self, violation: &Violation, parameters: &mut Parameters) {
        let Some(found) = DeclaredField::find(self.contract, &violation.path) else { return };
        let DeclaredField { place, field, kind, mut pointer } = found;
        let documented = self.documented(place, &pointer);
        let existing = self.instance_for(kind, parameters);
        let substitute = if field.secret {
            placeholder(field)
        } else {
            let known = existing.clone().or_else(|| documented.clone());
            known.unwrap_or_else(|| sample(field, kind))
        };
        let value = match &violation.rule {
            // Either of the two does; the documented one is the better.
            Rule::MandatoryUnless(sibling) if documented.is_none() => {
                let (holder, _) = pointer.rsplit_once('/').unwrap_or_default();
                let sibling = format!("{holder}/{sibling}");
                match self.documented(place, &sibling) {
                    Some(value) => {
                        pointer = sibling;
                        value
                    }
                    None => substitute,
                }
            }
            Rule::Mandatory | Rule::MandatoryUnless(_) | Rule::MandatoryWhen(..) => substitute,
            Rule::Inferred { value, .. } => Value::from(*value),
            Rule::Advised(format) => SAMPLES.into_iter().find(|text| (format.accepts)(text)).into(),
            _ => {
                let sent = parameters.at(place).pointer(&pointer);
                let is_known = |id: &Value| self.instances.iter().any(|one| *id == *one.id);
                let converted = sent.and_then(|sent| converted(kind, sent));
                let converted = converted.filter(|id| existing.is_none() || is_known(id));
                let mut candidates = [converted, Some(substitute)].into_iter().flatten();
                let other = candidates.find(|value| Some(value) != sent);
                other.unwrap_or_else(|| sample(field, kind))
            }
        };
        set(parameters.at_mut(place), &pointer, value);
    }

    /// What the example has there.
    fn documented(&self, place: Place, pointer: &str) -> Option<Value> {
        self.example.at(place).pointer(pointer).filter(|value| can_be_sent(value)).cloned()
    }

    /// The id of an instance of the kind that a parameter wants, which the request does not name yet.
    fn instance_for(&self, kind: &Kind, parameters: &Parameters) -> Option<Value> {
        let Kind::Instance(kinds) = kind else { return None };
        let Parameters { path, query, headers, body } = parameters;
        let is_named = |id: &str| [path, query, headers, body].iter().any(|all| mentions(all, id));
        let mut instances = self.instances.iter();
        let instance = instances.find(|one| one.is_any_of(kinds) && !is_named(&one.id))?;
        Some(Value::from(&*instance.id))
    }
}

/// Whether a text stands anywhere in a value.
fn mentions(value: &Value, text: &str) -> bool {
    match value {
        Value::String(one) => one == text,
        Value::Array(values) => values.iter().any(|value| mentions(value, text)),
        Value::Object(members) => members.values().any(|value| mentions(value, text)),
        _ => false,
    }
}

/// Sets what a pointer leads to, if what holds it is there.
pub fn set(root: &mut Value, pointer: &str, value: Value) {
    let (holder, last) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    match root.pointer_mut(holder) {
        Some(Value::Object(members)) => {
            members.insert(last.to_owned(), value);
        }
        Some(Value::Array(values)) => {
            let index = last.parse().ok();
            if let Some(element) = index.and_then(|index: usize| values.get_mut(index)) {
                *element = value;
            }
        }
        _ => {}
    }
}

/// Renames members with a misspelt or deprecated name to the declared one that was meant, unless that
/// is there too. Drops all others that are undeclared or deprecated, and those whose values the journal
/// conceals.
fn keep_declared(fields: &'static [Field], value: &mut Value) {
    let members = match value {
        Value::Object(members) => members,
        Value::Array(values) => {
            return values.iter_mut().for_each(|value| keep_declared(fields, value));
        }
        _ => return,
    };
    let sent = std::mem::take(members);
    let current = || fields.iter().filter(|field| field.deprecated.is_none());
    for (name, value) in &sent {
        let declared = current().find(|field| field.name == name).or_else(|| {
            let meant = nearest(name, current().map(|field| field.name))?;
            current().find(|field| field.name == meant && !sent.contains_key(meant))
        });
        let Some(field) = declared else { continue };
        if !field.secret && value.as_str().is_some_and(is_concealed) {
            // The journal does not know what was sent.
            continue;
        }
        let mut value = value.clone();
        keep_declared(field.kind.members(), &mut value);
        members.entry(field.name).or_insert(value);
    }
}

/// Whether a documented value can be sent: it is not null, and stands for no answer to an earlier
/// request, as `{0.job_id}` does.
fn can_be_sent(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => {
            let mut braces = text.split('{').skip(1);
            let refers = braces.any(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
            !refers && !text.trim().is_empty()
        }
        Value::Array(values) => values.iter().all(can_be_sent),
        Value::Object(members) => members.values().all(|one| one.is_null() || can_be_sent(one)),
        _ => true,
    }
}
