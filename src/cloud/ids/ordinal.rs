//! From the id of a request back to its ordinal: ids are made from ordinals by bijections.

use super::{key_of_requests, scatter};
use uuid::Uuid;

/// Which request of a world has this id, counted from 0; nothing if none ever has.
pub fn ordinal_of_request(world_key: u64, request_id: &str) -> Option<u64> {
    let bits = u128::from_str_radix(request_id, 16).ok()?;
    let key = key_of_requests(world_key);
    let (left, _) = Uuid::from_u128(bits).as_u64_pair();
    let ordinal = ordinal(key, left);
    (scatter(key, ordinal) == bits).then_some(ordinal)
}

/// What was scattered to this left half.
fn ordinal(key: u64, left: u64) -> u64 {
    unscatter_word(unscatter_word(left) ^ key)
}

/// The word that [`scatter_word`](super::scatter_word) scatters to this one.
fn unscatter_word(word: u64) -> u64 {
    let word = word ^ (word >> 31) ^ (word >> 62);
    let word = word.wrapping_mul(0x3196_42b2_d24d_8ec3);
    let word = word ^ (word >> 27) ^ (word >> 54);
    let word = word.wrapping_mul(0x96de_1b17_3f11_9089);
    let word = word ^ (word >> 30) ^ (word >> 60);
    word.wrapping_sub(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::super::{request_id, scatter_word, world_key};
    use super::*;

    #[test]
    fn a_request_is_known_by_its_id() {
        let key = world_key(7, "project");
        for ordinal in (0..1_000).chain([1 << 53, u64::MAX]) {
            assert_eq!(unscatter_word(scatter_word(ordinal)), ordinal);
            let id = request_id(key, ordinal);
            assert_eq!(ordinal_of_request(key, &id), Some(ordinal));
            assert_eq!(ordinal_of_request(key + 1, &id), None);
        }
        for id in ["", "x", "-1", &"0".repeat(32), &"f".repeat(40)] {
            assert_eq!(ordinal_of_request(key, id), None, "{id}");
        }
    }
}
