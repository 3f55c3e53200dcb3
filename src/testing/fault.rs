//! Answers that go wrong on demand.
//!
//! A rule says which requests it may hit, which of those it does hit, and with what. Rules are
//! asked in the order in which they were armed, and the first that hits is the only one: those
//! after it do not see the request. So two rules with `"first": 2` hit four requests in a row, the
//! one after the other, and `"nth"` and `"every"` count what came through to the rule.
//!
//! A rule that spoils what was performed, or plans how a job is to end, waits for a request that is
//! not refused: one that is does not count.

mod effect;
mod header;
mod latency;
mod matching;
mod plan;
mod rule;
mod selector;
mod spoil;
#[cfg(test)]
mod tests;
mod written;

pub use effect::{Effect, Phase};
pub use matching::{declared, paths};
pub use rule::Rule;
pub use written::{Ending, Written, WrittenEffect, WrittenStage};

use crate::cloud::{Agenda, Moment, Plan, draw};
use crate::contract::check::Sent;
use crate::control::{ControlError, read_value};
use crate::operation::Route;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What marks an answer whose request asked for the fault itself.
pub const BY_HEADER: &str = "request";

/// A world with more rules than these is a mistake.
const MOST_RULES: usize = 1_000;

/// The rules of a world.
#[derive(Debug)]
pub struct Faults {
    key: u64,
    /// Whether there are any, for those who have not locked the world.
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
    /// The rule.
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
pub struct Shown {
    #[serde(flatten)]
    rule: Written,
    #[serde(skip_serializing_if = "Option::is_none")]
    scenario: Option<Box<str>>,
    asked: u64,
    hits: u64,
}

/// The rules of a world as they are exported.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exported {
    named: u64,
    by_header: u64,
    rules: Vec<ExportedRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExportedRule {
    rule: Written,
    #[serde(default)]
    scenario: Option<Box<str>>,
    asked: u64,
    hits: u64,
}

/// A request that a fault may hit.
#[derive(Debug)]
pub struct Asked<'r> {
    /// The operation.
    pub route: &'static Route,
    /// What was sent, as it was sent.
    pub sent: &'r Sent<'r>,
    /// The moment of the request.
    pub now: Moment,
    /// The scenario that it carries.
    pub scenario: Option<&'r str>,
}

/// A fault that hits a request.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The rule that says so.
    pub rule: Arc<str>,
    /// What it does.
    pub effect: Arc<Effect>,
    /// How long the request, or its answer, is kept waiting.
    pub latency: Duration,
}

/// What is done to an answer beyond its head and its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disruption {
    /// The connection is reset; nothing is sent. In HTTP/2 the stream is.
    Reset,
    /// The connection ends in the middle of the body. In HTTP/2 the stream is reset there.
    Truncate,
    /// The body takes as long as this to be sent.
    Slow(Duration),
}

impl Faults {
    /// No rules.
    pub fn new(key: u64) -> Self {
        Self { key, any: Arc::default(), named: 0, by_header: 0, rules: Vec::new() }
    }

