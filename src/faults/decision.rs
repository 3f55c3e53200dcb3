//! Decides which rule hits a request.
//!
//! The rules are evaluated before the request is performed, but a rule that waits for success counts
//! it only when it has been: [`Faults::settle`] and [`Faults::succeeded`] are called
//! under the lock under which the operation works, so that no two requests are given one number.

use super::{Armed, BY_HEADER, Effect, Faults};
use crate::clock::Moment;
use crate::cloud::{Plan, Timeline, draw};
use crate::contract::check::Sent;
use crate::operation::Route;
use std::sync::Arc;
use std::time::Duration;

/// A request that a fault may hit.
#[derive(Debug)]
pub struct FaultContext<'r> {
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
pub struct Injection {
    /// The rule that says so.
    pub rule: Arc<str>,
    /// What it does.
    pub effect: Arc<Effect>,
    /// How long the request, or its answer, is kept waiting.
    pub latency: Duration,
}

/// What the rules say of a request.
#[derive(Clone, Debug, Default)]
pub struct FaultDecision {
    /// The fault that hits it. Until it is settled, one that waits for success only may.
    pub hit: Option<Injection>,
    /// The rules that wait for its success, in their order.
    waiting: Vec<Arc<str>>,
}

impl FaultDecision {
    /// The fault for a request that was not performed: none that waits for success.
    pub fn without_success(self) -> Option<Injection> {
        self.hit.filter(|hit| !hit.effect.awaits_success())
    }
}

impl Faults {
    /// The fault that a request asks for itself, and that its operation can have.
    pub fn evaluate_header(&mut self, effect: Effect) -> FaultDecision {
        self.by_header += 1;
        let hit = hit(self.key, BY_HEADER.into(), Arc::new(effect), self.by_header);
        FaultDecision { hit: Some(hit), waiting: Vec::new() }
    }

    /// Which rule hits a request. Each rule that sees it counts it, but those that wait for success.
    pub fn evaluate(&mut self, request: &FaultContext<'_>, timeline: &Timeline) -> FaultDecision {
        let key = self.key;
        let mut decision = FaultDecision::default();
        for armed in &mut self.rules {
            let carried = armed.scenario.as_deref().is_none_or(|it| request.scenario == Some(it));
            if !carried || !armed.rule.sees(request, timeline) {
                continue;
            }
            let hit = armed.next_hit(key);
            if armed.rule.effect.awaits_success() {
                decision.waiting.push(Arc::clone(&armed.id));
            } else {
                armed.count(hit.is_some());
            }
            if hit.is_some() {
                decision.hit = hit;
                break;
            }
        }
        decision
    }

    /// Settles which fault hits a request that is about to be performed: others may have been
    /// performed since the rules were evaluated.
    pub fn settle(&self, decision: &mut FaultDecision) {
        let FaultDecision { hit, waiting } = decision;
        hit.take_if(|hit| waiting.iter().any(|rule| Arc::ptr_eq(rule, &hit.rule)));
        let next = |(at, rule): (usize, &Arc<str>)| {
            let armed = self.rules.iter().find(|armed| Arc::ptr_eq(&armed.id, rule));
            armed.and_then(|armed| armed.next_hit(self.key)).map(|hit| (at, hit))
        };
        match (waiting.iter().enumerate().find_map(next), &hit) {
            (None, _) => {}
            // Another rule has hit this request, so it does not count here.
            (Some((at, _)), Some(_)) => waiting.truncate(at),
            (Some((at, settled)), None) => {
                waiting.truncate(at + 1);
                *hit = Some(settled);
            }
        }
    }

    /// Counts a performed request for the rules that wait for success.
    pub fn succeeded(&mut self, decision: &FaultDecision) {
        for rule in &decision.waiting {
            let hits = decision.hit.as_ref().is_some_and(|hit| Arc::ptr_eq(&hit.rule, rule));
            let armed = self.rules.iter_mut().find(|armed| Arc::ptr_eq(&armed.id, rule));
            if let Some(armed) = armed {
                armed.count(hits);
            }
        }
    }
}

impl Armed {
    /// The hit on the next request that it sees, if that is one that it hits.
    fn next_hit(&self, key: u64) -> Option<Injection> {
        let number = self.asked + 1;
        let chance = || draw(key, &self.id, number);
        let takes = self.rule.selector.takes(number, chance);
        takes.then(|| hit(key, Arc::clone(&self.id), Arc::clone(&self.rule.effect), number))
    }

    fn count(&mut self, hit: bool) {
        self.asked += 1;
        if hit && self.hits == 0 {
            tracing::warn!(rule = &*self.id, "a fault rule hits for the first time");
        }
        self.hits += u64::from(hit);
    }
}

impl Injection {
    /// How what the operation starts is to end, and the rule that says so.
    pub fn plan(&self, route: &Route) -> Option<Plan> {
        let plan = self.effect.plan(route)?;
        Some(Plan { rule: Some(Arc::clone(&self.rule)), ..plan })
    }
}

/// A hit, with as much latency as its effect has this time. What is drawn follows from the world,
/// the rule and how many requests it has seen.
fn hit(key: u64, rule: Arc<str>, effect: Arc<Effect>, ordinal: u64) -> Injection {
    let mut drawn = 0;
    let latency = effect.draw_latency(|| {
        drawn += 1;
        draw(key, &format!("latency {drawn} of {rule}"), ordinal)
    });
    Injection { rule, effect, latency }
}
