//! What equal requests have in common, as one number that is found without taking them apart: it is
//! wanted of every write.

use crate::contract::Contract;
use crate::journal::repetition::place;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::hash::{Hash, Hasher};

/// The likeness of a request: where it goes, and what it asks for, in whatever order its members
/// are.
pub fn fingerprint(contract: &Contract, target: &str, body: &[u8]) -> u64 {
    let mut hasher = Mixer::default();
    (contract.id, place(contract, target)).hash(&mut hasher);
    match serde_json::from_slice::<Likeness>(body) {
        Ok(Likeness(json)) => json.hash(&mut hasher),
        Err(_) => body.hash(&mut hasher),
    }
    hasher.finish()
}

/// A hash that takes few steps. Whoever makes two requests alike on purpose is told that they are.
#[derive(Default)]
struct Mixer(u64);

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            let word = u64::from_le_bytes(word);
            // An odd number without a pattern, so that every bit comes to every place.
            self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

/// That of a JSON value.
struct Likeness(u64);

impl Likeness {
    fn of(kind: u8, value: impl Hash) -> Self {
        let mut hasher = Mixer::default();
        (kind, value).hash(&mut hasher);
        Self(hasher.finish())
    }
}

impl<'de> Deserialize<'de> for Likeness {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LikenessVisitor)
    }
}

struct LikenessVisitor;

impl<'de> Visitor<'de> for LikenessVisitor {
    type Value = Likeness;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Likeness, E> {
        Ok(Likeness::of(0, ()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Likeness, E> {
        Ok(Likeness::of(1, value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Likeness, E> {
        Ok(Likeness::of(2, value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Likeness, E> {
        // A number that fits into either is the same one.
        Ok(i64::try_from(value).map_or_else(|_| Likeness::of(3, value), |it| Likeness::of(2, it)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Likeness, E> {
        Ok(Likeness::of(4, value.to_bits()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Likeness, E> {
        Ok(Likeness::of(5, text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Likeness, A::Error> {
        let mut whole = Likeness::of(6, ()).0;
        while let Some(Likeness(element)) = sequence.next_element()? {
            whole = Likeness::of(6, (whole, element)).0;
        }
        Ok(Likeness(whole))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Likeness, A::Error> {
        // A sum, since that has no order.
        let mut members = 0_u64;
        while let Some((Likeness(name), Likeness(value))) = map.next_entry()? {
            members = members.wrapping_add(Likeness::of(7, (name, value)).0);
        }
        Ok(Likeness::of(7, members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str) -> u64 {
        fingerprint(&Contract::BLANK, "/", body.as_bytes())
    }

    #[test]
    fn members_have_no_order_and_elements_have_one() {
        let own = of(r#"{"a":{"b":[1,"x",null,2.5,true]},"c":"\u0064"}"#);
        assert_eq!(own, of(r#" { "c" : "d" , "a" : { "b" : [1, "x", null, 2.5, true] } } "#));
        for other in [
            r#"{"a":{"b":["x",1,null,2.5,true]},"c":"d"}"#,
            r#"{"a":{"b":[1,"x",null,2.5]},"c":"d"}"#,
            r#"{"a":{"b":[1,"x",null,2.5,false]},"c":"d"}"#,
            r#"{"a":{"c":"d"},"b":[1,"x",null,2.5,true]}"#,
            r#"{"a":{"b":[1,"x",null,2.5,true],"c":"d"}}"#,
            r#"{"c":"d"}"#,
            "no JSON",
            "",
        ] {
            assert_ne!(own, of(other), "{other}");
        }
        assert_ne!(of("1"), of("\"1\""));
        assert_ne!(of("{}"), of("[]"));
        assert_ne!(of("{\"a\":\"b\"}"), of("{\"b\":\"a\"}"));
        assert_eq!(of("no JSON"), of("no JSON"));
    }
}
