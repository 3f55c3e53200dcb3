//! The limit of the number of worlds, and which world is evicted at it.
//!
//! Beyond the limit the least recently used world is evicted, if nothing is under way in it. The
//! order of use is brought up to date only when such a world is looked for, so a request costs the
//! same however many worlds there are.
//!
//! Making or removing a world locks this list first and the world's shard second. So both always
//! hold the same worlds, and no other request can take the room that was found before it is used.

use super::evicted::Evicted;
use super::{WorldCell, Worlds};
use crate::cloud::{LimitReached, RecordCounts};
use crate::journal::History;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The world that a request enters.
#[derive(Debug)]
pub struct Entered {
    /// The world.
    pub cell: Arc<WorldCell>,
    /// The project whose world was evicted for it.
    pub evicted: Option<Box<str>>,
}

/// The worlds in the order of their use, and how often a limit was met.
#[derive(Debug, Default)]
pub struct Limits {
    /// How often another world was used than the one before.
    uses: AtomicU64,
    by_use: Mutex<ByUse>,
    evicted: Mutex<Evicted>,
    was_logged: AtomicBool,
    /// How many worlds were evicted for others.
    worlds_evicted: AtomicU64,
    /// How many requests would have needed another world.
    worlds_refused: AtomicU64,
}

/// All worlds but that of the account.
#[derive(Debug, Default)]
pub struct ByUse {
    /// By the use at which each was last sorted in; `WorldCell::used` may be later.
    cells: BTreeMap<u64, Arc<WorldCell>>,
    /// The use counter at the last search for room: each use since then allows one more world to be
    /// inspected.
    searched_at: u64,
}

/// How often limits were met.
#[derive(Debug, Serialize)]
pub struct Met {
    /// Worlds that there may be.
    pub max_worlds: usize,
    /// Worlds that were evicted for others.
    pub worlds_forgotten: u64,
    /// Requests that would have needed another world.
    pub worlds_refused: u64,
    /// Jobs that a world may keep.
    pub max_jobs: usize,
    /// Jobs, tasks, backups and tokens that were evicted for others.
    pub records_forgotten: u64,
    /// Requests that would have needed room in their world.
    pub records_refused: u64,
}

impl Met {
    /// Whether any limit was met at all.
    pub fn any(&self) -> bool {
        let Self { worlds_forgotten, worlds_refused, records_forgotten, records_refused, .. } =
            self;
        worlds_forgotten + worlds_refused + records_forgotten + records_refused > 0
    }
}

/// The end of the message where no world can be evicted.
const REMEDY: &str = ": delete one that no test needs, DELETE /_paper/worlds/{project_id}";

/// How many worlds a search for room inspects at least; one more for each use since the last
/// search.
const FEWEST_INSPECTED: u64 = 64;

impl Worlds {
    /// The world of a project for a request, if there is room for it.
    pub fn enter(&self, project_id: &str) -> Result<Entered, LimitReached> {
        if let Some(cell) = self.known_world(project_id) {
            self.limits.use_now(&cell);
            return Ok(Entered { cell, evicted: None });
        }
        let mut by_use = self.limits.by_use();
        let mut evicted = None;
        // Another request may have made it meanwhile.
        if !project_id.is_empty() && self.known_world(project_id).is_none() {
            evicted = self.make_room(&mut by_use)?;
        }
        Ok(Entered { cell: self.make(&mut by_use, project_id), evicted })
    }

    /// Makes room for one more world, and returns the project whose world was evicted for it.
    fn make_room(&self, by_use: &mut ByUse) -> Result<Option<Box<str>>, LimitReached> {
        let most = self.settings.max_worlds;
        let mut evicted = None;
        while by_use.cells.len() >= most {
            self.limits.log_once(most);
            let Some(id) = self.evict_one(by_use) else {
                self.limits.worlds_refused.fetch_add(1, Ordering::Relaxed);
                return Err(LimitReached {
                    what: "worlds",
                    most,
                    flag: "--max-worlds",
                    remedy: REMEDY,
                });
            };
            self.limits.worlds_evicted.fetch_add(1, Ordering::Relaxed);
            evicted = Some(id);
        }
        Ok(evicted)
    }

