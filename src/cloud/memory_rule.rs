//! Rules of memory mappings: which columns of which table are served under which keys.

use super::lifecycle::Execution;
use super::stored::{Gone, Stored};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Bound::{Excluded, Included, Unbounded};
use uuid::Uuid;

/// A rule of a mapping.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryRule {
    pub id: Uuid,
    /// Its name, unique in its mapping.
    pub name: String,
    /// The database it reads.
    pub source_db_schema: String,
    /// The table it reads.
    pub source_db_table: String,
    /// The Redis database it writes to, as text.
    pub target_database: String,
    /// Columns that make the key.
    pub key_columns: Vec<String>,
    /// Columns that make the value.
    pub value_columns: Vec<String>,
    /// How long a key lives, in milliseconds; -1 for ever.
    pub ttl: i64,
    /// What stands between the parts of a key.
    pub key_separator: String,
    /// What stands between the parts of a value.
    pub value_separator: Option<String>,
    /// What every key starts with.
    pub key_prefix: String,
}

impl MemoryRule {
    pub fn start_of_keys(&self) -> String {
        start_of_keys(&self.key_prefix, &self.key_separator)
    }
}

/// What the keys of a rule start with, and those of no other rule in its mapping may.
pub fn start_of_keys(key_prefix: &str, key_separator: &str) -> String {
    format!("{key_prefix}{key_separator}")
}

/// What keeps a rule out of its mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clash {
    /// Another rule has its name.
    Name,
    /// Another rule's keys start with this, so some key could be either's.
    Keys(String),
}

/// The rules of a world, by mapping and in the order of their creation, found by id.
#[derive(Debug, Default)]
pub struct MemoryRules {
    of_mapping: HashMap<Uuid, OfMapping>,
    places: HashMap<Uuid, Place>,
}

/// Where a rule is.
#[derive(Clone, Copy, Debug)]
struct Place {
    mapping: Uuid,
    ordinal: u64,
}

#[derive(Debug, Default)]
struct OfMapping {
    rules: BTreeMap<u64, MemoryRule>,
    names: HashSet<String>,
    /// None is a prefix of another, which is what makes one look enough to find a clash.
    starts: BTreeSet<String>,
    created: u64,
}

impl MemoryRules {
    /// The rules of a mapping.
    pub fn of(&self, mapping: Uuid) -> impl Iterator<Item = &MemoryRule> {
        self.of_mapping.get(&mapping).into_iter().flat_map(|known| known.rules.values())
    }

    /// The mappings that have rules.
    pub fn mappings(&self) -> impl Iterator<Item = Uuid> {
        let with_rules = self.of_mapping.iter().filter(|(_, known)| !known.rules.is_empty());
        with_rules.map(|(mapping, _)| *mapping)
    }

    /// How many rules a mapping has.
    pub fn count(&self, mapping: Uuid) -> usize {
        self.of_mapping.get(&mapping).map_or(0, |known| known.rules.len())
    }

    /// The mapping that a rule belongs to.
    pub fn mapping_of(&self, id: Uuid) -> Option<Uuid> {
        self.places.get(&id).map(|place| place.mapping)
    }

    /// What keeps a rule of this name, whose keys start so, out of a mapping, if anything does.
    pub fn clash(&self, mapping: Uuid, name: &str, start: &str) -> Option<Clash> {
        let known = self.of_mapping.get(&mapping)?;
        if known.names.contains(name) {
            return Some(Clash::Name);
        }
        let after = known.starts.range::<str, _>((Included(start), Unbounded)).next();
        let after = after.filter(|other| other.starts_with(start));
        let before = known.starts.range::<str, _>((Unbounded, Excluded(start))).next_back();
        let before = before.filter(|other| start.starts_with(other.as_str()));
        after.or(before).cloned().map(Clash::Keys)
    }

    /// Adds a rule to a mapping.
    pub fn insert(&mut self, mapping: Uuid, rule: MemoryRule) {
        let known = self.of_mapping.entry(mapping).or_default();
        let ordinal = known.created;
        known.created += 1;
        known.names.insert(rule.name.clone());
        known.starts.insert(rule.start_of_keys());
        self.places.insert(rule.id, Place { mapping, ordinal });
        known.rules.insert(ordinal, rule);
    }

