//! How an export writes what is a static or has a word of its own, and how that is read back.
//!
//! Whatever is not known is refused with the words that there are, and the one that was probably
//! meant.

use super::assumed::{CREATING_ACTION, DELETING_ACTION, DUAL_ACTIVE_ROLES, REBOOTING_ACTION};
use super::{Instance, Lifecycle};
use super::{backup, clickhouse, memory_mapping, migration_task, replication};
use crate::text::did_you_mean;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// A word of a known few. It is an alias, since `serde` takes a field of the type itself for one
/// that borrows from the document.
pub type Word = &'static str;

/// The lifecycles of what jobs work on, by the names that exports have for them. Those of the jobs
/// themselves belong to their kinds.
pub const LIFECYCLES: &[(Word, &Lifecycle)] = &[
    ("backup", &backup::BACKUP),
    ("clickhouse_creation", &clickhouse::CREATION),
    ("exchange", &migration_task::EXCHANGE),
    ("full_migration", &migration_task::FULL_MIGRATION),
    ("import", &migration_task::IMPORT),
    ("incremental_migration", &migration_task::INCREMENTAL_MIGRATION),
    ("mapping_creation", &memory_mapping::CREATION),
    ("mapping_deletion", &memory_mapping::DELETION),
    ("preparation", &migration_task::PREPARATION),
    ("replication", &replication::LIFECYCLE),
    ("rollback", &migration_task::ROLLBACK),
    ("termination", &migration_task::TERMINATION),
];

/// More than this is no count: JSON clients read higher numbers inexactly, and nothing comes so far.
const HIGHEST_COUNT: u64 = 1 << 53;

/// The word's meaning, or the words that there are.
pub fn one_of<T>(word: &str, known: impl Iterator<Item = (String, T)>) -> Result<T, String> {
    let known: Vec<_> = known.collect();
    let words = known.iter().map(|(word, _)| word.as_str());
    let list = words.clone().collect::<Vec<_>>().join(", ");
    let meant = did_you_mean(word, words);
    let found = known.into_iter().find(|(known, _)| known == word).map(|(_, meaning)| meaning);
    found.ok_or_else(|| format!("must be one of {list}, got {word:?}{meant}"))
}

fn read<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    known: impl Iterator<Item = (String, T)>,
) -> Result<T, D::Error> {
    one_of(&String::deserialize(deserializer)?, known).map_err(D::Error::custom)
}

fn read_word<'de, D: Deserializer<'de>>(deserializer: D, known: &[Word]) -> Result<Word, D::Error> {
    read(deserializer, known.iter().map(|word| ((*word).to_owned(), *word)))
}

/// Reads the status of an instance.
pub fn instance_status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Word, D::Error> {
    read_word(deserializer, Instance::STATUSES)
}

/// Reads what an instance is in a relationship.
pub fn role<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Word, D::Error> {
    read_word(deserializer, &[DUAL_ACTIVE_ROLES.0, DUAL_ACTIVE_ROLES.1])
}

/// Reads what a ClickHouse instance did.
pub fn action<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Word, D::Error> {
    read_word(deserializer, &[CREATING_ACTION, DELETING_ACTION, REBOOTING_ACTION])
}

/// Reads a part of a duration.
pub fn percent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let percent = u64::deserialize(deserializer)?;
    let fits = u8::try_from(percent).ok().filter(|percent| *percent <= 100);
    fits.ok_or_else(|| D::Error::custom(format!("must be from 0 to 100, got {percent}")))
}

/// Reads how many activities have begun. Half of all numbers are left for those that come.
pub fn activities<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    const HIGHEST: u32 = u32::MAX / 2;
    let count = u32::deserialize(deserializer)?;
    if count <= HIGHEST {
        return Ok(count);
    }
    Err(D::Error::custom(format!("must be from 0 to {HIGHEST}, got {count}")))
}

/// Reads how many there were of something.
pub fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let count = u64::deserialize(deserializer)?;
    if count <= HIGHEST_COUNT {
        return Ok(count);
    }
    Err(D::Error::custom(format!("must be from 0 to {HIGHEST_COUNT}, got {count}")))
}

fn write<S: Serializer>(word: Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    let word = word.ok_or_else(|| serde::ser::Error::custom("what is no static has no word"))?;
    serializer.serialize_str(&word)
}

/// An engine, by its lower-case word.
pub mod engine {
    use super::{Deserializer, Serializer};
    use crate::contract::Engine;

    /// Writes it.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    pub fn serialize<S: Serializer>(engine: &Engine, serializer: S) -> Result<S::Ok, S::Error> {
        super::write(Some(engine.word()), serializer)
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Engine, D::Error> {
        super::read(deserializer, Engine::all().map(|engine| (engine.word(), engine)))
    }
}

