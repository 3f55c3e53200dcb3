//! Remembers evicted worlds, so that a new world of the same project goes on with the request numbers
//! and does not claim to know the earlier requests.

use crate::cloud::ScatteredIds;
use crate::journal::History;
use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasherDefault;

/// How many evicted worlds are remembered, the latest: in less than 8 MiB.
const MOST: usize = 100_000;

/// The worlds that were evicted, by their keys.
#[derive(Debug, Default)]
pub struct Evicted {
    worlds: ByKey,
    /// Their keys and numbers, from the oldest to the latest, with some that are no longer there.
    order: VecDeque<(u64, u64)>,
    /// How many there were.
    count: u64,
    /// Whether there were more than are remembered.
    had_more: bool,
}

type ByKey = HashMap<u64, One, BuildHasherDefault<ScatteredIds>>;

/// A world that was evicted.
#[derive(Clone, Copy, Debug)]
struct One {
    /// Which of all that were evicted.
    number: u64,
    /// How many requests there were.
    requests: u64,
}

impl Evicted {
    /// Remembers a world that is evicted after so many requests.
    pub fn note(&mut self, key: u64, requests: u64) {
        self.insert(key, requests, MOST);
    }

    /// Lets a project begin anew, after it was reset.
    pub fn begin_anew(&mut self, key: u64) {
        if self.had_more {
            self.insert(key, 0, MOST);
        } else {
            self.worlds.remove(&key);
        }
    }

    /// What is known of a project that has no world now.
    pub fn past(&self, key: u64) -> History {
        let known = self.worlds.get(&key).map(|one| one.requests);
        let is_vague = self.had_more && known.is_none();
        History { is_vague, ..History::of(known.unwrap_or(0)) }
    }

    fn insert(&mut self, key: u64, requests: u64, most: usize) {
        self.count += 1;
        let number = self.count;
        self.worlds.insert(key, One { number, requests });
        self.order.push_back((key, number));
        let Self { worlds, order, had_more, .. } = self;
        while worlds.len() > most
            && let Some(oldest) = order.pop_front()
        {
            if is_there(worlds, oldest) {
                worlds.remove(&oldest.0);
                *had_more = true;
            }
        }
        if order.len() > 2 * most {
            order.retain(|one| is_there(worlds, *one));
        }
    }
}

fn is_there(worlds: &ByKey, (key, number): (u64, u64)) -> bool {
    worlds.get(&key).is_some_and(|one| one.number == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn past(requests: u64, is_vague: bool) -> History {
        History { is_vague, ..History::of(requests) }
    }

    #[test]
    fn what_is_beyond_its_bound_makes_every_unknown_past_vague() {
        let mut evicted = Evicted::default();
        for key in 0..3 {
            evicted.insert(key, key + 1, 3);
        }
        assert_eq!((evicted.past(0), evicted.past(9)), (past(1, false), past(0, false)));
        evicted.begin_anew(0);
        assert_eq!(evicted.past(0), past(0, false));
        evicted.insert(3, 4, 3);
        evicted.insert(4, 5, 3);
        assert_eq!((evicted.past(1), evicted.past(9)), (past(0, true), past(0, true)));
        assert_eq!((evicted.past(2), evicted.past(4)), (past(3, false), past(5, false)));
        // A reset starts anew even if the world was not remembered.
        evicted.begin_anew(1);
        assert_eq!(evicted.past(1), past(0, false));
    }

    #[test]
    fn one_project_that_is_forgotten_again_and_again_takes_no_more_room() {
        let mut evicted = Evicted::default();
        for round in 0..100 {
            evicted.insert(7, round, 3);
            assert_eq!(evicted.past(7), past(round, false));
            evicted.begin_anew(7);
        }
        assert!(evicted.order.len() <= 6, "{}", evicted.order.len());
    }
}
