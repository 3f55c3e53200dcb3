//! Scenarios of a world.

use super::World;
use crate::control::{ControlError, scenarios};

impl World<'_> {
    /// Lets a scenario that [`define_scenario`](crate::PaperCloud::define_scenario) or the world
    /// file knows hold for every request of the project that brings no other.
    pub fn choose_scenario(&self, name: &str) -> Result<(), ControlError> {
        scenarios::choose(self.app, &self.project_id, name).map(drop)
    }
}
