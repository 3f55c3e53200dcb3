//! How long it is remembered that something was deleted.
//!
//! Nobody can tell a mapping, a synchronisation or a relationship that is gone from one that never
//! was, so these are forgotten, and make room, when what there is is counted the next time. A
//! ClickHouse instance is different: its id would be adopted again. It is remembered as long as the
//! job that deleted it, and jobs are forgotten beyond their limit. Meanwhile it counts as one with
//! its job.

use super::State;
use crate::clock::Moment;

impl State {
    /// Forgets what was deleted and need not be remembered. How many things were gone through.
    pub fn forget_deleted(&mut self, now: Moment) -> usize {
        let synchronisations: usize = self.replications.values().map(indexmap::IndexMap::len).sum();
        let mut gone_through = self.memory_mappings.deletions()
            + self.relationships.len()
            + self.replications.len()
            + synchronisations
            + self.clickhouses.len();
        let mappings = self.memory_mappings.forget_deleted(now);
        if !mappings.is_empty() {
            gone_through += self.memory_mappings.len();
        }
        for mapping in mappings {
            self.memory_rules.forget_mapping(mapping);
        }
        self.relationships.forget_released(now);
        let clickhouses = &self.clickhouses;
        let is_gone = |id: &str| clickhouses.get(id).is_some_and(|known| known.is_gone(now));
        self.replications.retain(|id, known| {
            known.retain(|_, replication| !replication.is_gone(now));
            !known.is_empty() && !is_gone(id)
        });
        if self.deleted_clickhouses(now) > 0 {
            gone_through += self.checked.len();
            let clickhouses = &self.clickhouses;
            let is_gone = |id: &str| clickhouses.get(id).is_some_and(|known| known.is_gone(now));
            self.checked.retain(|[clickhouse, ..], _| !is_gone(clickhouse));
        }
        gone_through
    }

    /// Forgets the ClickHouse instances that were deleted by jobs which are forgotten.
    pub(super) fn forget_deleted_clickhouses(&mut self, now: Moment) {
        let jobs = &self.jobs;
        let goes = |known: &super::ClickHouse| {
            known.is_gone(now)
                && known.last_action().is_some_and(|last| jobs.get(last.job_id).is_none())
        };
        let forgotten = self.clickhouses.forget(goes);
        if forgotten.is_empty() {
            return;
        }
        self.instances.retain(|id, _| !forgotten.contains(id));
        self.replications.retain(|id, _| !forgotten.contains(id));
        self.checked.retain(|[clickhouse, ..], _| !forgotten.contains(clickhouse));
    }

    /// How many ClickHouse instances were deleted and are remembered.
    pub(super) fn deleted_clickhouses(&self, now: Moment) -> usize {
        self.clickhouses.iter().filter(|(_, known)| known.is_gone(now)).count()
    }
}
