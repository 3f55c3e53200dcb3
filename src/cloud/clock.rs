//! The only place where time is read.
//!
//! A world's clock is a line: where it stood at an instant of real time, and how fast it runs.
//! Rate 1 is real time, 0 is frozen, anything else is scaled; advancing moves the line. It never
//! goes back once anything has happened in its world, so whatever is stored in the order of its creation is also in the order of time: real
//! time goes on steadily where the system's clock is set back. It ends with the year 9998, so that
//! there is time left to write for all that happens by then.

use super::turn::short;
use jiff::Timestamp;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// From the thousands of a year to the millionths of a second.
const DIGITS: usize = 20;

/// An instant, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(into = "String", try_from = "String")]
pub struct Moment(i64);

impl Moment {
    /// The first one that a clock is set to.
    pub const FIRST: Self = Self(0);

    /// The last one that a clock shows: a year before the last one that can be written.
    pub const LAST: Self = Self(253_370_764_799_999);

    /// From milliseconds since 1970.
    pub const fn from_milliseconds(milliseconds: i64) -> Self {
        Self(milliseconds)
    }

    /// Milliseconds since 1970.
    pub const fn milliseconds(self) -> i64 {
        self.0
    }

    /// So much later, at most at the end of the year 9999.
    pub fn after(self, duration: Duration) -> Self {
        let milliseconds = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        let last = Timestamp::MAX.as_millisecond();
        Self(self.0.saturating_add(milliseconds).min(last))
    }

    /// How long ago `earlier` was; nothing if it is still to come.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// `2026-01-01T00:00:00.000Z`: DCS lists and logs, the control API.
    pub fn with_milliseconds(self) -> String {
        self.format("####-##-##T##:##:##.###Z")
    }

    /// `2026-01-01T00:00:00.000000Z`: IAM.
    pub fn with_microseconds(self) -> String {
        self.format("####-##-##T##:##:##.######Z")
    }

    /// `20260101T000000Z`: signed requests.
    pub fn without_signs(self) -> String {
        self.format("########T######Z")
    }

    /// `2026-01-01T00:00:00+0000`: jobs of GeminiDB and TaurusDB.
    pub fn with_zone(self) -> String {
        self.format("####-##-##T##:##:##+0000")
    }

    /// `2026-01-01T00:00:00`: memory mappings.
    pub fn without_zone(self) -> String {
        self.format("####-##-##T##:##:##")
    }

    /// `2026/01/01 00:00:00`: the detail of a DCS migration task.
    pub fn with_slashes(self) -> String {
        self.format("####/##/## ##:##:##")
    }

    /// `202601010000`: `released_at` of a DCS migration task.
    pub fn to_the_minute(self) -> String {
        self.format("############")
    }

    /// `20260101000000`: the time range of DCS backups, and the name of one.
    pub fn to_the_second(self) -> String {
        self.format("##############")
    }

    /// Reads `2026-01-01T00:00:00Z` and its relatives; the zone has to be there.
    pub fn parse(text: &str) -> Result<Self, String> {
        // GeminiDB's own form writes the offset without a colon, which RFC 9557 parsers refuse.
        let zoned = jiff::fmt::strtime::parse("%Y-%m-%dT%H:%M:%S%z", text);
        let timestamp = match zoned.and_then(|parsed| parsed.to_timestamp()) {
            Ok(timestamp) => timestamp,
            Err(_) => text.parse::<Timestamp>().map_err(|error| error.to_string())?,
        };
        Ok(Self(timestamp.as_millisecond()))
    }

    /// Reads a time that a clock can show.
    pub fn parse_for_clock(text: &str) -> Result<Self, String> {
        let moment = Self::parse(text)?;
        if moment > Self::LAST {
            let last = Self::LAST.with_milliseconds();
            return Err(format!("a clock shows {last} at most, got {text:?}"));
        }
        Ok(moment)
    }