    /// Notes that a world is used.
    pub fn use_now(&self, cell: &WorldCell) {
        self.limits.use_now(cell);
    }

    /// Evicts the world that was used longest ago, of those in which nothing is under way.
    fn evict_one(&self, by_use: &mut ByUse) -> Option<Box<str>> {
        let found = self.evict_first_idle(by_use);
        // Finding a busy world counts as a use of it, but not as a use since the search.
        by_use.searched_at = self.limits.uses.load(Ordering::Relaxed);
        found
    }

    fn evict_first_idle(&self, by_use: &mut ByUse) -> Option<Box<str>> {
        let latest = self.limits.uses.load(Ordering::Relaxed);
        let most = FEWEST_INSPECTED + latest.saturating_sub(by_use.searched_at);
        for _ in 0..most.min(2 * by_use.cells.len() as u64) {
            let (known, cell) = by_use.cells.pop_first()?;
            let used = cell.used.load(Ordering::Relaxed);
            if used == known {
                if let Some(id) = self.evict_if_idle(&cell) {
                    return Some(id);
                }
                // It is busy, and so it counts as used.
                self.limits.use_now(&cell);
            }
            // No two worlds have one and the same use.
            let place = cell.used.load(Ordering::Relaxed);
            cell.place.store(place, Ordering::Relaxed);
            by_use.cells.insert(place, cell);
        }
        None
    }

    /// Evicts a world that no request and no test holds, and in which nothing is under way.
    fn evict_if_idle(&self, cell: &Arc<WorldCell>) -> Option<Box<str>> {
        /// The references held by the shard and by the list.
        const OWN: usize = 2;
        let mut worlds = self.shard(cell.key).lock().unwrap_or_else(PoisonError::into_inner);
        if Arc::strong_count(cell) > OWN || cell.is_held() {
            return None;
        }
        let id = {
            let mut world = cell.world.try_lock().ok()?;
            let now = world.state.clock.now();
            world.state.timeline.catch_up(now);
            if world.state.timeline.under_way().next().is_some() {
                return None;
            }
            world.state.project_id.clone()
        };
        self.limits.evicted().note(cell.key, cell.requests());
        worlds.remove(&id);
        cell.abandoned.store(true, Ordering::Release);
        Some(id)
    }

    /// How often limits were met.
    pub fn limits(&self) -> Met {
        let RecordCounts { evicted: records_forgotten, refused: records_refused } =
            self.account.record_counts();
        Met {
            max_worlds: self.settings.max_worlds,
            worlds_forgotten: self.limits.worlds_evicted.load(Ordering::Relaxed),
            worlds_refused: self.limits.worlds_refused.load(Ordering::Relaxed),
            max_jobs: self.settings().max_jobs,
            records_forgotten,
            records_refused,
        }
    }
}

impl ByUse {
    /// Removes a world that is taken out of its shard.
    pub fn remove(&mut self, cell: &WorldCell) {
        let place = cell.place.load(Ordering::Relaxed);
        if self.cells.get(&place).is_some_and(|there| std::ptr::eq(&raw const **there, cell)) {
            self.cells.remove(&place);
        }
    }
}

impl Limits {
    /// The worlds in the order of their use. Lock order: this list, a shard, a world. Never call
    /// this while holding one of the others.
    pub fn by_use(&self) -> MutexGuard<'_, ByUse> {
        self.by_use.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a world that is put into its shard. The account's world is not listed: it is never
    /// evicted.
    pub fn add(&self, by_use: &mut ByUse, project_id: &str, cell: &Arc<WorldCell>) {
        if project_id.is_empty() {
            return;
        }
        let place = self.uses.fetch_add(1, Ordering::Relaxed) + 1;
        cell.used.store(place, Ordering::Relaxed);
        cell.place.store(place, Ordering::Relaxed);
        by_use.cells.insert(place, Arc::clone(cell));
    }

    /// Notes that a world is used. Using the same world again writes nothing, so that threads do
    /// not contend for the counter.
    pub fn use_now(&self, cell: &WorldCell) {
        if cell.used.load(Ordering::Relaxed) != self.uses.load(Ordering::Relaxed) {
            let used = self.uses.fetch_add(1, Ordering::Relaxed) + 1;
            cell.used.store(used, Ordering::Relaxed);
        }
    }

