//! The armed faults of a world, with their counters, and the scenario that it has chosen.
//!
//! The scenario itself belongs to the service, not to the world: its rules come along, how long it
//! lets jobs take does not.

use crate::testing::Testing;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Faults {
    armed: Value,
    scenario: Option<Box<str>>,
}

/// Takes them down.
pub fn export(testing: &Testing) -> Value {
    json!({ "armed": testing.faults.export(), "scenario": testing.scenario })
}

/// Arms them, or says what is wrong with them.
pub fn import(testing: &mut Testing, value: &Value) -> Result<(), String> {
    let Faults { armed, scenario } =
        serde_json::from_value(value.clone()).map_err(|error| error.to_string())?;
    testing.faults.import(&armed).map_err(|error| error.to_string())?;
    testing.scenario = scenario;
    Ok(())
}
