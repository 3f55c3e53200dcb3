//! Methods for the clock of a world.

use super::{World, sure};
use crate::clock::ClockCommand;
use crate::cloud::Due;
use crate::control::clock;
use crate::error::control::ControlError;
use std::time::Duration;

impl World {
    /// Stops the world's clock. Time then moves only by [`advance`](Self::advance) and its like.
    #[track_caller]
    pub fn freeze(&self) {
        sure(clock::Freeze::NOW.apply(&self.app, &self.project_id));
    }

    /// Stops the world's clock at a time such as `2026-01-01T00:00:00Z`. As long as nothing has
    /// happened in the world, that may be any time from 1970 on; afterwards it must not be past.
    ///
    /// ```
    /// let cloud = papercloud::PaperCloud::start();
    /// let world = cloud.world("054e292c9880d4992f02c0196d3ea468");
    /// world.freeze_at("2026-01-01T00:00:00Z").unwrap();
    /// assert_eq!(world.now(), "2026-01-01T00:00:00.000Z");
    /// ```
    pub fn freeze_at(&self, time: &str) -> Result<(), ControlError> {
        let freeze = clock::Freeze { at: Some(time.to_owned()) };
        freeze.apply(&self.app, &self.project_id).map(drop)
    }

    /// Lets the clock run again, `scale` times as fast as real time.
    pub fn resume(&self, scale: f64) -> Result<(), ControlError> {
        clock::Resume { scale: Some(scale) }.apply(&self.app, &self.project_id).map(drop)
    }

    /// Moves the world's clock forward, and says what became due. Whatever is due by then has
    /// happened when it returns.
    ///
    /// # Panics
    ///
    /// If the clock would go beyond the year 9998.
    ///
    /// ```
    /// use papercloud::PaperCloud;
    /// use std::time::Duration;
    ///
    /// let cloud = PaperCloud::start();
    /// let world = cloud.world("054e292c9880d4992f02c0196d3ea468");
    /// world.freeze();
    /// let before = world.now();
    /// world.advance(Duration::from_secs(60));
    /// assert_ne!(world.now(), before);
    /// ```
    #[track_caller]
    pub fn advance(&self, by: Duration) -> Vec<Due> {
        sure(clock::move_clock(&self.app, &self.project_id, &ClockCommand::By(by))).into_due()
    }

    /// Moves the clock to an instant such as `2026-01-01T00:00:00Z`, which must not be past.
    pub fn advance_to(&self, to: &str) -> Result<Vec<Due>, ControlError> {
        let to = ClockCommand::to(to).map_err(ControlError::bad)?;
        clock::move_clock(&self.app, &self.project_id, &to).map(clock::Moved::into_due)
    }

    /// Moves the clock to the next moment at which anything comes to another status, or to where it
    /// is to be held; nothing becomes due, and the clock stays, where nothing is under way or all of
    /// that is held.
    #[track_caller]
    pub fn advance_to_next_event(&self) -> Vec<Due> {
        sure(clock::move_clock(&self.app, &self.project_id, &ClockCommand::NextEvent)).into_due()
    }

    /// Lets each poll of something unfinished move the clock to the next event, so that a program
    /// which polls sees every status once and never waits.
    #[track_caller]
    pub fn auto_advance(&self, enabled: bool) {
        sure(clock::auto_advance(&self.app, &self.project_id, enabled));
    }

    /// What the world's clock shows, such as `2026-01-01T00:00:00.000Z`.
    #[track_caller]
    pub fn now(&self) -> String {
        sure(clock::show(&self.app, &self.project_id)).now().to_owned()
    }
}
