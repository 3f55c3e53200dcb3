//! Writes members of stored resources by names (engines, kinds, lifecycles), and reads them back.
//!
//! An unknown name is refused with the known ones, and the one that was probably meant.

use super::assumed::DUAL_ACTIVE_ROLES;
use crate::text::did_you_mean;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// A word of a known few. It is an alias, since `serde` takes a field of the type itself for one
/// that borrows from the document.
pub type Word = &'static str;

/// The highest count: JSON clients read larger numbers inexactly.
const HIGHEST_COUNT: u64 = 1 << 53;

/// The word's meaning, or the words that there are.
pub fn one_of<T>(word: &str, known: impl Iterator<Item = (String, T)>) -> Result<T, String> {
    // A saved world has very many words, and hardly a wrong one: only that is compared with all.
    let mut passed = Vec::new();
    for (known, meaning) in known {
        if known == word {
            return Ok(meaning);
        }
        passed.push(known);
    }
    let (list, meant) = (passed.join(", "), did_you_mean(word, passed.iter().map(String::as_str)));
    Err(format!("must be one of {list}, got {word:?}{meant}"))
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

/// Reads what an instance is in a relationship.
pub fn role<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Word, D::Error> {
    read_word(deserializer, &[DUAL_ACTIVE_ROLES.0, DUAL_ACTIVE_ROLES.1])
}

/// Reads a part of a duration.
pub fn percent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let percent = u64::deserialize(deserializer)?;
    let fits = u8::try_from(percent).ok().filter(|percent| *percent <= 100);
    fits.ok_or_else(|| D::Error::custom(format!("must be from 0 to 100, got {percent}")))
}

/// How many there were of something. Nothing comes so far as the highest count but what was imported
/// near it; that is written as the highest from then on, so that it can be read again.
pub mod count {
    use super::{Deserialize, Deserializer, Error, HIGHEST_COUNT, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    pub fn serialize<S: Serializer>(count: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64((*count).min(HIGHEST_COUNT))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        let count = u64::deserialize(deserializer)?;
        if count <= HIGHEST_COUNT {
            return Ok(count);
        }
        Err(D::Error::custom(format!("must be from 0 to {HIGHEST_COUNT}, got {count}")))
    }
}

/// A digest, as 16 hex digits: JSON clients do not read every number of its size exactly.
pub mod digest {
    use super::{Deserialize, Deserializer, Error, Serializer};

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

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<u64>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        let digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
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

    #[expect(clippy::ref_option, reason = "as serde calls it")]
    pub fn serialize<S: Serializer>(
        configured: &Option<(Configuration, Execution)>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let written =
            configured.as_ref().map(|(configuration, run)| Written { configuration, run: *run });
        written.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<(Configuration, Execution)>, D::Error> {
        let read = Option::<Read>::deserialize(deserializer)?;
        Ok(read.map(|Read { configuration, run }| (configuration, run)))
    }
}
