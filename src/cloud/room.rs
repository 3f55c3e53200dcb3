//! How much a world may keep, and what goes first.
//!
//! Jobs, migration tasks and backups are records: of each kind there are so many, and the oldest
//! finished ones make room, a sixteenth of the limit at once, so that looking for them costs each
//! request the same. Everything else is there until a client deletes it, so nothing makes room but
//! that, and it is counted together.

use super::limits::{Count, Full};
use super::{Cloud, Moment, Run, World};
use crate::operation::Route;
use axum::http::Method;
use indexmap::{IndexMap, IndexSet};
use std::collections::HashSet;

/// The flag that the limits of a world follow from.
const FLAG: &str = "--max-jobs";

/// For each job that a world may keep, it may have so many other things.
const OTHERS_PER_JOB: usize = 8;

/// The part of a limit that makes room at once.
const FORGOTTEN_PART: usize = 16;

/// How many records may be inspected for each request: what making room costs it on average.
const INSPECTED_PER_REQUEST: usize = 64;

/// The migration tasks that nobody waits for any more.
const FINISHED: &[&str] = &["SUCCESS", "FAILED", "TERMINATED", "MIGRATION_FAILED", "ERROR"];

/// What bounds the work of making room.
#[derive(Debug)]
pub struct Room {
    /// How many records may be inspected to make room: so many for each request that came since.
    may_be_inspected: usize,
    /// How many other things there were when they were counted last.
    others: usize,
    /// How many requests may come until the other things are counted again.
    uncounted: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self { may_be_inspected: usize::MAX, others: 0, uncounted: 0 }
    }
}

/// What is there to tell of what was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Records {
    /// Jobs.
    Jobs,
    /// Migration tasks, with those that were deleted: of these the ids are left.
    Tasks,
    /// Backups.
    Backups,
}

impl World {
    /// Makes room for the job that a call starts and for what it makes besides. How many records
    /// were forgotten for it.
    pub fn make_room_for_call(
        &mut self,
        route: &Route,
        now: Moment,
        cloud: &Cloud,
    ) -> Result<usize, Full> {
        self.room.uncounted = self.room.uncounted.saturating_sub(1);
        let method = &route.contract.method;
        // Who deletes something may always do so.
        if method != Method::GET && method != Method::DELETE {
            let counted = self.count_others(cloud.settings().max_jobs, now);
            counted.inspect_err(|_| cloud.note_records(Count::RecordsRefused, 1))?;
        }
        if route.job.is_none() {
            return Ok(0);
        }
        self.make_room(Records::Jobs, now, cloud)
    }

    /// Makes room for a record. How many others were forgotten for it.
    pub fn make_room(
        &mut self,
        records: Records,
        now: Moment,
        cloud: &Cloud,
    ) -> Result<usize, Full> {
        let most = cloud.settings().max_jobs;
        let (what, count) = match records {
            Records::Jobs => ("jobs", self.jobs.len()),
            Records::Tasks => ("migration tasks", self.migration_tasks.len()),
            Records::Backups => ("backups", self.backups.len()),
        };
        self.room.may_be_inspected =
            self.room.may_be_inspected.saturating_add(INSPECTED_PER_REQUEST);
        if count < most {
            return Ok(0);
        }
        let mut forgotten = 0;
        if self.room.may_be_inspected >= count {
            self.room.may_be_inspected =
                (self.room.may_be_inspected - count).min(OTHERS_PER_JOB * most);
            forgotten = self.forget_oldest(records, (most / FORGOTTEN_PART).max(1), now);
        }
        if forgotten == 0 {
            cloud.note_records(Count::RecordsRefused, 1);
            return Err(Full { what, most, flag: FLAG });
        }
        cloud.note_records(Count::RecordsForgotten, forgotten);
        self.forget_reasons();
        Ok(forgotten)
    }

