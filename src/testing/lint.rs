//! What clients do that they should not, and what they leave behind.
//!
//! A practice is noted when it is seen, as a count with a few examples; what was left behind
//! follows from what is still watched when somebody asks. All of it takes a bounded amount of
//! memory: beyond that the report says that it is not exact.

mod finding;
#[cfg(test)]
mod tests;
mod watch;
mod write;

pub use finding::{Example, Finding};
pub use watch::{Attention, Look, Watched};

use super::journal::Draft;
use crate::cloud::{Awaited, Course, Moment, Run, Stamp};
use crate::contract::{Contract, Rule, Violation};
use crate::language::Language;
use axum::http::request::Parts;
use axum::http::{Response, StatusCode, header};
use finding::{Findings, Practice};
use std::time::Duration;
use watch::Watch;
use write::Writes;

/// What clients of one world do that they should not.
#[derive(Debug, Default)]
pub struct Lint {
    watch: Watch,
    writes: Writes,
    /// Operations that clients were told to ask for later.
    throttled: Vec<Throttled>,
    findings: Findings,
}

/// An operation that a client was told to ask for later.
#[derive(Debug)]
struct Throttled {
    contract: &'static Contract,
    /// When it was told so.
    at: Stamp,
    /// How long it is to wait.
    pause: Duration,
    /// The request that was told so.
    ordinal: u64,
}

/// A request that was answered.
#[derive(Debug)]
pub struct Answered<'r> {
    /// Which request of its world it was.
    pub ordinal: u64,
    /// The operation, where it is known.
    pub contract: Option<&'static Contract>,
    /// When it arrived.
    pub received: Stamp,
    /// What the world's clock shows at the answer.
    pub now: Moment,
    /// What was asked.
    pub parts: &'r Parts,
    /// With what.
    pub body: &'r [u8],
    /// What was answered, unless nothing was.
    pub answer: Option<&'r Response<Vec<u8>>>,
    /// What was noted on the way.
    pub draft: &'r Draft,
}

impl Lint {
    /// Watches what a request has set going.
    pub fn began(&mut self, courses: &[Course], ordinal: u64, now: Moment) {
        for course in courses {
            self.watch.begin(course, ordinal, now);
        }
    }

    /// Notes a look at something that may be under way.
    pub fn looked(&mut self, awaited: &Awaited, look: Look) {
        if self.watch.look(awaited, look) {
            let id = awaited.id.as_deref().map(Into::into);
            let example = Example { id, ..Example::of(look.ordinal, look.at.moment()) };
            let practice = Practice::PolledTooFast;
            self.findings.note(practice, Some(awaited.contract), "", example, || {
                format!(
                    "{} looked at one unfinished job or task more often than once a second on \
                     average, over at least {} looks",
                    awaited.contract.id,
                    watch::FEWEST_LOOKS
                )
            });
        }
    }

    /// Notes that something ends in another way than it was to.
    pub fn steered(&mut self, run: Run) {
        self.watch.steer(run);
    }

    /// Notes that a client has cut something short or done away with it: whoever knows that much
    /// about it need not look at it again.
    pub fn cut_short(&mut self, course: u32, was_under_way: bool) {
        self.watch.cut_short(course, was_under_way);
    }

    /// Notes what there is to say about a request.
    pub fn answered(&mut self, request: &Answered<'_>) {
        let Answered { ordinal, contract, now, draft, .. } = *request;
        let example = || Example::of(ordinal, now);
        if draft.expired_token {
            self.findings.note(Practice::ExpiredToken, contract, "", example(), || {
                "a request was refused because its token had expired; log in again before that, \
                 or when a request is answered 401"
                    .to_owned()
            });
        }
        let Some(contract) = contract else { return };
        self.heed_pause(contract, request);
        for violation in &draft.violations {
            self.odd_field(contract, violation, example());
        }
        if let Some(earlier) = self.writes.note(contract, request, &self.watch) {
            let example = Example { earlier: Some(earlier), ..example() };
            let practice = Practice::RetriedCommittedWrite;
            self.findings.note(practice, Some(contract), "", example, || {
                format!(
                    "{} was sent again, byte for byte, after it had been carried out and before \
                     anyone looked at what it had started: that was started twice",
                    contract.id
                )
            });
        }
    }

