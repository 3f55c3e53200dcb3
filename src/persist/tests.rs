//! Round trips of a world, and the copies of its runs.

mod random;
mod refused;
pub mod rich;

use crate::api::ROUTES;
use crate::app::App;
use crate::clock::ClockCommand;
use crate::cloud::{Activity, Execution};
use crate::control::{clock, worlds};
use crate::credentials::PROJECT_ID;
use crate::selftest::{self, example_app};
use rich::{call, document, imported, operations, pair, perform, rich};
use serde_json::Value;
use std::fmt::Write as _;

#[test]
fn a_rich_world_has_something_of_everything() {
    let (app, reads) = rich();
    assert!(reads.len() >= 30, "{}", reads.len());
    let document = document(&app);
    for (name, value) in document.as_object().unwrap() {
        let empty = value.as_array().is_some_and(Vec::is_empty)
            || value.as_object().is_some_and(serde_json::Map::is_empty);
        assert!(!empty, "{name}");
    }
    let text = document.to_string();
    for word in [
        "\"deleted\":",
        "\"backup_import\":",
        "\"exchange\":{",
        "\"password_digest\":\"",
        "\"release\":{",
        "\"change\":{",
        "\"removal\":{",
        "\"deletion\":{",
        "{\"fails\":70}",
        "\"stop\":{",
        "\"last_job\":\"",
    ] {
        assert!(text.contains(word), "{word} in {document:#}");
    }
}

#[test]
fn an_imported_world_answers_like_the_one_that_was_exported() {
    let (app, reads) = rich();
    let other = imported(&app);
    let mut seen = 0;
    loop {
        for read in &reads {
            let answers = [&app, &other].map(|app| call(app, "GET", &read.path, &Value::Null));
            assert_eq!(answers[0], answers[1], "{}", read.path);
            seen += usize::from(answers[0].0 == 200);
        }
        let due = [&app, &other].map(|app| {
            clock::move_clock(app, PROJECT_ID, &ClockCommand::NextEvent).unwrap().into_due()
        });
        assert_eq!(due[0], due[1]);
        if due[0].is_empty() {
            break;
        }
    }
    assert!(seen > 100, "{seen}");
    let writes = |app: &App| {
        let sources = ["another", "held", "0000dead-source"];
        sources.map(|source| {
            let path = format!("/v3/{PROJECT_ID}/dbcache/mapping");
            call(app, "POST", &path, &pair(source, "redis"))
        })
    };
    assert_eq!(writes(&app), writes(&other));
    for contract in operations() {
        let answers = [&app, &other].map(|app| perform(app, contract, 1).1);
        assert_eq!(answers[0], answers[1], "{}", contract.id);
    }
    let exports = [&app, &other].map(|app| worlds::export(app, PROJECT_ID).unwrap());
    assert_eq!(exports[0], exports[1]);
}

#[test]
fn a_running_clock_is_the_same_line_after_an_import() {
    let (app, _) = rich();
    clock::Resume { scale: Some(2.5) }.apply(&app, PROJECT_ID).unwrap();
    let other = imported(&app);
    assert_eq!(document(&other)["clock"]["rate"], 2.5);
    clock::Resume { scale: Some(1.0) }.apply(&other, PROJECT_ID).unwrap();
    clock::auto_advance(&other, PROJECT_ID, true).unwrap();
    let third = imported(&other);
    let shown = worlds::export(&third, PROJECT_ID).unwrap();
    assert!(shown.contains("\"rate\": 1,\n"), "{shown}");
    assert!(shown.contains("  \"auto_advance\": true,\n"), "{shown}");
}

#[test]
fn equal_histories_are_equal_bytes_in_sorted_order() {
    let export = || worlds::export(&rich().0, PROJECT_ID).unwrap();
    let text = export();
    assert_eq!(text, export());
    assert!(text.starts_with("{\n  \"agenda\": {\n    \"begun\": ") && text.ends_with("\n}\n"));
    let mut sorted: Value = serde_json::from_str(&text).unwrap();
    sorted.sort_all_objects();
    assert_eq!(format!("{sorted:#}\n"), text);
}

/// Visits everything in a document that is a run, with its place and the number of its activity.
fn each_run(value: &Value, place: &mut String, visit: &mut impl FnMut(&str, u64, &Value)) {
    let end = place.len();
    match value {
        Value::Array(values) => {
            for (at, value) in values.iter().enumerate() {
                write!(place, "[{at}]").expect("a string takes everything");
                each_run(value, place, visit);
                place.truncate(end);
            }
        }
        Value::Object(members) => {
            let activity = members.get("course").filter(|_| members.contains_key("fate"));
            if let Some(activity) = activity.and_then(Value::as_u64) {
                visit(place, activity, value);
            }
            for (name, value) in members {
                place.push_str(if end == 0 { "" } else { "." });
                place.push_str(name);
                each_run(value, place, visit);
                place.truncate(end);
            }
        }
        _ => {}
    }
}

/// The runs of an activity in a world's document, with their places.
fn copies(app: &App, activity: u32) -> Vec<(String, Value)> {
    let mut copies = Vec::new();
    each_run(&document(app), &mut String::new(), &mut |place, number, run| {
        if number == u64::from(activity) {
            copies.push((place.to_owned(), run.clone()));
        }
    });
    copies
}

#[test]
fn whatever_is_set_going_is_steered_in_every_copy() {
    type Steer = fn(&mut Execution, crate::clock::Moment);
    let steers: [(&str, Steer); 4] = [
        ("finish", Execution::finish),
        ("hold", Execution::hold),
        ("fail", |run, now| run.fail(40, now)),
        ("fail late", |run, now| run.fail(100, now)),
    ];
    for route in selftest::sound() {
        if route.activities().next().is_none() {
            continue;
        }
        let operation = route.contract().id;
        for (name, change) in steers {
            let app = example_app();
            perform(&app, route.contract(), 0);
            let cell = app.worlds.world(PROJECT_ID);
            let (before, steered): (Activity, Activity) = {
                let mut world = cell.lock();
                let now = world.state.clock.now();
                let of_it =
                    |activity: &&Activity| std::ptr::eq(activity.contract, route.contract());
                let found = world.state.timeline.under_way().find(of_it).cloned();
                let before = found.unwrap_or_else(|| panic!("{operation} set nothing going"));
                let job = before.job.map(|(id, _)| id.to_string());
                let resource = before.resource.as_ref().map(|(id, _)| id.to_string());
                let id = job.or(resource).expect("an id");
                let steered = world.steer(&id, now, |run| change(run, now));
                (before, steered.expect("it is under way"))
            };
            assert_eq!(before.run.activity, steered.run.activity);
            let expected = serde_json::to_value(steered.run).unwrap();
            let there = copies(&app, steered.run.activity);
            let kept = there.iter().filter(|(place, _)| !place.starts_with("agenda"));
            assert!(kept.count() > 0, "{operation} is kept nowhere");
            for (place, run) in there {
                assert_eq!(run, expected, "{operation}, {name}: {place}");
            }
            imported(&app);
        }
    }
}

#[test]
fn every_lifecycle_of_an_operation_has_its_name() {
    use super::words::LIFECYCLES;
    for route in ROUTES {
        let of_job = route.job().map(|job| job.lifecycle);
        for lifecycle in route.activities().skip(usize::from(of_job.is_some())) {
            let named = LIFECYCLES.iter().any(|(_, known)| std::ptr::eq(*known, lifecycle));
            assert!(named, "add {lifecycle:?} of {} to LIFECYCLES", route.contract().id);
        }
    }
    assert!(LIFECYCLES.is_sorted_by_key(|(name, _)| name));
}