    /// What is known of a project that has no world now, by the key of its world.
    pub fn past(&self, key: u64) -> History {
        self.evicted().past(key)
    }

    /// Lets a project begin anew, after it was reset.
    pub fn begin_anew(&self, key: u64) {
        self.evicted().begin_anew(key);
    }

    fn evicted(&self) -> MutexGuard<'_, Evicted> {
        self.evicted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logs that the limit is met, the first time.
    fn log_once(&self, most: usize) {
        if !self.was_logged.swap(true, Ordering::Relaxed) {
            let flag = "max-worlds";
            tracing::warn!(flag, most, "a limit is met; GET /_paper/report counts what it costs");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::App;
    use crate::control::worlds;
    use crate::selftest::example_app;
    use crate::worlds::WorldSettings;
    use std::sync::Barrier;
    use std::thread;

    const MOST: usize = 300;

    /// A cloud that is full, and how many worlds were looked at by what is done then.
    fn full() -> (App, impl Fn(&App) -> u64) {
        let app = app_with(MOST);
        for number in 0..MOST {
            app.worlds.enter(&format!("p{number}")).unwrap();
        }
        (app, |app: &App| app.worlds.limits.uses.load(Ordering::Relaxed))
    }

    #[test]
    fn looking_for_room_inspects_few_worlds_more_than_were_used_since_the_last_time() {
        let (app, uses) = full();
        let held: Vec<_> =
            (0..MOST).map(|number| app.worlds.known_world(&format!("p{number}"))).collect();
        // What a request holds does not go.
        for _ in 0..10 {
            let before = uses(&app);
            assert!(app.worlds.enter("more").is_err());
            assert!(uses(&app) - before <= FEWEST_INSPECTED + MOST as u64);
        }
        let before = uses(&app);
        assert!(app.worlds.enter("more").is_err());
        assert!(uses(&app) - before <= FEWEST_INSPECTED, "{}", uses(&app) - before);
        drop(held);
        let evicted = app.worlds.enter("more").unwrap().evicted;
        assert!(evicted.is_some());
        assert_eq!(app.worlds.project_ids().len(), MOST);
    }

    fn app_with(max_worlds: usize) -> App {
        let app = example_app();
        let settings = app.worlds.settings().clone();
        let worlds = WorldSettings { max_worlds, ..app.worlds.world_settings().clone() };
        App { worlds: Worlds::new(settings, worlds), ..app }
    }

    #[test]
    fn no_world_that_is_reset_while_it_is_made_takes_the_room_of_another() {
        let app = app_with(3);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..5_000 {
                        app.worlds.world("one");
                        app.worlds.reset("one");
                    }
                });
            }
        });
        app.worlds.reset("one");
        assert_eq!(
            (app.worlds.project_ids().len(), app.worlds.limits.by_use().cells.len()),
            (0, 0)
        );
        for number in 0..9 {
            assert!(app.worlds.enter(&format!("p{number}")).is_ok(), "p{number}");
        }
    }

    #[test]
    fn as_many_as_come_at_once_there_are_no_more_worlds_than_there_may_be() {
        let app = app_with(3);
        for round in 0..200 {
            let together = Barrier::new(4);
            thread::scope(|scope| {
                for number in 0..4 {
                    let (app, together) = (&app, &together);
                    scope.spawn(move || {
                        together.wait();
                        drop(app.worlds.enter(&format!("p{round}-{number}")));
                    });
                }
            });
            assert_eq!(
                (app.worlds.project_ids().len(), app.worlds.limits.by_use().cells.len()),
                (3, 3)
            );
        }
    }

    #[test]
    fn worlds_that_are_reset_or_replaced_leave_nothing_behind() {
        let (app, _) = full();
        for _ in 0..3 {
            let document = worlds::export(&app, "p1").unwrap();
            worlds::import(&app, "p1", document.as_bytes()).unwrap();
            worlds::reset(&app, "p2").unwrap();
            app.worlds.enter("p2").unwrap();
        }
        assert_eq!(app.worlds.limits.by_use().cells.len(), MOST);
        assert_eq!(app.worlds.enter("more").unwrap().evicted.as_deref(), Some("p0"));
    }
}
