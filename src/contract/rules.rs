//! The rules of all contracts as a list: what is checked, where it stands, how sure it is.

use super::field::{Certainty, Field, Kind, Presence};
use super::{Class, Contract, Note, Place};
use serde::Serialize;

/// One rule.
#[derive(Debug, Serialize)]
pub struct ListedRule {
    pub operation: &'static str,
    /// Where the parameter travels.
    pub place: &'static str,
    /// Path of the parameter.
    pub parameter: String,
    /// What must be.
    pub rule: String,
    /// The class that decides how seriously it is taken.
    pub class: &'static str,
    /// How sure it is.
    pub certainty: &'static str,
    /// What it rests on.
    pub source: String,
    /// Where the documents disagree, and what is done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<ListedNote>,
}

/// One place where the documents disagree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListedNote {
    /// What disagrees.
    pub matter: &'static str,
    /// What is done.
    pub decision: &'static str,
}

impl From<&Note> for ListedNote {
    fn from(note: &Note) -> Self {
        Self { matter: note.matter, decision: note.decision }
    }
}

/// Every rule of some operations, in the order of the tables.
pub fn rules(contracts: &[&'static Contract]) -> Vec<ListedRule> {
    let mut rules = Vec::new();
    for contract in contracts {
        for (place, field) in contract.parameters() {
            list(contract, place, field, "", &mut rules);
        }
    }
    rules
}

fn list(
    contract: &Contract,
    place: Place,
    field: &'static Field,
    prefix: &str,
    rules: &mut Vec<ListedRule>,
) {
    let parameter = format!("{prefix}{}", field.name);
    let certainty = field.certainty.name();
    let source = contract.source.cite();
    let mut push = |rule: String, class: Class, certainty, notes| {
        let (operation, place, class) = (contract.id, place.name(), class.name());
        let (parameter, source) = (parameter.clone(), source.clone());
        rules.push(ListedRule {
            operation,
            place,
            parameter,
            rule,
            class,
            certainty,
            source,
            notes,
        });
    };
    let notes = field.notes.iter().map(ListedNote::from).collect();
    push(
        format!("{}; {}", type_of(&field.kind), presence(field)),
        Class::Documented,
        certainty,
        notes,
    );
    // What no document states, though it is enforced.
    let ours = match field.certainty {
        Certainty::Documented => Certainty::Inferred,
        other => other,
    };
    let ours = ours.name();
    let counted = match field.kind {
        Kind::List(_, most) => Some(format!("at most {most} elements")),
        Kind::Text(_) | Kind::Instance(_) => Some("not blank".to_owned()),
        _ => None,
    };
    if let Some(said) = counted {
        push(said, Class::Documented, ours, Vec::new());
    }
    if let (Kind::List(..), Presence::When(sibling, value)) = (field.kind, field.presence) {
        let said = format!("not empty when {sibling} is {value}");
        push(said, Class::Documented, ours, Vec::new());
    }
    if let Some(format) = field.advised {
        push(format!("should be {}", format.english), Class::Hygiene, certainty, Vec::new());
    }
    if let Kind::Instance(kinds) = field.kind {
        let names = super::InstanceKind::list(kinds, " or ");
        let said = format!("a known instance, and a {names} one; an unknown one is adopted");
        push(said, Class::Resources, certainty, Vec::new());
    }
    if let Some(reason) = field.deprecated {
        push(format!("no longer to be sent: {reason}"), Class::Hygiene, certainty, Vec::new());
    }
    let list_mark = if matches!(field.kind, Kind::List(..)) { "[]" } else { "" };
    for inner in field.kind.members() {
        list(contract, place, inner, &format!("{parameter}{list_mark}."), rules);
    }
}

/// The type of a field, without the rules that are listed on their own.
fn type_of(kind: &Kind) -> String {
    match kind {
        Kind::List(of, _) => format!("array: {}", type_of(of)),
        kind => kind.describe(),
    }
}

/// What the documents allow a field to be, in words.
pub fn statement(field: &Field) -> String {
    format!("{}; {}", field.kind.describe(), presence(field))
}

/// Whether a field has to be there, in words.
pub fn presence(field: &Field) -> String {
    match field.presence {
        Presence::Mandatory => "mandatory".to_owned(),
        Presence::Optional => "optional".to_owned(),
        Presence::Unless(sibling) => format!("mandatory unless {sibling} is given"),
        Presence::When(sibling, value) => format!("mandatory when {sibling} is {value}"),
        Presence::Inferred(from) => {
            let siblings: Vec<_> = from.iter().map(|(sibling, _)| *sibling).collect();
            format!("mandatory; inferred where only one of {} is given", siblings.join(" and "))
        }
    }
}

/// Every place where the documents disagree, once, with the operation it was met at.
pub fn disagreements(
    contracts: impl IntoIterator<Item = &'static Contract>,
) -> Vec<(&'static str, ListedNote)> {
    let mut found: Vec<(&'static str, ListedNote)> = Vec::new();
    let mut add = |operation, note: &Note| {
        let note = ListedNote::from(note);
        if !found.iter().any(|(_, known)| *known == note) {
            found.push((operation, note));
        }
    };
    for contract in contracts {
        contract.notes.iter().for_each(|note| add(contract.id, note));
        for (_, field) in contract.parameters() {
            each_note(field, &mut |note| add(contract.id, note));
        }
        for field in contract.reply {
            each_note(field, &mut |note| add(contract.id, note));
        }
        for refused in contract.all_refusals() {
            refused.note.iter().for_each(|note| add(contract.id, note));
        }
    }
    found
}

fn each_note(field: &Field, visit: &mut impl FnMut(&'static Note)) {
    field.notes.iter().for_each(&mut *visit);
    for inner in field.kind.members() {
        each_note(inner, visit);
    }
}
