//! All worlds. A project's world is its part of the emulated cloud, with what tests have set up for it
//! (clock, faults, scenarios) and its journal.
//!
//! Worlds do not contend: a request locks its own project's world and no other, for one short
//! synchronous section. A `std::sync::Mutex` is right for that; nothing waits while holding it.
//! Operations of IAM belong to no project and lock the world without an id. They alone look at a
//! second world's clock meanwhile, and no project's operation ever looks at theirs.

mod evicted;
mod frozen;
pub mod instructions;
mod limits;
mod metrics;
pub mod scenario;
mod world;

pub use frozen::FrozenPolls;
pub use limits::Met;
pub use world::World;

use crate::clock::Moment;
use crate::cloud::{Account, Clocks, Map, Settings, ordinal_of_request, request_id, world_key};
use crate::error::control::ControlError;
use crate::journal::{self, Budget, History};
use limits::ByUse;
use metrics::Metrics;
use scenario::Scenario;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// What every world begins with, and how many there may be.
#[derive(Clone, Debug)]
pub struct WorldSettings {
    /// Where a new world's clock stands still; it runs with real time where there is none.
    pub frozen_at: Option<Moment>,
    /// How many bytes the journals of all projects may take together.
    pub journal_bytes: usize,
    /// How many worlds there may be.
    pub max_worlds: usize,
    /// Scenarios that are known at the start.
    pub scenarios: BTreeMap<Box<str>, Arc<Scenario>>,
    /// What the worlds of projects have from the start, by project; `*` stands for all others.
    pub presets: HashMap<Box<str>, Arc<dyn Preset>>,
}

/// What a new world of a project has from the start.
pub trait Preset: Send + Sync + std::panic::RefUnwindSafe {
    /// How many requests there were already.
    fn requests(&self) -> u64;

    /// Puts it into a world that has just been made.
    fn apply(&self, world: &mut World, worlds: &Worlds);
}

impl fmt::Debug for dyn Preset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Preset")
    }
}

/// All worlds.
#[derive(Debug)]
pub struct Worlds {
    /// What all projects share.
    pub account: Account,
    settings: WorldSettings,
    shards: Vec<Shard>,
    scenarios: RwLock<BTreeMap<Box<str>, Arc<Scenario>>>,
    /// How many control requests were answered.
    control_requests: AtomicU64,
    limits: limits::Limits,
    metrics: Metrics,
    /// How many bytes all journals take together; `cutting` lets one thread at a time cut them
    /// down.
    journals: Arc<Budget>,
    cutting: Mutex<()>,
}

/// A world behind its lock, and what is counted beside it.
#[derive(Debug)]
pub struct WorldCell {
    key: u64,
    made: u64,
    requests: AtomicU64,
    /// `used` is the last use; `place` is the key in the list of worlds by use, which may lag
    /// behind.
    used: AtomicU64,
    place: AtomicU64,
    /// Whether its project has another world by now.
    abandoned: AtomicBool,
    /// Whether a test has set anything up in it: such a world is never evicted.
    held: AtomicBool,
    /// Whether any fault rules are armed in it.
    faulty: Arc<AtomicBool>,
    world: Mutex<World>,
}

/// A part of the worlds behind its own lock, so that requests to different projects rarely wait for
/// each other.
type Shard = Mutex<Map<Box<str>, Arc<WorldCell>>>;

const SHARDS: usize = 16;

/// How many worlds were made in this process.
static MADE: AtomicU64 = AtomicU64::new(0);

/// More scenarios than these are a mistake.
const MOST_SCENARIOS: usize = 1_000;

impl Worlds {
    /// No worlds yet.
    pub fn new(settings: Settings, worlds: WorldSettings) -> Self {
        Self {
            account: Account::new(settings),
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            scenarios: RwLock::new(worlds.scenarios.clone()),
            journals: Budget::new(worlds.journal_bytes),
            cutting: Mutex::new(()),
            settings: worlds,
            control_requests: AtomicU64::new(0),
            limits: limits::Limits::default(),
            metrics: Metrics::default(),
        }
    }

    /// How many requests were answered.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// What holds for the emulated cloud as a whole.
    pub fn settings(&self) -> &Settings {
        self.account.settings()
    }

    /// What every world begins with, and how many there may be.
    pub fn world_settings(&self) -> &WorldSettings {
        &self.settings
    }

    /// The number that the ids of a project follow from.
    fn key(&self, project_id: &str) -> u64 {
        world_key(self.account.settings().seed, project_id)
    }

    /// The world of a project, made if there is none, whether or not there is room. For an id from
    /// outside use [`enter`](Self::enter), which checks the limit.
    pub fn world(&self, project_id: &str) -> Arc<WorldCell> {
        if let Some(cell) = self.known_world(project_id) {
            return cell;
        }
        self.make(&mut self.limits.by_use(), project_id)
    }