    /// Whether there are rules, for those who do not want to lock the world for it.
    pub fn any(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.any)
    }

    /// The rules, in the order in which they are asked.
    pub fn rules(&self) -> impl Iterator<Item = &Armed> {
        self.rules.iter()
    }

    /// The rule that is called like this.
    pub fn find(&self, id: &str) -> Option<&Armed> {
        self.rules.iter().find(|armed| *armed.id == *id)
    }

    /// Arms a rule, behind all others. One with a scenario sees only requests that carry it.
    pub fn arm(&mut self, mut rule: Rule, scenario: Option<&str>) -> Result<&Armed, ControlError> {
        if self.rules.len() >= MOST_RULES {
            let reason = format!("a world has at most {MOST_RULES} fault rules");
            return Err(ControlError::conflict(reason));
        }
        let id = match rule.written.id.take() {
            Some(id) if self.find(&id).is_some() => {
                return Err(ControlError::conflict(format!("there is a fault rule {id} already")));
            }
            Some(id) => id,
            None => self.next_name(),
        };
        rule.written.id = Some(id.clone());
        let scenario = scenario.map(Into::into);
        self.rules.push(Armed { id: id.into(), rule, scenario, asked: 0, hits: 0 });
        self.any.store(true, Ordering::Release);
        Ok(self.rules.last().expect("it was pushed"))
    }

    /// Arms the rules of a scenario in the place of those that it has armed: all of them, or none.
    pub fn arm_scenario(&mut self, rules: &[Rule], scenario: &str) -> Result<(), ControlError> {
        let before = self.rules.clone();
        self.retain(|armed| armed.scenario.as_deref() != Some(scenario));
        let armed =
            rules.iter().try_for_each(|rule| self.arm(rule.clone(), Some(scenario)).map(drop));
        if armed.is_err() {
            self.rules = before;
            self.any.store(!self.rules.is_empty(), Ordering::Release);
        }
        armed
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

    /// The fault that a request asks for itself, or why it cannot have it.
    pub fn strike_by_header(&mut self, effect: Effect, asked: &Asked<'_>) -> Result<Hit, String> {
        effect.narrow(&mut vec![asked.route]).map_err(|error| error.to_string())?;
        self.by_header += 1;
        Ok(hit(self.key, BY_HEADER.into(), Arc::new(effect), self.by_header))
    }

    /// The fault that hits a request, if one does. Looking counts.
    pub fn strike(&mut self, asked: &Asked<'_>, agenda: &Agenda) -> Option<Hit> {
        let key = self.key;
        self.rules.iter_mut().find_map(|armed| {
            let carried = armed.scenario.as_deref().is_none_or(|it| asked.scenario == Some(it));
            if !carried || !armed.rule.sees(asked, agenda) {
                return None;
            }
            armed.asked += 1;
            let chance = || draw(key, &armed.id, armed.asked);
            if !armed.rule.selector.takes(armed.asked, chance) {
                return None;
            }
            armed.hits += 1;
            Some(hit(key, Arc::clone(&armed.id), Arc::clone(&armed.rule.effect), armed.asked))
        })
    }

    /// Forgets that a rule has hit a request: it was refused, and the rule waits for one that is
    /// not.
    pub fn take_back(&mut self, hit: &Hit) {
        if let Some(armed) = self.rules.iter_mut().find(|armed| armed.id == hit.rule) {
            armed.asked = armed.asked.saturating_sub(1);
            armed.hits = armed.hits.saturating_sub(1);
        }
    }

    /// The rules with their counters, for [`import`](Self::import).
    pub fn export(&self) -> Value {
        let rule = |armed: &Armed| {
            json!({
                "rule": armed.rule.written,
                "scenario": armed.scenario,
                "asked": armed.asked,
                "hits": armed.hits,
            })
        };
        let rules: Vec<_> = self.rules.iter().map(rule).collect();
        json!({ "named": self.named, "by_header": self.by_header, "rules": rules })
    }

    /// Takes over exported rules with their counters, in the place of those that are there.
    pub fn import(&mut self, exported: &Value) -> Result<(), ControlError> {
        let exported: Exported = read_value(exported)?;
        let mut faults = Self { any: Arc::default(), rules: Vec::new(), ..*self };
        for ExportedRule { rule, scenario, asked, hits } in exported.rules {
            faults.arm(Rule::of(rule)?, scenario.as_deref())?;
            if let Some(armed) = faults.rules.last_mut() {
                (armed.asked, armed.hits) = (asked, hits);
            }
        }
        (self.named, self.by_header) = (exported.named, exported.by_header);
        self.rules = faults.rules;
        self.any.store(!self.rules.is_empty(), Ordering::Release);
        Ok(())
    }
}

impl Hit {
    /// How what the operation sets going is to end, and who says so.
    pub fn plan(&self, route: &Route) -> Option<Plan> {
        let plan = self.effect.plan(route)?;
        Some(Plan { rule: Some(Arc::clone(&self.rule)), ..plan })
    }
}

impl Armed {
    /// As it is shown.
    pub fn show(&self) -> Shown {
        Shown {
            rule: self.rule.written.clone(),
            scenario: self.scenario.clone(),
            asked: self.asked,
            hits: self.hits,
        }
    }
}

impl Shown {
    /// What the rule is called.
    pub fn into_id(self) -> String {
        self.rule.id.unwrap_or_default()
    }
}

/// A hit, with as much latency as its effect has this time. What is drawn follows from the world,
/// the rule and how many requests it has seen.
fn hit(key: u64, rule: Arc<str>, effect: Arc<Effect>, ordinal: u64) -> Hit {
    let mut drawn = 0;
    let latency = effect.draw_latency(|| {
        drawn += 1;
        draw(key, &format!("latency {drawn} of {rule}"), ordinal)
    });
    Hit { rule, effect, latency }
}
