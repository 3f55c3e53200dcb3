//! Remembers writes that were carried out, to recognise one that is sent again.

use super::watch::Watch;
use crate::contract::{Contract, ErrorKind};
use crate::journal::repetition::{Content, UndoCounts};
use crate::journal::{Verdict, View};
use std::collections::HashMap;

/// A retry comes soon: only this many of the latest writes are compared.
const MOST: u64 = 256;

/// Writes that were carried out, and that can be sent again by mistake: those that have started
/// something, and those whose answer was lost.
#[derive(Debug, Default)]
pub struct Writes {
    known: HashMap<Content, Write>,
    /// How many there were.
    count: u64,
    undo_counts: UndoCounts,
}

#[derive(Debug)]
struct Write {
    ordinal: u64,
    /// How many there were before it.
    before: u64,
    /// The first of what it has started.
    activity: Option<u32>,
    /// Whether its answer has not come to the client, or said that it had failed.
    is_lost: bool,
    /// How many calls of its service had undone something before.
    undo_count: u64,
}

/// A write that was sent again.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// The request before.
    pub earlier: u64,
    pub kind: RetryKind,
}

/// What is wrong with a write that was sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryKind {
    /// It has started the same again, and nobody had looked at what was started before.
    Unseen,
    /// It has started the same again, since its answer had been lost.
    Lost,
    /// It was refused since it had been carried out, but its answer had been lost.
    Refused,
}

impl Writes {
    /// Notes a write. If an equal one did the same before, and nobody can have read its answer as
    /// far as anyone knows, that one.
    ///
    /// A client that has polled what the first one started had read its answer, so the second one is
    /// deliberate. So it is if something was undone in between. A write that is refused or starts nothing
    /// was repeated by mistake only where the first answer was lost; it is reported if it was refused, as
    /// otherwise no harm is done.
    pub fn note(
        &mut self,
        contract: &'static Contract,
        view: &View<'_>,
        watch: &Watch,
    ) -> Option<Retry> {
        let entry = view.entry;
        if entry.method.is_safe() || contract.open {
            return None;
        }
        if let Verdict::Refused(error_kind) = entry.record.verdict {
            // A request that was not let in says nothing of what was carried out.
            let is_let_in = error_kind != ErrorKind::Unauthenticated && !self.known.is_empty();
            return is_let_in.then(|| self.refused(contract, view)).flatten();
        }
        if !entry.committed() {
            return None;
        }
        let undo_count = self.undo_counts.note(contract);
        let activity = entry.record.activities.first().map(|activity| activity.run.activity);
        let is_lost = entry.is_lost();
        if activity.is_none() && !is_lost {
            return None;
        }
        let (ordinal, before) = (entry.ordinal(), self.count);
        self.count += 1;
        let write = Write { ordinal, before, activity, is_lost, undo_count };
        let earlier = self.known.insert(Content::of(contract, view), write);
        activity?;
        let is_recent = |write: &Write| before - write.before <= MOST;
        let earlier = earlier.filter(|write| is_recent(write) && write.undo_count == undo_count)?;
        let watched = earlier.activity.and_then(|activity| watch.get(activity));
        let kind = match watched {
            _ if earlier.is_lost => RetryKind::Lost,
            Some(watched) if !watched.is_known_by_id() => RetryKind::Unseen,
            _ => return None,
        };
        Some(Retry { earlier: earlier.ordinal, kind })
    }

    /// A write that was refused, if an equal one was carried out and its answer was lost.
    fn refused(&mut self, contract: &'static Contract, view: &View<'_>) -> Option<Retry> {
        let (content, undo_count) =
            (Content::of(contract, view), self.undo_counts.current(contract));
        let (count, found) = (self.count, self.known.get(&content)?);
        let is_recent = count - found.before <= MOST;
        if !found.is_lost || !is_recent || found.undo_count != undo_count {
            return None;
        }
        let earlier = self.known.remove(&content)?.ordinal;
        Some(Retry { earlier, kind: RetryKind::Refused })
    }
}
