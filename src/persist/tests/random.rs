//! Whatever is imported and used is saved, and loaded as the same.

use super::rich::{call, document, pair, rich};
use crate::app::App;
use crate::clock::ClockCommand;
use crate::control::{clock, worlds};
use crate::credentials::PROJECT_ID;
use crate::persist::digest::Digesting;
use crate::persist::{Document, state};
use crate::selftest::example_app;
use serde_json::{Value, json};

/// Numbers that follow from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        usize::try_from((self.0 >> 33) % end as u64).unwrap()
    }
}

/// Every place of a document, as a pointer.
fn places(value: &Value, path: &str, all: &mut Vec<String>) {
    all.push(path.to_owned());
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(value, &format!("{path}/{name}"), all);
            }
        }
        Value::Array(values) => {
            for (at, value) in values.iter().enumerate() {
                places(value, &format!("{path}/{at}"), all);
            }
        }
        _ => {}
    }
}

/// Changes one place of a document: a number to one at an end of a range, a text to another, and an
/// array or an object to one with something more or less.
fn change(world: &mut Value, random: &mut Random) {
    let mut all = Vec::new();
    places(world, "", &mut all);
    let pointer = all[random.below(all.len())].clone();
    let Some(value) = world.pointer_mut(&pointer) else { return };
    match value {
        Value::Number(_) => {
            const ENDS: &[u64] = &[0, 1, 100, 1 << 31, 0xffff_fffe, 1 << 53, u64::MAX];
            *value = json!(ENDS[random.below(ENDS.len())]);
        }
        Value::String(text) => match random.below(4) {
            0 => text.clear(),
            1 => text.push(' '),
            2 => *text = "9998-12-31T23:59:59.999Z".to_owned(),
            _ => *text = "ünïcödé\n\"\\".to_owned(),
        },
        Value::Bool(truth) => *truth = !*truth,
        Value::Null => *value = json!(0),
        Value::Array(values) if !values.is_empty() => {
            let at = random.below(values.len());
            if random.below(2) == 0 {
                values.remove(at);
            } else {
                values.swap(0, at);
            }
        }
        Value::Object(members) if !members.is_empty() => {
            let name = members.keys().nth(random.below(members.len())).cloned().unwrap();
            members.remove(&name);
        }
        _ => {}
    }
}

fn saved(app: &App) -> String {
    let mut out = Digesting::new(Vec::new());
    let written = state::write(&state::Kept::default(), &app.worlds, &mut out).unwrap();
    assert_eq!(written.left_out, 0);
    String::from_utf8(out.end().unwrap().0).unwrap()
}

/// Imports a world, uses it, saves it and loads it again. Whether it was taken.
fn survives(world: &Value, what: &str) -> bool {
    let app = example_app();
    if worlds::import(&app, PROJECT_ID, world.to_string().as_bytes()).is_err() {
        return false;
    }
    for source in ["new", "0000dead-new"] {
        let path = format!("/v3/{PROJECT_ID}/dbcache/mapping");
        call(&app, "POST", &path, &pair(source, "redis"));
        let _ = clock::move_clock(&app, PROJECT_ID, &ClockCommand::NextEvent);
    }
    let state = saved(&app);
    let other = example_app();
    let document = Document::read(&state, 0).unwrap_or_else(|problem| panic!("{what}: {problem}"));
    state::load(document, &other.worlds).unwrap_or_else(|problem| panic!("{what}: {problem}"));
    let exports = [&app, &other].map(|app| worlds::export(app, PROJECT_ID).unwrap());
    assert_eq!(exports[0], exports[1], "{what}");
    assert_eq!(saved(&other), state, "{what}");
    true
}

#[test]
fn what_is_imported_and_used_is_saved_and_loaded_as_the_same() {
    let whole = document(&rich().0);
    let (mut taken, mut refused) = (0, 0);
    for case in 0..40 {
        let mut random = Random((case + 1_u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut world = whole.clone();
        change(&mut world, &mut random);
        if survives(&world, &case.to_string()) {
            taken += 1;
        } else {
            refused += 1;
        }
    }
    assert!(taken > 5 && refused > 5, "{taken} taken, {refused} refused");
}

#[test]
fn a_counter_at_its_end_is_saved_and_loaded_too() {
    let whole = document(&rich().0);
    for (pointer, most) in [
        ("/requests", 1_u64 << 53),
        ("/ids/job", 1 << 53),
        ("/ids/mapping", 1 << 53),
        ("/agenda/begun", u64::from(u32::MAX - 1)),
        ("/faults/armed/named", 1 << 53),
        ("/faults/armed/by_header", 1 << 53),
    ] {
        let mut world = whole.clone();
        *world.pointer_mut(pointer).unwrap() = json!(most);
        assert!(survives(&world, pointer), "{pointer} is refused");
    }
}
