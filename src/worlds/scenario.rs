//! A scenario: a named set of clock, job and fault settings.
//!
//! A request carries one by its header, by its credential, or because its project has chosen it.
//! The first request of a world that carries one sets its clock and arms its rules there; they see
//! only requests that carry it. The clock is the world's, so it is set for all its clients, also
//! where a single request has named the scenario by its header; and it stays as it was set when the
//! scenario is left.

use crate::clock::ClockCommand;
use crate::error::control::{ControlError, read_value};
use crate::faults::{Armed, Rule};
use crate::text::did_you_mean;
use crate::worlds::World;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;

/// A world that is in more scenarios than these is a mistake.
const MOST: usize = 1_000;

/// A named set of settings.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// As it was written down.
    pub written: ScenarioSpec,
    rules: Vec<Rule>,
}

/// A scenario as it is written down.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ScenarioSpec {
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clock: Option<ClockSetting>,
    /// Seconds that a job or a stage takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    job_seconds: Option<f64>,
    /// Fault rules.
    #[serde(default)]
    pub faults: Vec<Value>,
}

/// What a scenario does to the clock.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ClockSetting {
    /// Whether it stands still, or runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    frozen: Option<bool>,
    /// How many times as fast as real time it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    scale: Option<f64>,
    /// Whether each poll of something unfinished moves it to its next event.
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_advance: Option<bool>,
}

impl Scenario {
    /// Reads a scenario, or says why it cannot be kept. Its rules are called `<name>-1` and so on,
    /// unless they have names of their own.
    pub fn read(name: &str, value: &Value) -> Result<Self, ControlError> {
        check_name(name)?;
        Self::of(name, read_value(value)?)
    }

    /// Checks a scenario, in the same way.
    pub fn of(name: &str, written: ScenarioSpec) -> Result<Self, ControlError> {
        check_name(name)?;
        if let Some(ClockSetting { frozen: Some(true), scale: Some(_), .. }) = written.clock {
            return Err(ControlError::bad("clock: takes either frozen or scale"));
        }
        if let Some(scale) = written.clock.and_then(|clock| clock.scale)
            && !(scale > 0.0 && scale <= 1e6)
        {
            let reason = format!("clock.scale must be above 0 and at most 1000000, got {scale}");
            return Err(ControlError::bad(reason));
        }
        if let Some(seconds) = written.job_seconds
            && !(0.0..=86_400.0).contains(&seconds)
        {
            let reason = format!("job_seconds must be from 0 to 86400, got {seconds}");
            return Err(ControlError::bad(reason));
        }
        let mut ids = HashSet::new();
        let rule = |(at, value): (usize, &Value)| {
            let mut rule = Rule::read(value)
                .map_err(|error| ControlError::bad(format!("faults[{at}]: {error}")))?;
            let id = rule.written.id.get_or_insert_with(|| format!("{name}-{}", at + 1));
            if !ids.insert(id.clone()) {
                let reason = format!("faults[{at}]: id {id} is there twice");
                return Err(ControlError::bad(reason));
            }
            Ok(rule)
        };
        let rules = written.faults.iter().enumerate().map(rule).collect::<Result<_, _>>()?;
        Ok(Self { written, rules })
    }

    /// What its fault rules are called.
    pub fn rule_ids(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().filter_map(|rule| rule.written.id.as_deref())
    }

    /// The rules that can hit requests to a project, or to the account: both may carry it.
    fn rules_for(&self, project_id: &str) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |rule| rule.can_hit(project_id))
    }

    /// How long a job or a stage takes, in milliseconds, if it says so.
    pub fn job_milliseconds(&self) -> Option<u32> {
        let seconds = self.written.job_seconds?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is checked"
        )]
        let milliseconds = (seconds * 1_000.0) as u32;
        Some(milliseconds)
    }

    /// The message that refuses an unknown name, with the known names and the one that was probably
    /// meant.
    pub fn unknown<'n>(name: &str, known: impl Iterator<Item = &'n str> + Clone) -> String {
        let shown = crate::text::shown(name);
        let all = known.clone().collect::<Vec<_>>().join(", ");
        let meant = did_you_mean(name, known);
        let all =
            if all.is_empty() { "there are none".to_owned() } else { format!("known: {all}") };
        format!("no scenario is called {shown}; {all}{meant}")
    }
}

fn check_name(name: &str) -> Result<(), ControlError> {
    let fit = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if (1..=48).contains(&name.len()) && name.bytes().all(fit) {
        return Ok(());
    }
    let shown = crate::text::shown(name);
    Err(ControlError::bad(format!(
        "a scenario's name has 1 to 48 letters, digits, hyphens, underscores and dots, got {shown}"
    )))
}

