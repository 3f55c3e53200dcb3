//! Polls of what never goes on, since the clock stands still: their client would wait for ever.

use crate::clock::Moment;
use crate::cloud::PollTarget;
use std::collections::HashMap;

/// From this poll of the same unfinished thing on, its client is told.
const MOST_POLLS: u32 = 5;

/// So many things are told apart at once.
const MOST_TARGETS: usize = 64;

/// Polls on a clock that stands still.
#[derive(Debug, Default)]
pub struct FrozenPolls {
    /// Where the clock stood at the latest.
    at: Option<Moment>,
    /// How often each thing was polled there, by operation and id.
    polls: HashMap<(&'static str, Option<String>), u32>,
    /// How many polls were told.
    pub told: u64,
    /// The first of them: its operation, its number, and its time.
    pub first: Option<(&'static str, u64, Moment)>,
}

impl FrozenPolls {
    /// Counts a poll of something unfinished, and says whether its client is to be told.
    pub fn count(&mut self, target: &PollTarget, at: Moment, ordinal: u64) -> bool {
        if self.at != Some(at) || self.polls.len() >= MOST_TARGETS {
            self.polls.clear();
            self.at = Some(at);
        }
        let operation = target.contract.id;
        let polls = self.polls.entry((operation, target.id.clone())).or_default();
        *polls += 1;
        if *polls < MOST_POLLS {
            return false;
        }
        self.told += 1;
        self.first.get_or_insert((operation, ordinal, at));
        true
    }
}

/// What such a client is told.
pub fn advice(project_id: &str, at: Moment) -> String {
    format!(
        "the clock stands still at {}, so this never goes on: POST \
         /_paper/worlds/{project_id}/clock/advance {{\"to\": \"next-event\"}} moves it once, and \
         /clock/auto-advance {{\"enabled\": true}} with each poll",
        at.with_milliseconds()
    )
}
