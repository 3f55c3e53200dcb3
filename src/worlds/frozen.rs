//! Counts polls while the clock stands still: nothing changes, so a client that waits for a status
//! would wait for ever.

use crate::clock::Moment;
use crate::cloud::PollTarget;
use std::collections::HashMap;

/// The fifth to the hundredth poll of the same thing are warned about; more warnings would not be
/// read.
const TOO_MANY: std::ops::RangeInclusive<u32> = 5..=100;

/// How many things are counted at once; one more begins all counts anew.
const MOST_TARGETS: usize = 64;

/// Polls on a clock that stands still.
#[derive(Debug, Default)]
pub struct FrozenPolls {
    /// Where the clock stood at the latest.
    at: Option<Moment>,
    /// How often each thing was polled there, by operation and id.
    polls: HashMap<(&'static str, Option<String>), u32>,
    /// How many polls were warned about.
    pub warned: u64,
    /// The first of them: its operation, its number, and its time.
    pub first: Option<(&'static str, u64, Moment)>,
}

impl FrozenPolls {
    /// Counts a poll. True if its client should be warned, provided that nothing has ended.
    pub fn count(&mut self, target: &PollTarget<'_>, at: Moment) -> bool {
        if self.at != Some(at) || self.polls.len() >= MOST_TARGETS {
            self.polls.clear();
            self.at = Some(at);
        }
        let polls =
            self.polls.entry((target.contract.id, target.id.map(str::to_owned))).or_default();
        *polls = polls.saturating_add(1);
        TOO_MANY.contains(polls)
    }

    /// Notes that a client is warned.
    pub fn note_warning(&mut self, target: &PollTarget<'_>, at: Moment, ordinal: u64) {
        self.warned += 1;
        self.first.get_or_insert((target.contract.id, ordinal, at));
    }
}

/// The warning for such a client.
pub fn warning(project_id: &str, at: Moment) -> String {
    format!(
        "the clock stands still at {}, so this never goes on: POST \
         /_paper/worlds/{project_id}/clock/advance {{\"to\": \"next-event\"}} moves it once, and \
         /clock/auto-advance {{\"enabled\": true}} with each poll",
        at.with_milliseconds()
    )
}
