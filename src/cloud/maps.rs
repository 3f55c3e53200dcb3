//! Maps of what a world has.
//!
//! The standard hasher withstands keys that are chosen to collide, and takes several times as long
//! for it. Nobody gains by slowing down their own tests, so these maps hash plainly. It also makes
//! the order in which a map is gone through the same in each process.

use super::ids::{ScatteredIds, scatter_word};
use indexmap::{Equivalent, IndexMap, IndexSet};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use uuid::Uuid;

/// By text or by several keys together, in no order.
pub type Map<K, V> = HashMap<K, V, BuildHasherDefault<Plain>>;

/// By text or by several keys together, in the order of insertion.
pub type OrderedMap<K, V> = IndexMap<K, V, BuildHasherDefault<Plain>>;

/// Text, in the order of insertion.
pub type OrderedSet<T> = IndexSet<T, BuildHasherDefault<Plain>>;

/// By an id that was made here, in the order of insertion.
pub type OrderedById<V> = IndexMap<Uuid, V, BuildHasherDefault<ScatteredIds>>;

/// Borrowed texts that are found in an [`OrderedMap`] whose keys own as many.
#[derive(Clone, Copy, Debug, Hash)]
pub struct Texts<'k, const N: usize>(pub [&'k str; N]);

impl<T: AsRef<str>, const N: usize> Equivalent<[T; N]> for Texts<'_, N> {
    fn equivalent(&self, key: &[T; N]) -> bool {
        self.0.iter().zip(key).all(|(text, part)| *text == part.as_ref())
    }
}

/// The value of a key, which is owned only if it has none yet.
pub fn value_of<'m, V: Default>(map: &'m mut Map<Box<str>, V>, key: &str) -> &'m mut V {
    if !map.contains_key(key) {
        map.insert(key.into(), V::default());
    }
    map.get_mut(key).expect("it was inserted if it was missing")
}

/// Hashes eight bytes at a time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plain(u64);

impl Plain {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for Plain {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.add(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            self.add(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.add(byte.into());
    }

    fn finish(&self) -> u64 {
        scatter_word(self.0)
    }
}

#[test]
fn a_key_of_several_texts_is_found_without_owning_them() {
    let mut map = OrderedMap::<[Box<str>; 2], u8>::default();
    map.insert(["a".into(), "bc".into()], 1);
    assert_eq!(map.get(&Texts(["a", "bc"])), Some(&1));
    assert_eq!(map.get(&Texts(["ab", "c"])), None);
}

#[test]
fn texts_that_differ_in_one_place_are_far_apart() {
    use std::collections::HashSet;
    use std::hash::BuildHasher;
    let hash = |text: String| BuildHasherDefault::<Plain>::default().hash_one(text);
    let texts = (0..10_000).map(|number| format!("{number:032x}in07"));
    let low: HashSet<_> = texts.map(|text| hash(text) & 0xffff).collect();
    // Of so many numbers that are drawn, 9,273 are distinct on average.
    assert!(low.len() > 9_100, "{}", low.len());
}
