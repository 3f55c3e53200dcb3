//! Finds bad practices of clients, and what they have started and never polled.
//!
//! All of it is computed from the journal on request, by going through the requests of a world in the
//! order in which they were performed and answered. What dropped requests did stays unknown.

mod finding;
mod seen;
#[cfg(test)]
mod tests;
mod watch;
mod write;

pub use finding::{Example, Finding};
pub use watch::Watched;

use crate::clock::{Moment, Stamp};
use crate::contract::{Contract, Rule, Violation};
use crate::journal::{Entry, Journal, Steered, View};
use crate::text::language::Language;
use axum::http::{Method, StatusCode};
use finding::{Findings, Practice};
use seen::Seen;
use std::collections::HashMap;
use std::time::Duration;
use watch::{Poll, Watch};
use write::{Retry, RetryKind, Writes};

/// What clients of one world do that they should not.
#[derive(Debug)]
pub struct Lint {
    watch: Watch,
    writes: Writes,
    /// Operations that clients were told to ask for later.
    throttled: Vec<Throttled>,
    findings: Findings,
    /// The requests that started something, by the number of that.
    starters: HashMap<u32, u64>,
    /// Whether the journal has everything.
    is_whole: bool,
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

/// What happened in a world.
enum Event<'j> {
    /// A request was performed.
    Performed(&'j Entry),
    /// It was answered.
    Answered(&'j Entry),
    /// A test had something end in another way than it was to.
    Steered(&'j Steered),
}

impl Lint {
    /// Goes through the journal of a world.
    pub fn of(journal: &Journal) -> Self {
        let mut lint = Self {
            watch: Watch::default(),
            writes: Writes::default(),
            throttled: Vec::new(),
            findings: Findings::default(),
            starters: HashMap::new(),
            is_whole: journal.is_whole() && journal.knows_all_steering(),
        };
        let mut events = Vec::new();
        for entry in journal.entries() {
            let performed = entry.record.performed.as_ref();
            events.extend(performed.map(|at| (at.step, Event::Performed(entry))));
            events.push((entry.step(), Event::Answered(entry)));
        }
        events.extend(journal.steered().map(|steered| (steered.step, Event::Steered(steered))));
        events.sort_unstable_by_key(|(step, _)| *step);
        for (step, event) in events {
            match event {
                Event::Performed(entry) => lint.performed(step, entry),
                Event::Answered(entry) => lint.answered(&View::new(entry, journal.key())),
                Event::Steered(steered) => lint.watch.steer(steered.run, step),
            }
        }
        lint
    }

    /// Watches what a request has started, and no longer what it has cut short: a client that cuts
    /// something short need not poll it again.
    fn performed(&mut self, step: u64, entry: &Entry) {
        for (activity, was_under_way) in &entry.record.cut_short {
            self.watch.cut_short(*activity, *was_under_way);
        }
        for activity in &entry.record.activities {
            self.starters.insert(activity.run.activity, entry.ordinal());
            self.watch.begin(activity, step);
        }
    }

    /// Notes what the answer to a poll has shown, if it has come to the client.
    fn polled(&mut self, contract: &'static Contract, view: &View<'_>) {
        let entry = view.entry;
        let Some(performed) = entry.record.performed.as_ref().filter(|_| entry.was_performed())
        else {
            return;
        };
        if entry.status.is_none() || entry.is_lost() || entry.method == Method::HEAD {
            return;
        }
        let Some(seen) = Seen::of(contract, view) else { return };
        let at = entry.received.moved_to(performed.at);
        let poll = Poll { at, ordinal: entry.ordinal(), step: performed.step };
        if self.watch.note_poll(&seen, poll) {
            let id = seen.id.as_deref().map(Into::into);
            let example = Example { id, ..Example::of(poll.ordinal, poll.at.moment()) };
            self.findings.note(Practice::PolledTooFast, Some(contract), "", example, || {
                format!(
                    "{} looked at one unfinished job or task more often than once a second on \
                     average, over at least {} looks",
                    contract.id,
                    watch::FEWEST_POLLS
                )
            });
        }
    }

    /// Notes what there is to say about a request.
    fn answered(&mut self, view: &View<'_>) {
        let Entry { answered, record, .. } = view.entry;
        let contract = record.contract;
        if let Some(contract) = contract {
            self.polled(contract, view);
        }
        let example = || Example::of(view.entry.ordinal(), *answered);
        if record.expired_token {
            self.findings.note(Practice::ExpiredToken, contract, "", example(), || {
                "a request was sent with a token that had expired; log in again before that, or \
                 when a request is answered 401"
                    .to_owned()
            });
        }
        if let Some(known) = record.known {
            let (name, service, path) = (known.name, known.service, known.path);
            self.findings.note(Practice::NotEmulated, None, name, example(), || {
                format!(
                    "{name} of {service} ({} {path}) was called, and Papercloud does not emulate it: \
                     what the client does next is no proof of what it does in the cloud",
                    known.method
                )
            });
        }
        let Some(contract) = contract else { return };
        self.check_retry_after(contract, view.entry);
        for violation in &record.violations {
            self.stray_field(contract, violation, example());
        }
        if let Some(retry) = self.writes.note(contract, view, &self.watch) {
            self.retried(contract, retry, example());
        }
    }

    /// Notes a write that was sent again.
    fn retried(&mut self, contract: &'static Contract, retry: Retry, example: Example) {
        let Retry { earlier, kind } = retry;
        let example = Example { earlier: Some(earlier), ..example };
        let (kind, what) = match kind {
            RetryKind::Unseen => (
                "",
                "with the same content after it had been carried out and before anyone looked at \
                 what it had started: that was started twice",
            ),
            RetryKind::Lost => (
                "lost",
                "after it had been carried out and its answer had been lost: what it starts was \
                 started twice",
            ),
            RetryKind::Refused => (
                "refused",
                "after it had been carried out and its answer had been lost: the repetition was \
                 refused",
            ),
        };
        let practice = Practice::RetriedCommittedWrite;
        self.findings.note(practice, Some(contract), kind, example, || {
            format!("{} was sent again {what}", contract.id)
        });
    }

    /// Notes a request that comes before the `Retry-After` of an earlier answer has passed, and
    /// remembers that of its own answer.
    fn check_retry_after(&mut self, contract: &'static Contract, entry: &Entry) {
        let told = self.throttled.iter().position(|told| std::ptr::eq(told.contract, contract));
        if let Some(at) = told {
            let Throttled { at: since, pause, ordinal: earlier, .. } = self.throttled[at];
            if entry.received.since(since) >= pause {
                self.throttled.swap_remove(at);
            } else {
                let example = Example::of(entry.ordinal(), entry.answered);
                let example = Example { earlier: Some(earlier), ..example };
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
        if let Some(pause) = pause(entry) {
            self.throttled.retain(|told| !std::ptr::eq(told.contract, contract));
            let at = entry.received.moved_to(entry.answered);
            self.throttled.push(Throttled { contract, at, pause, ordinal: entry.ordinal() });
        }
    }

    /// Notes a field that should not have been sent.
    fn stray_field(
        &mut self,
        contract: &'static Contract,
        violation: &Violation,
        example: Example,
    ) {
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
            let Some(poll) = watched.last_poll() else { continue };
            let activity = &watched.activity;
            let id = activity.job.map(|(id, _)| id.to_string().into());
            let id = id.or_else(|| activity.resource.as_ref().map(|(id, _)| id.clone()));
            let example = Example { id, ..Example::of(poll.ordinal, poll.at.moment()) };
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
        let mut all: Vec<_> = self.watch.all().filter(|one| one.last_poll().is_none()).collect();
        all.sort_unstable_by_key(|watched| watched.activity.run.activity);
        all.into_iter()
    }

    /// The request that started an activity, if the journal has it.
    pub fn starter(&self, activity: u32) -> Option<u64> {
        self.starters.get(&activity).copied()
    }

    /// Whether everything is known that there is to say.
    pub fn is_exact(&self) -> bool {
        self.is_whole && self.findings.is_exact()
    }
}

/// How long an answer tells a client to wait, if it does.
fn pause(entry: &Entry) -> Option<Duration> {
    let told = [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE];
    if !told.contains(&entry.status?) {
        return None;
    }
    let mut headers = entry.answer_headers();
    let (_, seconds) = headers.find(|(name, _)| *name == "retry-after")?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}
