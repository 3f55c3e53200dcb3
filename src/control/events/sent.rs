//! What a stream has already sent, as digests, to find what has changed.

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem;

/// A document that was sent, as its digest.
#[derive(Debug, Default)]
pub struct SentDocument(Option<u64>);

impl SentDocument {
    /// The document as JSON, if it differs from the one before.
    pub fn changes(&mut self, document: &impl Serialize) -> Option<Box<RawValue>> {
        let text = to_raw_value(document).ok()?;
        let digest = Some(digest(&text));
        (mem::replace(&mut self.0, digest) != digest).then_some(text)
    }
}

/// A list that was sent: the digests of its items, by their keys.
#[derive(Debug, Default)]
pub struct SentList {
    items: HashMap<String, u64>,
}

/// What differs from the list that was sent before.
#[derive(Debug, Serialize)]
pub struct Difference {
    changed: Vec<Box<RawValue>>,
    gone: Vec<String>,
}

impl Difference {
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.gone.is_empty()
    }
}

impl SentList {
    /// The items that have changed, and the keys of those that are gone.
    pub fn changes<T: Serialize>(
        &mut self,
        items: impl IntoIterator<Item = (String, T)>,
    ) -> Difference {
        let before = mem::take(&mut self.items);
        let mut changed = Vec::new();
        for (key, item) in items {
            let Ok(text) = to_raw_value(&item) else { continue };
            let digest = digest(&text);
            if before.get(&key) != Some(&digest) {
                changed.push(text);
            }
            self.items.insert(key, digest);
        }
        let mut gone: Vec<_> =
            before.into_keys().filter(|key| !self.items.contains_key(key)).collect();
        gone.sort_unstable();
        Difference { changed, gone }
    }
}

fn digest(text: &RawValue) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.get().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_sent() {
        let mut sent = SentList::default();
        let mut changes = |items: &[(&str, u8)]| {
            let items = items.iter().map(|(key, value)| ((*key).to_owned(), *value));
            serde_json::to_string(&sent.changes(items)).unwrap()
        };
        assert_eq!(changes(&[("a", 1), ("b", 2)]), r#"{"changed":[1,2],"gone":[]}"#);
        assert_eq!(changes(&[("a", 1), ("b", 3)]), r#"{"changed":[3],"gone":[]}"#);
        assert_eq!(changes(&[("b", 3)]), r#"{"changed":[],"gone":["a"]}"#);
        assert_eq!(changes(&[("a", 1), ("b", 3)]), r#"{"changed":[1],"gone":[]}"#);
        let mut document = SentDocument::default();
        assert!(document.changes(&7).is_some());
        assert!(document.changes(&7).is_none());
        assert!(document.changes(&8).is_some());
    }
}
