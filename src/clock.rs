//! A world's clock is a line: where it stood at an instant of real time, and how fast it runs.
//!
//! Rate 1 is real time, 0 is frozen, anything else is scaled; advancing moves the line. It never
//! goes back once anything has happened in its world, so whatever is stored in the order of its
//! creation is also in the order of time. It ends with the year 9998, so that there is time left to
//! write for all that happens by then.

mod command;
mod moment;
mod real;

pub use command::ClockCommand;
pub use moment::Moment;
pub use real::Stamp;

use command::short;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A world's clock.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(into = "Line", try_from = "Line")]
pub struct Clock {
    /// What it showed …
    stood_at: Moment,
    /// … at this instant of real time. An export has it too, so how much time has passed between
    /// two processes is what the system's clock says.
    anchor: Moment,
    /// Seconds it runs in a real second.
    rate: f64,
}

/// A clock as an export has it. One that stands still has no anchor, so that worlds to which the
/// same has happened are written the same.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Line {
    stood_at: Moment,
    anchor: Option<Moment>,
    rate: f64,
}

/// Why a clock does not follow a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// Time does not run backwards.
    #[error(
        "the clock stands at {now} and never goes back to {to}: only clock/freeze sets it back, in \
         a world where nothing has happened yet"
    )]
    Backwards {
        /// What it shows.
        now: String,
        /// What was asked for.
        to: String,
    },
    /// Time begins.
    #[error("a clock shows {first} at least, got {to}")]
    TooEarly {
        /// The first time that it shows.
        first: String,
        /// What was asked for.
        to: String,
    },
    /// Time ends.
    #[error("the clock stands at {now} and can be turned to {last} at most, {seconds} s forward")]
    TooLate {
        /// What it shows.
        now: String,
        /// The last time that it shows.
        last: String,
        /// How many seconds that is from now.
        seconds: u64,
    },
    /// A rate that is no rate.
    #[error("scale must be a number above 0 and at most 1000000, got {0}")]
    Scale(String),
}

impl From<Clock> for Line {
    fn from(Clock { stood_at, anchor, rate }: Clock) -> Self {
        Self { stood_at, anchor: (rate != 0.0).then_some(anchor), rate }
    }
}

impl TryFrom<Line> for Clock {
    type Error = String;

    fn try_from(Line { stood_at, anchor, rate }: Line) -> Result<Self, String> {
        if stood_at > Moment::LAST {
            let (stood_at, last) = (stood_at.with_milliseconds(), Moment::LAST.with_milliseconds());
            return Err(format!("stood_at must be {last} at most, got {stood_at}"));
        }
        if rate == 0.0 {
            return match anchor {
                None => Ok(Self { stood_at, anchor: stood_at, rate: 0.0 }),
                Some(_) => Err("a clock of rate 0 stands still and has no anchor".to_owned()),
            };
        }
        require_scale(rate).map_err(|_| {
            format!(
                "rate must be a number from 0 to {FASTEST}, 0 for a clock that stands, got {}",
                short(rate)
            )
        })?;
        let anchor =
            anchor.ok_or("a clock that runs needs an anchor: when it stood at stood_at")?;
        Ok(Self { stood_at, anchor, rate })
    }
}

/// The highest rate.
const FASTEST: f64 = 1e6;

fn require_scale(scale: f64) -> Result<(), ClockError> {
    if scale > 0.0 && scale <= FASTEST {
        return Ok(());
    }
    Err(ClockError::Scale(short(scale)))
}

impl Clock {
    /// A clock that runs with real time, or one that stands still.
    pub fn new(frozen_at: Option<Moment>) -> Self {
        let anchor = real::now();
        let rate = if frozen_at.is_some() { 0.0 } else { 1.0 };
        Self { stood_at: frozen_at.unwrap_or(anchor), anchor, rate }
    }

    /// What it showed when it was moved last.
    pub fn stood_at(&self) -> Moment {
        self.stood_at
    }

    /// What it shows.
    pub fn now(&self) -> Moment {
        if self.rate == 0.0 { self.stood_at } else { self.at(real::now()) }
    }

    /// What it shows at an instant of real time.
    fn at(&self, real: Moment) -> Moment {
        if self.rate == 0.0 {
            return self.stood_at;
        }
        self.stood_at.after(real.since(self.anchor).mul_f64(self.rate)).min(Moment::LAST)
    }

    /// Seconds it runs in a real second; 0 while it is frozen.
    pub fn scale(&self) -> f64 {
        self.rate
    }