    /// Makes the world of a project, unless another thread has made it meanwhile.
    fn make(&self, by_use: &mut ByUse, project_id: &str) -> Arc<WorldCell> {
        if let Some(cell) = self.known_world(project_id) {
            return cell;
        }
        let key = self.key(project_id);
        let made = self.fresh(key, project_id);
        self.limits.add(by_use, project_id, &made);
        let mut worlds = self.shard(key).lock().unwrap_or_else(PoisonError::into_inner);
        worlds.insert(project_id.into(), Arc::clone(&made));
        made
    }

    /// The world of a project, for reading. If there is none, a new one is returned but not kept,
    /// so reading never evicts another world.
    pub fn look(&self, project_id: &str) -> Arc<WorldCell> {
        if let Some(cell) = self.known_world(project_id) {
            self.limits.use_now(&cell);
            return cell;
        }
        self.fresh(self.key(project_id), project_id)
    }

    /// A new world for a project. If an earlier one was evicted, request numbers go on from there,
    /// and the journal says that it lacks the earlier requests.
    fn fresh(&self, key: u64, project_id: &str) -> Arc<WorldCell> {
        let past = match (self.limits.past(key), self.preset(project_id)) {
            (past, Some(preset)) if past == History::default() => {
                History::of_imported(preset.requests())
            }
            (past, _) => past,
        };
        Arc::new(WorldCell::new(key, past, self.new_world(project_id)))
    }

    /// What the world of a project is at first.
    fn new_world(&self, project_id: &str) -> World {
        let mut world = self.empty_world(project_id);
        if let Some(preset) = self.preset(project_id) {
            preset.apply(&mut world, self);
        }
        world
    }

    fn empty_world(&self, project_id: &str) -> World {
        World::new(self.key(project_id), project_id, self.settings.frozen_at, &self.journals)
    }

    fn preset(&self, project_id: &str) -> Option<&dyn Preset> {
        let presets = &self.settings.presets;
        let every = || presets.get("*").filter(|_| !project_id.is_empty());
        presets.get(project_id).or_else(every).map(AsRef::as_ref)
    }

    /// The world of a project, if it has one already.
    pub fn known_world(&self, project_id: &str) -> Option<Arc<WorldCell>> {
        let key = self.key(project_id);
        let worlds = self.shard(key).lock().unwrap_or_else(PoisonError::into_inner);
        worlds.get(project_id).map(Arc::clone)
    }

    /// The first project's world for which something holds. Never call it while holding the lock of
    /// a world.
    pub fn find(&self, holds: impl Fn(&World) -> bool) -> Option<Arc<WorldCell>> {
        let ids = self.project_ids().into_iter().filter(|id| !id.is_empty());
        let mut cells = ids.filter_map(|id| self.known_world(&id));
        cells.find(|cell| holds(&cell.lock()))
    }

    /// The projects that have a world; the account's own has no id.
    pub fn project_ids(&self) -> Vec<Box<str>> {
        let ids = |shard: &Shard| {
            let worlds = shard.lock().unwrap_or_else(PoisonError::into_inner);
            worlds.keys().cloned().collect::<Vec<_>>()
        };
        self.shards.iter().flat_map(ids).collect()
    }

    /// Forgets the world of a project. Requests that are under way hold on to the old one, and what
    /// they write is lost with it.
    pub fn reset(&self, project_id: &str) {
        let key = self.key(project_id);
        let by_use = self.limits.by_use();
        let mut worlds = self.shard(key).lock().unwrap_or_else(PoisonError::into_inner);
        let removed = worlds.remove(project_id);
        self.limits.begin_anew(key);
        drop(worlds);
        abandon(by_use, removed);
    }

    /// Replaces the world of a project. The new one is complete before any request sees it;
    /// requests in the old one go on as after [`Self::reset`].
    pub fn replace<E>(
        &self,
        project_id: &str,
        past: History,
        fill: impl FnOnce(&mut World) -> Result<(), E>,
    ) -> Result<(), E> {
        let key = self.key(project_id);
        let mut world = self.empty_world(project_id);
        fill(&mut world)?;
        let cell = Arc::new(WorldCell::new(key, past, world));
        let mut by_use = self.limits.by_use();
        self.limits.add(&mut by_use, project_id, &cell);
        let mut worlds = self.shard(key).lock().unwrap_or_else(PoisonError::into_inner);
        let replaced = worlds.insert(project_id.into(), cell);
        drop(worlds);
        abandon(by_use, replaced);
        Ok(())
    }

    /// Cuts the journals down to their common budget after one of them has grown. The largest lose
    /// their oldest entries first; of equally large ones, that of the least recently used world.
    /// Never call it while holding the lock of a world.
    pub fn cut_journals(&self) {
        let excess = self.journals.excess();
        if excess == 0 {
            return;
        }
        // One thread is enough: others need not wait for it.
        let Ok(_cutting) = self.cutting.try_lock() else { return };
        let of_shard = |shard: &Shard| {
            let worlds = shard.lock().unwrap_or_else(PoisonError::into_inner);
            worlds.values().map(Arc::clone).collect::<Vec<_>>()
        };
        let cells: Vec<_> = self.shards.iter().flat_map(of_shard).collect();
        let sizes: Vec<_> = cells.iter().map(|cell| cell.lock().journal.bytes()).collect();
        let level = journal::level(sizes.clone(), excess);
        let bigger = sizes.into_iter().zip(cells).filter(|(size, _)| *size > level);
        let mut bigger: Vec<_> = bigger.map(|(_, cell)| cell).collect();
        // Others use them meanwhile.
        bigger.sort_by_cached_key(|cell| cell.used.load(Ordering::Relaxed));
        let mut free = 0;
        for cell in bigger {
            if free >= excess {
                break;
            }
            free += cell.lock().journal.cut_down(level);
        }
    }

