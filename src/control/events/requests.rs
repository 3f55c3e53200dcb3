//! The requests of a journal as events: a row for each, with the reason for its answer.

use crate::journal::{Entry, Journal, Verdict, View};
use crate::text::language::Language;
use crate::worlds::WorldCell;
use serde::Serialize;
use serde_json::Value;
use std::ops::Range;
use std::sync::Arc;

/// How many requests are sent at once. The latest come first, then those before them.
const MOST: u64 = 1_000;

/// How many characters of a reason are sent at most.
const LONGEST: usize = 300;

/// Which requests of which world's journal were sent.
#[derive(Debug, Default)]
pub struct SentRequests {
    has_begun: bool,
    cell: Option<Arc<WorldCell>>,
    /// The numbers of those that were sent.
    sent: Range<u64>,
    counts: Counts,
    has_more: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
struct Counts {
    /// The number of the oldest request that the journal has.
    oldest: u64,
    dropped: u64,
    in_flight: usize,
}

/// Requests in the order of their answers.
#[derive(Debug, Serialize)]
pub struct Batch {
    /// Whether what was sent before is of another journal.
    anew: bool,
    #[serde(flatten)]
    counts: Counts,
    requests: Vec<Row>,
}

/// A request in short.
#[derive(Debug, Serialize)]
struct Row {
    number: u64,
    request_id: String,
    received: String,
    operation: Option<&'static str>,
    method: String,
    path: String,
    status: Option<u16>,
    decision: &'static str,
    committed: bool,
    warnings: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl SentRequests {
    /// What came to the journal of a world, and some of what was there before.
    pub fn changes(&mut self, cell: Option<Arc<WorldCell>>) -> Vec<Batch> {
        let is_same = match (&self.cell, &cell) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => self.has_begun,
            _ => false,
        };
        self.has_begun = true;
        let mut batches = Vec::new();
        if let Some(cell) = &cell {
            let world = cell.lock();
            let journal = &world.journal;
            let (first, next) = (journal.first_number(), journal.next_number());
            if !is_same {
                let latest = next.saturating_sub(MOST).max(first);
                self.sent = latest..latest;
            }
            let later = self.sent.end..next;
            let earlier = self.sent.start.saturating_sub(MOST).max(first)..self.sent.start;
            let counts = Counts {
                oldest: first,
                dropped: journal.dropped(),
                in_flight: journal.in_flight.count(),
            };
            if !is_same || !later.is_empty() || counts != self.counts {
                batches.push(Batch { anew: !is_same, counts, requests: rows(journal, later) });
            }
            if !earlier.is_empty() {
                let requests = rows(journal, earlier.clone());
                batches.push(Batch { anew: false, counts, requests });
            }
            self.sent = earlier.start.min(self.sent.start)..next;
            self.counts = counts;
            self.has_more = self.sent.start > first;
        } else if !is_same {
            self.has_more = false;
            batches.push(Batch { anew: true, counts: Counts::default(), requests: Vec::new() });
        }
        self.cell = cell;
        batches
    }

    /// Whether there are earlier requests that were not sent yet.
    pub fn has_more(&self) -> bool {
        self.has_more
    }
}

fn rows(journal: &Journal, numbers: Range<u64>) -> Vec<Row> {
    let row = |(number, entry)| row(number, &View::new(entry, journal.key()));
    journal.numbered(numbers).map(row).collect()
}

fn row(number: u64, view: &View<'_>) -> Row {
    let Entry { received, method, status, record, .. } = view.entry;
    Row {
        number,
        request_id: view.request_id.clone(),
        received: received.moment().with_milliseconds(),
        operation: record.contract.map(|contract| contract.id),
        method: method.to_string(),
        path: view.path().to_owned(),
        status: status.map(|status| status.as_u16()),
        decision: record.verdict.name(),
        committed: view.entry.committed(),
        warnings: record.warnings.len() + record.violations.len(),
        fault: record.fault.clone(),
        reason: reason(view).map(|reason| reason.chars().take(LONGEST).collect()),
    }
}

/// Why it was answered as it was, unless there is nothing to say.
fn reason(view: &View<'_>) -> Option<String> {
    let record = &view.entry.record;
    if let Some(fault) = &record.fault {
        let when = if record.verdict == Verdict::Injected { "before" } else { "after" };
        return Some(format!("the fault {fault} hit {when} it was performed"));
    }
    if record.verdict.is_refusal() {
        let body = view.answer_body();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let code = text(&body["error_code"]);
        let message = text(&body["error_msg"]).or_else(|| text(&body["error"]["message"]))?;
        return Some(code.map_or_else(|| message.clone(), |code| format!("{code}: {message}")));
    }
    let warned = record.warnings.first().map(|warning| warning.message.clone());
    warned.or_else(|| Some(record.violations.first()?.say(Language::English)))
}
