//! Methods for scenarios: define them, and choose one for a world.

use super::{World, sure};
use crate::PaperCloud;
use crate::control::scenarios;
use crate::error::control::{ControlError, read};

impl PaperCloud {
    /// Defines a scenario, in the place of one with the same name, which projects that have chosen
    /// that one begin anew with their next request: a JSON document such as
    /// `{"faults": [{"operation": "CreateDbCacheMapping", "first": 1, "effect": {"status": 503}}]}`.
    /// All projects share these names.
    pub fn define_scenario(&self, name: &str, scenario: &str) -> Result<(), ControlError> {
        let scenario = read(scenario.as_bytes())?;
        scenarios::define(self.app(), name, scenario).map(drop)
    }

    /// Forgets a scenario. Projects that are in it stay there; no other can enter it any more.
    pub fn forget_scenario(&self, name: &str) -> Result<(), ControlError> {
        scenarios::forget(self.app(), name)
    }
}

impl World {
    /// Lets a scenario that [`define_scenario`](PaperCloud::define_scenario) or the world file knows
    /// hold for every request of the project that brings no other. The rules of the one that was
    /// chosen before are disarmed.
    ///
    /// ```
    /// let cloud = papercloud::PaperCloud::start();
    /// cloud.define_scenario("slow", r#"{"job_seconds": 600}"#)?;
    /// let world = cloud.world("054e292c9880d4992f02c0196d3ea468");
    /// world.choose_scenario("slow")?;
    /// assert_eq!(world.scenario().as_deref(), Some("slow"));
    /// world.leave_scenario();
    /// assert_eq!(world.scenario(), None);
    /// # Ok::<(), papercloud::ControlError>(())
    /// ```
    pub fn choose_scenario(&self, name: &str) -> Result<(), ControlError> {
        scenarios::choose(&self.app, &self.project_id, name).map(drop)
    }

    /// The scenario that was chosen for it, if one was.
    #[track_caller]
    pub fn scenario(&self) -> Option<String> {
        let chosen = sure(scenarios::chosen_by(&self.app, &self.project_id));
        chosen.name.map(String::from)
    }

    /// Lets no scenario hold for the project any more. Its rules are disarmed; the clock stays as
    /// it has set it.
    #[track_caller]
    pub fn leave_scenario(&self) {
        sure(scenarios::leave(&self.app, &self.project_id));
    }
}
