//! Real time: the only place where it is read.

use super::Moment;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// Real time.
#[expect(clippy::disallowed_methods, reason = "this is the place")]
pub fn now() -> Moment {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    static REAL: RealTime = RealTime { ahead: AtomicU64::new(0) };
    let start = *START;
    let system = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    // Read second: if the process stands still in between, the system's clock seems to be
    // behind, which is made up for, and not ahead, which stays.
    let real = REAL.at(system, start.elapsed());
    Moment::from_milliseconds(i64::try_from(real.as_millis()).unwrap_or(i64::MAX))
}

/// Time that follows the system's clock forward, as after the machine has slept, and never back:
/// while that clock is behind, it goes on by the time that has passed since the process began.
struct RealTime {
    /// By how many microseconds the system's clock was ahead of the time since the start, at most
    /// so far.
    ahead: AtomicU64,
}

impl RealTime {
    /// What it is when the system's clock shows one time since 1970, and the other has passed.
    fn at(&self, system: Duration, passed: Duration) -> Duration {
        let ahead = u64::try_from(system.saturating_sub(passed).as_micros()).unwrap_or(u64::MAX);
        // All threads share this word, so it is written only when it changes.
        let known = self.ahead.load(Ordering::Relaxed);
        let known =
            if ahead > known { self.ahead.fetch_max(ahead, Ordering::Relaxed) } else { known };
        passed + Duration::from_micros(known.max(ahead))
    }
}

/// An instant on both clocks, a world's and the real one: a client in front of a frozen clock waits
/// in real time, and a test that advances the clock waits in the world's.
#[derive(Clone, Copy, Debug)]
pub struct Stamp {
    moment: Moment,
    real: Instant,
}

impl Stamp {
    /// What a world's clock shows now.
    #[expect(clippy::disallowed_methods, reason = "this is the place")]
    pub fn at(moment: Moment) -> Self {
        Self { moment, real: Instant::now() }
    }

    /// The same instant of real time with another moment of the world's clock, for a request that was
    /// performed later than it came.
    pub fn moved_to(self, moment: Moment) -> Self {
        Self { moment, ..self }
    }

    /// What the world's clock showed.
    pub fn moment(self) -> Moment {
        self.moment
    }

    /// How much real time has passed since.
    pub fn elapsed(self) -> Duration {
        self.real.elapsed()
    }

    /// How long ago `earlier` was, on the clock that has gone further.
    pub fn since(self, earlier: Self) -> Duration {
        self.moment.since(earlier.moment).max(self.real.saturating_duration_since(earlier.real))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW_YEAR: Moment = Moment::from_milliseconds(1_767_225_600_000);

    #[test]
    fn a_stamp_counts_the_clock_that_has_gone_further() {
        let first = Stamp::at(NEW_YEAR);
        let advanced = Stamp::at(NEW_YEAR.after(Duration::from_mins(1)));
        assert_eq!(advanced.since(first), Duration::from_mins(1));
        let mut frozen = Stamp::at(NEW_YEAR);
        frozen.real += Duration::from_secs(90);
        assert!(frozen.since(first) >= Duration::from_secs(90));
        assert!(frozen.since(first) < Duration::from_mins(15));
    }

    #[test]
    fn real_time_goes_on_where_the_clock_of_the_system_is_set_back() {
        let real = RealTime { ahead: AtomicU64::new(0) };
        let readings = [(1_000, 0), (1_005, 5), (400, 6), (410, 16), (5_000, 20), (5_001, 21)];
        let seconds = readings.map(|(system, passed)| {
            real.at(Duration::from_secs(system), Duration::from_secs(passed)).as_secs()
        });
        assert_eq!(seconds, [1_000, 1_005, 1_006, 1_016, 5_000, 5_001]);
    }
}
