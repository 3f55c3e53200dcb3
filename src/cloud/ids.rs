//! The only place where ids are made, and where ids that mean something are read.
//!
//! An id follows from seed, project, kind and ordinal, so it depends neither on chance nor on how
//! parallel requests to other projects interleave.

mod ordinal;

pub use ordinal::ordinal_of_request;

use super::words;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What an id is for; each kind counts for itself.
#[derive(Clone, Copy, Debug)]
pub enum IdKind {
    /// A job of any service.
    Job,
    /// A memory mapping.
    Mapping,
    MigrationTask,
    /// A rule of a memory mapping.
    MemoryRule,
    /// A record of a declared kind. Its number stays, since the ids follow from it.
    Record = 5,
}

const KINDS: usize = 6;

/// How many ids of each kind were drawn.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Drawn {
    #[serde(with = "words::count")]
    pub job: u64,
    /// Of memory mappings.
    #[serde(with = "words::count")]
    pub mapping: u64,
    #[serde(with = "words::count")]
    pub migration_task: u64,
    /// Of rules of memory mappings.
    #[serde(with = "words::count")]
    pub memory_rule: u64,
    /// Of records of declared kinds.
    #[serde(default, with = "words::count")]
    pub record: u64,
}

/// The ids of one world.
#[derive(Debug)]
pub struct Ids {
    key: u64,
    drawn: [u64; KINDS],
}

impl Ids {
    /// The ids of the world with this key.
    pub fn new(key: u64) -> Self {
        Self { key, drawn: [0; KINDS] }
    }

    /// How many were drawn.
    pub fn drawn(&self) -> Drawn {
        let [job, mapping, migration_task, memory_rule, _, record] = self.drawn;
        Drawn { job, mapping, migration_task, memory_rule, record }
    }

    /// Goes on after so many.
    pub fn go_on_after(&mut self, drawn: Drawn) {
        let Drawn { job, mapping, migration_task, memory_rule, record } = drawn;
        self.drawn = [job, mapping, migration_task, memory_rule, 0, record];
    }

    /// The next id of a kind that nothing has yet, with the version and variant bits of a random
    /// UUID, as the documents' examples have them. Dashed or plain is a matter of printing.
    pub fn next(&mut self, kind: IdKind, exists: impl Fn(Uuid) -> bool) -> Uuid {
        loop {
            let drawn = &mut self.drawn[kind as usize];
            let ordinal = *drawn;
            *drawn += 1;
            let bits = scatter(self.key_of(kind), ordinal);
            let id = uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid();
            if !exists(id) {
                return id;
            }
        }
    }

    /// The id that the next of a kind is to get.
    pub fn peek(&self, kind: IdKind) -> Uuid {
        let bits = scatter(self.key_of(kind), self.drawn[kind as usize]);
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }

    /// Each kind has a key of its own, or kind and ordinal could change places.
    fn key_of(&self, kind: IdKind) -> u64 {
        scatter_word(self.key.rotate_left(17) ^ scatter_word(kind as u64 + 1))
    }
}

/// What the ids of a world follow from.
pub fn world_key(seed: u64, project_id: &str) -> u64 {
    digest(scatter_word(seed ^ 0x5eed), project_id)
}

/// The id of a request: 32 hex digits, as the gateway's `request_id` has them.
pub fn request_id(world_key: u64, ordinal: u64) -> String {
    let bits = scatter(key_of_requests(world_key), ordinal);
    let mut digits = Uuid::encode_buffer();
    Uuid::from_u128(bits).simple().encode_lower(&mut digits).to_owned()
}

fn key_of_requests(world_key: u64) -> u64 {
    world_key ^ scatter_word(u64::from(b'r'))
}

/// A hasher for ids that were made here: they are scattered already, so their own bits serve as the
/// hash.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScatteredIds(u64);

