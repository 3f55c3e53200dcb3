//! Methods for the instances of a world.

use super::{World, shown};
use crate::control::instances;
use crate::error::control::{ControlError, read_value};
use serde_json::Value;

impl World {
    /// Adds an instance at once, with the members that a world file has for it, and returns
    /// it with all that was not said.
    ///
    /// ```
    /// use papercloud::{PaperCloud, serde_json::json};
    ///
    /// let cloud = PaperCloud::start();
    /// let world = cloud.world("0a1b2c3d4e5f60718293a4b5c6d7e8f9");
    /// let cache = json!({ "id": "cache", "engine": "dcs-redis", "status": "frozen" });
    /// assert_eq!(world.add_instance(&cache)?["mode"], "Single");
    /// # Ok::<(), papercloud::ControlError>(())
    /// ```
    pub fn add_instance(&self, instance: &Value) -> Result<Value, ControlError> {
        let spec = read_value(instance)?;
        let added = instances::add(&self.app, &self.project_id, vec![spec])?;
        Ok(shown(&added.instances[0]))
    }
}
