//! What is under way in a world.

use super::World;
use crate::control::{ControlError, jobs};

impl World<'_> {
    /// Lets a job, or what is named by the id of what it works on, end well at once.
    pub fn finish(&self, id: &str) -> Result<(), ControlError> {
        jobs::finish(self.app, &self.project_id, id).map(drop)
    }

    /// Lets it fail at once, and say this about it.
    pub fn fail(&self, id: &str, reason: &str) -> Result<(), ControlError> {
        let failure = jobs::Failure { reason: Some(reason.to_owned()), ..Default::default() };
        jobs::fail(self.app, &self.project_id, id, &failure).map(drop)
    }

    /// Lets it stand still until it is released.
    pub fn hold(&self, id: &str) -> Result<(), ControlError> {
        jobs::hold(self.app, &self.project_id, id).map(drop)
    }

    /// Lets it go on from where it stands still.
    pub fn release(&self, id: &str) -> Result<(), ControlError> {
        jobs::release(self.app, &self.project_id, id).map(drop)
    }
}
