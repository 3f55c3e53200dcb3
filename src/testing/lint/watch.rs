//! What was set going, and who has looked at it since.
//!
//! Something is watched from the call that starts it until a client has seen it at rest. Whether
//! that is so follows from the last look and from the moment at which it came to rest.

#[cfg(test)]
mod tests;

use crate::cloud::{Awaited, Course, Moment, Run, ScatteredIds, Stamp, digest};
use crate::contract::Service;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::time::Duration;
use uuid::Uuid;

/// Fewer looks than this say nothing about a client's pace.
pub const FEWEST_LOOKS: u32 = 5;

/// The shortest time between two looks, on average. No document states one; Terraform's provider
/// takes ten times as long.
const PACE: Duration = Duration::from_secs(1);

/// How many things are watched at most.
const MOST: usize = 10_000;

/// How many are to begin before room is looked for again: that takes a while.
const PATIENCE: u32 = 1_000;

/// A look of a client.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// When.
    pub at: Stamp,
    /// By which request.
    pub ordinal: u64,
    /// The latest course that had begun by then.
    pub begun: u32,
}

/// Something that was set going.
#[derive(Debug)]
pub struct Watched {
    /// What it is.
    pub course: Course,
    /// The request that has started it.
    pub ordinal: u64,
    /// How often it was looked at by its id while it was under way.
    looks: u32,
    /// The first of these looks.
    first: Option<Stamp>,
    /// The last of them.
    last: Option<Numbered>,
    /// Whether these looks came too fast.
    hasty: bool,
    /// How many looks there had been when it was last told to end in another way.
    steered: u64,
}

/// A look, in the order of all looks: on a frozen clock many have the same moment.
#[derive(Clone, Copy, Debug)]
struct Numbered {
    number: u64,
    look: Look,
}

/// How much a client has seen of something.
#[derive(Debug)]
pub enum Attention {
    /// Nothing.
    None,
    /// That it came to rest.
    Full,
    /// That it was under way, by this look, which was the last one.
    Lost(Look),
}

