//! The instructions in a request's headers or credential: to move the clock, a fault, a scenario.

use super::Rejection;
use super::request::Request;
use super::visit::Visit;
use crate::auth::Authenticated;
use crate::clock::ClockCommand;
use crate::contract::check::Sent;
use crate::error::control::ControlError;
use crate::faults::{Effect, FaultContext, FaultDecision};
use crate::operation::Route;
use crate::worlds::World;
use crate::worlds::instructions::Instructions;
use crate::worlds::scenario::Scenario;
use std::sync::Arc;

/// The instructions of a request.
#[derive(Debug)]
pub struct Wanted {
    clock: Option<ClockCommand>,
    fault: Option<Effect>,
    /// The scenario that it carries, by its name.
    scenario: Option<(String, Arc<Scenario>)>,
}

impl Wanted {
    /// The name of the scenario that the request carries.
    pub fn scenario(&self) -> Option<&str> {
        self.scenario.as_ref().map(|(name, _)| name.as_str())
    }
}

impl Request<'_> {
    /// Reads the instructions. A header wins over a credential.
    pub fn instructions(&self, caller: &Authenticated) -> Result<Wanted, Rejection> {
        let headers = &self.parts.headers;
        let Instructions { clock, fault, scenario } = Instructions::read(headers).map_err(bad)?;
        if caller.scenario.is_some() {
            let admitted = self.app.guard.admit_instructor(headers);
            admitted.map_err(Rejection::BadInstructions)?;
        }
        let named = scenario.or_else(|| caller.scenario.clone());
        let find = |name: String| {
            let found = self.app.worlds.scenario(&name);
            found.map(|scenario| (name, scenario))
        };
        let scenario = named.map(find).transpose();
        let scenario = scenario.map_err(|error| bad(error.to_string()))?;
        Ok(Wanted { clock, fault, scenario })
    }

    /// Follows the instructions, all of them or none, and finds the fault that hits it. One
    /// that names no scenario begins the one that its project has chosen anew if that was defined
    /// anew.
    pub fn consult_faults<'d>(
        &self,
        route: &'static Route,
        sent: &Sent<'_>,
        wanted: &Wanted,
        visit: &mut Visit<'_>,
        decision: &'d mut Option<FaultDecision>,
    ) -> Result<&'d mut FaultDecision, Rejection> {
        if decision.is_none() {
            let made = decision.insert(self.evaluate_faults(route, sent, wanted, visit)?);
            if let Some(hit) = made.hit.as_ref().filter(|hit| hit.effect.is_before())
                && !hit.latency.is_zero()
            {
                return Err(Rejection::Wait(hit.latency));
            }
        }
        let decision = decision.get_or_insert_default();
        match &decision.hit {
            Some(hit) if hit.effect.prevents() => Err(Rejection::Injected),
            _ => Ok(decision),
        }
    }

    fn evaluate_faults(
        &self,
        route: &'static Route,
        sent: &Sent<'_>,
        wanted: &Wanted,
        visit: &mut Visit<'_>,
    ) -> Result<FaultDecision, Rejection> {
        let cell = &visit.place().cell;
        if let Some(effect) = &wanted.fault {
            let fits = effect.narrow(&mut vec![route]);
            fits.map_err(|problem| bad(format!("X-Paper-Fault: {problem}")))?;
        }
        let mut world = cell.lock();
        let defined = |name: &str| Some((name.to_owned(), self.app.worlds.known_scenario(name)?));
        let chosen = match wanted.scenario {
            Some(_) => None,
            None => world.scenario.as_deref().and_then(defined),
        };
        let carried = wanted.scenario.as_ref().or(chosen.as_ref());
        let carried = carried.map(|(name, scenario)| (name.as_str(), scenario));
        let begun = world.begin(carried, wanted.clock.as_ref());
        begun.map_err(|error| bad(error.to_string()))?;
        if wanted.clock.is_some() || wanted.scenario.is_some() {
            cell.hold();
        }
        if let Some(effect) = &wanted.fault {
            return Ok(world.faults.evaluate_header(effect.clone()));
        }
        if !cell.has_faults() {
            return Ok(FaultDecision::default());
        }
        let now = world.state.clock.now();
        let World { state, faults, scenario: chosen, .. } = &mut *world;
        let scenario = wanted.scenario().or(chosen.as_deref());
        Ok(faults.evaluate(&FaultContext { route, sent, now, scenario }, &state.timeline))
    }
}

fn bad(reason: String) -> Rejection {
    Rejection::BadInstructions(ControlError::bad(reason))
}