/// A mode, by its word on the wire.
pub mod mode {
    use super::{Deserializer, Serializer};
    use crate::contract::Mode;

    /// Writes it.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    pub fn serialize<S: Serializer>(mode: &Mode, serializer: S) -> Result<S::Ok, S::Error> {
        super::write(Some(mode.name().to_owned()), serializer)
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Mode, D::Error> {
        super::read(deserializer, Mode::ALL.into_iter().map(|mode| (mode.name().to_owned(), mode)))
    }
}

/// A lifecycle, by its name in [`LIFECYCLES`].
pub mod lifecycle {
    use super::{Deserializer, LIFECYCLES, Lifecycle, Serializer};

    /// Writes it.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde wants")]
    pub fn serialize<S: Serializer>(
        lifecycle: &&'static Lifecycle,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let named = LIFECYCLES.iter().find(|(_, known)| std::ptr::eq(*known, *lifecycle));
        super::write(named.map(|(name, _)| (*name).to_owned()), serializer)
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<&'static Lifecycle, D::Error> {
        let known = LIFECYCLES.iter().map(|(name, lifecycle)| ((*name).to_owned(), *lifecycle));
        super::read(deserializer, known)
    }
}

/// An operation, by its service and its name: `GeminiDB/CreateDbCacheMapping`.
pub mod operation {
    use super::{Deserializer, Serializer};
    use crate::api::ROUTES;
    use crate::contract::Contract;

    /// Writes it.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde wants")]
    pub fn serialize<S: Serializer>(
        contract: &&'static Contract,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        super::write(Some(format!("{}/{}", contract.service.name, contract.id)), serializer)
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<&'static Contract, D::Error> {
        let contracts = ROUTES.iter().map(|route| route.contract);
        let word = |it: &Contract| format!("{}/{}", it.service.name, it.id);
        super::read(deserializer, contracts.map(|contract| (word(contract), contract)))
    }
}

/// A kind of job, by its service and its name in job lists: `GeminiDB/CreateDbCacheMapping`.
pub mod job_kind {
    use super::{Deserializer, Serializer};
    use crate::api::ROUTES;
    use crate::cloud::JobKind;

    /// Writes it.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde wants")]
    pub fn serialize<S: Serializer>(
        kind: &&'static JobKind,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let of = |it: &JobKind| it.owner == kind.owner && it.name == kind.name;
        let route = ROUTES.iter().find(|route| route.job.is_some_and(of));
        let service = route.map(|route| route.contract.service.name);
        super::write(service.map(|service| format!("{service}/{}", kind.name)), serializer)
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<&'static JobKind, D::Error> {
        let kinds = ROUTES.iter().filter_map(|route| {
            let kind = route.job?;
            Some((format!("{}/{}", route.contract.service.name, kind.name), kind))
        });
        super::read(deserializer, kinds)
    }
}

/// A digest, as 16 hex digits: JSON clients do not read every number of its size exactly.
pub mod digest {
    use super::{Deserialize, Deserializer, Error, Serializer};

    /// Writes it.
    #[expect(clippy::ref_option, reason = "as serde calls it")]
    pub fn serialize<S: Serializer>(
        digest: &Option<u64>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match digest {
            Some(digest) => serializer.serialize_some(&format!("{digest:016x}")),
            None => serializer.serialize_none(),
        }
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<u64>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        let digits = text.len() == 16 && text.bytes().all(|sign| sign.is_ascii_hexdigit());
        let digest = u64::from_str_radix(&text, 16).ok().filter(|_| digits);
        // What is there may be a password that was pasted; it is not shown.
        let digest =
            digest.ok_or_else(|| D::Error::custom("must be 16 hex digits, not a password"));
        digest.map(Some)
    }
}

/// What an online migration was told, with the run of it, as an object.
pub mod configured {
    use super::{Deserialize, Deserializer, Serializer};
    use crate::cloud::{Configuration, Execution};
    use serde::Serialize;

    #[derive(Serialize)]
    struct Written<'c> {
        configuration: &'c Configuration,
        run: Execution,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Read {
        configuration: Configuration,
        run: Execution,
    }

    /// Writes it.
    #[expect(clippy::ref_option, reason = "as serde calls it")]
    pub fn serialize<S: Serializer>(
        configured: &Option<(Configuration, Execution)>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let written =
            configured.as_ref().map(|(configuration, run)| Written { configuration, run: *run });
        written.serialize(serializer)
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<(Configuration, Execution)>, D::Error> {
        let read = Option::<Read>::deserialize(deserializer)?;
        Ok(read.map(|Read { configuration, run }| (configuration, run)))
    }
}