/// What was set going and was not seen at rest.
#[derive(Debug, Default)]
pub struct Watch {
    by_course: HashMap<u32, Watched, BuildHasherDefault<Spread>>,
    /// The course that a client means by an id; the latest, if there are several.
    by_id: HashMap<u64, u32, BuildHasherDefault<ScatteredIds>>,
    /// The last look at everything of a service, for each service.
    lists: Vec<(&'static Service, Numbered)>,
    looks: u64,
    /// How many more are to begin before room is looked for again.
    patience: u32,
    /// How many were not watched for want of room.
    untold: u64,
}

/// Spreads numbers that follow each other.
#[derive(Debug, Default)]
struct Spread(u64);

impl std::hash::Hasher for Spread {
    fn write(&mut self, bytes: &[u8]) {
        let fold = |word: u32, byte: &u8| word << 8 | u32::from(*byte);
        self.write_u32(bytes.iter().fold(0, fold));
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Watched {
    /// Whether a client has shown that it has the id.
    pub fn is_known_by_id(&self) -> bool {
        self.looks > 0
    }

    fn ids(&self) -> impl Iterator<Item = u64> {
        let job = self.course.job.map(|(id, _)| of_uuid(id));
        job.into_iter().chain(self.course.resource.as_ref().map(|(id, _)| of_id(id)))
    }
}

impl Watch {
    /// Watches something that begins.
    pub fn begin(&mut self, course: &Course, ordinal: u64, now: Moment) {
        self.patience = self.patience.saturating_sub(1);
        if self.by_course.len() >= MOST && self.patience == 0 {
            self.patience = PATIENCE;
            self.make_room(now);
        }
        if self.by_course.len() >= MOST {
            return self.untold += 1;
        }
        let watched = Watched {
            course: course.clone(),
            ordinal,
            looks: 0,
            first: None,
            last: None,
            hasty: false,
            steered: 0,
        };
        let number = course.run.course;
        for id in watched.ids() {
            self.by_id.insert(id, number);
        }
        self.by_course.insert(number, watched);
    }

    /// Notes a look. Whether it makes the looks at one thing too fast.
    pub fn look(&mut self, awaited: &Awaited, look: Look) -> bool {
        self.looks += 1;
        let numbered = Numbered { number: self.looks, look };
        let Some(id) = &awaited.id else {
            let service = awaited.contract.service;
            match self.lists.iter_mut().find(|(of, _)| std::ptr::eq(*of, service)) {
                Some((_, last)) => *last = numbered,
                None => self.lists.push((service, numbered)),
            }
            return false;
        };
        let Some(course) = self.by_id.get(&of_id(id)).copied() else { return false };
        let Some(watched) = self.by_course.get_mut(&course) else { return false };
        if watched.course.ended(look.at.moment()).is_some() {
            self.forget(course);
            return false;
        }
        watched.looks = watched.looks.saturating_add(1);
        watched.last = Some(numbered);
        let since = look.at.since(*watched.first.get_or_insert(look.at));
        let fast = watched.looks >= FEWEST_LOOKS && since < PACE * (watched.looks - 1);
        fast && !std::mem::replace(&mut watched.hasty, true)
    }

    /// Notes that something ends in another way than it was to.
    pub fn steer(&mut self, run: Run) {
        if let Some(watched) = self.by_course.get_mut(&run.course) {
            watched.course.run = run;
            watched.steered = self.looks;
        }
    }

    /// Forgets what a client has cut short; not what was over before and never looked at.
    pub fn cut_short(&mut self, course: u32, was_under_way: bool) {
        let unseen = |watched: &Watched| {
            !was_under_way && watched.looks == 0 && self.list_look(watched).is_none()
        };
        if self.by_course.get(&course).is_some_and(|watched| !unseen(watched)) {
            self.forget(course);
        }
    }

    /// Something that is watched.
    pub fn get(&self, course: u32) -> Option<&Watched> {
        self.by_course.get(&course)
    }

    /// Everything that is watched, in no order.
    pub fn all(&self) -> impl Iterator<Item = &Watched> {
        self.by_course.values()
    }

    /// How much a client has seen of something by now.
    pub fn attention(&self, watched: &Watched, now: Moment) -> Attention {
        let looks = watched.last.into_iter().chain(self.list_look(watched));
        let Some(Numbered { number, look }) = looks.max_by_key(|look| look.number) else {
            return Attention::None;
        };
        let ended = watched.course.ended(now);
        let seen = ended.is_some_and(|ended| ended <= look.at.moment()) && number > watched.steered;
        if seen { Attention::Full } else { Attention::Lost(look) }
    }

    /// Whether everything was watched.
    pub fn is_exact(&self) -> bool {
        self.untold == 0
    }

    /// The last look at everything of its service, if it was there by then.
    fn list_look(&self, watched: &Watched) -> Option<Numbered> {
        let service = watched.course.contract.service;
        let (_, last) = self.lists.iter().find(|(of, _)| std::ptr::eq(*of, service))?;
        (watched.course.run.course <= last.look.begun).then_some(*last)
    }

    fn forget(&mut self, course: u32) {
        let Some(watched) = self.by_course.remove(&course) else { return };
        for id in watched.ids() {
            if self.by_id.get(&id) == Some(&course) {
                self.by_id.remove(&id);
            }
        }
    }

    /// Forgets what was seen at rest in a list.
    fn make_room(&mut self, now: Moment) {
        let full = |one: &&Watched| matches!(self.attention(one, now), Attention::Full);
        let seen: Vec<_> = self.all().filter(full).map(|one| one.course.run.course).collect();
        for course in seen {
            self.forget(course);
        }
    }
}

/// Ids are written with dashes and without.
fn of_id(id: &str) -> u64 {
    Uuid::try_parse(id).map_or_else(|_| digest(0, id), of_uuid)
}

/// Ids that were made here are scattered already.
fn of_uuid(id: Uuid) -> u64 {
    let (high, low) = id.as_u64_pair();
    high ^ low
}
