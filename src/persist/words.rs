//! Serialises by name what the program has as statics: operations, kinds of jobs, lifecycles, engines,
//! modes and statuses. An unknown name is refused with the known ones, and the one that was probably
//! meant.

use crate::cloud::words::{Word, one_of};
use crate::cloud::{self, Lifecycle};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// The lifecycles of what jobs work on, by the names that exports have for them. Those of the jobs
/// themselves belong to their kinds.
pub const LIFECYCLES: &[(Word, &Lifecycle)] = &[
    ("exchange", &cloud::EXCHANGE),
    ("full_migration", &cloud::FULL_MIGRATION),
    ("import", &cloud::IMPORT),
    ("incremental_migration", &cloud::INCREMENTAL_MIGRATION),
    ("mapping_creation", &cloud::MAPPING_CREATION),
    ("mapping_deletion", &cloud::MAPPING_DELETION),
    ("preparation", &cloud::PREPARATION),
    ("replication", &cloud::REPLICATION_LIFECYCLE),
    ("rollback", &cloud::ROLLBACK),
    ("termination", &cloud::TERMINATION),
];

fn read<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    known: impl Iterator<Item = (String, T)>,
) -> Result<T, D::Error> {
    one_of(&String::deserialize(deserializer)?, known).map_err(D::Error::custom)
}

fn write<S: Serializer>(word: Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    let word = word.ok_or_else(|| serde::ser::Error::custom("what is no static has no word"))?;
    serializer.serialize_str(&word)
}

/// Reads an id that is not blank: no path could name it.
pub fn filled<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<str>, D::Error> {
    let id = Box::<str>::deserialize(deserializer)?;
    if id.trim().is_empty() { Err(D::Error::custom("must not be blank")) } else { Ok(id) }
}

/// Reads a list that has nothing in it: what stood in it is among the records now.
pub fn nothing_left<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    let problem = "such instances are records now: give their entries in instances a taurusdb_id";
    let old = Vec::<serde::de::IgnoredAny>::deserialize(deserializer)?;
    if old.is_empty() { Ok(()) } else { Err(D::Error::custom(problem)) }
}

/// Reads how many activities have begun. A world that comes near the end of the numbers begins no more.
pub fn begun<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    const HIGHEST: u32 = u32::MAX - 1;
    let count = u32::deserialize(deserializer)?;
    if count <= HIGHEST {
        return Ok(count);
    }
    Err(D::Error::custom(format!("must be from 0 to {HIGHEST}, got {count}")))
}

/// Reads a UUID with dashes.
pub fn dashed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<str>, D::Error> {
    let id = Box::<str>::deserialize(deserializer)?;
    let is_dashed = (crate::contract::format::DASHED_UUID.accepts)(&id);
    if is_dashed { Ok(id) } else { Err(D::Error::custom("must be a UUID with dashes")) }
}

/// Reads the status of an instance.
pub fn instance_status<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Word>, D::Error> {
    let known = cloud::Instance::STATUSES.iter().map(|word| ((*word).to_owned(), *word));
    read(deserializer, known).map(Some)
}

/// An engine, by its lower-case word.
pub mod engine {
    use super::{Deserializer, Serializer};
    use crate::contract::Engine;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    pub fn serialize<S: Serializer>(engine: &Engine, serializer: S) -> Result<S::Ok, S::Error> {
        super::write(Some(engine.word()), serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Engine, D::Error> {
        super::read(deserializer, Engine::all().map(|engine| (engine.word(), engine)))
    }
}

/// A mode, by its word on the wire.
pub mod mode {
    use super::{Deserializer, Serializer};
    use crate::contract::Mode;

    #[expect(clippy::ref_option, reason = "as serde calls it")]
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    pub fn serialize<S: Serializer>(mode: &Option<Mode>, serializer: S) -> Result<S::Ok, S::Error> {
        super::write(mode.map(|mode| mode.name().to_owned()), serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Mode>, D::Error> {
        let known = Mode::ALL.into_iter().map(|mode| (mode.name().to_owned(), Some(mode)));
        super::read(deserializer, known)
    }
}

/// A lifecycle, by its name in [`LIFECYCLES`].
pub mod lifecycle {
    use super::{Deserializer, LIFECYCLES, Lifecycle, Serializer, Word};
    use crate::cloud::record;

    fn known() -> impl Iterator<Item = &'static (Word, &'static Lifecycle)> {
        LIFECYCLES.iter().chain(record::LIFECYCLES)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde wants")]
    pub fn serialize<S: Serializer>(
        lifecycle: &&'static Lifecycle,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let named = known().find(|(_, known)| std::ptr::eq(*known, *lifecycle));
        super::write(named.map(|(name, _)| (*name).to_owned()), serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<&'static Lifecycle, D::Error> {
        let known = known().map(|(name, lifecycle)| ((*name).to_owned(), *lifecycle));
        super::read(deserializer, known)
    }
}

/// An operation, by its service and its name: `GeminiDB/CreateDbCacheMapping`.
pub mod operation {
    use super::{Deserializer, Serializer};
    use crate::api::routes;
    use crate::contract::Contract;
    use crate::operation::Route;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde wants")]
    pub fn serialize<S: Serializer>(
        contract: &&'static Contract,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        super::write(Some(format!("{}/{}", contract.service.name, contract.id)), serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<&'static Contract, D::Error> {
        let contracts = routes().iter().map(Route::contract);
        let word = |it: &Contract| format!("{}/{}", it.service.name, it.id);
        super::read(deserializer, contracts.map(|contract| (word(contract), contract)))
    }
}

/// A kind of job, by its service and its name in job lists: `GeminiDB/CreateDbCacheMapping`.
pub mod job_kind {
    use super::{Deserializer, Serializer};
    use crate::api::routes;
    use crate::cloud::JobKind;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde wants")]
    pub fn serialize<S: Serializer>(
        kind: &&'static JobKind,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let of = |it: &JobKind| it.owner == kind.owner && it.name == kind.name;
        let route = routes().iter().find(|route| route.job().is_some_and(of));
        let service = route.map(|route| route.contract().service.name);
        super::write(service.map(|service| format!("{service}/{}", kind.name)), serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<&'static JobKind, D::Error> {
        let kinds = routes().iter().filter_map(|route| {
            let kind = route.job()?;
            Some((format!("{}/{}", route.contract().service.name, kind.name), kind))
        });
        super::read(deserializer, kinds)
    }
}
