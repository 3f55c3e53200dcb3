//! What was asked and answered: a ring of entries with a byte budget.

mod entry;

pub use entry::{Draft, Entry, Verdict};

use std::collections::VecDeque;

/// The journal of a world.
#[derive(Debug)]
pub struct Journal {
    key: u64,
    budget: usize,
    bytes: usize,
    dropped: u64,
    entries: VecDeque<Entry>,
}

impl Journal {
    /// An empty journal of the world with this key.
    pub fn new(key: u64, budget: usize) -> Self {
        Self { key, budget, bytes: 0, dropped: 0, entries: VecDeque::new() }
    }

    /// Records an entry, and drops the oldest ones if that takes more bytes than there may be.
    pub fn record(&mut self, entry: Entry) {
        if self.budget == 0 {
            return self.dropped += 1;
        }
        self.bytes += entry.bytes();
        self.entries.push_back(entry);
        while self.bytes > self.budget
            && let Some(oldest) = self.entries.pop_front()
        {
            self.bytes -= oldest.bytes();
            self.dropped += 1;
        }
    }

    /// How many entries were dropped.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The entries that are still there, in the order of their answers.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// What the ids of its requests follow from.
    pub fn key(&self) -> u64 {
        self.key
    }
}
