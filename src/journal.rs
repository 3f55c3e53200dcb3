//! Requests and their answers: entries in the order of the answers, within one budget of bytes for
//! all worlds.

mod budget;
mod entry;
mod field_path;
mod flight;
mod history;
mod matcher;
mod near_miss;
pub mod repetition;
mod secrets;
mod shown;
mod verification;
mod view;

pub use budget::{Budget, level};
pub use entry::{Entry, Performed, RequestRecord, ShownBody, Verdict};
pub use field_path::FieldPath;
pub use flight::Flights;
pub use history::History;
pub use matcher::{Matcher, Wanted};
pub use near_miss::{NearMiss, nearest};
pub use secrets::{Digests, are_open, is_concealed, is_known_word};
pub use shown::show;
pub use verification::{Check, Claim, Finding};
pub use view::View;

use crate::cloud::Execution;
use crate::contract::Contract;
use crate::contract::check::Members;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// The journal of a world.
#[derive(Debug)]
pub struct Journal {
    digests: Digests,
    budget: Arc<Budget>,
    bytes: usize,
    dropped: u64,
    /// How many entries were ever recorded, also before it was cleared.
    recorded: u64,
    /// How many of the requests since it was cleared were refused.
    refused: u64,
    /// What came before it.
    past: History,
    entries: VecDeque<Entry>,
    /// The latest executions that tests have steered to another end.
    steered: VecDeque<Steered>,
    steered_dropped: bool,
    /// How much has happened in the world.
    steps: u64,
    /// How many requests there had been when it was cleared.
    cleared_after: u64,
    /// Requests that are in none of the entries yet.
    pub in_flight: Flights,
}

/// An execution that a test has steered to another end.
#[derive(Clone, Copy, Debug)]
pub struct Steered {
    /// Its place in the order of what happened.
    pub step: u64,
    /// How it goes on.
    pub run: Execution,
}

/// How many steered executions are remembered: tests steer by hand, so there are few.
const MOST_STEERED: usize = 10_000;

/// Why a journal has no entry of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// The world was imported, loaded or made anew when there had been so many requests.
    BeforeWorld(u64),
    /// The journal was cleared when there had been so many requests.
    Cleared(u64),
    /// It was dropped for want of bytes, as far as is known.
    Dropped,
    /// It is not answered yet.
    Unanswered,
}

impl Journal {
    /// An empty journal of the world with this key.
    pub fn new(key: u64, budget: Arc<Budget>) -> Self {
        Self {
            digests: Digests::new(key),
            budget,
            bytes: 0,
            dropped: 0,
            recorded: 0,
            refused: 0,
            past: History::default(),
            entries: VecDeque::new(),
            steered: VecDeque::new(),
            steered_dropped: false,
            steps: 0,
            cleared_after: 0,
            in_flight: Flights::default(),
        }
    }

    /// A body with secrets as its entry will show it, written while its members are at hand.
    pub fn show_body(&mut self, contract: &Contract, members: &Members<'_>) -> ShownBody {
        if self.budget.most() == 0 {
            return ShownBody::Unread;
        }
        ShownBody::Written(self.digests.members(members, contract.body))
    }

    /// Records an entry. One larger than the whole budget is dropped, and without a budget it is
    /// not even made. The caller cuts the journals afterwards.
    pub fn record(&mut self, entry: impl FnOnce(&mut Digests) -> Entry) {
        if self.budget.most() == 0 {
            return self.dropped += 1;
        }
        let mut entry = entry(&mut self.digests);
        entry.step = self.next_step();
        let bytes = entry.bytes();
        if bytes > self.budget.most() {
            return self.dropped += 1;
        }
        self.bytes += bytes;
        self.budget.take(bytes);
        self.recorded += 1;
        self.refused += u64::from(entry.record.verdict.is_refusal());
        self.entries.push_back(entry);
    }

