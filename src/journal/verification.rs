//! What a test claims about the requests of its world, and whether it holds.
//!
//! A claim that cannot be judged does not hold: it says so instead of guessing. That is so because
//! requests were dropped, or because some are in flight that it may be about. What the requests that
//! are left settle is settled, either way.

use super::Journal;
use super::matcher::{Difference, Matcher};
use super::near_miss::{NearMiss, nearest};
use super::view::View;
use crate::journal::repetition::{Content, UndoCounts};
use axum::http::Method;
use serde::Serialize;
use std::collections::HashMap;
use std::fmt;

/// A claim with its name.
#[derive(Clone, Debug)]
pub struct Check {
    /// What the test calls it.
    pub name: Option<String>,
    pub claim: Claim,
}

/// What is claimed.
#[derive(Clone, Debug)]
pub enum Claim {
    /// There are at least, and at most, so many such requests.
    Count {
        /// Which requests.
        of: Matcher,
        /// No fewer.
        least: usize,
        /// No more.
        most: Option<usize>,
    },
    /// Such requests were received in this order; others may be between them.
    Sequence(Vec<Matcher>),
    /// No write among such requests was committed twice: by the same operation, to the same place,
    /// with the same body. See [`repetition`](super::repetition).
    OnceCommitted(Matcher),
}

/// Whether a claim holds.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// The name of the claim, or what it says.
    pub name: String,
    /// Whether it holds.
    pub passed: bool,
    /// Why.
    pub reason: String,
    /// What was claimed, in words.
    pub expected: String,
    /// How many requests were found that it is about.
    pub count: usize,
    /// These.
    pub requests: Vec<String>,
    /// Where too few were found, those that are nearly such.
    pub near_misses: Vec<NearMiss>,
}

/// As a failing test shows it: what was claimed, what was found, and the near misses.
impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}; {}", self.expected, self.reason)?;
        for NearMiss { request_id, differences } in &self.near_misses {
            write!(formatter, "\n  near miss {request_id}:")?;
            for Difference { field, expected, got } in differences {
                write!(formatter, "\n    {field}: expected {expected}, got {got}")?;
            }
        }
        Ok(())
    }
}

/// What the requests that are left say.
enum Verdict {
    Holds(String),
    Fails(String),
    /// It would hold, if the requests that are kept were all.
    HoldsIfComplete(String),
    /// It would fail, if the requests that are kept were all.
    FailsIfComplete(String),
}

struct Judged<'v> {
    verdict: Verdict,
    requests: Vec<&'v str>,
    near_misses: Vec<NearMiss>,
}

impl Check {
    /// Judges the claim.
    pub fn judge(&self, journal: &Journal, views: &[View<'_>]) -> Finding {
        let judged = match &self.claim {
            Claim::Count { of, least, most } => count(of, *least, *most, views),
            Claim::Sequence(steps) => sequence(steps, views, journal.key()),
            Claim::OnceCommitted(of) => once_committed(of, views),
        };
        let in_flight = journal.in_flight.perhaps_claimed(&self.claim);
        let doubt = doubt(journal, in_flight);
        let (passed, reason) = match (judged.verdict, doubt) {
            (Verdict::Holds(what), _) | (Verdict::HoldsIfComplete(what), None) => (true, what),
            (Verdict::Fails(what), _) | (Verdict::FailsIfComplete(what), None) => (false, what),
            (Verdict::HoldsIfComplete(what) | Verdict::FailsIfComplete(what), Some(doubt)) => {
                (false, format!("it cannot be known: {what}, but {doubt}"))
            }
        };
        let expected = self.claim.describe(journal.key());
        Finding {
            name: self.name.clone().unwrap_or_else(|| expected.clone()),
            passed,
            reason,
            expected,
            count: judged.requests.len(),
            requests: judged.requests.into_iter().map(str::to_owned).collect(),
            near_misses: judged.near_misses,
        }
    }
}

/// Why it is not known what the requests were, if it is not.
fn doubt(journal: &Journal, in_flight: usize) -> Option<String> {
    const PAST: &str = "sent before the world was forgotten for another, or loaded";
    let (dropped, past) = (journal.dropped(), journal.past());
    let cause = match past.missed() {
        0 => "for want of bytes".to_owned(),
        all if all == dropped => format!("{PAST}; DELETE its requests to begin anew"),
        some => format!("{some} of them {PAST}, the others for want of bytes"),
    };
    let were = if dropped == 1 { "request was" } else { "requests were" };
    let lost = (dropped > 0).then(|| format!("{dropped} {were} dropped from the journal, {cause}"));
    let vague = past.is_vague.then(|| {
        "too many worlds were forgotten (--max-worlds) to know whether this project had one before; \
         DELETE its requests to begin anew"
            .to_owned()
    });
    let in_flight = match in_flight {
        0 => None,
        1 => Some("1 request is in flight that it may be about".to_owned()),
        _ => Some(format!("{in_flight} requests are in flight that it may be about")),
    };
    let doubts: Vec<_> = lost.into_iter().chain(vague).chain(in_flight).collect();
    (!doubts.is_empty()).then(|| doubts.join(", and "))
}

impl Claim {
    /// Everything that it names requests by.
    pub fn matchers(&self) -> impl Iterator<Item = &Matcher> {
        match self {
            Self::Count { of, .. } | Self::OnceCommitted(of) => std::slice::from_ref(of),
            Self::Sequence(steps) => steps,
        }
        .iter()
    }

