//! Watches what was started, and the polls of it since.
//!
//! Something is watched from the call that starts it until an answer has shown its end to a
//! client.

#[cfg(test)]
mod tests;

use super::seen::Seen;
use crate::clock::Stamp;
use crate::cloud::{Activity, Execution};
use axum::http::Method;
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;
use uuid::Uuid;

/// Fewer polls than this say nothing about a client's pace.
pub const FEWEST_POLLS: u32 = 5;

/// The shortest time between two polls, on average. No document states one; Terraform's provider
/// takes ten times as long.
const PACE: Duration = Duration::from_secs(1);

/// A poll of a client.
#[derive(Clone, Copy, Debug)]
pub struct Poll {
    /// When.
    pub at: Stamp,
    /// The number of the request.
    pub ordinal: u64,
    /// Its step in the order of what happened: on a frozen clock many things share one moment.
    pub step: u64,
}

/// Something that was started.
#[derive(Debug)]
pub struct Watched {
    /// What it is.
    pub activity: Activity,
    /// The steps at which it began, and at which it was last steered to another end.
    begun: u64,
    steered: u64,
    /// The polls at it by its id while it was under way.
    by_id: Pace,
    by_list: Pace,
    /// The last of both kinds.
    last: Option<Poll>,
}

/// How fast polls follow each other.
#[derive(Debug, Default)]
struct Pace {
    polls: u32,
    first: Option<Stamp>,
    /// Whether they were found too fast before: that is reported once.
    was_too_fast: bool,
}

/// Activities that no client has seen at their end yet.
#[derive(Debug, Default)]
pub struct Watch {
    by_activity: HashMap<u32, Watched>,
    /// The activity with this job or resource id; the latest, if there are several.
    by_id: HashMap<Box<str>, u32>,
    /// Activities that a list can show without their ids: those of a job alone, by what it has done,
    /// and deletions, by what is no longer there.
    without_id: BTreeSet<u32>,
}

impl Watched {
    /// Whether a client has shown that it has the id.
    pub fn is_known_by_id(&self) -> bool {
        self.by_id.polls > 0
    }

    /// The last poll that saw it under way.
    pub fn last_poll(&self) -> Option<Poll> {
        self.last
    }

    /// Whether a list shows how it has ended by what is not in it.
    fn is_deletion(&self) -> bool {
        self.activity.contract.method == Method::DELETE
    }

    fn ids(&self) -> impl Iterator<Item = Box<str>> {
        self.activity.ids().map(|id| plain(&id))
    }
}

impl Pace {
    /// Notes a poll that shows so many unfinished things at once, for each of which a client may wait.
    /// True the first time that the polls are too fast.
    fn becomes_too_fast(&mut self, at: Stamp, among: u32) -> bool {
        self.polls = self.polls.saturating_add(1);
        let since = at.since(*self.first.get_or_insert(at));
        let fast = self.polls >= FEWEST_POLLS && since * among < PACE * (self.polls - 1);
        fast && !std::mem::replace(&mut self.was_too_fast, true)
    }
}

impl Watch {
    /// Watches something that begins.
    pub fn begin(&mut self, activity: &Activity, step: u64) {
        let watched = Watched {
            activity: activity.clone(),
            begun: step,
            steered: 0,
            by_id: Pace::default(),
            by_list: Pace::default(),
            last: None,
        };
        let number = activity.run.activity;
        for id in watched.ids() {
            self.by_id.insert(id, number);
        }
        if activity.resource.is_none() || watched.is_deletion() {
            self.without_id.insert(number);
        }
        self.by_activity.insert(number, watched);
    }