    /// How many bytes its entries take.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Drops its oldest entries until they take at most so many bytes. Returns how many bytes were
    /// freed.
    pub fn cut_down(&mut self, level: usize) -> usize {
        let before = self.bytes;
        while self.bytes > level
            && let Some(oldest) = self.entries.pop_front()
        {
            self.bytes -= oldest.bytes();
            self.dropped += 1;
        }
        if self.entries.len() < self.entries.capacity() / 4 {
            self.entries.shrink_to_fit();
        }
        self.budget.give_back(before - self.bytes);
        before - self.bytes
    }

    /// The next step in the order of what happened in the world.
    pub fn next_step(&mut self) -> u64 {
        self.steps += 1;
        self.steps
    }

    /// Notes that a test has steered an execution to another end.
    pub fn note_steered(&mut self, run: Execution) {
        let step = self.next_step();
        if self.steered.len() >= MOST_STEERED {
            self.steered.pop_front();
            self.steered_dropped = true;
        }
        self.steered.push_back(Steered { step, run });
    }

    /// The executions that tests have steered to another end.
    pub fn steered(&self) -> impl Iterator<Item = &Steered> {
        self.steered.iter()
    }

    /// Whether that is all of it.
    pub fn knows_all_steering(&self) -> bool {
        !self.steered_dropped
    }

    /// Notes that the client of a request left before its answer was sent.
    pub fn note_departure(&mut self, ordinal: u64) {
        if let Some(entry) = self.entries.iter_mut().rfind(|entry| entry.ordinal() == ordinal) {
            entry.client_left = true;
        }
    }

    /// Begins after requests that it knows nothing of.
    pub fn begin_after(&mut self, past: History) {
        self.past = past;
    }

    /// How many entries were dropped, with those of the requests that came before the journal, unless
    /// these do not matter.
    pub fn dropped(&self) -> u64 {
        self.dropped + self.past.missed()
    }

    /// What came before it.
    pub fn past(&self) -> History {
        self.past
    }

    /// Whether it has every request that was answered.
    pub fn is_whole(&self) -> bool {
        self.dropped() == 0 && !self.past.is_vague
    }

    /// The entries that are still there, in the order of their answers.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The number of the entry that comes next. An entry keeps its number, whatever is dropped.
    pub fn next_number(&self) -> u64 {
        self.recorded
    }

    /// The number of the oldest entry that is still there.
    pub fn first_number(&self) -> u64 {
        self.recorded - self.entries.len() as u64
    }

    /// The entries from one number to before another, as far as they are there.
    pub fn numbered(&self, numbers: Range<u64>) -> impl Iterator<Item = (u64, &Entry)> {
        let first = self.first_number();
        let place =
            |number: u64| usize::try_from(number.saturating_sub(first)).unwrap_or(usize::MAX);
        let end = place(numbers.end).min(self.entries.len());
        let start = place(numbers.start).min(end);
        (numbers.start.max(first)..).zip(self.entries.range(start..end))
    }

    /// How many of the requests since it was cleared were refused.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// What the ids of its requests follow from.
    pub fn key(&self) -> u64 {
        self.digests.key()
    }

    /// Forgets everything, also that anything was dropped, after so many requests. Requests in
    /// flight are recorded later.
    pub fn clear(&mut self, requests: u64) {
        self.budget.give_back(self.bytes);
        self.entries = VecDeque::new();
        (self.bytes, self.dropped, self.refused, self.past) = (0, 0, 0, History::default());
        (self.steered, self.steered_dropped) = (VecDeque::new(), false);
        self.cleared_after = requests;
    }

    /// Why there is no entry of the request with this number, counted from 0.
    pub fn why_absent(&self, ordinal: u64) -> Absence {
        if ordinal < self.past.requests {
            Absence::BeforeWorld(self.past.requests)
        } else if ordinal < self.cleared_after {
            Absence::Cleared(self.cleared_after)
        } else if self.dropped > 0 {
            Absence::Dropped
        } else {
            Absence::Unanswered
        }
    }
}

