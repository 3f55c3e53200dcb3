//! Methods for reports on worlds.

use super::{World, shown, sure};
use crate::PaperCloud;
use crate::control::report;
use serde_json::Value;

impl PaperCloud {
    /// The reports on all worlds, as `GET /_paper/report` answers them.
    pub fn report(&self) -> Value {
        shown(&report::report_all(self.app()))
    }
}

impl World {
    /// What was left behind in the world (jobs that nobody looked at, what is under way still,
    /// faults that were never hit), and what clients do that they should not, as
    /// `GET /_paper/worlds/{project_id}/report` answers it.
    #[track_caller]
    pub fn report(&self) -> Value {
        shown(&sure(report::report(&self.app, &self.project_id)))
    }

    /// Panics with the whole report, if it has found anything. A good last
    /// line of a test.
    ///
    /// ```
    /// use papercloud::PaperCloud;
    ///
    /// let cloud = PaperCloud::start();
    /// cloud.world("054e292c9880d4992f02c0196d3ea468").assert_clean();
    /// ```
    ///
    /// # Panics
    ///
    /// If the world is not clean, or more has happened than could be remembered.
    #[track_caller]
    pub fn assert_clean(&self) {
        let report = sure(report::report(&self.app, &self.project_id));
        assert!(report.is_clean(), "Papercloud: {report}");
    }
}
