//! One request with its answer, as the journal keeps it.

use super::secrets::{DIGEST_LENGTH, Mask, is_secret_header, reveals_nothing};
use crate::clock::Moment;
use crate::cloud::{Activity, Warning, request_id};
use crate::contract::{Contract, ErrorKind, Field, Violation};
use crate::error::Computed;
use crate::headers::WARNING;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
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

/// What is noted while a request is handled.
#[derive(Debug, Default)]
pub struct RequestRecord {
    /// The operation.
    pub contract: Option<&'static Contract>,
    /// What became of it.
    pub verdict: Verdict,
    /// Rules that it broke, whether it was refused for them or not.
    pub violations: Vec<Violation>,
    /// What was let pass, apart from them.
    pub warnings: Vec<Warning>,
    /// What a refused signature should have been made of.
    pub computed: Option<Box<Computed>>,
    /// Whether it was refused because its token was too old.
    pub expired_token: bool,
    /// The rule that made it go wrong.
    pub fault: Option<Arc<str>>,
    /// What it set going.
    pub activities: Vec<Activity>,
    /// Instances that it made known.
    pub adopted: Vec<Box<str>>,
    /// Whether all was already as it wants it.
    pub unchanged: bool,
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
            + violations.chain(warnings).chain(adopted).chain(activities).sum::<usize>()
            + self.fault.as_ref().map_or(0, |rule| rule.len())
            + self.computed.as_ref().map_or(0, |computed| {
                size_of::<Computed>()
                    + computed.canonical_request.capacity()
                    + computed.string_to_sign.capacity()
            })
    }
}

/// The tables of the members that are asked with, and of those that are answered with.
fn tables(
    contract: Option<&'static Contract>,
    answer: Option<&Response<Vec<u8>>>,
) -> (&'static [Field], &'static [Field]) {
    let Some(contract) = contract else { return (&[], &[]) };
    let succeeded = answer.is_some_and(|answer| answer.status() == contract.success);
    (contract.body, if succeeded { contract.reply } else { &[] })
}

/// One request with its answer.
#[derive(Debug)]
pub struct Entry {
    ordinal: u64,
    /// When the request was there, on the world's clock.
    pub received: Moment,
    /// When the answer was.
    pub answered: Moment,
    /// How it was asked.
    pub method: Method,
    /// How it was answered; nothing where the connection was reset instead.
    pub status: Option<StatusCode>,
    /// Whether the client had left by then.
    pub client_left: bool,
    /// What was noted on the way.
    pub draft: RequestRecord,
    /// URI, headers and body, headers and body of the answer: one after the other.
    text: Box<[u8]>,
    /// Where the first four of them end.
    ends: [u32; 4],
}

impl Entry {
    /// Takes down a request and its answer, without their secrets: these are replaced by digests
    /// under the key of the world.
    pub fn new(
        (key, ordinal): (u64, u64),
        [received, answered]: [Moment; 2],
        (parts, body): (&Parts, &[u8]),
        answer: Option<&Response<Vec<u8>>>,
        mut draft: RequestRecord,
    ) -> Self {
        let (asks, answers) = tables(draft.contract, answer);
        let mut mask = Mask::new(key);
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
        let answer_size = answer.map_or(0, |answer| size(answer.headers()) + answer.body().len());
        // Nearly always right to the byte, so that what is kept leaves no gaps in memory.
        let size = target.len() + size(&parts.headers) + body.len() + answer_size;
        let mut text = Vec::with_capacity(size);
        let mut ends = [0; 4];
        let mut end = |at: usize, text: &Vec<u8>| {
            ends[at] = u32::try_from(text.len()).unwrap_or(u32::MAX);
        };
        text.extend_from_slice(mask.target(target).as_bytes());
        end(0, &text);
        write_headers(&parts.headers, &mut mask, &mut text);
        end(1, &text);
        text.extend_from_slice(&mask.body(body, asks));
        end(2, &text);
        mask.draft(&mut draft);
        if let Some(answer) = answer {
            let start = text.len();
            write_headers(answer.headers(), &mut mask, &mut text);
            if answer.headers().contains_key(WARNING) {
                mask.repeated(&mut text, start);
            }
        }
        end(3, &text);
        if let Some(answer) = answer {
            let start = text.len();
            // What a fault rule answers is not the operation's own.
            let is_open = !answers.is_empty() && draft.fault.is_none();
            match draft.contract.filter(|_| is_open) {
                Some(contract) if reveals_nothing(contract) => {
                    text.extend_from_slice(answer.body());
                }
                _ => text.extend_from_slice(&mask.body(answer.body(), answers)),
            }
            if !answer.status().is_success() {
                mask.repeated(&mut text, start);
            }
        }
        Self {
            ordinal,
            received,
            answered,
            method: parts.method.clone(),
            status: answer.map(Response::status),
            client_left: false,
            draft,
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

    /// Path and query, as they were sent.
    pub fn target(&self) -> &str {
        std::str::from_utf8(self.part(0)).unwrap_or_default()
    }

    /// The headers of the request.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        read_headers(self.part(1))
    }

    /// The body of the request.
    pub fn body(&self) -> &[u8] {
        self.part(2)
    }

    /// The headers of the answer.
    pub fn answer_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        read_headers(self.part(3))
    }

    /// The body of the answer.
    pub fn answer_body(&self) -> &[u8] {
        self.part(4)
    }

    /// Whether it has changed something in the world, whatever was answered.
    pub fn committed(&self) -> bool {
        self.draft.has_changed_something(&self.method)
    }

    /// How much memory it takes.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.text.len() + self.draft.bytes()
    }

    fn part(&self, at: usize) -> &[u8] {
        let bound = |at: usize| self.ends.get(at).map_or(self.text.len(), |end| *end as usize);
        let from = if at == 0 { 0 } else { bound(at - 1) };
        &self.text[from..bound(at)]
    }
}

/// How many bytes headers take, each with two signs around it.
fn size(headers: &HeaderMap) -> usize {
    let kept = |(name, value): (&HeaderName, &HeaderValue)| match name.as_str() {
        name if is_secret_header(name) => name.len() + DIGEST_LENGTH + 2,
        name => name.len() + value.len() + 2,
    };
    headers.iter().map(kept).sum()
}

fn write_headers(headers: &HeaderMap, mask: &mut Mask, text: &mut Vec<u8>) {
    for (name, value) in headers {
        text.extend_from_slice(name.as_str().as_bytes());
        text.push(b':');
        let value = value.as_bytes();
        // Nearly all are plain text, and this finds it out fastest.
        if value.is_ascii() && !is_secret_header(name.as_str()) {
            text.extend_from_slice(value);
        } else {
            text.extend_from_slice(mask.header(name.as_str(), value).as_bytes());
        }
        text.push(b'\n');
    }
}

fn read_headers(text: &[u8]) -> impl Iterator<Item = (&str, &str)> {
    let lines = text.split(|sign| *sign == b'\n').filter(|line| !line.is_empty());
    lines.filter_map(|line| std::str::from_utf8(line).ok()?.split_once(':'))
}
