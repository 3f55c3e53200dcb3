//! Bad practices of clients, and how often they were seen.

use crate::clock::Moment;
use crate::contract::Contract;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many findings there are at most; clients can send fields of any name.
const MOST: usize = 1_000;

/// How many examples a finding has at most.
const EXAMPLES: usize = 5;

/// A field's name is shown up to this length.
const LONGEST: usize = 128;

/// A bad practice of clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Practice {
    /// Looking at something more often than it can have changed.
    PolledTooFast,
    /// Sending again what was carried out, since its answer was lost.
    RetriedCommittedWrite,
    /// Sending the call again before the seconds of a `Retry-After` were over.
    IgnoredRetryAfter,
    /// Sending a field that should no longer be sent.
    DeprecatedField,
    /// Sending a field that no operation declares.
    UnreadField,
    /// No longer polling before what was started has ended.
    GaveUp,
    /// Sending a token that has expired.
    ExpiredToken,
    /// Calling an operation of the cloud that is not emulated.
    NotEmulated,
}

impl Practice {
    /// The id of the rule against it.
    fn name(self) -> &'static str {
        match self {
            Self::PolledTooFast => "polled-too-fast",
            Self::RetriedCommittedWrite => "retried-committed-write",
            Self::IgnoredRetryAfter => "ignored-retry-after",
            Self::DeprecatedField => "deprecated-field",
            Self::UnreadField => "unread-field",
            Self::GaveUp => "gave-up",
            Self::ExpiredToken => "expired-token",
            Self::NotEmulated => "not-emulated",
        }
    }

    /// What the rule rests on.
    fn document(self, contract: Option<&'static Contract>) -> String {
        let page = || contract.map_or_else(String::new, |contract| contract.source.cite());
        match self {
            Self::PolledTooFast => "no document states a pace; the Terraform provider looks first \
                                    after 2 to 10 seconds and then every 10 seconds"
                .to_owned(),
            Self::RetriedCommittedWrite => {
                format!("{}: nothing in it makes two equal calls one", page())
            }
            Self::IgnoredRetryAfter => "the services' general table of statuses: 429 comes with \
                                        Retry-After; its meaning: RFC 9110, section 10.2.3"
                .to_owned(),
            Self::DeprecatedField | Self::UnreadField => page(),
            Self::GaveUp => format!("{}: it answers before its work is done", page()),
            Self::ExpiredToken => "SDK model KeystoneCreateUserTokenByPassword: a token is valid \
                                   for 24 hours"
                .to_owned(),
            Self::NotEmulated => {
                "the SDKs have it; GET /_paper/openapi.json has what is emulated".to_owned()
            }
        }
    }
}

/// A request that shows a practice.
#[derive(Clone, Debug)]
pub struct Example {
    /// Which request of its world it was.
    pub ordinal: u64,
    /// When it was made, on the world's clock.
    pub at: Moment,
    /// The request before it that makes it wrong.
    pub earlier: Option<u64>,
    /// What it was about.
    pub id: Option<Arc<str>>,
}

impl Example {
    /// A request that is wrong by itself, and not because of an earlier one.
    pub fn of(ordinal: u64, at: Moment) -> Self {
        Self { ordinal, at, earlier: None, id: None }
    }
}

/// A practice that was seen at an operation.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule against it.
    pub rule: &'static str,
    /// The operation, where it is known.
    pub operation: Option<&'static str>,
    /// How often it was seen.
    pub count: u64,
    /// What was seen.
    pub sentence: String,
    /// What the rule rests on.
    pub document: String,
    /// The first requests that show it.
    pub examples: Vec<Example>,
}

/// What was found in a world.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// By practice, operation, and a key that tells apart several findings of these.
    by_key: BTreeMap<(Practice, &'static str, Box<str>), Finding>,
    /// How many findings were not kept, since there were too many.
    dropped: u64,
}

impl Findings {
    /// Notes a practice that was seen once more.
    pub fn note(
        &mut self,
        practice: Practice,
        contract: Option<&'static Contract>,
        kind: &str,
        example: Example,
        sentence: impl FnOnce() -> String,
    ) {
        let operation = contract.map(|contract| contract.id);
        let key = (practice, operation.unwrap_or_default(), Box::from(kind));
        let full = self.by_key.len() >= MOST;
        if full && !self.by_key.contains_key(&key) {
            self.dropped += 1;
            return;
        }
        let finding = self.by_key.entry(key).or_insert_with(|| Finding {
            rule: practice.name(),
            operation,
            count: 0,
            sentence: sentence(),
            document: practice.document(contract),
            examples: Vec::new(),
        });
        finding.count += 1;
        // What was seen first stays; what is added at the end of all, in no order, may be earlier.
        let at = finding.examples.partition_point(|other| other.ordinal <= example.ordinal);
        finding.examples.insert(at, example);
        finding.examples.truncate(EXAMPLES);
    }

    /// All of them, in the order of their keys.
    pub fn list(self) -> Vec<Finding> {
        self.by_key.into_values().collect()
    }

    /// Whether all were kept.
    pub fn is_exact(&self) -> bool {
        self.dropped == 0
    }
}

/// The path of a parameter whatever its position in a list, and not longer than it need be:
/// `backup_files.files[].size`.
pub fn without_positions(path: &str) -> String {
    let mut without = String::new();
    for (at, part) in path.split('[').enumerate() {
        let rest = part.trim_start_matches(|character: char| character.is_ascii_digit());
        if at > 0 {
            without.push('[');
        }
        without.push_str(if at > 0 && rest.starts_with(']') { rest } else { part });
    }
    without.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_in_lists_do_not_tell_parameters_apart() {
        assert_eq!(without_positions("backup_files.files[0].size"), "backup_files.files[].size");
        assert_eq!(without_positions("a[12][3]"), "a[][]");
        assert_eq!(without_positions("odd[name"), "odd[name");
        assert_eq!(without_positions(&"x".repeat(1_000)).len(), LONGEST);
    }

    #[test]
    fn counts_go_on_beyond_the_examples_and_findings_beyond_their_room_are_admitted() {
        let mut findings = Findings::default();
        for ordinal in (0..20).rev() {
            let example = Example::of(ordinal, Moment::from_milliseconds(0));
            findings.note(Practice::UnreadField, None, "x", example, String::new);
        }
        let [only] = &findings.clone().list()[..] else { panic!("one finding") };
        let ordinals: Vec<_> = only.examples.iter().map(|example| example.ordinal).collect();
        assert_eq!((only.count, ordinals), (20, vec![0, 1, 2, 3, 4]));
        for name in 0..MOST {
            assert!(findings.is_exact(), "{name}");
            let example = Example::of(0, Moment::from_milliseconds(0));
            findings.note(Practice::UnreadField, None, &name.to_string(), example, String::new);
        }
        assert!(!findings.is_exact());
        assert_eq!(findings.list().len(), MOST);
    }
}
