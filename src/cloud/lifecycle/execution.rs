//! An execution of a lifecycle: when it began, how long it takes, where it is held, and how it
//! ends.

use crate::clock::Moment;
use crate::cloud::words;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::time::Duration;

/// One run through a lifecycle, as it is stored: by the job, and again by what the job works on. Copies
/// carry the number of their activity, which is how [`State::steer`](crate::worlds::World::steer) finds them
/// all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Execution {
    /// The activity that it is a copy of.
    #[serde(rename = "course")]
    pub activity: u32,
    /// When it began.
    pub started: Moment,
    /// How long its stages take together, in milliseconds.
    pub milliseconds: u32,
    /// How long it was held before it was released, in milliseconds.
    pub(super) paused: u64,
    /// After how many milliseconds it is held until it is released, if it is.
    pub(super) hold: Option<u32>,
    /// How it will end.
    #[serde(rename = "fate")]
    pub outcome: Outcome,
    /// After how many milliseconds it failed, where it was made to fail at once. Its outcome has the
    /// percentage that is shown, and that is rounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) failed_after: Option<u32>,
}

/// How a run will end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// At the lifecycle's end.
    #[default]
    Succeeds,
    /// It fails at this percentage of its duration.
    Fails(#[serde(deserialize_with = "words::percent")] u8),
}

impl Outcome {
    /// Fails after the last stage.
    pub const FAILS: Self = Self::Fails(100);
}

impl Execution {
    /// An execution that succeeds without being held.
    pub const fn new(activity: u32, started: Moment, milliseconds: u32, outcome: Outcome) -> Self {
        Self { activity, started, milliseconds, paused: 0, hold: None, outcome, failed_after: None }
    }

    /// An execution that was over when it began.
    pub const fn over(started: Moment) -> Self {
        Self::new(0, started, 0, Outcome::Succeeds)
    }

    /// The same, but held in its last stage.
    pub const fn endless(mut self) -> Self {
        self.hold = Some(self.milliseconds);
        self
    }

    /// The same execution, held at this percentage of its duration.
    pub fn held_at(mut self, percent: u8) -> Self {
        self.hold = Some(self.part(percent));
        self
    }

    /// Stands still from now on.
    pub fn hold(&mut self, now: Moment) {
        self.hold = Some(self.elapsed(now));
    }

    /// Goes on from where it is held.
    pub fn release(&mut self, now: Moment) {
        let moving = now.since(self.started).saturating_sub(milliseconds(self.elapsed(now)));
        if self.hold.is_some_and(|hold| self.elapsed(now) >= hold) {
            self.paused = u64::try_from(moving.as_millis()).unwrap_or(u64::MAX);
        }
        self.hold = None;
    }

    /// Succeeds now.
    pub fn finish(&mut self, now: Moment) {
        self.release(now);
        self.milliseconds = self.elapsed(now);
        self.outcome = Outcome::Succeeds;
    }

    /// Fails at this percentage of its duration, or now if that is past. A hold is released.
    pub fn fail(&mut self, percent: u8, now: Moment) {
        self.release(now);
        let over = self.elapsed(now);
        if over <= self.part(percent) {
            self.outcome = Outcome::Fails(percent);
            return;
        }
        // The percentage is past, so the one that is shown is that of now, rounded down. The end is
        // now to the millisecond: what is derived from the percentage would be before.
        let percent = u64::from(over) * 100 / u64::from(self.milliseconds.max(1));
        self.outcome = Outcome::Fails(u8::try_from(percent).unwrap_or(100).min(100));
        self.failed_after = Some(over);
    }

    /// Compares a percentage of the duration with now: greater if it is still to come, less if it
    /// is past.
    pub fn compare(&self, percent: u8, now: Moment) -> Ordering {
        let over = self.elapsed(now);
        if over < self.part(percent) {
            return Ordering::Greater;
        }
        let reached = u64::from(over) * 100 / u64::from(self.milliseconds.max(1));
        if reached > percent.into() { Ordering::Less } else { Ordering::Equal }
    }

    /// Where it will be held, in percent of its duration, if that is still to come.
    pub fn hold_to_come(&self, now: Moment) -> Option<u8> {
        let hold = self.hold.filter(|hold| *hold <= self.last() && self.elapsed(now) < *hold)?;
        // The part of a duration was rounded up.
        let percent = u64::from(hold) * 100 / u64::from(self.milliseconds.max(1));
        Some(u8::try_from(percent).unwrap_or(100).min(100))
    }

    /// Whether it is held.
    pub fn is_held(&self, now: Moment) -> bool {
        self.hold.is_some_and(|hold| hold <= self.last() && self.elapsed(now) >= hold)
    }

    /// How many milliseconds of it are over. All of them are at the end of time, where there is no
    /// later moment to wait for.
    pub fn elapsed(&self, now: Moment) -> u32 {
        let elapsed = if now < Moment::LAST {
            whole(now.since(self.started).saturating_sub(self.pause()))
        } else {
            u32::MAX
        };
        self.hold.map_or(elapsed, |hold| elapsed.min(hold))
    }

    fn pause(&self) -> Duration {
        Duration::from_millis(self.paused)
    }

    /// After how many milliseconds it ends.
    pub fn last(&self) -> u32 {
        match self.outcome {
            Outcome::Succeeds => self.milliseconds,
            Outcome::Fails(percent) => self.failed_after.unwrap_or_else(|| self.part(percent)),
        }
    }

    /// When it ends; never, if it is held before.
    pub fn end(&self) -> Option<Moment> {
        let last = self.last();
        self.hold.is_none_or(|hold| last < hold).then(|| self.at(last))
    }

    /// After how many milliseconds so much of it is over. Rounded down, it would be the end of the
    /// stage before the one that begins there.
    fn part(&self, percent: u8) -> u32 {
        let part = (u64::from(self.milliseconds) * u64::from(percent)).div_ceil(100);
        u32::try_from(part).unwrap_or(u32::MAX)
    }

    /// The moment at which so many milliseconds of it are over, or at which time ends.
    pub fn at(&self, elapsed: u32) -> Moment {
        self.started.after(self.pause() + milliseconds(elapsed)).min(Moment::LAST)
    }
}

fn milliseconds(count: u32) -> Duration {
    Duration::from_millis(count.into())
}

fn whole(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}
