//! Writes that were carried out lately, to tell one that is sent again.

use super::Answered;
use super::watch::Watch;
use crate::cloud::ScatteredIds;
use crate::contract::json::Json;
use crate::contract::{Contract, Service, Situation};
use crate::testing::journal::Verdict;
use axum::http::Method;
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

/// A retry comes soon: a write that is this many writes ago is not looked for.
const MOST: usize = 256;

/// Writes that were carried out lately, and that can be sent again by mistake: those that have
/// started something, and those whose answer was lost.
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
    course: Option<u32>,
    /// Whether its answer has not come to the client, or said that it had failed.
    is_lost: bool,
    service: &'static Service,
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
    /// meant. So it is if something was deleted in between. What is refused, or starts nothing, was
    /// sent again by mistake only where the first answer was lost: then it may be said, as a
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
        match request.draft.verdict {
            Verdict::Performed => {}
            // That says nothing of what was carried out.
            Verdict::Refused(Situation::Unauthenticated) => return None,
            Verdict::Refused(_) if self.recent.is_empty() => return None,
            Verdict::Refused(_) => {
                let key = key(contract, request);
                self.recent.get(&key).filter(|write| write.is_lost)?;
                self.order.retain(|one| *one != key);
                let earlier = self.recent.remove(&key)?.ordinal;
                return Some(Again { earlier, why: Why::Refused });
            }
            _ => return None,
        }
        let course = request.draft.courses.first().map(|course| course.run.course);
        let is_lost = request.is_lost();
        let is_deletion = request.parts.method == Method::DELETE;
        if course.is_none() && !is_lost && !is_deletion {
            return None;
        }
        let (key, service) = (key(contract, request), contract.service);
        if is_deletion {
            let stays = |write: &Write| !std::ptr::eq(write.service, service);
            self.recent.retain(|one, write| *one == key || stays(write));
            self.order.retain(|one| self.recent.contains_key(one));
        }
        if course.is_none() && !is_lost {
            return None;
        }
        let write = Write { ordinal: request.ordinal, course, is_lost, service };
        let earlier = self.recent.insert(key, write);
        if earlier.is_none() {
            self.order.push_back(key);
        }
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.recent.remove(&oldest);
        }
        course?;
        let earlier = earlier?;
        let watched = earlier.course.and_then(|course| watch.get(course));
        let why = match watched {
            _ if earlier.is_lost => Why::Lost,
            Some(watched) if !watched.is_known_by_id() => Why::Unseen,
            _ => return None,
        };
        Some(Again { earlier: earlier.ordinal, why })
    }
}

/// What equal writes have in common: what they ask for, in whatever order its members are.
fn key(contract: &'static Contract, request: &Answered<'_>) -> u64 {
    let target = request.parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let mut hasher = DefaultHasher::new();
    (contract.id, target).hash(&mut hasher);
    let text = std::str::from_utf8(request.body).ok();
    match text.and_then(|text| Json::parse(text).ok()) {
        Some(json) => hash(&json, &mut hasher),
        None => request.body.hash(&mut hasher),
    }
    hasher.finish()
}

fn hash(json: &Json<'_>, hasher: &mut DefaultHasher) {
    std::mem::discriminant(json).hash(hasher);
    match json {
        Json::Null => {}
        Json::Boolean(value) => value.hash(hasher),
        Json::Integer(number) => number.hash(hasher),
        Json::Float(number) => number.to_bits().hash(hasher),
        Json::Text(text) => text.hash(hasher),
        Json::List(values) => {
            values.len().hash(hasher);
            for value in values {
                hash(value, hasher);
            }
        }
        Json::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| name);
            members.len().hash(hasher);
            for (name, value) in members {
                name.hash(hasher);
                hash(value, hasher);
            }
        }
    }
}
