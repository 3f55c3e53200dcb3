//! What functions of expressions do with lists, objects, ids and networks.

use super::expression::{integer, text};
use crate::cloud::digest;
use serde_json::{Map, Value, json};
use std::net::{IpAddr, Ipv4Addr};
use uuid::Uuid;

/// Each value once.
pub fn unique(values: Vec<Value>) -> Vec<Value> {
    let mut unique = Vec::new();
    for value in values {
        if !unique.contains(&value) {
            unique.push(value);
        }
    }
    unique
}

/// The members of an object, as objects with `key` and `value`.
pub fn entries(of: &Value) -> Value {
    let members = of.as_object().into_iter().flatten();
    members.map(|(key, value)| json!({ "key": key, "value": value })).collect()
}

/// An object of what [`entries`] makes.
pub fn object(entries: Vec<Value>) -> Value {
    let mut object = Map::new();
    for mut entry in entries {
        object.insert(text(&entry["key"]), entry["value"].take());
    }
    Value::Object(object)
}

/// The records of the page that a request asks for by `offset`, or `start` from 1 on, and `limit`, or by
/// `page` and `per_page`; of so many where it does not say.
pub fn page(values: Vec<Value>, sent: &Value, usual: &Value) -> Value {
    let number = |name: &str| integer(&sent[name]).and_then(|number| usize::try_from(number).ok());
    let usual = integer(usual).and_then(|usual| usize::try_from(usual).ok()).unwrap_or(100);
    let limit = number("limit").or_else(|| number("per_page")).unwrap_or(usual);
    let start = || number("start").map(|start| start.saturating_sub(1));
    let page = || number("page").map(|page| page.saturating_sub(1).saturating_mul(limit));
    let skipped = number("offset").or_else(start).or_else(page).unwrap_or(0);
    values.into_iter().skip(skipped).take(limit).collect()
}

/// The records behind the one whose id is the `marker` of a request; `limit` of them, if it says so.
pub fn after(values: Vec<Value>, sent: &Value, usual: &Value) -> Value {
    let skipped = sent["marker"].as_str().map_or(0, |marker| {
        let known = values.iter().position(|one| one["id"] == marker);
        known.map_or(values.len(), |at| at + 1)
    });
    let limit = integer(&sent["limit"]).or(integer(usual)).unwrap_or(2_000);
    values.into_iter().skip(skipped).take(usize::try_from(limit).unwrap_or(0)).collect()
}

/// Tags after what a request does with them: `action` create puts them, delete takes them away.
pub fn tagged(tags: &Value, sent: &Value) -> Value {
    let tags = tags.as_array().cloned().unwrap_or_default();
    let given = sent["tags"].as_array().cloned().unwrap_or_default();
    if sent["action"] == "create" {
        let with_value = |tag: Value| json!({ "key": tag["key"], "value": text(&tag["value"]) });
        return put(tags, given.into_iter().map(with_value).collect(), "key");
    }
    let fits = |tag: &Value, one: &Value| {
        tag["key"] == one["key"] && (one["value"].is_null() || tag["value"] == one["value"])
    };
    tags.into_iter().filter(|tag| !given.iter().any(|one| fits(tag, one))).collect()
}

/// The keys of tags, each with its values.
pub fn tag_values(tags: Vec<Value>) -> Value {
    let mut keys: Vec<(Value, Vec<Value>)> = Vec::new();
    for tag in tags {
        let value = tag["value"].clone();
        match keys.iter_mut().find(|(key, _)| *key == tag["key"]) {
            Some((_, values)) if values.contains(&value) => {}
            Some((_, values)) => values.push(value),
            None => keys.push((tag["key"].clone(), vec![value])),
        }
    }
    keys.into_iter().map(|(key, values)| json!({ "key": key, "values": values })).collect()
}

/// Elements put in the place of those with the same member, or behind them. A replaced object keeps
/// the members that the new one does not have.
pub fn put(values: Vec<Value>, new: Vec<Value>, member: &str) -> Value {
    let mut all = values;
    for one in new {
        match all.iter_mut().find(|known| known[member] == one[member]) {
            Some(Value::Object(known)) => {
                known.extend(one.as_object().cloned().unwrap_or_default());
            }
            Some(known) => *known = one,
            None => all.push(one),
        }
    }
    all.into()
}

/// An object without some members, or a list without some values.
pub fn without(of: &Value, names: &[Value]) -> Value {
    match of {
        Value::Object(members) => {
            let stays = |name: &str| !names.iter().any(|one| one == name);
            let stay = members.iter().filter(|(name, _)| stays(name));
            Value::Object(stay.map(|(name, value)| (name.clone(), value.clone())).collect())
        }
        Value::Array(values) => {
            values.iter().filter(|value| !names.contains(value)).cloned().collect()
        }
        other => other.clone(),
    }
}

/// An object for each pair of values from two lists, as its `a` and `b`, with the members of another.
pub fn product(of: &Value, left: &[Value], right: &[Value]) -> Value {
    let base = of.as_object().cloned().unwrap_or_default();
    let pair = |(a, b): (&Value, &Value)| {
        let mut pair = base.clone();
        pair.insert("a".to_owned(), a.clone());
        pair.insert("b".to_owned(), b.clone());
        Value::Object(pair)
    };
    left.iter().flat_map(|a| right.iter().map(move |b| (a, b))).map(pair).collect()
}