impl std::hash::Hasher for ScatteredIds {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 ^= u64::from_le_bytes(word);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The text of a token: 64 hex digits.
pub fn token(world_key: u64, ordinal: u64) -> String {
    let key = world_key ^ scatter_word(u64::from(b't'));
    format!("{:032x}{:032x}", scatter(key, ordinal), scatter(!key, ordinal))
}

/// The id that follows from a name, as users and domains have one: 32 hex digits.
pub fn of_name(kind: &str, name: &str) -> String {
    format!("{:032x}", scatter(digest(0, kind), digest(0, name)))
}

/// A short stable text for names, from anything.
pub fn tag(text: &str, digits: usize) -> String {
    let mut tag = format!("{:016x}", digest(0, text));
    tag.truncate(digits);
    tag
}

/// FNV-1a over a text, then mixed: stable across versions, which `std`'s hashers do not promise.
pub fn digest(key: u64, text: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ key;
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    scatter_word(text.bytes().fold(start, step))
}

/// A number from 0 up to 1 that follows from a world, from what it is for, and from an ordinal.
pub fn draw(world_key: u64, purpose: &str, ordinal: u64) -> f64 {
    let bits = scatter_word(digest(world_key, purpose) ^ scatter_word(ordinal));
    #[expect(clippy::cast_precision_loss, reason = "as many bits as fit exactly")]
    let (part, whole) = ((bits >> 11) as f64, (1_u64 << 53) as f64);
    part / whole
}

/// 128 bits from a key and an ordinal.
fn scatter(key: u64, ordinal: u64) -> u128 {
    let left = scatter_word(key ^ scatter_word(ordinal));
    let right = scatter_word(left ^ key.rotate_left(32) ^ ordinal);
    u128::from(left) << 64 | u128::from(right)
}

/// The finaliser of `SplitMix64`: a bijection that scatters neighbouring numbers.
pub fn scatter_word(word: u64) -> u64 {
    let word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// What the first eight hex digits of an instance, node or task id ask for, so that an unmodified
/// program is tested by the ids it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReservedId {
    /// `00000404`: does not exist.
    Missing,
    /// `00000403`: not permitted.
    Forbidden,
    /// `00000409`: busy.
    Busy,
    /// `00000500`: the service fails.
    Broken,
    /// `0000dead`: accepted, but what it starts fails.
    Doomed,
    /// `00005100`: accepted, but what it starts stays in progress.
    Endless,
}

impl ReservedId {
    /// The meanings with their digits, for the documents and the rule list.
    pub const TABLE: &'static [(&'static str, Self, &'static str)] = &[
        ("00000404", Self::Missing, "does not exist: the service's not-found"),
        ("00000403", Self::Forbidden, "no permission"),
        ("00000409", Self::Busy, "another operation is running"),
        ("00000500", Self::Broken, "internal error"),
        ("0000dead", Self::Doomed, "accepted, but the job or task it starts ends in failure"),
        ("00005100", Self::Endless, "accepted, but the job or task it starts stays in progress"),
    ];

    /// The meaning of an id, if it has one.
    pub fn of(id: &str) -> Option<Self> {
        // All reserved ids begin with four zeros, and hardly any other id does.
        let start = id.get(..8).filter(|start| start.starts_with("0000"))?;
        Self::TABLE
            .iter()
            .find(|(digits, ..)| digits.eq_ignore_ascii_case(start))
            .map(|(_, meaning, _)| *meaning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_repeat_for_equal_worlds_and_differ_otherwise() {
        let draw = |seed, project, kind| Ids::new(world_key(seed, project)).next(kind, |_| false);
        assert_eq!(draw(0, "a", IdKind::Job), draw(0, "a", IdKind::Job));
        assert_ne!(draw(0, "a", IdKind::Job), draw(1, "a", IdKind::Job));
        assert_ne!(draw(0, "a", IdKind::Job), draw(0, "b", IdKind::Job));
        assert_ne!(draw(0, "a", IdKind::Job), draw(0, "a", IdKind::Mapping));
    }

    #[test]
    fn a_hundred_thousand_ids_are_distinct_random_uuids() {
        let mut ids = Ids::new(world_key(7, "project"));
        let drawn: HashSet<_> = (0..100_000).map(|_| ids.next(IdKind::Job, |_| false)).collect();
        assert_eq!(drawn.len(), 100_000);
        assert!(drawn.iter().all(|id| id.get_version_num() == 4));
    }

    #[test]
    fn ids_of_different_kinds_share_nothing() {
        let mut ids = Ids::new(world_key(7, "project"));
        let kinds = [IdKind::Job, IdKind::Mapping, IdKind::MigrationTask, IdKind::Record];
        let drawn: Vec<_> = kinds
            .into_iter()
            .flat_map(|kind| [kind; 1_000])
            .map(|kind| ids.next(kind, |_| false))
            .collect();
        let starts: HashSet<_> = drawn.iter().map(|id| id.as_u128() >> 96).collect();
        assert_eq!(starts.len(), drawn.len(), "two ids start with the same eight digits");
    }

    #[test]
    fn an_id_that_exists_is_skipped() {
        let all: Vec<_> = {
            let mut ids = Ids::new(7);
            (0..3).map(|_| ids.next(IdKind::MigrationTask, |_| false)).collect()
        };
        let mut ids = Ids::new(7);
        assert_eq!(ids.next(IdKind::MigrationTask, |id| all[..2].contains(&id)), all[2]);
        assert_eq!(ids.drawn().migration_task, 3);
    }

    #[test]
    fn a_meaning_is_read_in_either_case() {
        assert_eq!(
            ReservedId::of("0000DEAD-1c38-47c5-bb5a-0a7b3673b3bd"),
            Some(ReservedId::Doomed)
        );
    }

    #[test]
    fn a_meaning_is_read_from_dashed_and_plain_ids() {
        assert_eq!(
            ReservedId::of("0000dead-1c38-47c5-bb5a-0a7b3673b3bd"),
            Some(ReservedId::Doomed)
        );
        assert_eq!(
            ReservedId::of("00000404ab77413f9d2526605227be08in01"),
            Some(ReservedId::Missing)
        );
        assert_eq!(ReservedId::of("0000040"), None);
        assert_eq!(ReservedId::of("ünïcödé"), None);
    }
}
