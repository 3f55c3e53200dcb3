//! Writes that were carried out lately, to tell one that is sent again.

use super::Answered;
use super::watch::Watch;
use crate::cloud::ScatteredIds;
use crate::contract::{Contract, Service};
use axum::http::Method;
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
}

#[derive(Debug)]
struct Write {
    ordinal: u64,
    /// The first of what it has started.
    course: u32,
    service: &'static Service,
}

impl Writes {
    /// Notes a request that has started something. If an equal one did before, and nobody can have
    /// read its answer as far as anyone knows, that one.
    ///
    /// Whoever asks for what the first one started has its id from the answer, and a second one is
    /// meant. So it is if something was deleted in between.
    pub fn note(
        &mut self,
        contract: &'static Contract,
        request: &Answered<'_>,
        watch: &Watch,
    ) -> Option<u64> {
        let started = request.draft.courses.first().filter(|_| is_write(request))?;
        let service = contract.service;
        let target = request.parts.uri.path_and_query().map_or("/", |target| target.as_str());
        let key = {
            let mut hasher = DefaultHasher::new();
            (contract.id, target, request.body).hash(&mut hasher);
            hasher.finish()
        };
        if request.parts.method == Method::DELETE {
            let stays = |write: &Write| !std::ptr::eq(write.service, service);
            self.recent.retain(|one, write| *one == key || stays(write));
            self.order.retain(|one| self.recent.contains_key(one));
        }
        let write = Write { ordinal: request.ordinal, course: started.run.course, service };
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
            watch.get(write.course).is_some_and(|watched| !watched.is_known_by_id())
        };
        earlier.filter(unseen).map(|write| write.ordinal)
    }
}

fn is_write(request: &Answered<'_>) -> bool {
    request.parts.method != Method::GET
}
