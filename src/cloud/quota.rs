//! How much a world may keep, and what goes first.
//!
//! Jobs, migration tasks and backups are records: of each kind there are so many, and the oldest
//! finished ones make room, a sixteenth of the limit at once, so that looking for them costs each
//! request the same. Everything else is there until a client deletes it, so nothing makes room but
//! that, and it is counted together.

use super::record::limited;
use super::stored::Stored;
use super::{Account, Execution, State};
use crate::clock::Moment;
use crate::error::Refusal;
use std::collections::HashSet;

/// The flag that the limits of a world follow from.
const FLAG: &str = "--max-jobs";

/// For each job that a world may keep, it may have so many other things.
const OTHERS_PER_JOB: usize = 8;

/// How many activities a world can have in its life. Only an imported world comes close; the margin
/// is more than one request can start.
const MOST_BEGUN: u32 = u32::MAX - (1 << 16);

/// The part of a limit that makes room at once.
const FORGOTTEN_PART: usize = 16;

/// How many records may be inspected for each request: what making room costs it on average.
const INSPECTED_PER_REQUEST: usize = 64;

/// How many requests may come until other things are counted again, however few there are.
const UNCOUNTED_REQUESTS: usize = 1_024;

/// How many other things one request makes at most.
const OTHERS_PER_REQUEST: usize = 16;

/// The migration tasks that nobody waits for any more.
const FINISHED: &[&str] = &["SUCCESS", "FAILED", "TERMINATED", "MIGRATION_FAILED", "ERROR"];

/// What bounds the work of making room.
#[derive(Debug)]
pub struct Quota {
    /// How many records may be inspected to make room: so many for each request that came since.
    may_be_inspected: usize,
    /// The number of other things at the last count.
    others: usize,
    /// How many requests may come until the other things are counted again.
    uncounted: usize,
}

impl Default for Quota {
    fn default() -> Self {
        Self { may_be_inspected: usize::MAX, others: 0, uncounted: 0 }
    }
}

/// What is full, and where nothing can make room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitReached {
    /// What there are too many of.
    pub what: &'static str,
    /// How many there may be.
    pub most: usize,
    /// The flag that says so.
    pub flag: &'static str,
    /// What to do about it, as the end of a message.
    pub remedy: &'static str,
}

impl From<LimitReached> for Refusal {
    fn from(LimitReached { what, most, flag, remedy }: LimitReached) -> Self {
        Self::LimitReached { what, most, flag, remedy }
    }
}

/// What a call may leave behind.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Whether it may add something; who deletes something may always do so.
    pub may_add: bool,
    pub starts_a_job: bool,
}

/// The kinds of record that have a limit of their own and are evicted oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Records {
    Jobs,
    /// Migration tasks, with those that were deleted: of these the ids are left.
    Tasks,
    /// Those of a declared kind; there is room for all where it has no limit of its own.
    Of(&'static str),
}

impl State {
    /// Makes room for what a call adds. Returns how many records were evicted.
    pub fn make_room_for_call(
        &mut self,
        call: Call,
        now: Moment,
        account: &Account,
    ) -> Result<usize, LimitReached> {
        self.quota.uncounted = self.quota.uncounted.saturating_sub(1);
        if call.may_add {
            let counted = self.count_others(account.settings().max_jobs, now);
            counted.inspect_err(|_| account.note_refused())?;
        }
        if call.may_add && self.timeline.latest_number() >= MOST_BEGUN {
            let (what, flag) = ("changes of one world", "which no flag changes");
            let remedy = "; DELETE /_paper/worlds/{project_id} begins it anew";
            return Err(LimitReached { what, most: MOST_BEGUN as usize, flag, remedy });
        }
        if !call.starts_a_job {
            return Ok(0);
        }
        self.make_room(Records::Jobs, now, account)
    }

