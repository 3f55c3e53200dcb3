//! A command to a clock, as tests write it.

use super::Moment;
use crate::text::{did_you_mean, nearest, quoted};
use std::time::Duration;

/// No time is longer.
const LONGEST: usize = 64;

/// What a time looks like in a message.
const EXAMPLE: &str = "a time such as 2026-01-01T00:00:00Z";

/// The word for the next event.
const NEXT_EVENT: &str = "next-event";

/// A command to a clock.
#[derive(Clone, Debug, PartialEq)]
pub enum ClockCommand {
    /// Forward by a duration.
    By(Duration),
    /// Forward to an instant.
    To(Moment),
    /// Forward to the next event, if there is one.
    NextEvent,
    /// Stops it, where it is or at a later instant.
    Freeze(Option<Moment>),
}

impl ClockCommand {
    /// Reads `advance=60`, `to=2026-01-01T00:00:00Z`, `to=next-event` or `freeze`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (word, value) = match text.split_once('=') {
            Some((word, value)) => (word.trim(), Some(value.trim())),
            None => (text.trim(), None),
        };
        match (word, value) {
            ("advance", Some(seconds)) => Self::parse_seconds(seconds),
            ("to", Some(to)) => Self::to(to),
            ("freeze", None) => Ok(Self::Freeze(None)),
            _ => {
                let meant = match word {
                    // These lack the other part, or have one too many: the forms say so.
                    "advance" | "to" | "freeze" => String::new(),
                    _ if nearest(word, [NEXT_EVENT].into_iter()).is_some() => {
                        did_you_mean("to=next-event", ["to=next-event"].into_iter())
                    }
                    _ => did_you_mean(word, ["advance", "to", "freeze"].into_iter()),
                };
                let got = quoted(text);
                Err(format!(
                    "must be advance=SECONDS, to=TIME, to=next-event or freeze, got {got}{meant}"
                ))
            }
        }
    }

    /// The seconds of `advance=60`.
    fn parse_seconds(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(seconds) if text.starts_with(|character: char| !character.is_ascii_alphabetic()) => {
                Self::by(seconds)
            }
            _ => Err(format!(
                "advance takes seconds from 0 up, such as advance=60 or advance=1.5, got {}; to=TIME \
                 and to=next-event lead to a time and to the next event",
                quoted(text)
            )),
        }
    }

    /// Forward by seconds. What is more than a clock has left is for the clock to refuse: it knows
    /// how much that is.
    pub fn by(seconds: f64) -> Result<Self, String> {
        if seconds.is_finite() && seconds >= 0.0 {
            return Ok(Self::By(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)));
        }
        Err(format!("seconds must be a number from 0 up, got {}", short(seconds)))
    }

    /// Forward to an instant, or to `next-event`.
    pub fn to(text: &str) -> Result<Self, String> {
        if text == NEXT_EVENT {
            return Ok(Self::NextEvent);
        }
        let told = |problem| {
            let meant = did_you_mean(text, [NEXT_EVENT].into_iter());
            format!("to must be {NEXT_EVENT} or {EXAMPLE}, got {}{problem}{meant}", quoted(text))
        };
        moment(text).map(Self::To).map_err(told)
    }
}

impl Moment {
    /// Reads the time at which a clock is to stop, or says what one looks like.
    pub fn parse_for_freeze(text: &str) -> Result<Self, String> {
        let told = |problem| format!("at must be {EXAMPLE}, got {}{problem}", quoted(text));
        moment(text).map_err(told)
    }
}

/// Reads a time, or says what is wrong with what looks like one: of anything else a parser of times
/// has only riddles to say.
fn moment(text: &str) -> Result<Moment, String> {
    Moment::parse(text).map_err(|problem| {
        let looks_like_one = text.len() <= LONGEST
            && text.len() > 8
            && text.bytes().take(4).all(|byte| byte.is_ascii_digit())
            && text[4..].starts_with('-');
        if looks_like_one { format!(": {problem}") } else { String::new() }
    })
}

/// A number in few characters, however large or small it is.
pub fn short(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 || (1e-6..1e15).contains(&size) || !number.is_finite() {
        number.to_string()
    } else {
        format!("{number:e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_of_the_clock_is_read_or_refused() {
        assert_eq!(
            ClockCommand::parse("advance=1.5"),
            Ok(ClockCommand::By(Duration::from_millis(1_500)))
        );
        assert_eq!(ClockCommand::parse("to=next-event"), Ok(ClockCommand::NextEvent));
        assert_eq!(ClockCommand::parse(" freeze "), Ok(ClockCommand::Freeze(None)));
        let to = ClockCommand::parse("to=1970-01-01T00:00:01Z");
        assert_eq!(to, Ok(ClockCommand::To(Moment::from_milliseconds(1_000))));
        assert_eq!(ClockCommand::parse("advance=1e308"), Ok(ClockCommand::By(Duration::MAX)));
        for wrong in
            ["", "advance", "advance=-1", "advance=x", "advance=NaN", "to=", "to=now", "go"]
        {
            assert!(ClockCommand::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_turn_is_told_with_what_was_got_and_what_may_be_sent() {
        const SECONDS: &str = "advance takes seconds from 0 up, such as advance=60 or advance=1.5, \
                               got GOT; to=TIME and to=next-event lead to a time and to the next \
                               event";
        const TO: &str = "to must be next-event or a time such as 2026-01-01T00:00:00Z, got GOT";
        const FORMS: &str = "must be advance=SECONDS, to=TIME, to=next-event or freeze, got GOT";
        let meant = |text: &str, word| text.to_owned() + "; did you mean " + word + "?";
        let long = "9".repeat(65) + "s";
        let cut = quoted(&long);
        for (text, said, got) in [
            ("advance=60s", SECONDS.to_owned(), "\"60s\""),
            ("advance=next-event", SECONDS.to_owned(), "\"next-event\""),
            ("advance=1,5", SECONDS.to_owned(), "\"1,5\""),
            ("advance=", SECONDS.to_owned(), "\"\""),
            ("advance=inf", SECONDS.to_owned(), "\"inf\""),
            ("advance=2030-01-01T00:00:00Z", SECONDS.to_owned(), "\"2030-01-01T00:00:00Z\""),
            (&format!("advance={long}"), SECONDS.to_owned(), &cut),
            ("to=next-evnt", meant(TO, "next-event"), "\"next-evnt\""),
            ("to=next_event", meant(TO, "next-event"), "\"next_event\""),
            ("to=noon", TO.to_owned(), "\"noon\""),
            (&format!("to={long}"), TO.to_owned(), &cut),
            ("advnce=60", meant(FORMS, "advance"), "\"advnce=60\""),
            ("freez", meant(FORMS, "freeze"), "\"freez\""),
            ("next-event", meant(FORMS, "to=next-event"), "\"next-event\""),
            ("freeze=1", FORMS.to_owned(), "\"freeze=1\""),
            (&long, FORMS.to_owned(), &cut),
        ] {
            assert_eq!(ClockCommand::parse(text), Err(said.replace("GOT", got)));
        }
        let said = ClockCommand::parse("to=2026-02-30T00:00:00Z").unwrap_err();
        assert!(said.contains("got \"2026-02-30T00:00:00Z\": "), "{said}");
    }

    #[test]
    fn a_number_is_written_in_few_characters() {
        let told = [-1.0, -1.5, -1e308, -1e-300, f64::NAN, f64::NEG_INFINITY].map(short);
        assert_eq!(told, ["-1", "-1.5", "-1e308", "-1e-300", "NaN", "-inf"]);
    }
}