    /// Reads `20260101T000000Z`, and nothing else.
    pub fn parse_without_signs(text: &str) -> Option<Self> {
        let zoned = format!("{}+0000", text.strip_suffix('Z')?);
        let parsed = jiff::fmt::strtime::parse("%Y%m%dT%H%M%S%z", zoned).ok()?;
        let moment = Self(parsed.to_timestamp().ok()?.as_millisecond());
        (moment.without_signs() == text).then_some(moment)
    }

    /// Writes the digits of year, month, day, hour, minute, second and its parts where the form
    /// has `#`. Every list shows many moments, and a general formatter takes many times as long.
    fn format(self, form: &str) -> String {
        const YEAR_0: i64 = -62_167_219_200_000;
        let timestamp = Timestamp::from_millisecond(self.0.max(YEAR_0)).unwrap_or(Timestamp::MAX);
        let time = Offset::UTC.to_datetime(timestamp);
        let parts = [time.month(), time.day(), time.hour(), time.minute(), time.second()];
        let year = u64::from(time.year().unsigned_abs());
        let seconds =
            parts.iter().fold(year, |number, part| number * 100 + u64::from(part.unsigned_abs()));
        let mut rest = seconds * 1_000 + u64::from(time.millisecond().unsigned_abs());
        let mut digits = [b'0'; DIGITS];
        for digit in digits[..DIGITS - 3].iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
        let mut digits = digits.iter().copied();
        let mut bytes = form.as_bytes().to_vec();
        for sign in bytes.iter_mut().filter(|sign| **sign == b'#') {
            *sign = digits.next().unwrap_or(b'0');
        }
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// Real time.
    #[expect(clippy::disallowed_methods, reason = "this is the place")]
    fn real() -> Self {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        static REAL: RealTime = RealTime { ahead: AtomicU64::new(0) };
        let start = *START;
        let system = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        // Read second: if the process stands still in between, the system's clock seems to be
        // behind, which is made up for, and not ahead, which stays.
        let real = REAL.at(system, start.elapsed());
        Self(i64::try_from(real.as_millis()).unwrap_or(i64::MAX))
    }
}

/// Time that follows the system's clock forward, as after the machine has slept, and never back:
/// while that clock is behind, it goes on by the time that has passed since the process began.
struct RealTime {
    /// How much more the system's clock has shown than had passed, in microseconds: the most so
    /// far.
    ahead: AtomicU64,
}

impl RealTime {
    /// What it is when the system's clock shows one time since 1970, and the other has passed.
    fn at(&self, system: Duration, passed: Duration) -> Duration {
        let ahead = u64::try_from(system.saturating_sub(passed).as_micros()).unwrap_or(u64::MAX);
        // All threads write here, so nothing is written that is known already.
        let known = self.ahead.load(Ordering::Relaxed);
        let known =
            if ahead > known { self.ahead.fetch_max(ahead, Ordering::Relaxed) } else { known };
        passed + Duration::from_micros(known.max(ahead))
    }
}

/// An instant on both clocks, a world's and the real one: whoever sleeps in front of a frozen clock
/// has waited as well as whoever advances it.
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

    /// What the world's clock showed.
    pub fn moment(self) -> Moment {
        self.moment
    }

    /// How long ago `earlier` was, on the clock that has gone further.
    pub fn since(self, earlier: Self) -> Duration {
        self.moment.since(earlier.moment).max(self.real.saturating_duration_since(earlier.real))
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        moment.with_milliseconds()
    }
}

impl TryFrom<String> for Moment {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).map_err(|error| {
            format!("{text:?} must be a time such as 2026-01-01T00:00:00.000Z: {error}")
        })
    }
}

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