/// A world that goes takes nothing any more.
impl Drop for Journal {
    fn drop(&mut self) {
        self.budget.give_back(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Moment, Stamp};
    use axum::http::{Request, Response};

    fn entry(digests: &mut Digests, ordinal: u64, body: &[u8]) -> Entry {
        let (parts, ()) = Request::post("/v3/p/x").body(()).unwrap().into_parts();
        let (now, answer) = (Moment::from_milliseconds(0), Response::new(Vec::new()));
        let times = (Stamp::at(now), now);
        Entry::new(
            (digests, ordinal),
            times,
            (&parts, body),
            Some(&answer),
            RequestRecord::default(),
        )
    }

    /// A body that takes so many bytes as it is kept.
    fn body(size: usize) -> Vec<u8> {
        format!("[{}1]", "true,".repeat(size / 5)).into_bytes()
    }

    fn ordinals(journal: &Journal) -> Vec<u64> {
        journal.entries().map(Entry::ordinal).collect()
    }

    #[test]
    fn the_oldest_entries_make_room_and_are_counted() {
        let size = entry(&mut Digests::new(7), 0, b"").bytes();
        let budget = Budget::new(size * 3);
        let mut journal = Journal::new(7, Arc::clone(&budget));
        for ordinal in 0..5 {
            journal.record(|digests| entry(digests, ordinal, b""));
        }
        assert_eq!((journal.bytes(), journal.dropped()), (size * 5, 0));
        assert_eq!(budget.excess(), size * 2 + size * 3 / 4);
        assert_eq!(journal.cut_down(size * 3), size * 2);
        assert_eq!((ordinals(&journal), journal.dropped()), (vec![2, 3, 4], 2));
        assert_eq!(budget.excess(), 0);
        // It takes more than all may.
        journal.record(|digests| entry(digests, 5, &body(size * 3)));
        assert_eq!((ordinals(&journal), journal.dropped()), (vec![2, 3, 4], 3));
        assert_eq!(journal.why_absent(0), Absence::Dropped);
        assert_eq!((journal.first_number(), journal.next_number()), (2, 5));
        let numbered = |numbers| {
            let found = journal.numbered(numbers);
            found.map(|(number, entry)| (number, entry.ordinal())).collect::<Vec<_>>()
        };
        assert_eq!(numbered(0..9), [(2, 2), (3, 3), (4, 4)]);
        assert_eq!([numbered(4..5), numbered(2..3)], [vec![(4, 4)], vec![(2, 2)]]);
        assert_eq!([numbered(0..2), numbered(5..9)], [vec![], vec![]]);
        journal.clear(7);
        assert_eq!((journal.first_number(), journal.next_number()), (5, 5));
        assert_eq!((ordinals(&journal), journal.dropped(), journal.bytes), (vec![], 0, 0));
        let why_absent = [6, 7].map(|ordinal| journal.why_absent(ordinal));
        assert_eq!(why_absent, [Absence::Cleared(7), Absence::Unanswered]);
    }

    #[test]
    fn a_journal_that_is_cleared_or_goes_gives_its_bytes_back() {
        let budget = Budget::new(1);
        let mut journal = Journal::new(7, Budget::new(1 << 20));
        journal.budget = Arc::clone(&budget);
        let made = entry(&mut Digests::new(7), 0, b"");
        let bytes = made.bytes();
        (journal.bytes, journal.entries) = (bytes, VecDeque::from([made]));
        budget.take(bytes);
        assert!(budget.excess() > 0);
        drop(journal);
        assert_eq!(budget.excess(), 0);
    }

    #[test]
    fn a_journal_without_a_budget_keeps_nothing() {
        let mut journal = Journal::new(7, Budget::new(0));
        journal.record(|digests| entry(digests, 0, b""));
        assert_eq!((ordinals(&journal), journal.dropped()), (vec![], 1));
    }
}