    /// Forgets so many of the oldest finished records of a kind.
    fn forget_oldest(&mut self, records: Records, number: usize, now: Moment) -> usize {
        self.agenda.catch_up(now);
        let under_way: HashSet<_> = self.agenda.under_way().map(|one| one.run.course).collect();
        let is_over = |run: &Run| !under_way.contains(&run.course);
        match records {
            Records::Jobs => {
                // What a ClickHouse instance did last tells whether it is busy. One that was deleted
                // goes with the job that deleted it.
                let there = self.clickhouses.iter().filter(|(_, one)| !one.is_gone(now));
                let last = there.filter_map(|(_, one)| one.last_action());
                let named: HashSet<_> = last.map(|action| action.job_id).collect();
                let goes = |job: &super::Job| {
                    is_over(&job.run) && job.phase(now).ended.is_some() && !named.contains(&job.id)
                };
                let oldest =
                    oldest(self.jobs.iter().filter(|job| goes(job)).map(|job| job.run), number);
                let forgotten = self.jobs.forget(|job| goes(job) && oldest.contains(&job.run));
                self.forget_deleted_clickhouses(now);
                forgotten
            }
            Records::Backups => {
                let goes =
                    |one: &super::Backup| is_over(&one.run) && one.phase(now).ended.is_some();
                let oldest =
                    oldest(self.backups.iter().filter(|one| goes(one)).map(|one| one.run), number);
                self.backups.forget(|one| goes(one) && oldest.contains(&one.run))
            }
            Records::Tasks => {
                let goes = |task: Option<&super::MigrationTask>| {
                    task.is_none_or(|task| {
                        let phase = task.phase(now);
                        is_over(task.run())
                            && phase.ended.is_some()
                            && FINISHED.contains(&phase.status)
                    })
                };
                self.migration_tasks.forget(number, goes)
            }
        }
    }

    /// Forgets what was said about courses that nothing is left of.
    fn forget_reasons(&mut self) {
        if self.agenda.reasons().next().is_none() {
            return;
        }
        let mut courses: HashSet<_> = self.agenda.under_way().map(|one| one.run.course).collect();
        self.each_run(|run| {
            courses.insert(run.course);
        });
        self.agenda.keep_reasons(|course| courses.contains(&course));
    }

    /// Refuses what would have too many other things.
    fn count_others(&mut self, most: usize, now: Moment) -> Result<(), Full> {
        let most = most.saturating_mul(OTHERS_PER_JOB);
        if self.room.uncounted == 0 {
            // Counting takes as long as there are things to go through, so there is a number of
            // requests until the next time that grows with them.
            self.room.uncounted =
                (self.forget_deleted(now) + self.source_databases.len()) / INSPECTED_PER_REQUEST;
            self.room.others = self.others(now);
        }
        if self.room.others >= most {
            return Err(Full { what: "other things", most, flag: FLAG });
        }
        Ok(())
    }

    fn others(&self, now: Moment) -> usize {
        let replications = self.replications.values().map(IndexMap::len);
        let databases = self.source_databases.values().map(IndexSet::len);
        let there = self.instances.len()
            + self.memory_mappings.len()
            + self.memory_rules.len()
            + self.relationships.len()
            + self.clickhouses.len()
            + self.checked.len()
            + replications.chain(databases).sum::<usize>();
        // Each is an instance and a ClickHouse instance.
        there.saturating_sub(2 * self.deleted_clickhouses(now))
    }
}

/// The runs that began first, so many of them.
fn oldest(runs: impl Iterator<Item = Run>, number: usize) -> Oldest {
    let mut begun: Vec<_> = runs.map(|run| (run.started, run.course)).collect();
    if begun.is_empty() {
        return Oldest(None);
    }
    let at = (number - 1).min(begun.len() - 1);
    Oldest(Some(*begun.select_nth_unstable(at).1))
}

/// Everything up to a run.
struct Oldest(Option<(Moment, u32)>);

impl Oldest {
    fn contains(&self, run: &Run) -> bool {
        self.0.is_some_and(|last| (run.started, run.course) <= last)
    }
}
