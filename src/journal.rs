//! What was asked and answered: a ring of entries with a byte budget.

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

pub use entry::{Entry, RequestRecord, Verdict};
pub use field_path::FieldPath;
pub use flight::Flights;
pub use history::History;
pub use matcher::{Matcher, Wanted};
pub use near_miss::{NearMiss, nearest};
pub use secrets::{names_a_secret, names_a_secret_parameter};
pub use shown::show;
pub use verification::{Check, Claim, Finding};
pub use view::View;

use std::collections::VecDeque;

/// The journal of a world.
#[derive(Debug)]
pub struct Journal {
    key: u64,
    budget: usize,
    bytes: usize,
    dropped: u64,
    /// What came before it.
    past: History,
    entries: VecDeque<Entry>,
    /// How many requests there had been when it was cleared.
    cleared_after: u64,
    /// Requests that are in none of the entries yet.
    pub in_flight: Flights,
}

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
    pub fn new(key: u64, budget: usize) -> Self {
        let (entries, in_flight, past) = (VecDeque::new(), Flights::default(), History::default());
        Self { key, budget, bytes: 0, dropped: 0, past, entries, cleared_after: 0, in_flight }
    }

    /// Records an entry, and drops the oldest ones if that takes more bytes than there may be. An
    /// entry that would take more by itself is dropped at once; without a budget it is not even
    /// made. It is made under the journal's key.
    pub fn record(&mut self, entry: impl FnOnce(u64) -> Entry) {
        if self.budget == 0 {
            return self.dropped += 1;
        }
        let entry = entry(self.key);
        let bytes = entry.bytes();
        if bytes > self.budget {
            return self.dropped += 1;
        }
        self.bytes += bytes;
        self.entries.push_back(entry);
        while self.bytes > self.budget
            && let Some(oldest) = self.entries.pop_front()
        {
            self.bytes -= oldest.bytes();
            self.dropped += 1;
        }
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
    /// nobody asks for these.
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

    /// What the ids of its requests follow from.
    pub fn key(&self) -> u64 {
        self.key
    }

    /// Forgets everything, also that anything was dropped. There have been so many requests; what is
    /// in flight comes to it later.
    pub fn clear(&mut self, requests: u64) {
        self.entries = VecDeque::new();
        (self.bytes, self.dropped, self.past) = (0, 0, History::default());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Moment;
    use axum::http::{Request, Response};

    fn entry(ordinal: u64, body: &[u8]) -> Entry {
        let (parts, ()) = Request::post("/v3/p/x").body(()).unwrap().into_parts();
        let (now, answer) = (Moment::from_milliseconds(0), Response::new(Vec::new()));
        let times = [now; 2];
        Entry::new((7, ordinal), times, (&parts, body), Some(&answer), RequestRecord::default())
    }

    fn ordinals(journal: &Journal) -> Vec<u64> {
        journal.entries().map(Entry::ordinal).collect()
    }

    #[test]
    fn the_oldest_entries_make_room_and_are_counted() {
        let size = entry(0, b"").bytes();
        let mut journal = Journal::new(7, size * 3);
        for ordinal in 0..5 {
            journal.record(|_| entry(ordinal, b""));
        }
        assert_eq!((ordinals(&journal), journal.dropped()), (vec![2, 3, 4], 2));
        journal.record(|_| entry(5, &vec![b'x'; size]));
        assert_eq!((ordinals(&journal), journal.dropped()), (vec![4, 5], 4));
        // Everything would have to go for it, and it would not fit then.
        journal.record(|_| entry(6, &vec![b'x'; size * 3]));
        assert_eq!((ordinals(&journal), journal.dropped()), (vec![4, 5], 5));
        assert_eq!(journal.why_absent(0), Absence::Dropped);
        journal.clear(7);
        assert_eq!((ordinals(&journal), journal.dropped(), journal.bytes), (vec![], 0, 0));
        let why_absent = [6, 7].map(|ordinal| journal.why_absent(ordinal));
        assert_eq!(why_absent, [Absence::Cleared(7), Absence::Unanswered]);
    }

    #[test]
    fn a_journal_without_a_budget_keeps_nothing() {
        let mut journal = Journal::new(7, 0);
        journal.record(|_| entry(0, b""));
        assert_eq!((ordinals(&journal), journal.dropped()), (vec![], 1));
    }
}