/// Why a clock does not do what is asked.
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
        let anchor = Moment::real();
        let rate = if frozen_at.is_some() { 0.0 } else { 1.0 };
        Self { stood_at: frozen_at.unwrap_or(anchor), anchor, rate }
    }

    /// What it showed when it was turned last.
    pub fn stood_at(&self) -> Moment {
        self.stood_at
    }

    /// What it shows.
    pub fn now(&self) -> Moment {
        if self.rate == 0.0 { self.stood_at } else { self.at(Moment::real()) }
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
        self.turn(|now| at.unwrap_or(now))?;
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
        self.turn(|now| now)?;
        self.rate = scale;
        Ok(())
    }

    /// Moves it forward to an instant; it goes on as before from there.
    pub fn move_to(&mut self, to: Moment) -> Result<(), ClockError> {
        self.turn(|_| to)
    }

    /// Moves it forward from what it shows. Real time is read once: between two readings it goes
    /// on, and what was now would be the past.
    fn turn(&mut self, to: impl FnOnce(Moment) -> Moment) -> Result<(), ClockError> {
        let real = Moment::real();
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
        self.turn(|now| now.after(by))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW_YEAR: Moment = Moment::from_milliseconds(1_767_225_600_000);

    #[test]
    fn a_moment_is_written_in_each_form_of_the_documents() {
        let moment = NEW_YEAR.after(Duration::from_millis(61_002));
        assert_eq!(moment.with_milliseconds(), "2026-01-01T00:01:01.002Z");
        assert_eq!(moment.with_microseconds(), "2026-01-01T00:01:01.002000Z");
        assert_eq!(moment.without_signs(), "20260101T000101Z");
        assert_eq!(moment.with_zone(), "2026-01-01T00:01:01+0000");
        assert_eq!(moment.without_zone(), "2026-01-01T00:01:01");
        assert_eq!(moment.with_slashes(), "2026/01/01 00:01:01");
        assert_eq!(moment.to_the_minute(), "202601010001");
        assert_eq!(moment.to_the_second(), "20260101000101");
    }

    #[test]
    fn a_moment_is_written_as_the_calendar_has_it() {
        let written = |moment: Moment| {
            let timestamp = Timestamp::from_millisecond(moment.0).unwrap_or(Timestamp::MAX);
            timestamp.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
        };
        let leap_day = Moment::parse("2024-02-29T23:59:59.999Z").unwrap().0;
        let known = [0, -1, leap_day, leap_day + 1, -62_167_219_200_000, i64::MAX];
        let spread = (0..2_000).map(|nth| nth * 4_321_987_654 - 2_000_000_000_000);
        for moment in known.into_iter().chain(spread).map(Moment) {
            assert_eq!(moment.with_milliseconds(), written(moment), "{}", moment.0);
        }
        assert_eq!(Moment(i64::MIN).with_zone(), "0000-01-01T00:00:00+0000");
    }

    #[test]
    fn a_moment_is_read_with_its_zone_in_either_spelling() {
        assert_eq!(Moment::parse("2026-01-01T00:00:00Z"), Ok(NEW_YEAR));
        assert_eq!(Moment::parse("2026-01-01T08:00:00+0800"), Ok(NEW_YEAR));
        assert_eq!(Moment::parse("2026-01-01T08:00:00+08:00"), Ok(NEW_YEAR));
        assert!(Moment::parse("2026-01-01T00:00:00").is_err());
        assert!(Moment::parse("2026-02-30T00:00:00Z").is_err());
    }

    #[test]
    fn the_date_of_a_signature_has_one_form() {
        assert_eq!(Moment::parse_without_signs("20260101T000000Z"), Some(NEW_YEAR));
        for text in ["2026-01-01T00:00:00Z", "20260101T000000", "20260230T000000Z", "", "Z"] {
            assert_eq!(Moment::parse_without_signs(text), None, "{text}");
        }
    }

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
        let long_after = Moment::real().after(Duration::from_hours(1));
        assert_eq!(clock.at(long_after), last);
        clock.advance(Duration::ZERO).unwrap();
        assert_eq!(clock.now(), last);
        assert!(Moment::parse_for_clock("9999-01-01T00:00:00Z").is_err());
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
