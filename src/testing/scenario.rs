//! A scenario: a named set of clock, job and fault settings.
//!
//! A request carries one by its header, by its credential, or because its project has chosen it.
//! The first request of a world that carries one sets its clock and arms its rules there; they see
//! only requests that carry it.

use super::fault::Rule;
use crate::cloud::{Turn, World};
use crate::contract::check::did_you_mean;
use crate::control::{ControlError, read_value};
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
    pub written: Written,
    rules: Vec<Rule>,
}

/// A scenario as it is written down.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
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

/// What becomes of a clock.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ClockSetting {
    /// Whether it stands still.
    #[serde(default)]
    frozen: bool,
    /// How many times as fast as real time it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    scale: Option<f64>,
    /// Whether each look at something unfinished moves it to its next event.
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_advance: Option<bool>,
}

/// What a world knows of a scenario that it is in.
#[derive(Debug)]
pub struct Entered {
    scenario: Arc<Scenario>,
}

impl Scenario {
    /// Reads a scenario, or says why it cannot be kept. Its rules are called `<name>-1` and so on,
    /// unless they have names of their own.
    pub fn read(name: &str, value: &Value) -> Result<Self, ControlError> {
        check_name(name)?;
        Self::of(name, read_value(value)?)
    }

    /// Checks a scenario, in the same way.
    pub fn of(name: &str, written: Written) -> Result<Self, ControlError> {
        check_name(name)?;
        if let Some(ClockSetting { frozen: true, scale: Some(_), .. }) = written.clock {
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

    /// The name of an unknown scenario that was probably meant, as the end of a message.
    pub fn unknown<'n>(name: &str, known: impl Iterator<Item = &'n str> + Clone) -> String {
        let shown: String = name.chars().take(64).flat_map(char::escape_debug).collect();
        let all = known.clone().collect::<Vec<_>>().join(", ");
        let meant = did_you_mean(name, known);
        let all =
            if all.is_empty() { "there are none".to_owned() } else { format!("known: {all}") };
        format!("no scenario is called {shown}; {all}{meant}")
    }
}

fn check_name(name: &str) -> Result<(), ControlError> {
    let fit = |sign: u8| sign.is_ascii_alphanumeric() || b"-_.".contains(&sign);
    if (1..=48).contains(&name.len()) && name.bytes().all(fit) {
        return Ok(());
    }
    let shown: String = name.chars().take(64).flat_map(char::escape_debug).collect();
    Err(ControlError::bad(format!(
        "a scenario's name has 1 to 48 letters, digits, hyphens, underscores and dots, got {shown}"
    )))
}

impl World {
    /// Lets a scenario hold for requests that carry it. One that changed since is begun anew.
    pub fn enter(&mut self, name: &str, scenario: &Arc<Scenario>) -> Result<(), ControlError> {
        let entered = self.testing.scenarios.get(name);
        if entered.is_some_and(|entered| Arc::ptr_eq(&entered.scenario, scenario)) {
            return Ok(());
        }
        if entered.is_none() && self.testing.scenarios.len() >= MOST {
            return Err(ControlError::conflict(format!("a world is in at most {MOST} scenarios")));
        }
        self.testing.faults.arm_scenario(&scenario.rules, name).map_err(|error| {
            ControlError::conflict(format!("the scenario {name} cannot begin here: {error}"))
        })?;
        if let Some(clock) = scenario.written.clock {
            // Neither can fail: the clock stays where it is, and the scale was checked.
            if clock.frozen {
                let _ = self.turn(&Turn::Freeze(None));
            }
            if let Some(scale) = clock.scale {
                let _ = self.clock.resume(scale);
            }
            if let Some(enabled) = clock.auto_advance {
                self.testing.auto_advance = enabled;
            }
        }
        let entered = Entered { scenario: Arc::clone(scenario) };
        self.testing.scenarios.insert(name.into(), entered);
        Ok(())
    }

    /// The scenarios that it is in, as they were when it entered them.
    pub fn entered(&self) -> impl Iterator<Item = (&str, &Arc<Scenario>)> {
        let entered = self.testing.scenarios.iter();
        entered.map(|(name, entered)| (name.as_ref(), &entered.scenario))
    }

    /// Lets it be in a scenario already: its rules are armed, and its clock was set.
    pub fn be_in(&mut self, name: &str, scenario: Arc<Scenario>) {
        self.testing.scenarios.insert(name.into(), Entered { scenario });
    }

    /// Disarms the rules of a scenario; the clock stays as it is.
    pub fn leave(&mut self, name: &str) {
        self.testing.scenarios.remove(name);
        self.testing.faults.retain(|armed| armed.scenario.as_deref() != Some(name));
    }

    /// How long a job or a stage takes for requests that carry a scenario, or the one that the
    /// project has chosen, in milliseconds.
    pub fn job_milliseconds(&self, scenario: Option<&str>) -> Option<u32> {
        let name = scenario.or(self.testing.scenario.as_deref())?;
        self.testing.scenarios.get(name)?.scenario.job_milliseconds()
    }
}
