//! The fault rules and scenarios of a world as an export has them.
//!
//! Scenarios belong to the service. An export has each as it was when the world entered it: if the
//! importing service has the same, the next request that carries it does not begin it anew.

use super::Problem;
use super::export::with_whole_numbers;
use crate::faults::Exported;
use crate::worlds::World;
use crate::worlds::scenario::{Scenario, ScenarioSpec};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The scenarios that a service knows.
pub type Scenarios<'s> = dyn Fn(&str) -> Option<Arc<Scenario>> + 's;

/// The faults and scenarios of a world as they are written.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultsSpec {
    armed: Exported,
    scenario: Option<Box<str>>,
    scenarios: BTreeMap<Box<str>, ScenarioSpec>,
}

impl FaultsSpec {
    pub fn of(world: &World) -> Self {
        let written =
            |(name, scenario): (&str, &Arc<Scenario>)| (name.into(), scenario.written.clone());
        Self {
            armed: world.faults.export(),
            scenario: world.scenario.clone(),
            scenarios: world.entered().map(written).collect(),
        }
    }

    /// Refuses what could not be armed or entered.
    pub fn check(&self) -> Result<(), Problem> {
        self.armed.check().map_err(|error| Problem::new("faults.armed", error.to_string()))?;
        for (name, written) in &self.scenarios {
            read(name, written)?;
        }
        let Some(name) = self.scenario.as_ref().filter(|name| !self.scenarios.contains_key(*name))
        else {
            return Ok(());
        };
        let problem = format!("the chosen scenario {name} is not among the scenarios");
        Err(Problem::new("faults", problem))
    }

    /// Arms and enters them, where the service knows these scenarios.
    pub fn fill(self, world: &mut World, known: &Scenarios<'_>) -> Result<(), Problem> {
        let import = world.faults.import(&self.armed);
        import.map_err(|error| Problem::new("faults.armed", error.to_string()))?;
        for (name, written) in &self.scenarios {
            let same = known(name).filter(|known| value(&known.written) == value(written));
            let scenario = same.map_or_else(|| read(name, written).map(Arc::new), Ok)?;
            world.be_in(name, scenario);
        }
        world.scenario = self.scenario;
        Ok(())
    }
}

fn read(name: &str, written: &ScenarioSpec) -> Result<Scenario, Problem> {
    Scenario::of(name, written.clone())
        .map_err(|error| Problem::new(format!("faults.scenarios.{name}"), error.to_string()))
}

fn value(written: &ScenarioSpec) -> Value {
    let mut value = serde_json::to_value(written).unwrap_or_default();
    with_whole_numbers(&mut value);
    value
}