impl World {
    /// Lets a scenario hold for every request that names no other, in the place of the one that was
    /// chosen before, whose rules are disarmed.
    pub fn choose(&mut self, name: &str, scenario: &Arc<Scenario>) -> Result<(), ControlError> {
        let left = self.scenario.clone().filter(|left| **left != *name);
        self.check_entry(name, scenario, left.as_deref())?;
        if left.is_some() {
            self.leave();
        }
        self.begin(Some((name, scenario)), None)?;
        self.scenario = Some(name.into());
        Ok(())
    }

    /// Enters a scenario, which holds for requests that carry it, and moves the clock: both, or
    /// neither. A scenario that it is in is begun anew if it was defined anew.
    pub fn begin(
        &mut self,
        scenario: Option<(&str, &Arc<Scenario>)>,
        command: Option<&ClockCommand>,
    ) -> Result<(), ControlError> {
        let new = scenario.filter(|(name, scenario)| !self.is_in(name, scenario));
        if let Some((name, scenario)) = new {
            self.check_entry(name, scenario, None)?;
        }
        let clock_before = self.state.clock.clone();
        if let Some((_, scenario)) = new {
            self.set_clock(scenario);
        }
        if let Some(command) = command
            && let Err(error) = self.move_clock(command)
        {
            self.state.clock = clock_before;
            return Err(ControlError::bad(format!("X-Paper-Clock: {error}")));
        }
        let Some((name, scenario)) = new else { return Ok(()) };
        if let Some(enabled) = scenario.written.clock.and_then(|clock| clock.auto_advance) {
            self.auto_advance = enabled;
        }
        let faults = &mut self.faults;
        faults.retain(|armed| armed.scenario.as_deref() != Some(name));
        for rule in scenario.rules_for(&self.state.project_id) {
            // There is room for it, and its name is free: both were checked.
            let _ = faults.arm(rule.clone(), Some(name));
        }
        self.be_in(name, Arc::clone(scenario));
        Ok(())
    }

    fn is_in(&self, name: &str, scenario: &Arc<Scenario>) -> bool {
        let entered = self.scenarios.get(name);
        entered.is_some_and(|entered| Arc::ptr_eq(entered, scenario))
    }

    /// Refuses a scenario that the world cannot enter when it has left another one.
    fn check_entry(
        &self,
        name: &str,
        scenario: &Scenario,
        left: Option<&str>,
    ) -> Result<(), ControlError> {
        let scenarios = &self.scenarios;
        let count =
            scenarios.len() - usize::from(left.is_some_and(|it| scenarios.contains_key(it)));
        if !scenarios.contains_key(name) && count >= MOST {
            return Err(ControlError::conflict(format!("a world is in at most {MOST} scenarios")));
        }
        let disarmed: Vec<_> = [name].into_iter().chain(left).collect();
        let rules = scenario.rules_for(&self.state.project_id);
        let fits = self.faults.check_scenario(rules, &disarmed);
        fits.map_err(|error| {
            ControlError::conflict(format!("the scenario {name} cannot begin here: {error}"))
        })
    }

    /// Sets the clock as a scenario wants it.
    fn set_clock(&mut self, scenario: &Scenario) {
        let Some(clock) = scenario.written.clock else { return };
        // Neither can fail: the clock stays where it is, and the scale was checked.
        let _ = match (clock.frozen, clock.scale) {
            (Some(true), _) => self.move_clock(&ClockCommand::Freeze(None)).map(drop),
            (_, Some(scale)) => self.state.clock.resume(scale),
            (Some(false), None) if self.state.clock.scale() == 0.0 => self.state.clock.resume(1.0),
            (Some(false) | None, None) => Ok(()),
        };
    }

    /// The scenarios that it is in, as they were when it entered them.
    pub fn entered(&self) -> impl Iterator<Item = (&str, &Arc<Scenario>)> {
        self.scenarios.iter().map(|(name, scenario)| (name.as_ref(), scenario))
    }

    /// Notes that it is in a scenario, whose rules are armed already and whose clock was set.
    pub fn be_in(&mut self, name: &str, scenario: Arc<Scenario>) {
        self.scenarios.insert(name.into(), scenario);
    }

    /// Lets the scenario that was chosen hold no longer, and disarms its rules. The clock stays as
    /// the scenario has set it.
    pub fn leave(&mut self) {
        let Self { faults, disarmed, scenario, scenarios, .. } = self;
        let Some(name) = scenario.take() else { return };
        scenarios.remove(&name);
        let is_its = |armed: &Armed| armed.scenario.as_deref() == Some(&*name);
        faults.rules().filter(|armed| is_its(armed)).for_each(|armed| disarmed.note(&armed.id));
        faults.retain(|armed| !is_its(armed));
    }

    /// How long a job or a stage takes for requests that carry a scenario, or the one that the
    /// project has chosen, in milliseconds.
    pub fn job_milliseconds(&self, scenario: Option<&str>) -> Option<u32> {
        let name = scenario.or(self.scenario.as_deref())?;
        self.scenarios.get(name)?.job_milliseconds()
    }
}