    fn describe(&self, key: u64) -> String {
        match self {
            Self::Count { of, least, most } => {
                let times = match (least, most) {
                    (0, Some(0)) => "never".to_owned(),
                    (least, Some(most)) if least == most => format!("exactly {least}"),
                    (0, Some(most)) => format!("at most {most}"),
                    (least, None) => format!("at least {least}"),
                    (least, Some(most)) => format!("from {least} to {most}"),
                };
                format!("{}: {times}", of.describe(key))
            }
            Self::Sequence(steps) => {
                let steps: Vec<_> = steps.iter().map(|step| step.describe(key)).collect();
                format!("in this order: {}", steps.join(", then "))
            }
            Self::OnceCommitted(of) => {
                format!("{}: each write committed at most once", of.describe(key))
            }
        }
    }
}

fn count<'v>(of: &Matcher, least: usize, most: Option<usize>, views: &'v [View<'_>]) -> Judged<'v> {
    let requests = requests(of, views);
    let count = requests.len();
    let found = match count {
        0 => "no such request was found".to_owned(),
        1 => "1 such request was found".to_owned(),
        _ => format!("{count} such requests were found"),
    };
    let too_few = count < least;
    let verdict = match most {
        Some(most) if count > most => Verdict::Fails(found),
        _ if too_few => Verdict::FailsIfComplete(found),
        Some(_) => Verdict::HoldsIfComplete(found),
        None => Verdict::Holds(found),
    };
    let near_misses = if too_few { nearest(of, views.iter()) } else { Vec::new() };
    Judged { verdict, requests, near_misses }
}

/// The ids of the requests that are meant.
fn requests<'v>(of: &Matcher, views: &'v [View<'_>]) -> Vec<&'v str> {
    let meant = views.iter().filter(|view| of.matches(view));
    meant.map(|view| view.request_id.as_str()).collect()
}

/// Takes the first request that fits each step: if any choice is in order, this one is.
fn sequence<'v>(steps: &[Matcher], views: &'v [View<'_>], key: u64) -> Judged<'v> {
    let mut rest = views.iter();
    let mut requests = Vec::new();
    for step in steps {
        let before = rest.clone();
        let Some(view) = rest.find(|view| step.matches(view)) else {
            let (at, what) = (requests.len() + 1, step.describe(key));
            let reason = format!("step {at} did not come after those before it: {what}");
            let near_misses = nearest(step, before);
            return Judged { verdict: Verdict::FailsIfComplete(reason), requests, near_misses };
        };
        requests.push(view.request_id.as_str());
    }
    let verdict = Verdict::Holds("all of them came in this order".to_owned());
    Judged { verdict, requests, near_misses: Vec::new() }
}

fn once_committed<'v>(of: &Matcher, views: &'v [View<'_>]) -> Judged<'v> {
    let (mut undo_counts, mut states) = (UndoCounts::default(), HashMap::new());
    let mut first: HashMap<_, &str> = HashMap::new();
    let mut requests = Vec::new();
    for view in views.iter().filter(|view| view.entry.committed()) {
        let Some(contract) = view.entry.record.contract else { continue };
        let undo_count = undo_counts.note(contract);
        let Content { place, body } = Content::of(contract, view);
        // An import replaces what was there, so nothing is put there twice.
        let (state, version) = states.entry(place.clone()).or_insert((String::new(), 0));
        if view.entry.method == Method::PUT && *state != body {
            (*state, *version) = (body.clone(), *version + 1);
        }
        if !of.matches(view) {
            continue;
        }
        let id = view.request_id.as_str();
        if let Some(earlier) = first.insert((place, body, undo_count, *version), id) {
            for id in [earlier, id] {
                if !requests.contains(&id) {
                    requests.push(id);
                }
            }
        }
    }
    let verdict = match requests.as_slice() {
        [] => Verdict::HoldsIfComplete("no write was committed twice".to_owned()),
        twice => Verdict::Fails(format!("committed more than once: {}", twice.join(", "))),
    };
    Judged { verdict, requests, near_misses: Vec::new() }
}