    /// A rule to be changed. Name and keys of a rule stay as they are.
    pub fn get_mut(&mut self, id: Uuid) -> Option<&mut MemoryRule> {
        let Place { mapping, ordinal } = self.places.get(&id)?;
        self.of_mapping.get_mut(mapping)?.rules.get_mut(ordinal)
    }

    fn forget_mapping(&mut self, mapping: Uuid) {
        let known = self.of_mapping.remove(&mapping).unwrap_or_default();
        for id in known.rules.into_values().map(|rule| rule.id) {
            self.places.remove(&id);
        }
    }

    /// Removes a rule, if there is one.
    pub fn remove(&mut self, id: Uuid) {
        let Some(Place { mapping, ordinal }) = self.places.remove(&id) else { return };
        let Some(known) = self.of_mapping.get_mut(&mapping) else { return };
        if let Some(rule) = known.rules.remove(&ordinal) {
            known.names.remove(&rule.name);
            known.starts.remove(&rule.start_of_keys());
        }
    }
}

impl Stored for MemoryRules {
    fn len(&self) -> usize {
        self.places.len()
    }

    fn each_run(&mut self, _visit: &mut dyn FnMut(&mut Execution)) {}

    fn forget_parts_of(&mut self, gone: &Gone) {
        for mapping in gone.iter().filter_map(|id| Uuid::try_parse(id).ok()) {
            self.forget_mapping(mapping);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPPING: Uuid = Uuid::from_u128(1);

    fn rule(id: u128, name: &str, key_prefix: &str) -> MemoryRule {
        MemoryRule {
            id: Uuid::from_u128(id),
            name: name.to_owned(),
            source_db_schema: "school".to_owned(),
            source_db_table: "students".to_owned(),
            target_database: "0".to_owned(),
            key_columns: vec!["sno".to_owned()],
            value_columns: vec!["sname".to_owned()],
            ttl: -1,
            key_separator: ":".to_owned(),
            value_separator: None,
            key_prefix: key_prefix.to_owned(),
        }
    }

    fn rules() -> MemoryRules {
        let mut rules = MemoryRules::default();
        for (id, prefix) in [(2, "b:c"), (3, "a"), (4, "z")] {
            rules.insert(MAPPING, rule(id, prefix, prefix));
        }
        rules
    }

    #[test]
    fn no_start_of_keys_may_be_the_start_of_another() {
        let clash = |start| rules().clash(MAPPING, "new", start);
        let with = |start: &str| Some(Clash::Keys(start.to_owned()));
        assert_eq!(clash("b:"), with("b:c:"));
        assert_eq!(clash("b:c:"), with("b:c:"));
        assert_eq!(clash("b:c:d:"), with("b:c:"));
        assert_eq!(clash("b:d:"), None);
        assert_eq!(clash("ab:"), None, "a: is no prefix of ab:");
        assert_eq!(rules().clash(Uuid::nil(), "a", "a:"), None, "another mapping");
    }

    #[test]
    fn a_name_is_taken_until_its_rule_is_removed() {
        let mut rules = rules();
        assert_eq!(rules.clash(MAPPING, "a", "n:"), Some(Clash::Name));
        rules.remove(Uuid::from_u128(3));
        rules.remove(Uuid::from_u128(3));
        assert_eq!(rules.clash(MAPPING, "a", "a:"), None);
        assert_eq!(rules.count(MAPPING), 2);
        let names: Vec<_> = rules.of(MAPPING).map(|rule| rule.name.as_str()).collect();
        assert_eq!(names, ["b:c", "z"], "in the order of their creation");
    }

    #[test]
    fn the_rules_of_a_mapping_go_together_and_leave_those_of_others() {
        let mut rules = rules();
        let other = Uuid::from_u128(9);
        rules.insert(other, rule(5, "a", "a"));
        rules.forget_mapping(MAPPING);
        rules.forget_mapping(MAPPING);
        assert_eq!((rules.len(), rules.count(MAPPING), rules.count(other)), (1, 0, 1));
        assert_eq!(rules.mapping_of(Uuid::from_u128(3)), None);
    }
}
