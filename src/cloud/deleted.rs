//! How long it is remembered that something was deleted.
//!
//! Nobody can tell a mapping, a synchronisation or a relationship that is gone from one that never
//! was, so these are forgotten, and make room, when what there is is counted the next time. A
//! ClickHouse instance is different: its id would be adopted again. It is remembered as long as the
//! job that deleted it, and jobs are forgotten beyond their limit. Meanwhile it counts as one with
//! its job.

use super::{ClickHouse, State};
use crate::clock::Moment;

impl State {
    /// Forgets the ClickHouse instances that were deleted by jobs which are forgotten.
    pub(super) fn forget_deleted_clickhouses(&mut self, now: Moment) {
        let jobs = &self.jobs;
        let goes = |known: &ClickHouse| {
            known.is_gone(now)
                && known.last_action().is_some_and(|last| jobs.get(last.job_id).is_none())
        };
        let forgotten = self.clickhouses.forget(goes);
        if forgotten.is_empty() {
            return;
        }
        self.instances.retain(|id, _| !forgotten.contains(id));
        self.forget_parts_of(&forgotten);
    }
}
