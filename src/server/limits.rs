//! The limits of a connection, the watchdog that enforces them, and the number of connections.

use super::state::{ConnectionState, Phase};
use crate::config::Config;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What a connection may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long the head of a request may take to arrive, and a TLS handshake.
    pub head: Duration,
    /// How long the body of a request may take to arrive.
    pub body: Duration,
    /// How long a connection may do nothing.
    pub idle: Duration,
    /// How long a client may take no bytes of its answer.
    pub write: Duration,
    /// How many bytes the head of a request may have.
    pub head_bytes: u32,
}

impl Limits {
    /// The limits that are configured.
    pub fn of(config: &Config) -> Self {
        Self {
            head: Duration::from_secs(config.header_seconds),
            body: Duration::from_secs(config.body_seconds),
            idle: Duration::from_secs(config.connections.idle_seconds),
            write: Duration::from_secs(config.connections.write_seconds),
            head_bytes: config.connections.header_bytes,
        }
    }

    /// How often the watchdog checks a connection: a limit is overrun by no more than this.
    pub fn check_interval(&self) -> Duration {
        self.head.min(self.idle).min(self.write) / 4
    }
}

/// Measures how long a connection has been in the same phase without progress.
#[derive(Debug)]
pub struct Watchdog {
    limits: Limits,
    phase: Phase,
    unmoved: Duration,
    /// Whether the connection was asked to end.
    ending: bool,
}

impl Watchdog {
    pub fn new(limits: Limits) -> Self {
        Self { limits, phase: Phase::Busy, unmoved: Duration::ZERO, ending: false }
    }

    /// The phase that has taken too long, if it has. To be called once in each interval.
    pub fn check(&mut self, state: &ConnectionState) -> Option<Phase> {
        let phase = state.phase();
        if phase != self.phase {
            (self.phase, self.unmoved) = (phase, Duration::ZERO);
            return None;
        }
        self.unmoved += self.limits.check_interval();
        let limit = match phase {
            Phase::Busy => return None,
            Phase::Idle(_) if self.ending => self.limits.write,
            Phase::Idle(_) => self.limits.idle,
            Phase::Head(_) => self.limits.head,
            Phase::Blocked(_) => self.limits.write,
        };
        (self.unmoved >= limit).then_some(phase)
    }

    /// Notes that the connection is asked to end. False if it was asked before.
    pub fn note_ending(&mut self) -> bool {
        self.unmoved = Duration::ZERO;
        !std::mem::replace(&mut self.ending, true)
    }
}

/// The places for connections, on all ports together.
#[derive(Debug)]
pub struct Places {
    all: u32,
    free: Arc<Semaphore>,
    /// For connections that are refused with an answer, since there is no place.
    refusals_under_way: Arc<Semaphore>,
}

/// How many connections there may be unless it is configured.
const USUAL_CONNECTIONS: u32 = 16_384;

/// How many connections are refused with an answer at once.
const MOST_REFUSALS: usize = 64;

/// Descriptors for everything but the connections that have a place.
const OTHER_DESCRIPTORS: u32 = 128;

impl Places {
    /// As many places as are configured, if the system gives so many descriptors.
    pub fn new(configured: Option<u32>) -> Self {
        let possible = descriptors().map(|all| all.saturating_sub(OTHER_DESCRIPTORS).max(1));
        let wanted = configured.unwrap_or(USUAL_CONNECTIONS);
        let all = wanted.min(possible.unwrap_or(wanted));
        if configured.is_some() && all < wanted {
            tracing::warn!(
                max_connections = wanted,
                possible = all,
                "the system gives too few file descriptors for so many connections: raise \
                 `ulimit -n`"
            );
        }
        let free = Arc::new(Semaphore::new(all as usize));
        Self { all, free, refusals_under_way: Arc::new(Semaphore::new(MOST_REFUSALS)) }
    }

    /// How many there are.
    pub fn all(&self) -> u32 {
        self.all
    }

    pub fn taken(&self) -> usize {
        (self.all as usize).saturating_sub(self.free.available_permits())
    }

    /// Takes one, if there is one.
    pub fn take(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.free).try_acquire_owned().ok()
    }

    /// Takes a place among those that are refused with an answer.
    pub fn take_refusal(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.refusals_under_way).try_acquire_owned().ok()
    }

    /// Waits until none is taken.
    pub async fn emptied(&self) {
        let _ = self.free.acquire_many(self.all).await;
    }
}

/// How many file descriptors the system gives, where it says so.
fn descriptors() -> Option<u32> {
    descriptors_in(&std::fs::read_to_string("/proc/self/limits").ok()?)
}

fn descriptors_in(limits: &str) -> Option<u32> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        head: Duration::from_secs(4),
        body: Duration::from_secs(4),
        idle: Duration::from_secs(8),
        write: Duration::from_secs(8),
        head_bytes: 8192,
    };

    #[test]
    fn what_does_not_move_is_over_after_its_limit_and_what_moves_is_not() {
        let state = Arc::new(ConnectionState::default());
        let mut watchdog = Watchdog::new(LIMITS);
        let mut overruns = |count: usize| (0..count).filter_map(|_| watchdog.check(&state)).count();
        assert_eq!(overruns(8), 0, "the first check begins to count");
        assert_eq!(overruns(1), 1);
        drop(state.begin());
        assert_eq!(overruns(8), 0);
        state.has_received();
        assert_eq!(overruns(4), 0);
        assert_eq!(overruns(1), 1);
        let busy = state.begin();
        assert_eq!(overruns(100), 0);
        drop(busy);
    }

    #[test]
    fn places_are_counted() {
        let places = Places::new(Some(2));
        let (first, second) = (places.take(), places.take());
        assert!(first.is_some() && second.is_some() && places.take().is_none());
        assert_eq!((places.all(), places.taken()), (2, 2));
        drop(first);
        assert_eq!(places.taken(), 1);
    }

    #[test]
    fn the_number_of_descriptors_is_read() {
        let text = "Limit Soft Limit Hard Limit Units\nMax open files            1024  \
                    524288               files     \n";
        assert_eq!(descriptors_in(text), Some(1024));
        assert_eq!(descriptors_in("Max open files unlimited unlimited files"), None);
    }
}
