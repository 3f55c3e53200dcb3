//! One request with its answer, as the journal keeps it.

use super::secrets::{Digests, are_open, is_open_header};
use crate::api::known::Known;
use crate::clock::{Moment, Stamp};
use crate::cloud::{Activity, Warning, request_id};
use crate::contract::{Contract, ErrorKind, Field, Violation};
use crate::error::{Computed, Instead};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Response, StatusCode};
use std::sync::Arc;

/// What became of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// The operation was performed.
    Performed,
    /// It was refused.
    Refused(ErrorKind),
    /// A fault answered before the operation was reached.
    Injected,
    /// No operation was meant.
    #[default]
    Unknown,
}

impl Verdict {
    /// Whether nothing was done, and that by no fault.
    pub fn is_refusal(self) -> bool {
        matches!(self, Self::Refused(_) | Self::Unknown)
    }
}

/// How the body of a request is shown.
#[derive(Debug, Default)]
pub enum ShownBody {
    /// It was not read: what is secret is looked for when it is recorded.
    #[default]
    Unread,
    /// As it was sent: everything in it may be shown, as far as the check can tell.
    AsSent,
    /// Without what is secret.
    Written(Vec<u8>),
}

/// What is noted while a request is handled.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct RequestRecord {
    /// The operation.
    pub contract: Option<&'static Contract>,
    /// The operation, where the cloud has it and Papercloud has not.
    pub known: Option<&'static Known>,
    /// Whether nothing in it says which of the operations on its path is meant.
    pub is_unclaimed: bool,
    /// What became of it.
    pub verdict: Verdict,
    /// Rules that it broke, whether it was refused for them or not.
    pub violations: Vec<Violation>,
    /// What was let pass, apart from them.
    pub warnings: Vec<Warning>,
    /// What it could have said instead of what it was refused for.
    pub instead: Option<Box<Instead>>,
    /// What a refused signature should have been made of.
    pub computed: Option<Box<Computed>>,
    /// Whether it was refused because its token was too old.
    pub expired_token: bool,
    /// The rule that made it go wrong.
    pub fault: Option<Arc<str>>,
    /// What it started.
    pub activities: Vec<Activity>,
    /// Instances that it made known.
    pub adopted: Vec<Box<str>>,
    /// Activities that it has ended early, by their numbers, and whether they were under way.
    pub cut_short: Vec<(u32, bool)>,
    /// Whether everything already was as it wants it.
    pub unchanged: bool,
    /// When it was performed, if it came so far.
    pub performed: Option<Performed>,
    /// How its body is shown.
    pub body: ShownBody,
    /// Whether its answer was cut off on the way.
    pub cut_off: bool,
}

/// When a request was performed.
#[derive(Clone, Copy, Debug)]
pub struct Performed {
    /// Its place in the order of what happened in its world.
    pub step: u64,
    /// What the world's clock showed.
    pub at: Moment,
}

impl RequestRecord {
    /// Whether a request with this method has changed something in the world, whatever was answered:
    /// a write that was performed, and found something to do.
    pub fn has_changed_something(&self, method: &Method) -> bool {
        let may = self.contract.is_none_or(|contract| !contract.changes_nothing);
        self.verdict == Verdict::Performed && !method.is_safe() && may && !self.unchanged
    }

    /// How much memory it takes beyond its own size.
    fn bytes(&self) -> usize {
        let violations = self.violations.iter().map(|violation| {
            violation.path.capacity() + violation.got.as_ref().map_or(0, String::capacity)
        });
        let warnings = self.warnings.iter().map(|warning| warning.message.capacity());
        let adopted = self.adopted.iter().map(|id| id.len());
        let activities = self
            .activities
            .iter()
            .map(|activity| activity.resource.as_ref().map_or(0, |(id, _)| id.len()));
        self.violations.capacity() * size_of::<Violation>()
            + self.warnings.capacity() * size_of::<Warning>()
            + self.adopted.capacity() * size_of::<Box<str>>()
            + self.activities.capacity() * size_of::<Activity>()
            + self.cut_short.capacity() * size_of::<(u32, bool)>()
            + violations.chain(warnings).chain(adopted).chain(activities).sum::<usize>()
            + self.fault.as_ref().map_or(0, |rule| rule.len())
            + self.instead.as_ref().map_or(0, |_| size_of::<Instead>())
            + self.computed.as_ref().map_or(0, |computed| {
                size_of::<Computed>()
                    + computed.canonical_request.capacity()
                    + computed.string_to_sign.capacity()
            })
    }
}

/// One request with its answer.
#[derive(Debug)]
pub struct Entry {
    ordinal: u64,
    /// The place of its answer in the order of what happened in its world.
    pub(super) step: u64,
    /// When the request was there.
    pub received: Stamp,
    /// When the answer was.
    pub answered: Moment,
    /// Its method.
    pub method: Method,
    /// The status of its answer; nothing where the connection was reset instead.
    pub status: Option<StatusCode>,
    /// Whether the client had left by then.
    pub client_left: bool,
    /// What was noted on the way.
    pub record: RequestRecord,
    /// URI, headers and body, headers and body of the answer: one after the other.
    text: Box<[u8]>,
    /// Where the first four of them end.
    ends: [u32; 4],
}

