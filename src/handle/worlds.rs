//! The world as a whole.

use super::World;
use super::clock::sure;
use crate::control::worlds;

impl World<'_> {
    /// Forgets everything about the project. A request that is under way cannot write into what
    /// comes after.
    pub fn reset(&self) {
        sure(worlds::reset(self.app, &self.project_id));
    }

    /// Calls the world like the test that it belongs to, for reports.
    pub fn label(&self, label: &str) {
        sure(worlds::label(self.app, &self.project_id, Some(label.to_owned())));
    }
}
