//! What clients do that they should not, and what they leave behind.
//!
//! A practice is noted when it is seen, as a count with a few examples; what was left behind
//! follows from what is still watched when somebody asks. All of it takes a bounded amount of
//! memory: beyond that the report says that it is not exact.

mod finding;
mod fingerprint;
mod seen;
#[cfg(test)]
mod tests;
mod watch;
mod write;

pub use finding::{Example, Finding};
pub use watch::{Poll, Watched};

use super::journal::RequestRecord;
use crate::clock::{Moment, Stamp};
use crate::cloud::{Activity, Execution, PollTarget};
use crate::contract::{Contract, Rule, Violation};
use crate::text::language::Language;
use axum::http::request::Parts;
use axum::http::{Method, Response, StatusCode, header};
use finding::{Findings, Practice};
use seen::Seen;
use std::time::Duration;
use watch::Watch;
use write::{Again, Why, Writes};

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
    /// Whether the answer was cut off.
    pub is_cut: bool,
    /// What was noted on the way.
    pub draft: &'r RequestRecord,
    /// What it looked at, if it was performed.
    pub polled: Option<(PollTarget, Poll)>,
}

impl Answered<'_> {
    /// Whether the answer to what was performed has not come to the client, or says that it was not.
    fn is_lost(&self) -> bool {
        let is_told = self.answer.is_some_and(|answer| answer.status().is_success());
        self.draft.fault.is_some() && (!is_told || self.is_cut)
    }
}

impl Lint {
    /// Watches what a request has set going.
    pub fn began(&mut self, activities: &[Activity], ordinal: u64) {
        for activity in activities {
            self.watch.begin(activity, ordinal);
        }
    }

    /// The number of a look that is taken now, at something that may be under way.
    pub fn next_look(&mut self) -> u64 {
        self.watch.next_look()
    }

    /// Notes what the answer to a look has shown, if it has come to the client.
    fn polled(&mut self, request: &Answered<'_>) {
        let Some((target_of_poll, look)) = &request.polled else { return };
        let body = request.answer.map(|answer| std::str::from_utf8(answer.body()));
        let Some(Ok(body)) = body else { return };
        if request.is_lost() || request.parts.method == Method::HEAD {
            return;
        }
        let (contract, id) = (target_of_poll.contract, target_of_poll.id.as_deref());
        let query = request.parts.uri.query().unwrap_or_default();
        if self.watch.look(&Seen { contract, id, query, body }, *look) {
            let id = target_of_poll.id.as_deref().map(Into::into);
            let example = Example { id, ..Example::of(look.ordinal, look.at.moment()) };
            let practice = Practice::PolledTooFast;
            self.findings.note(practice, Some(target_of_poll.contract), "", example, || {
                format!(
                    "{} looked at one unfinished job or task more often than once a second on \
                     average, over at least {} looks",
                    target_of_poll.contract.id,
                    watch::FEWEST_LOOKS
                )
            });
        }
    }

    /// Notes that something ends in another way than it was to.
    pub fn steered(&mut self, run: Execution) {
        self.watch.steer(run);
    }

    /// Notes that a client has cut something short or done away with it: whoever knows that much
    /// about it need not look at it again.
    pub fn cut_short(&mut self, activity: u32, was_under_way: bool) {
        self.watch.cut_short(activity, was_under_way);
    }

    /// Notes what there is to say about a request.
    pub fn answered(&mut self, request: &Answered<'_>) {
        let Answered { ordinal, contract, now, draft, .. } = *request;
        self.polled(request);
        let example = || Example::of(ordinal, now);
        if draft.expired_token {
            self.findings.note(Practice::ExpiredToken, contract, "", example(), || {
                "a request was sent with a token that had expired; log in again before that, or \
                 when a request is answered 401"
                    .to_owned()
            });
        }
        let Some(contract) = contract else { return };
        self.heed_pause(contract, request);
        for violation in &draft.violations {
            self.odd_field(contract, violation, example());
        }
        if let Some(Again { earlier, why }) = self.writes.note(contract, request, &self.watch) {
            let example = Example { earlier: Some(earlier), ..example() };
            let practice = Practice::RetriedCommittedWrite;
            let (kind, said) = match why {
                Why::Unseen => (
                    "",
                    "with the same content after it had been carried out and before anyone looked \
                     at what it had started: that was started twice",
                ),
                Why::Lost => (
                    "lost",
                    "after it had been carried out and its answer had been lost: what it starts \
                     was started twice",
                ),
                Why::Refused => (
                    "refused",
                    "after it had been carried out and its answer had been lost: the repetition \
                     was refused",
                ),
            };
            self.findings.note(practice, Some(contract), kind, example, || {
                format!("{} was sent again {said}", contract.id)
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
            let Some(look) = watched.last_look() else { continue };
            let activity = &watched.activity;
            let id = activity.job.map(|(id, _)| id.to_string().into());
            let id = id.or_else(|| activity.resource.as_ref().map(|(id, _)| id.clone()));
            let example = Example { id, ..Example::of(look.ordinal, look.at.moment()) };
            let (kind, then) = match activity.ended(now) {
                Some(_) => ("ended", "has ended since, and nobody looked how"),
                None => ("under way", "still is"),
            };
            findings.note(Practice::GaveUp, Some(activity.contract), kind, example, || {
                let operation = activity.contract.id;
                format!("what {operation} started was under way at the last look, and {then}")
            });
        }
        findings.list()
    }

    /// What was started and never looked at, in the order of the starts.
    pub fn never_polled(&self) -> impl Iterator<Item = &Watched> {
        let mut all: Vec<_> = self.watch.all().filter(|one| one.last_look().is_none()).collect();
        all.sort_unstable_by_key(|watched| watched.activity.run.activity);
        all.into_iter()
    }

    /// The request that started an activity, if it is remembered.
    pub fn starter(&self, activity: u32) -> Option<u64> {
        self.watch.get(activity).map(|watched| watched.ordinal)
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
