//! The armed faults of a world, with their counters, the scenario that it has chosen, and those
//! that it is in.
//!
//! Scenarios belong to the service. A world keeps what each was when it entered it, so that nothing
//! is begun anew by the next request that carries it, unless the scenario is another one here.

use super::keyed::Keyed;
use super::without_idle_fractions;
use crate::cloud::World;
use crate::reading;
use crate::testing::scenario::Scenario;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// The scenarios that a service knows.
pub type Scenarios<'s> = dyn Fn(&str) -> Option<Arc<Scenario>> + 's;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Faults {
    armed: Value,
    scenario: Option<Box<str>>,
    scenarios: Keyed<Box<str>, Value>,
}

/// Takes them down.
pub fn export(world: &World) -> Value {
    let scenarios = world.entered().map(|(name, scenario)| (name.into(), written(scenario)));
    let faults = Faults {
        armed: world.testing.faults.export(),
        scenario: world.testing.scenario.clone(),
        scenarios: scenarios.collect(),
    };
    serde_json::to_value(faults).unwrap_or_default()
}

/// Arms them, or says what is wrong with them.
pub fn import(world: &mut World, value: &Value, known: &Scenarios<'_>) -> Result<(), String> {
    let Faults { armed, scenario, scenarios } =
        reading::read_value(value).map_err(|wrong| wrong.to_string())?;
    world.testing.faults.import(&armed).map_err(|error| error.to_string())?;
    for (name, value) in scenarios.0 {
        let read = Scenario::read(&name, &value)
            .map_err(|error| format!("the scenario {name}: {error}"))?;
        let same = known(&name).filter(|known| written(known) == written(&read));
        world.be_in(&name, same.unwrap_or_else(|| read.into()));
    }
    if let Some(name) =
        scenario.as_deref().filter(|name| !world.testing.scenarios.contains_key(*name))
    {
        return Err(format!("the chosen scenario {name} is not among the scenarios"));
    }
    world.testing.scenario = scenario;
    Ok(())
}

fn written(scenario: &Scenario) -> Value {
    let mut written = serde_json::to_value(&scenario.written).unwrap_or_default();
    without_idle_fractions(&mut written);
    written
}