    /// Makes room for a record. Returns how many others were evicted.
    pub fn make_room(
        &mut self,
        records: Records,
        now: Moment,
        account: &Account,
    ) -> Result<usize, LimitReached> {
        let most = account.settings().max_jobs;
        let (what, count) = match records {
            Records::Jobs => ("jobs", self.jobs.len()),
            Records::Tasks => ("migration tasks", self.migration_tasks.len()),
            Records::Of(kind) => match limited(kind) {
                Some(what) => (what, self.records.number_of(kind)),
                None => return Ok(0),
            },
        };
        self.quota.may_be_inspected =
            self.quota.may_be_inspected.saturating_add(INSPECTED_PER_REQUEST);
        if count < most {
            return Ok(0);
        }
        let mut forgotten = 0;
        if self.quota.may_be_inspected >= count {
            self.quota.may_be_inspected =
                (self.quota.may_be_inspected - count).min(OTHERS_PER_JOB * most);
            forgotten = self.forget_oldest(records, (most / FORGOTTEN_PART).max(1), now);
        }
        if forgotten == 0 {
            account.note_refused();
            return Err(LimitReached { what, most, flag: FLAG, remedy: "" });
        }
        account.note_evicted(forgotten);
        self.forget_reasons();
        Ok(forgotten)
    }

    /// Forgets so many of the oldest finished records of a kind.
    fn forget_oldest(&mut self, records: Records, number: usize, now: Moment) -> usize {
        self.timeline.catch_up(now);
        let under_way: HashSet<_> = self.timeline.under_way().map(|one| one.run.activity).collect();
        let is_over = |run: &Execution| !under_way.contains(&run.activity);
        match records {
            Records::Jobs => {
                let goes = |job: &super::Job| is_over(&job.run) && job.phase(now).ended.is_some();
                let oldest =
                    oldest(self.jobs.iter().filter(|job| goes(job)).map(|job| job.run), number);
                let forgotten = self.jobs.forget(|job| goes(job) && oldest.contains(&job.run));
                let named: HashSet<_> = self.jobs.iter().map(|job| &*job.instance_id).collect();
                self.records.forget_gone(|id| !named.contains(id));
                forgotten
            }
            Records::Of(kind) => self.records.forget_oldest(kind, number),
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

    /// Forgets the failure reasons of activities that no record refers to any more.
    fn forget_reasons(&mut self) {
        if self.timeline.reasons().next().is_none() {
            return;
        }
        let mut activities: HashSet<_> =
            self.timeline.under_way().map(|one| one.run.activity).collect();
        self.each_run(|run| {
            activities.insert(run.activity);
        });
        self.timeline.keep_reasons(|activity| activities.contains(&activity));
    }

    /// Refuses a call if the world has too many other things.
    fn count_others(&mut self, most: usize, now: Moment) -> Result<(), LimitReached> {
        let most = most.saturating_mul(OTHERS_PER_JOB);
        if self.quota.uncounted == 0 {
            // Counting takes as long as there are things to go through, so there is a number of
            // requests until the next time that grows with them. Where there is much room there are
            // more of them, as many as do not fill it.
            let gone_through = self.forget_deleted(now) + self.source_databases.len();
            self.quota.others = self.counted();
            let room = most.saturating_sub(self.quota.others) / OTHERS_PER_REQUEST;
            self.quota.uncounted =
                (gone_through / INSPECTED_PER_REQUEST).max(room.min(UNCOUNTED_REQUESTS));
        }
        if self.quota.others >= most {
            return Err(LimitReached { what: "other things", most, flag: FLAG, remedy: "" });
        }
        Ok(())
    }
}

/// The runs that began first, so many of them.
fn oldest(runs: impl Iterator<Item = Execution>, number: usize) -> Oldest {
    let mut begun: Vec<_> = runs.map(|run| (run.started, run.activity)).collect();
    if begun.is_empty() {
        return Oldest(None);
    }
    let at = (number - 1).min(begun.len() - 1);
    Oldest(Some(*begun.select_nth_unstable(at).1))
}

/// Everything up to a run.
struct Oldest(Option<(Moment, u32)>);

impl Oldest {
    fn contains(&self, run: &Execution) -> bool {
        self.0.is_some_and(|last| (run.started, run.activity) <= last)
    }
}
