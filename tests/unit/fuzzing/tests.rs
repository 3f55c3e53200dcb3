//! The corpus, and inputs derived from it, without a fuzzer: the same in every run.

use super::TARGETS;
use crate::control::worlds;
use crate::credentials::PROJECT_ID;
use crate::operation::Route;
use crate::persist::tests::rich::rich;
use crate::selftest::{self, Example, example_app, folder};
use crate::sweep::oracle::{Dice, disturb};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Inputs that are derived for each target.
const DERIVED: usize = 200;

fn corpus(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(target)
}

/// The inputs of a target, by name.
fn inputs(target: &str) -> BTreeMap<String, Vec<u8>> {
    let files = std::fs::read_dir(corpus(target)).unwrap().map(Result::unwrap);
    let read = |file: std::fs::DirEntry| {
        (file.file_name().into_string().unwrap(), std::fs::read(file.path()).unwrap())
    };
    files.map(read).collect()
}

/// What the generated inputs are: of each target that takes requests, one for each operation; and
/// a world with something of everything.
fn generated() -> Vec<(&'static str, String, String)> {
    let mut inputs = Vec::new();
    for contract in selftest::sound().map(Route::contract) {
        let name = folder(contract).replace('/', "-");
        let Example { request, .. } = Example::filled_in(contract).unwrap();
        let body = request.body.as_ref().map(|body| format!("{body:#}")).unwrap_or_default();
        let mut headers = request.headers.iter().map(|(name, value)| format!("{name}: {value}\n"));
        let (headers, path) = (headers.next().unwrap_or_default(), &request.path);
        let text = format!("{} {path}\nHost: localhost\n{headers}\n{body}", contract.method);
        inputs.push(("request", name.clone(), text));
        if !contract.body.is_empty() {
            inputs.push(("body", name, format!("{}\n{body}", contract.id)));
        }
    }
    let worlds = [("fresh", example_app()), ("rich", rich().0)];
    for (name, app) in worlds {
        let world = worlds::export(&app, PROJECT_ID).unwrap();
        inputs.push(("snapshot", name.to_owned(), world));
    }
    inputs
}

/// With `UPDATE_FIXTURES` set, they are written instead.
#[test]
fn every_operation_has_its_inputs() {
    let mut wrong = Vec::new();
    for (target, name, text) in generated() {
        let path = corpus(target).join(&name);
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            wrong.extend(selftest::replace(&path, &text).err());
        } else if std::fs::read_to_string(&path).ok() != Some(text) {
            wrong.push(format!("{target}/{name}"));
        }
    }
    let update = "run UPDATE_FIXTURES=1 cargo test";
    assert!(wrong.is_empty(), "out of date, {update}:\n{}", wrong.join("\n"));
}

#[test]
fn every_target_has_its_program() {
    let programs = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/targets");
    assert_eq!(std::fs::read_dir(programs).unwrap().count(), TARGETS.len());
    for (name, _) in TARGETS {
        let program = std::fs::read_to_string(format!("{programs}/{name}.rs")).unwrap();
        assert!(program.contains(&format!("papercloud::fuzzing::{name}(input)")), "{program}");
    }
}

#[test]
fn the_corpus_holds() {
    for (name, target) in TARGETS {
        let inputs = inputs(name);
        assert!(inputs.len() >= 2, "{name}");
        for input in inputs.values() {
            target(input);
        }
    }
}

#[test]
fn what_is_derived_from_the_corpus_holds() {
    for (name, target) in TARGETS.iter().filter(|(name, _)| *name != "snapshot") {
        let inputs: Vec<_> = inputs(name).into_values().collect();
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        for _ in 0..DERIVED {
            let mut input = inputs[dice.roll(inputs.len())].clone();
            for _ in 0..=dice.roll(4) {
                spoil(&mut input, &inputs, &mut dice);
            }
            target(&input);
        }
    }
}

/// Changes some bytes.
fn spoil(input: &mut Vec<u8>, others: &[Vec<u8>], dice: &mut Dice) {
    let at = dice.roll(input.len() + 1);
    let end = (at + dice.roll(16)).min(input.len());
    match dice.roll(6) {
        0 => drop(input.drain(at..end)),
        1 => input.truncate(at),
        2 => {
            let copy = input[at..end].to_vec();
            input.splice(at..at, copy);
        }
        3 => {
            let other = &others[dice.roll(others.len())];
            let from = dice.roll(other.len() + 1);
            input.splice(at..end, other[from..].iter().take(64).copied());
        }
        4 => {
            let pieces: [&[u8]; 10] = [
                b"%",
                b"\xff",
                b"{",
                b"\"",
                b"1e999",
                b"-1",
                b"null",
                b"\0",
                b"\r\n",
                b"{project_id}",
            ];
            input.splice(at..end, pieces[dice.roll(pieces.len())].iter().copied());
        }
        _ => input.splice(at..end, [u8::try_from(dice.roll(256)).unwrap()]).for_each(drop),
    }
}

/// Documents that are JSON, with values that belong elsewhere: they come further than those with
/// other bytes.
#[test]
fn documents_with_other_values_hold() {
    for (name, target) in TARGETS {
        let derived = match *name {
            "rule" | "scenario" | "world_file" => DERIVED,
            // It is long, and lived through to its end.
            "snapshot" => DERIVED / 4,
            _ => continue,
        };
        let inputs = inputs(name).into_values().map(|input| serde_json::from_slice(&input));
        let inputs: Vec<Value> = inputs.filter_map(Result::ok).collect();
        let mut dice = Dice(0x2545_f491_4f6c_dd1d);
        for _ in 0..derived {
            let mut document = inputs[dice.roll(inputs.len())].clone();
            for _ in 0..=dice.roll(3) {
                if dice.roll(2) == 0 {
                    disturb(&mut document, &mut dice);
                } else {
                    transplant(&mut document, &mut dice);
                }
            }
            target(document.to_string().as_bytes());
        }
    }
}

/// Replaces a value by another of the same document, or a number by one that lies near or far.
fn transplant(document: &mut Value, dice: &mut Dice) {
    let places = places(document, String::new());
    let [from, to] = [(), ()].map(|()| &places[dice.roll(places.len())]);
    let from = document.pointer(from).unwrap().clone();
    let to = document.pointer_mut(to).unwrap();
    *to = match (to.as_i64(), dice.roll(3)) {
        (Some(number), 0) => (number + 1).into(),
        (Some(_), 1) => [i64::MIN, -1, 0, 1, 253_402_300_800_000, i64::MAX][dice.roll(6)].into(),
        _ => from,
    };
}

/// The pointers to all values below.
fn places(value: &Value, place: String) -> Vec<String> {
    let mut found: Vec<String> = match value {
        Value::Array(values) => {
            let below = |(at, value)| places(value, format!("{place}/{at}"));
            values.iter().enumerate().flat_map(below).collect()
        }
        Value::Object(members) => {
            let escaped = |name: &String| name.replace('~', "~0").replace('/', "~1");
            let below = |(name, value)| places(value, format!("{place}/{}", escaped(name)));
            members.iter().flat_map(below).collect()
        }
        _ => Vec::new(),
    };
    found.push(place);
    found
}