    fn shard(&self, key: u64) -> &Shard {
        &self.shards[usize::try_from(key % SHARDS as u64).expect("below SHARDS")]
    }

    /// The scenario with a name, or an error that lists the known names.
    pub fn scenario(&self, name: &str) -> Result<Arc<Scenario>, ControlError> {
        let known = self.scenarios.read().unwrap_or_else(PoisonError::into_inner);
        let found = known.get(name).map(Arc::clone);
        found.ok_or_else(|| {
            ControlError::missing(Scenario::unknown(name, known.keys().map(AsRef::as_ref)))
        })
    }

    /// The scenario with a name, if there is one.
    pub fn known_scenario(&self, name: &str) -> Option<Arc<Scenario>> {
        self.scenarios.read().unwrap_or_else(PoisonError::into_inner).get(name).map(Arc::clone)
    }

    pub fn scenarios(&self) -> BTreeMap<Box<str>, Arc<Scenario>> {
        self.scenarios.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Defines a scenario, in the place of one with the same name, if there is room for it.
    pub fn define_scenario(
        &self,
        name: &str,
        scenario: Scenario,
    ) -> Result<Arc<Scenario>, ControlError> {
        let mut known = self.scenarios.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_SCENARIOS && !known.contains_key(name) {
            let reason = format!("there are at most {MOST_SCENARIOS} scenarios");
            return Err(ControlError::conflict(reason));
        }
        let scenario = Arc::new(scenario);
        known.insert(name.into(), Arc::clone(&scenario));
        Ok(scenario)
    }

    /// Forgets a scenario. Whether there was one.
    pub fn forget_scenario(&self, name: &str) -> bool {
        self.scenarios.write().unwrap_or_else(PoisonError::into_inner).remove(name).is_some()
    }

    /// The id of the next control request. It belongs to no project, so that no project's ids follow
    /// from what tests do beside it.
    pub fn next_control_id(&self) -> String {
        let ordinal = self.control_requests.fetch_add(1, Ordering::Relaxed);
        request_id(self.key("@control"), ordinal)
    }
}

impl Clocks for Worlds {
    fn now_in(&self, project_id: &str) -> Moment {
        match self.known_world(project_id) {
            Some(cell) => cell.lock().state.clock.now(),
            // Reading the clock does not make a world.
            None => self.new_world(project_id).state.clock.now(),
        }
    }
}

/// Marks a removed world as abandoned and drops it after the lock is released.
fn abandon(mut by_use: MutexGuard<'_, ByUse>, cell: Option<Arc<WorldCell>>) {
    let Some(cell) = cell else { return };
    cell.abandoned.store(true, Ordering::Release);
    by_use.remove(&cell);
    drop(by_use);
    drop(cell);
}

impl WorldCell {
    fn new(key: u64, past: History, mut world: World) -> Self {
        world.journal.begin_after(past);
        Self {
            key,
            made: MADE.fetch_add(1, Ordering::Relaxed),
            requests: AtomicU64::new(past.requests),
            used: AtomicU64::new(0),
            place: AtomicU64::new(0),
            abandoned: AtomicBool::new(false),
            held: AtomicBool::new(false),
            faulty: world.faults.any(),
            world: world.into(),
        }
    }

    /// The later the world was made, the higher.
    pub fn made(&self) -> u64 {
        self.made
    }

    /// The number of the next request to this project, from 0 on.
    pub fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }

    /// How many requests there were.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Notes that a test has set something up in it.
    pub fn hold(&self) {
        self.held.store(true, Ordering::Relaxed);
    }

    /// Whether a test has set anything up in it.
    pub fn is_held(&self) -> bool {
        self.held.load(Ordering::Relaxed)
    }

    /// Whether its project was reset or imported, so that nobody sees it again.
    pub fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Acquire)
    }

    /// Whether any fault rules are armed, so that a request without them locks the world no more
    /// than it has to.
    pub fn has_faults(&self) -> bool {
        self.faulty.load(Ordering::Acquire)
    }

    /// What the ids of its requests follow from.
    pub fn key(&self) -> u64 {
        self.key
    }

    /// The id of a request to this project: 32 hex digits.
    pub fn request_id(&self, ordinal: u64) -> String {
        request_id(self.key, ordinal)
    }

    /// The number of the request to this project that has this id, if there was one.
    pub fn ordinal_of(&self, request_id: &str) -> Option<u64> {
        let ordinal = ordinal_of_request(self.key, request_id);
        ordinal.filter(|ordinal| *ordinal < self.requests())
    }

    /// Locks the world. A panic in an operation is answered with 500 and must not lock the world
    /// for good, so poison is ignored; changes are made only after the last refusal.
    pub fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