    /// `real`, `frozen` or `scaled`.
    pub fn mode(&self) -> &'static str {
        match self.rate {
            0.0 => "frozen",
            1.0 => "real",
            _ => "scaled",
        }
    }

    /// Stops it, now or at a later instant.
    pub fn freeze(&mut self, at: Option<Moment>) -> Result<(), ClockError> {
        self.forward(|now| at.unwrap_or(now))?;
        self.rate = 0.0;
        Ok(())
    }

    /// Sets it to any time, be it past, and stops it there: for a world of which nothing has a time
    /// yet.
    pub fn set(&mut self, to: Moment) -> Result<(), ClockError> {
        if to < Moment::FIRST {
            let (first, to) = (Moment::FIRST.with_milliseconds(), to.with_milliseconds());
            return Err(ClockError::TooEarly { first, to });
        }
        if to > Moment::LAST {
            return self.freeze(Some(to));
        }
        *self = Self::new(Some(to));
        Ok(())
    }

    /// Lets it run, with real time or scaled.
    pub fn resume(&mut self, scale: f64) -> Result<(), ClockError> {
        require_scale(scale)?;
        self.forward(|now| now)?;
        self.rate = scale;
        Ok(())
    }

    /// Moves it forward to an instant; it goes on as before from there.
    pub fn move_to(&mut self, to: Moment) -> Result<(), ClockError> {
        self.forward(|_| to)
    }

    /// Moves it forward from what it shows. Real time is read once: between two readings it goes
    /// on, and what was now would be the past.
    fn forward(&mut self, to: impl FnOnce(Moment) -> Moment) -> Result<(), ClockError> {
        let real = real::now();
        let now = self.at(real);
        let to = to(now);
        if to < now {
            let (now, to) = (now.with_milliseconds(), to.with_milliseconds());
            return Err(ClockError::Backwards { now, to });
        }
        if to > Moment::LAST {
            let seconds = Moment::LAST.since(now).as_secs();
            let (now, last) = (now.with_milliseconds(), Moment::LAST.with_milliseconds());
            return Err(ClockError::TooLate { now, last, seconds });
        }
        self.stood_at = to;
        self.anchor = real;
        Ok(())
    }

    /// Moves it forward by a duration.
    pub fn advance(&mut self, by: Duration) -> Result<(), ClockError> {
        self.forward(|now| now.after(by))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW_YEAR: Moment = Moment::from_milliseconds(1_767_225_600_000);

    #[test]
    fn a_frozen_clock_moves_only_when_told() {
        let mut clock = Clock::new(Some(NEW_YEAR));
        assert_eq!((clock.now(), clock.mode()), (NEW_YEAR, "frozen"));
        clock.advance(Duration::from_secs(5)).unwrap();
        assert_eq!(clock.now(), NEW_YEAR.after(Duration::from_secs(5)));
        let back = clock.freeze(Some(NEW_YEAR)).unwrap_err();
        assert!(back.to_string().contains("never goes back"), "{back}");
    }

    #[test]
    fn a_resumed_clock_starts_where_it_stood_and_names_its_mode() {
        let mut clock = Clock::new(Some(NEW_YEAR));
        clock.resume(60.0).unwrap();
        assert_eq!(clock.mode(), "scaled");
        assert!(clock.now() >= NEW_YEAR);
        clock.resume(1.0).unwrap();
        assert_eq!(clock.mode(), "real");
        assert!(clock.resume(f64::NAN).is_err());
        assert!(clock.resume(-1.0).is_err());
    }

    #[test]
    fn a_running_clock_can_be_turned_at_any_instant() {
        let mut clock = Clock::new(Some(NEW_YEAR));
        clock.resume(1e6).unwrap();
        for _ in 0..10_000 {
            clock.advance(Duration::ZERO).unwrap();
            clock.freeze(None).unwrap();
            clock.resume(1e6).unwrap();
        }
    }

    #[test]
    fn a_clock_is_turned_to_the_end_of_the_year_9998_and_no_further() {
        let last = Moment::parse("9998-12-31T23:59:59.999Z").unwrap();
        assert_eq!(Moment::LAST, last);
        let mut clock = Clock::new(Some(NEW_YEAR));
        let beyond = last.after(Duration::from_millis(1));
        let refused = [
            clock.advance(Duration::MAX),
            clock.advance(last.since(NEW_YEAR) + Duration::from_millis(1)),
            clock.move_to(beyond),
            clock.freeze(Some(beyond)),
        ];
        let said = "the clock stands at 2026-01-01T00:00:00.000Z and can be turned to \
                    9998-12-31T23:59:59.999Z at most, 251603539199 s forward";
        for refused in refused {
            assert_eq!(refused.unwrap_err().to_string(), said);
        }
        assert_eq!(clock.now(), NEW_YEAR);
        clock.move_to(last).unwrap();
        clock.resume(1e6).unwrap();
        let long_after = real::now().after(Duration::from_hours(1));
        assert_eq!(clock.at(long_after), last);
        clock.advance(Duration::ZERO).unwrap();
        assert_eq!(clock.now(), last);
        assert!(Moment::parse_for_clock("9999-01-01T00:00:00Z").is_err());
    }
}
