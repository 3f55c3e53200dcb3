//! Synchronisation of a TaurusDB database to a ClickHouse instance.

use super::Moment;
use super::lifecycle::{Lifecycle, Phase, Run};
use indexmap::IndexMap;

/// One database kept in step.
#[derive(Clone, Debug)]
pub struct Replication {
    /// The TaurusDB instance.
    pub source_instance_id: Box<str>,
    /// The node it is read from.
    pub source_node_id: String,
    /// The database, which has the same name on both sides.
    pub database: String,
    /// Its course.
    pub run: Run,
}

/// How much of the run is over before data begin to flow.
const WAITING: f64 = 0.25;

/// Stages as the documented example of the list capitalises them.
static COURSE: Lifecycle = Lifecycle {
    stages: &[("Wait", WAITING), ("Full", 1.0 - WAITING)],
    ends: "Incremental",
    fails: "Failed",
};

impl Replication {
    /// Its stage.
    pub fn phase(&self, now: Moment) -> Phase {
        COURSE.phase(&self.run, now)
    }

    /// How much of the existing data has been copied, in percent.
    pub fn percentage(&self, now: Moment) -> u8 {
        let over = f64::from(self.phase(now).percent) / 100.0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100")]
        let copied = ((over - WAITING) / (1.0 - WAITING) * 100.0).clamp(0.0, 100.0) as u8;
        copied
    }
}

/// The synchronisations of one ClickHouse instance, by database.
pub type Replications = IndexMap<String, Replication>;
