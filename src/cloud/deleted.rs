//! How long it is remembered that something was deleted.
//!
//! A client cannot tell a deleted mapping, synchronization or relationship from one that never
//! existed, so these are dropped at the next count. A deleted ClickHouse instance is kept until its
//! deleting job is evicted, since its id would be adopted again. Meanwhile it counts as one with its job.

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