    /// Holds a request against the time that clients were told to wait, and notes it if they are
    /// told so now.
    fn heed_pause(&mut self, contract: &'static Contract, request: &Answered<'_>) {
        let Answered { ordinal, received, now, answer, .. } = *request;
        let told = self.throttled.iter().position(|told| std::ptr::eq(told.contract, contract));
        if let Some(at) = told {
            let Throttled { at: since, pause, ordinal: earlier, .. } = self.throttled[at];
            if received.since(since) >= pause {
                self.throttled.swap_remove(at);
            } else {
                let example = Example { earlier: Some(earlier), ..Example::of(ordinal, now) };
                let practice = Practice::IgnoredRetryAfter;
                self.findings.note(practice, Some(contract), "", example, || {
                    format!(
                        "{} was asked for again before the seconds of the answer's Retry-After \
                         had passed",
                        contract.id
                    )
                });
            }
        }
        if let Some(pause) = answer.and_then(pause) {
            self.throttled.retain(|told| !std::ptr::eq(told.contract, contract));
            self.throttled.push(Throttled { contract, at: Stamp::at(now), pause, ordinal });
        }
    }

    /// Notes a field that should not have been sent.
    fn odd_field(&mut self, contract: &'static Contract, violation: &Violation, example: Example) {
        let practice = match violation.rule {
            Rule::Deprecated(_) => Practice::DeprecatedField,
            Rule::Unknown { .. } | Rule::Repeated => Practice::UnreadField,
            _ => return,
        };
        let parameter = finding::without_positions(&violation.path);
        self.findings.note(practice, Some(contract), &parameter, example, || {
            let named = Violation { path: parameter.clone(), got: None, ..violation.clone() };
            format!("{}: {}", contract.id, named.say(Language::English))
        });
    }

    /// What was found by now, in the order of the rules, operations and parameters.
    pub fn findings(&self, now: Moment) -> Vec<Finding> {
        let mut findings = self.findings.clone();
        for watched in self.watch.all() {
            let Attention::Lost(look) = self.watch.attention(watched, now) else { continue };
            let course = &watched.course;
            let id = course.job.map(|(id, _)| id.to_string().into());
            let id = id.or_else(|| course.resource.as_ref().map(|(id, _)| id.clone()));
            let example = Example { id, ..Example::of(look.ordinal, look.at.moment()) };
            let (kind, then) = match course.ended(now) {
                Some(_) => ("ended", "has ended since, and nobody looked how"),
                None => ("under way", "still is"),
            };
            findings.note(Practice::GaveUp, Some(course.contract), kind, example, || {
                let operation = course.contract.id;
                format!("what {operation} started was under way at the last look, and {then}")
            });
        }
        findings.list()
    }

    /// What was started and never looked at, in the order of the starts.
    pub fn never_polled(&self, now: Moment) -> impl Iterator<Item = &Watched> {
        let unseen =
            |watched: &&Watched| matches!(self.watch.attention(watched, now), Attention::None);
        let mut all: Vec<_> = self.watch.all().filter(unseen).collect();
        all.sort_unstable_by_key(|watched| watched.course.run.course);
        all.into_iter()
    }

    /// The request that started a course, if it is remembered.
    pub fn starter(&self, course: u32) -> Option<u64> {
        self.watch.get(course).map(|watched| watched.ordinal)
    }

    /// Whether nothing was forgotten for want of space.
    pub fn is_exact(&self) -> bool {
        self.watch.is_exact() && self.findings.is_exact()
    }
}

/// How long an answer tells a client to wait, if it does.
fn pause(answer: &Response<Vec<u8>>) -> Option<Duration> {
    let told = [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE];
    if !told.contains(&answer.status()) {
        return None;
    }
    let seconds = answer.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}
