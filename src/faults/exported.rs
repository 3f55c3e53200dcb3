//! Exports the rules of a world with their counters, and imports them.

use super::{Armed, Faults, Rule, RuleSpec};
use crate::cloud::words;
use crate::error::control::ControlError;
use serde::{Deserialize, Serialize};
use std::sync::atomic::Ordering;

/// The rules of a world with their counters.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Exported {
    #[serde(with = "words::count")]
    named: u64,
    #[serde(with = "words::count")]
    by_header: u64,
    rules: Vec<ExportedRule>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ExportedRule {
    rule: RuleSpec,
    #[serde(default)]
    scenario: Option<Box<str>>,
    #[serde(with = "words::count")]
    asked: u64,
    #[serde(with = "words::count")]
    hits: u64,
}

impl Exported {
    /// Refuses rules that cannot be armed, with the place of the first one.
    pub fn check(&self) -> Result<(), ControlError> {
        Faults::new(0).import(self)
    }
}

impl Faults {
    /// The rules with their counters, for [`import`](Self::import).
    pub fn export(&self) -> Exported {
        let rule = |armed: &Armed| ExportedRule {
            rule: armed.rule.written.clone(),
            scenario: armed.scenario.clone(),
            asked: armed.asked,
            hits: armed.hits,
        };
        let rules = self.rules.iter().map(rule).collect();
        Exported { named: self.named, by_header: self.by_header, rules }
    }

    /// Takes over exported rules with their counters, in the place of those that are there.
    pub fn import(&mut self, exported: &Exported) -> Result<(), ControlError> {
        let mut faults = Self::new(self.key);
        (faults.named, faults.by_header) = (exported.named, exported.by_header);
        for (at, one) in exported.rules.iter().enumerate() {
            let in_place = |error| ControlError::bad(format!("rules[{at}]: {error}"));
            let rule = Rule::of(one.rule.clone()).map_err(in_place)?;
            faults.arm(rule, one.scenario.as_deref()).map_err(in_place)?;
            if let Some(armed) = faults.rules.last_mut() {
                (armed.asked, armed.hits) = (one.asked, one.hits);
            }
        }
        (self.named, self.by_header) = (faults.named, faults.by_header);
        self.rules = faults.rules;
        self.any.store(!self.rules.is_empty(), Ordering::Release);
        Ok(())
    }
}