/// The values of a member, each as `key` with the elements that have it as `values`.
pub fn group_by(values: Vec<Value>, member: &str) -> Value {
    let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
    for value in values {
        match groups.iter_mut().find(|(key, _)| *key == value[member]) {
            Some((_, group)) => group.push(value),
            None => groups.push((value[member].clone(), vec![value])),
        }
    }
    groups.into_iter().map(|(key, values)| json!({ "key": key, "values": values })).collect()
}

/// How often each of some words is among values.
pub fn tally(values: &[Value], words: Vec<Value>) -> Value {
    let count = |word: &Value| values.iter().filter(|value| *value == word).count();
    words.into_iter().map(|word| (text(&word), Value::from(count(&word)))).collect()
}

/// Some members of an object, where they are there.
pub fn pick(of: &Value, names: &[Value]) -> Value {
    let there = names.iter().filter_map(|name| Some((text(name), of.get(name.as_str()?)?.clone())));
    Value::Object(there.filter(|(_, value)| !value.is_null()).collect())
}

/// The id that follows from a text.
pub fn uuid(of: &str) -> Uuid {
    let bits = u128::from(digest(1, of)) << 64 | u128::from(digest(2, of));
    uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
}

/// A range of addresses: its first, and how many bits of them are fixed.
pub fn network(text: &str) -> Option<(u32, u32)> {
    let (address, bits) = text.split_once('/')?;
    let (address, bits): (Ipv4Addr, u32) = (address.parse().ok()?, bits.parse().ok()?);
    (bits <= 32).then(|| (u32::from(address) & mask(bits), bits))
}

/// Whether a text is a range as services write it: without bits behind those that are fixed.
pub fn is_network(text: &str) -> bool {
    let written = |(first, bits)| format!("{}/{bits}", Ipv4Addr::from(first));
    network(text).map(written).as_deref() == Some(text)
}

/// `IPv4` or `IPv6`, where a text is an address or a range of addresses.
pub fn family(text: &str) -> Option<&'static str> {
    let (address, bits) = address_and_bits(text)?;
    // The bits are written without leading zeros.
    let is_plain = bits.is_none_or(|bits| text.ends_with(&format!("/{bits}")));
    is_plain.then_some(if address.is_ipv4() { "IPv4" } else { "IPv6" })
}

/// Whether a text is ports and ranges of them; or, for ICMP, a type with or without a code.
pub fn are_ports(text: &str, icmp: bool) -> bool {
    let known = if icmp { 0..=255 } else { 1..=65_535 };
    let number = |text: &str| text.trim().parse::<u32>().ok().filter(|one| known.contains(one));
    text.split(',').all(|part| {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        number(from).zip(number(to)).is_some_and(|(from, to)| icmp || from <= to)
    })
}

fn mask(bits: u32) -> u32 {
    u32::MAX.checked_shl(32 - bits).unwrap_or(0)
}

/// Whether all of a range, or an address, is in another range.
pub fn is_inside(inner: &str, outer: &str) -> bool {
    let inner = network(inner).or_else(|| network(&format!("{inner}/32")));
    let (Some((first, bits)), Some((start, fixed))) = (inner, network(outer)) else {
        return false;
    };
    bits >= fixed && first & mask(fixed) == start
}

/// Whether an address is one that something in a range can have: not the first, not the last.
pub fn is_host(address: &str, range: &str) -> bool {
    let (Ok(address), Some((first, bits))) = (address.parse::<Ipv4Addr>(), network(range)) else {
        return false;
    };
    let (address, last) = (u32::from(address), first | !mask(bits));
    first < address && address < last
}

/// Whether a text is an address, or a range of addresses.
pub fn is_address(text: &str) -> bool {
    address_and_bits(text).is_some()
}

/// An address, and how many of its bits are fixed where it stands for a range.
fn address_and_bits(text: &str) -> Option<(IpAddr, Option<u8>)> {
    let Some((address, bits)) = text.split_once('/') else {
        return Some((text.parse().ok()?, None));
    };
    let (address, bits): (IpAddr, u8) = (address.parse().ok()?, bits.parse().ok()?);
    let most = if address.is_ipv4() { 32 } else { 128 };
    (bits <= most).then_some((address, Some(bits)))
}

/// Whether a parameter can have a value, by its `value_range` and `value_type`.
pub fn in_range(value: &str, parameter: &Value) -> bool {
    let range = parameter["value_range"].as_str().unwrap_or_default();
    match parameter["value_type"].as_str() {
        Some("Integer") => {
            let number = |text: &str| text.parse::<i64>().ok();
            let Some((least, most)) = range.split_once('-') else { return false };
            number(value) >= number(least) && number(value) <= number(most)
        }
        Some("Enum") => range.split(',').any(|one| one == value),
        // An expression for which the letters that stand in it do.
        _ => value.chars().all(|character| {
            (character.is_ascii_alphabetic() || character == '$') && range.contains(character)
        }),
    }
}

/// The address in a range that follows from a text, or the next one that is not taken; one for
/// documentation (RFC 5737) where it is no range.
pub fn address(of: &str, range: &str, taken: &[Value]) -> Value {
    let (first, bits) = network(range).unwrap_or((u32::from(Ipv4Addr::new(198, 51, 100, 0)), 24));
    let size = u64::from(!mask(bits)).max(4);
    let hosts = size - 3;
    let start = digest(0, of) % hosts;
    let address = |step: u64| {
        let host = (start + step) % hosts + 2;
        Value::from(Ipv4Addr::from(first + u32::try_from(host).unwrap_or(2)).to_string())
    };
    let free = (0..hosts).map(address).find(|address| !taken.contains(address));
    free.unwrap_or_else(|| address(0))
}
