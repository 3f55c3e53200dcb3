//! Methods for the jobs that are under way in a world.

use super::{World, shown, sure};
use crate::control::jobs;
use crate::error::control::ControlError;
use serde_json::Value;

impl World {
    /// What is under way, in the order of the next event: the `jobs` of
    /// `GET /_paper/worlds/{project_id}/jobs`.
    #[track_caller]
    pub fn jobs(&self) -> Vec<Value> {
        let listed = sure(jobs::list(&self.app, &self.project_id));
        listed.jobs.iter().map(shown).collect()
    }

    /// A job that is under way or has ended, or what is done with the resource of this id: its
    /// status, how much of it is over, and what is planned for it, or when it ended and why.
    ///
    /// ```
    /// let cloud = papercloud::PaperCloud::start();
    /// let world = cloud.world("054e292c9880d4992f02c0196d3ea468");
    /// let unknown = world.job("ac4a53da-7b78-40af-967d-ebb5ada78eb4").unwrap_err();
    /// assert_eq!(unknown.status(), 404);
    /// ```
    pub fn job(&self, id: &str) -> Result<Value, ControlError> {
        jobs::show(&self.app, &self.project_id, id).map(|job| shown(&job))
    }

    /// Lets a job succeed at once. It is named by its id, or by that of what it works on.
    pub fn finish(&self, id: &str) -> Result<(), ControlError> {
        jobs::finish(&self.app, &self.project_id, id).map(drop)
    }

    /// Lets it fail at once, with this reason.
    pub fn fail(&self, id: &str, reason: &str) -> Result<(), ControlError> {
        self.fail_as(id, &jobs::Failure { reason: Some(reason.to_owned()), ..Default::default() })
    }

    /// Lets it fail at this percentage of its duration, with this reason. Refused if that is past, or if
    /// it is held before.
    pub fn fail_at(&self, id: &str, percent: u8, reason: &str) -> Result<(), ControlError> {
        let (reason, percent) = (Some(reason.to_owned()), Some(percent.into()));
        self.fail_as(id, &jobs::Failure { reason, percent, stage: None })
    }

    /// Lets it fail when this status begins, with this reason; at once if it has that status. Refused if
    /// that is past, or if it is held before.
    pub fn fail_in(&self, id: &str, stage: &str, reason: &str) -> Result<(), ControlError> {
        let (reason, stage) = (Some(reason.to_owned()), Some(stage.to_owned()));
        self.fail_as(id, &jobs::Failure { reason, percent: None, stage })
    }

    /// Holds it until it is released.
    pub fn hold(&self, id: &str) -> Result<(), ControlError> {
        jobs::hold(&self.app, &self.project_id, id).map(drop)
    }

    /// Lets it go on from where it is held.
    pub fn release(&self, id: &str) -> Result<(), ControlError> {
        jobs::release(&self.app, &self.project_id, id).map(drop)
    }

    fn fail_as(&self, id: &str, failure: &jobs::Failure) -> Result<(), ControlError> {
        jobs::fail(&self.app, &self.project_id, id, failure).map(drop)
    }
}
