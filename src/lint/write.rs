//! Writes that were carried out lately, to tell one that is sent again.

use super::Answered;
use super::fingerprint::fingerprint;
use super::watch::Watch;
use crate::cloud::ScatteredIds;
use crate::contract::{Contract, ErrorKind};
use crate::journal::Verdict;
use crate::journal::repetition::UndoCounts;
use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasherDefault;

/// A retry comes soon: a write that is this many writes ago is not looked for.
const MOST: usize = 256;

/// Writes that were carried out lately, and that can be sent again by mistake: those that have
/// started something, and those whose answer was lost.
#[derive(Debug, Default)]
pub struct Writes {
    recent: HashMap<u64, Write, BuildHasherDefault<ScatteredIds>>,
    /// From the oldest to the latest.
    order: VecDeque<u64>,
    stretches: UndoCounts,
}

#[derive(Debug)]
struct Write {
    ordinal: u64,
    /// The first of what it has started.
    activity: Option<u32>,
    /// Whether its answer has not come to the client, or said that it had failed.
    is_lost: bool,
    /// Which stretch of its service's writes it belongs to.
    stretch: u64,
}

/// A write that was sent again.
#[derive(Debug)]
pub struct Again {
    /// The request before.
    pub earlier: u64,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a write that was sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
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
    /// Whoever asks for what the first one started has its id from the answer, and a second one is
    /// meant. So it is if something was taken back in between. What is refused, or starts nothing,
    /// was sent again by mistake only where the first answer was lost: then it may be said, as a
    /// refusal does harm; what does the same again without one does none.
    pub fn note(
        &mut self,
        contract: &'static Contract,
        request: &Answered<'_>,
        watch: &Watch,
    ) -> Option<Again> {
        if request.parts.method.is_safe() || contract.open {
            return None;
        }
        if let Verdict::Refused(error_kind) = request.draft.verdict {
            // A request that was not let in says nothing of what was carried out.
            let is_let_in = error_kind != ErrorKind::Unauthenticated && !self.recent.is_empty();
            return is_let_in.then(|| self.refused(contract, request)).flatten();
        }
        if !request.draft.has_changed_something(&request.parts.method) {
            return None;
        }
        let stretch = self.stretches.note(contract);
        let activity = request.draft.activities.first().map(|activity| activity.run.activity);
        let is_lost = request.is_lost();
        if activity.is_none() && !is_lost {
            return None;
        }
        let key = key(contract, request);
        let write = Write { ordinal: request.ordinal, activity, is_lost, stretch };
        let earlier = self.recent.insert(key, write);
        if earlier.is_none() {
            self.order.push_back(key);
        }
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.recent.remove(&oldest);
        }
        activity?;
        let earlier = earlier.filter(|write| write.stretch == stretch)?;
        let watched = earlier.activity.and_then(|activity| watch.get(activity));
        let why = match watched {
            _ if earlier.is_lost => Why::Lost,
            Some(watched) if !watched.is_known_by_id() => Why::Unseen,
            _ => return None,
        };
        Some(Again { earlier: earlier.ordinal, why })
    }

    /// A write that was refused, if an equal one was carried out and its answer was lost.
    fn refused(&mut self, contract: &'static Contract, request: &Answered<'_>) -> Option<Again> {
        let (key, stretch) = (key(contract, request), self.stretches.current(contract));
        self.recent.get(&key).filter(|write| write.is_lost && write.stretch == stretch)?;
        self.order.retain(|one| *one != key);
        let earlier = self.recent.remove(&key)?.ordinal;
        Some(Again { earlier, why: Why::Refused })
    }
}

/// What equal writes have in common.
fn key(contract: &'static Contract, request: &Answered<'_>) -> u64 {
    let target = request.parts.uri.path_and_query().map_or("/", |target| target.as_str());
    fingerprint(contract, target, request.body)
}
