//! Writes that were carried out lately, to tell one that is sent again.

use super::Answered;
use super::watch::Watch;
use crate::cloud::ScatteredIds;
use crate::contract::Contract;
use crate::testing::repetition::{Stretches, place};
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

/// A retry comes soon: a write that is this many writes ago is not looked for.
const MOST: usize = 256;

/// Writes that were carried out lately and have started something.
#[derive(Debug, Default)]
pub struct Writes {
    recent: HashMap<u64, Write, BuildHasherDefault<ScatteredIds>>,
    /// From the oldest to the latest.
    order: VecDeque<u64>,
    stretches: Stretches,
}

#[derive(Debug)]
struct Write {
    ordinal: u64,
    /// The first of what it has started.
    course: u32,
    /// Which stretch of its service's writes it belongs to.
    stretch: u64,
}

impl Writes {
    /// Notes a request that has started something. If an equal one did before, and nobody can have
    /// read its answer as far as anyone knows, that one.
    ///
    /// Whoever asks for what the first one started has its id from the answer, and a second one is
    /// meant. So it is if something was taken back in between.
    pub fn note(
        &mut self,
        contract: &'static Contract,
        request: &Answered<'_>,
        watch: &Watch,
    ) -> Option<u64> {
        if !request.draft.has_changed_something(&request.parts.method) {
            return None;
        }
        let stretch = self.stretches.note(contract);
        let started = request.draft.courses.first()?;
        let target = request.parts.uri.path_and_query().map_or("/", |target| target.as_str());
        let key = {
            let mut hasher = DefaultHasher::new();
            (contract.id, place(contract, target), request.body).hash(&mut hasher);
            hasher.finish()
        };
        let write = Write { ordinal: request.ordinal, course: started.run.course, stretch };
        let earlier = self.recent.insert(key, write);
        if earlier.is_none() {
            self.order.push_back(key);
        }
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.recent.remove(&oldest);
        }
        let unseen = |write: &Write| {
            let watched = watch.get(write.course);
            write.stretch == stretch && watched.is_some_and(|watched| !watched.is_known_by_id())
        };
        earlier.filter(unseen).map(|write| write.ordinal)
    }
}
