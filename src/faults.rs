//! Fault rules: requests that fail on demand.
//!
//! A rule says which requests it may hit, which of those it does hit, and with what. Rules are
//! evaluated in the order in which they were armed, and the first that hits is the only one: those
//! after it do not see the request. So two rules with `"first": 2` hit four requests in a row, the
//! one after the other, and `"nth"` and `"every"` count what came through to the rule.
//!
//! A rule that changes the answer of a performed operation, or plans how a job is to end, counts only
//! requests that are performed: not those that are refused, or answered by another rule in the operation's
//! place.

mod action;
mod decision;
pub mod disarmed;
mod effect;
mod exported;
mod header;
mod latency;
mod matching;
mod plan;
mod response;
mod rule;
mod selector;
mod spec;
#[cfg(test)]
mod tests;

pub use decision::{FaultContext, FaultDecision, Injection};
pub use effect::{Effect, Phase};
pub use exported::Exported;
pub use matching::{declared, paths};
pub use rule::Rule;
pub use spec::{EffectSpec, Ending, RuleSpec, StageSpec};

use crate::error::control::ControlError;
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What stands for the rule's ID where a request's own header asked for the fault.
pub const BY_HEADER: &str = "request";

/// A world with more rules than these is a mistake.
const MOST_RULES: usize = 1_000;

/// The rules of a world.
#[derive(Debug)]
pub struct Faults {
    key: u64,
    /// Whether any rules are armed, readable without the lock of the world.
    any: Arc<AtomicBool>,
    /// How many rules were given a name.
    named: u64,
    /// How many requests have asked for a fault by their header.
    by_header: u64,
    rules: Vec<Armed>,
}

/// A rule that is armed.
#[derive(Clone, Debug)]
pub struct Armed {
    /// What it is called.
    pub id: Arc<str>,
    pub rule: Rule,
    /// The scenario that it belongs to: it sees only requests that carry it.
    pub scenario: Option<Box<str>>,
    /// How many requests it has seen.
    pub asked: u64,
    /// How many of them it has hit.
    pub hits: u64,
}

/// An armed rule as it is shown and exported.
#[derive(Clone, Debug, Serialize)]
pub struct FaultView {
    #[serde(flatten)]
    rule: RuleSpec,
    #[serde(skip_serializing_if = "Option::is_none")]
    scenario: Option<Box<str>>,
    asked: u64,
    hits: u64,
}

/// What is done to an answer beyond its head and its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disruption {
    /// The connection is reset; nothing is sent.
    Reset,
    /// The connection ends in the middle of the body.
    Truncate,
    /// The body takes as long as this to be sent.
    Slow(Duration),
}

impl Faults {
    /// No rules.
    pub fn new(key: u64) -> Self {
        Self { key, any: Arc::default(), named: 0, by_header: 0, rules: Vec::new() }
    }

    /// Whether any rules are armed, readable without the lock of the world.
    pub fn any(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.any)
    }

    /// The rules, in the order in which they are evaluated.
    pub fn rules(&self) -> impl Iterator<Item = &Armed> {
        self.rules.iter()
    }

    /// The rule that is called like this.
    pub fn find(&self, id: &str) -> Option<&Armed> {
        self.rules.iter().find(|armed| *armed.id == *id)
    }

    /// Arms a rule, behind all others. One with a scenario sees only requests that carry it.
    pub fn arm(&mut self, mut rule: Rule, scenario: Option<&str>) -> Result<&Armed, ControlError> {
        require_room(self.rules.len() + 1)?;
        let id = match rule.written.id.take() {
            Some(id) if self.find(&id).is_some() => return Err(taken(&id)),
            Some(id) => id,
            None => self.next_name(),
        };
        rule.written.id = Some(id.clone());
        let scenario = scenario.map(Into::into);
        self.rules.push(Armed { id: id.into(), rule, scenario, asked: 0, hits: 0 });
        self.any.store(true, Ordering::Release);
        Ok(self.rules.last().expect("it was pushed"))
    }

    /// Refuses the rules of a scenario that cannot be armed where those of these scenarios were
    /// disarmed.
    pub fn check_scenario<'s>(
        &self,
        rules: impl Iterator<Item = &'s Rule>,
        disarmed: &[&str],
    ) -> Result<(), ControlError> {
        let stays = |armed: &&Armed| {
            armed.scenario.as_deref().is_none_or(|scenario| !disarmed.contains(&scenario))
        };
        let staying: BTreeSet<_> = self.rules.iter().filter(stays).map(|it| &*it.id).collect();
        let mut count = staying.len();
        for rule in rules {
            count += 1;
            require_room(count)?;
            if let Some(id) = rule.written.id.as_deref().filter(|id| staying.contains(id)) {
                return Err(taken(id));
            }
        }
        Ok(())
    }

    /// Disarms a rule. Whether there was one.
    pub fn disarm(&mut self, id: &str) -> bool {
        let before = self.rules.len();
        self.retain(|armed| *armed.id != *id);
        self.rules.len() < before
    }

    /// Disarms all rules but these.
    pub fn retain(&mut self, keep: impl FnMut(&Armed) -> bool) {
        self.rules.retain(keep);
        self.any.store(!self.rules.is_empty(), Ordering::Release);
    }

    fn next_name(&mut self) -> String {
        loop {
            self.named += 1;
            let name = format!("fault-{}", self.named);
            if self.find(&name).is_none() {
                return name;
            }
        }
    }
}

fn require_room(count: usize) -> Result<(), ControlError> {
    if count <= MOST_RULES {
        return Ok(());
    }
    Err(ControlError::conflict(format!("a world has at most {MOST_RULES} fault rules")))
}

fn taken(id: &str) -> ControlError {
    ControlError::conflict(format!("there is a fault rule {id} already"))
}

impl Armed {
    pub fn show(&self) -> FaultView {
        FaultView {
            rule: self.rule.written.clone(),
            scenario: self.scenario.clone(),
            asked: self.asked,
            hits: self.hits,
        }
    }
}

impl FaultView {
    /// What the rule is called.
    pub fn into_id(self) -> String {
        self.rule.id.unwrap_or_default()
    }
}
