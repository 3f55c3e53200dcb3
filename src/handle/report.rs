//! The report on a world.

use super::World;
use super::clock::sure;
use crate::control::report;
use serde_json::Value;

impl World<'_> {
    /// What was left behind in the world (jobs that nobody looked at, what is under way still,
    /// faults that were never hit), and what clients do that they should not, as
    /// `GET /_paper/worlds/{project_id}/report` answers it.
    ///
    /// # Panics
    ///
    /// If the project's id is none.
    pub fn report(&self) -> Value {
        let report = sure(report::report(self.app, &self.project_id));
        serde_json::to_value(report).expect("a report is JSON")
    }

    /// Panics with everything that the report has to say, if it has anything to say. A good last
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
        let report = sure(report::report(self.app, &self.project_id));
        assert!(report.is_clean(), "Papercloud: {report}");
    }
}