impl Entry {
    /// Records a request and its answer; digests under the key of the world stand for what is not to be
    /// shown.
    pub fn new(
        (digests, ordinal): (&mut Digests, u64),
        (received, answered): (Stamp, Moment),
        (parts, body): (&Parts, &[u8]),
        answer: Option<&Response<Vec<u8>>>,
        mut record: RequestRecord,
    ) -> Self {
        let contract = record.contract;
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
        let answer_length = answer.map_or(0, |answer| answer.body().len());
        let bodies = body.len() + answer_length;
        let mut text = Vec::with_capacity(USUAL_HEADERS + target.len() + bodies);
        let mut ends = [0; 4];
        let mut end = |at: usize, text: &Vec<u8>| {
            ends[at] = u32::try_from(text.len()).unwrap_or(u32::MAX);
        };
        text.extend_from_slice(digests.target(target, contract).as_bytes());
        end(0, &text);
        write_headers(&parts.headers, contract.map_or(&[], |one| one.headers), digests, &mut text);
        end(1, &text);
        match std::mem::take(&mut record.body) {
            ShownBody::Written(shown) => text.extend(shown),
            ShownBody::AsSent if contract.is_some_and(takes_body) && hides_nothing(body) => {
                text.extend_from_slice(body);
            }
            _ => text.extend(digests.body(body, contract.map_or(&[], |contract| contract.body))),
        }
        end(2, &text);
        if let Some(answer) = answer {
            let fields = contract.map_or(&[][..], |contract| contract.reply_headers);
            write_headers(answer.headers(), fields, digests, &mut text);
        }
        end(3, &text);
        if let Some(answer) = answer {
            write_answer(answer, contract, digests, &mut text);
        }
        Self {
            ordinal,
            step: 0,
            received,
            answered,
            method: parts.method.clone(),
            status: answer.map(Response::status),
            client_left: false,
            record,
            text: text.into(),
            ends,
        }
    }

    /// The id of the request, from the key of its world.
    pub fn request_id(&self, world_key: u64) -> String {
        request_id(world_key, self.ordinal)
    }

    /// Which request of its world it was, from 0 on, in the order in which they were received.
    pub fn ordinal(&self) -> u64 {
        self.ordinal
    }

    /// The place of its answer in the order of what happened in its world.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// Whether its operation was performed.
    pub fn was_performed(&self) -> bool {
        self.record.verdict == Verdict::Performed
    }

    /// Whether the answer did not reach the client, or said that nothing was performed.
    pub fn is_lost(&self) -> bool {
        let is_told = self.status.is_some_and(|status| status.is_success());
        self.record.fault.is_some() && (!is_told || self.record.cut_off)
    }

    /// Path and query, as they were sent.
    pub fn target(&self) -> &str {
        std::str::from_utf8(self.part(0)).unwrap_or_default()
    }

    /// The same apart; no query is an empty one.
    pub fn path_and_query(&self) -> (&str, &str) {
        self.target().split_once('?').unwrap_or((self.target(), ""))
    }

    /// The headers of the request.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        read_headers(self.part(1))
    }

    /// The body of the request.
    pub fn body(&self) -> &[u8] {
        self.part(2)
    }

    pub fn answer_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        read_headers(self.part(3))
    }

    pub fn answer_body(&self) -> &[u8] {
        self.part(4)
    }

    /// Whether it has changed something in the world, whatever was answered.
    pub fn committed(&self) -> bool {
        self.record.has_changed_something(&self.method)
    }

    /// How much memory it takes.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.text.len() + self.record.bytes()
    }

    fn part(&self, at: usize) -> &[u8] {
        let bound = |at: usize| self.ends.get(at).map_or(self.text.len(), |end| *end as usize);
        let from = if at == 0 { 0 } else { bound(at - 1) };
        &self.text[from..bound(at)]
    }
}

/// Whether the check of an operation looks at the body at all.
fn takes_body(contract: &Contract) -> bool {
    !contract.body.is_empty()
}

/// As many bytes as the headers of a request and of its answer take mostly.
const USUAL_HEADERS: usize = 512;

/// Whether no text in a body can hide a document, or the user information or query of an address: a
/// document has escapes there.
fn hides_nothing(body: &[u8]) -> bool {
    memchr::memchr3(b'\\', b'@', b'?', body).is_none()
}

/// The text of a refusal or of a fault is fit to be shown already. An answer of an
/// operation may have a secret in it.
fn write_answer(
    answer: &Response<Vec<u8>>,
    contract: Option<&'static Contract>,
    digests: &mut Digests,
    text: &mut Vec<u8>,
) {
    let succeeded = contract.filter(|contract| answer.status() == contract.success);
    match succeeded {
        Some(contract) if !are_open(contract.reply) || !hides_nothing(answer.body()) => {
            text.extend(digests.body(answer.body(), contract.reply));
        }
        _ => text.extend_from_slice(answer.body()),
    }
}

fn write_headers(headers: &HeaderMap, fields: &[Field], digests: &mut Digests, text: &mut Vec<u8>) {
    for (name, value) in headers {
        let (name, value) = (name.as_str(), value.as_bytes());
        // The common case first: standard headers with plain text are copied.
        if is_open_header(name) && value.is_ascii() && !value.contains(&b'@') {
            text.extend_from_slice(name.as_bytes());
            text.push(b':');
            text.extend_from_slice(value);
        } else {
            let is_declared = fields.iter().any(|field| field.name.eq_ignore_ascii_case(name));
            let shown = if is_declared { name.into() } else { digests.header_name(name) };
            text.extend_from_slice(shown.as_bytes());
            text.push(b':');
            text.extend_from_slice(digests.header(name, value, fields).as_bytes());
        }
        text.push(b'\n');
    }
}

fn read_headers(text: &[u8]) -> impl Iterator<Item = (&str, &str)> {
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.filter_map(|line| std::str::from_utf8(line).ok()?.split_once(':'))
}
