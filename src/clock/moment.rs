//! Instants, and how they are written and read.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// From the thousands of a year to the millionths of a second.
const DIGITS: usize = 20;

/// An instant, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(into = "String", try_from = "String")]
pub struct Moment(i64);

/// No zone of the world is further away from UTC.
const MOST_OFFSET_HOURS: u8 = 14;

/// The hours of the offset at the end of a time: `+0800`, `-05:00`, `+08`.
fn offset_hours(text: &str) -> Option<u8> {
    let time = text.split_once(['T', 't', ' '])?.1;
    let offset = &time[time.rfind(['+', '-'])? + 1..];
    offset.get(..2)?.parse().ok()
}

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

    /// `20260101T000000Z`, the basic format of ISO 8601: signed requests.
    pub fn in_basic_format(self) -> String {
        self.format("########T######Z")
    }

    /// `2026-01-01T00:00:00+0000`: jobs of GeminiDB and TaurusDB.
    pub fn with_zone(self) -> String {
        self.format("####-##-##T##:##:##+0000")
    }

    /// `2026-01-01T00:00:00Z`: networks.
    pub fn with_z(self) -> String {
        self.format("####-##-##T##:##:##Z")
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
        if offset_hours(text).is_some_and(|hours| hours > MOST_OFFSET_HOURS) {
            return Err(format!("no zone is more than {MOST_OFFSET_HOURS} hours from UTC"));
        }
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
    pub fn parse_basic_format(text: &str) -> Option<Self> {
        let zoned = format!("{}+0000", text.strip_suffix('Z')?);
        let parsed = jiff::fmt::strtime::parse("%Y%m%dT%H%M%S%z", zoned).ok()?;
        let moment = Self(parsed.to_timestamp().ok()?.as_millisecond());
        (moment.in_basic_format() == text).then_some(moment)
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
        for byte in bytes.iter_mut().filter(|byte| **byte == b'#') {
            *byte = digits.next().unwrap_or(b'0');
        }
        String::from_utf8(bytes).unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use super::*;

    const NEW_YEAR: Moment = Moment::from_milliseconds(1_767_225_600_000);

    #[test]
    fn a_moment_is_written_in_each_form_of_the_documents() {
        let moment = NEW_YEAR.after(Duration::from_millis(61_002));
        assert_eq!(moment.with_milliseconds(), "2026-01-01T00:01:01.002Z");
        assert_eq!(moment.with_microseconds(), "2026-01-01T00:01:01.002000Z");
        assert_eq!(moment.in_basic_format(), "20260101T000101Z");
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
        assert_eq!(Moment::parse_basic_format("20260101T000000Z"), Some(NEW_YEAR));
        for text in ["2026-01-01T00:00:00Z", "20260101T000000", "20260230T000000Z", "", "Z"] {
            assert_eq!(Moment::parse_basic_format(text), None, "{text}");
        }
    }
}