    /// Notes what a poll has shown. True if one thing is polled too fast.
    pub fn note_poll(&mut self, seen: &Seen<'_>, poll: Poll) -> bool {
        if self.by_activity.is_empty() {
            return false;
        }
        if let Some(id) = &seen.id {
            let Some(activity) = self.by_id.get(&plain(id)).copied() else { return false };
            return self.see(activity, poll, |watched| watched.by_id.becomes_too_fast(poll.at, 1));
        }
        let shown = self.shown_by(seen, poll);
        let waiting = shown.iter().filter(|activity| {
            let watched = self.by_activity.get(activity);
            watched.is_some_and(|one| one.activity.ended(poll.at.moment()).is_none())
        });
        let among = u32::try_from(waiting.count()).unwrap_or(u32::MAX).max(1);
        let mut too_fast = false;
        for activity in shown {
            too_fast |= self
                .see(activity, poll, |watched| watched.by_list.becomes_too_fast(poll.at, among));
        }
        too_fast
    }

    /// What a list shows, each once.
    fn shown_by(&self, seen: &Seen<'_>, poll: Poll) -> BTreeSet<u32> {
        let watched =
            |activity: u32| self.by_activity.get(&activity).map(|watched| (activity, watched));
        let mut shown = BTreeSet::new();
        seen.each_text(|text| {
            let named = self.by_id.get(&plain(text)).and_then(|activity| watched(*activity));
            let named = named.filter(|(_, watched)| seen.is_of_service(&watched.activity));
            shown.extend(named.map(|(activity, _)| activity));
        });
        if self.without_id.is_empty() || !seen.is_whole {
            return shown;
        }
        let known = self.without_id.iter().filter_map(|activity| watched(*activity));
        let begun = known.filter(|(_, watched)| watched.begun < poll.step);
        let tells = |activity: u32, watched: &Watched| {
            let is_gone = !shown.contains(&activity);
            let is_over = watched.activity.ended(poll.at.moment()).is_some();
            let by_absence = watched.is_deletion() && is_over && is_gone;
            seen.is_about(&watched.activity) && (watched.activity.resource.is_none() || by_absence)
        };
        let told = begun.filter(|(activity, watched)| tells(*activity, watched));
        let told: Vec<_> = told.map(|(activity, _)| activity).collect();
        shown.extend(told);
        shown
    }

    /// Notes that something was seen, and stops watching it if it had ended.
    fn see(&mut self, activity: u32, poll: Poll, pace: impl FnOnce(&mut Watched) -> bool) -> bool {
        let Some(watched) = self.by_activity.get_mut(&activity) else { return false };
        let over = watched.activity.ended(poll.at.moment()).is_some();
        if over && poll.step > watched.steered {
            self.forget(activity);
            return false;
        }
        if watched.last.is_none_or(|last| last.step < poll.step) {
            watched.last = Some(poll);
        }
        !over && pace(watched)
    }

    /// Notes that something ends in another way than it was to.
    pub fn steer(&mut self, run: Execution, step: u64) {
        if let Some(watched) = self.by_activity.get_mut(&run.activity) {
            watched.activity.run = run;
            watched.steered = step;
        }
    }

    /// Stops watching what a client has ended early; what had ended before and was never polled
    /// stays.
    pub fn cut_short(&mut self, activity: u32, was_under_way: bool) {
        let unseen = |watched: &Watched| !was_under_way && watched.last.is_none();
        if self.by_activity.get(&activity).is_some_and(|watched| !unseen(watched)) {
            self.forget(activity);
        }
    }

    /// Something that is watched.
    pub fn get(&self, activity: u32) -> Option<&Watched> {
        self.by_activity.get(&activity)
    }

    /// Everything that is watched, in no order.
    pub fn all(&self) -> impl Iterator<Item = &Watched> {
        self.by_activity.values()
    }

    fn forget(&mut self, activity: u32) {
        let Some(watched) = self.by_activity.remove(&activity) else { return };
        self.without_id.remove(&activity);
        for id in watched.ids() {
            if self.by_id.get(&id) == Some(&activity) {
                self.by_id.remove(&id);
            }
        }
    }
}

/// Ids are written with dashes and without, in small letters and in capitals.
fn plain(id: &str) -> Box<str> {
    Uuid::try_parse(id).map_or_else(|_| id.into(), |id| id.simple().to_string().into())
}
