//! Documents that tests hand over: exported worlds, world files, fault rules and scenarios.

use super::request::round_trip;
use super::{app, ask, get, parts};
use crate::api::ROUTES;
use crate::app::App;
use crate::auth::AuthMode;
use crate::clock::ClockCommand;
use crate::cloud::Settings;
use crate::control::{clock, faults, worlds};
use crate::credentials::{Credentials, PROJECT_ID};
use crate::error::control::read;
use crate::faults::RuleSpec;
use crate::operation::Route;
use crate::persist::{Document, Files};
use crate::worlds::scenario::Scenario;
use crate::worlds::{WorldSettings, Worlds};
use axum::http::Request;
use serde_json::Value;

/// More events than these do not show more.
const EVENTS: usize = 16;

/// An exported world.
///
/// It is refused with nothing done, or it is taken over, and exported as the same bytes from then
/// on; the world then answers every question, at all times to come.
pub fn snapshot(input: &[u8]) {
    let app = app(AuthMode::Off);
    let before = worlds::export(&app, PROJECT_ID).expect("a world");
    if let Err(error) = worlds::import(&app, PROJECT_ID, input) {
        assert!(!error.to_string().is_empty());
        assert_eq!(worlds::export(&app, PROJECT_ID).expect("a world"), before);
        return;
    }
    round_trip(&app);
    live(&app, PROJECT_ID);
}

/// A world file.
///
/// It is refused with the place of what is wrong, or every project in it answers every question.
pub fn world_file(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let document = match Document::read(text, 0) {
        Ok(document) => document,
        Err(problem) => {
            assert!(problem.contains("at line"), "{problem}");
            return;
        }
    };
    let mut app = app(AuthMode::Off);
    let files = Files::from(document);
    let settings = Settings {
        credentials: files.credentials(Credentials::built_in("eu-mock-1")),
        ..app.worlds.settings().clone()
    };
    let worlds = WorldSettings {
        scenarios: files.scenarios(),
        presets: files.presets(),
        ..app.worlds.world_settings().clone()
    };
    let mut projects: Vec<_> = worlds.presets.keys().cloned().collect();
    projects.sort_unstable();
    app.worlds = Worlds::new(settings, worlds);
    for project in projects.iter().take(4) {
        let project = match &**project {
            "" => "@account",
            "*" => "another",
            project => project,
        };
        worlds::export(&app, project).expect("a project of the file");
        live(&app, project);
    }
}

/// A fault rule.
///
/// It is refused with the reason, or it is shown as it was armed, so that what is shown can be
/// armed again; and whatever it does to requests, the world is whole after it.
pub fn rule(input: &[u8]) {
    let app = app(AuthMode::Off);
    let armed = read::<RuleSpec>(input).and_then(|rule| faults::arm(&app, PROJECT_ID, rule));
    let Ok(shown) = armed else { return };
    let mut shown = serde_json::to_value(shown).expect("it is shown");
    let members = shown.as_object_mut().expect("an object");
    members.retain(|name, _| !["asked", "hits", "scenario"].contains(&name.as_str()));
    let again = super::app(AuthMode::Off);
    let rearmed = read::<RuleSpec>(shown.to_string().as_bytes())
        .and_then(|rule| faults::arm(&again, PROJECT_ID, rule));
    assert!(rearmed.is_ok(), "{shown} cannot be armed again: {rearmed:?}");
    calls(&app);
    round_trip(&app);
}

/// A scenario, in the same way.
pub fn scenario(input: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(input) else { return };
    let Ok(scenario) = Scenario::read("s", &value) else { return };
    let app = app(AuthMode::Off);
    let scenario = app.worlds.define_scenario("s", scenario).expect("there is room");
    if app.worlds.world(PROJECT_ID).lock().choose("s", &scenario).is_err() {
        return;
    }
    calls(&app);
    round_trip(&app);
}

/// Asks every question that needs nothing but a project, now and as time goes by.
fn live(app: &App, project: &str) {
    let prefix = "/{project_id}/";
    let ask_all = || {
        let questions = ROUTES.iter().map(Route::contract).filter(|contract| {
            contract.method == "GET"
                && contract.path.contains(prefix)
                && contract.path.matches('{').count() == 1
        });
        questions.for_each(|contract| {
            get(app, &contract.path.replace("{project_id}", project));
        });
    };
    for _ in 0..EVENTS {
        ask_all();
        let due =
            clock::move_clock(app, project, &ClockCommand::NextEvent).map(clock::Moved::into_due);
        if due.is_ok_and(|due| due.is_empty()) {
            break;
        }
    }
    ask_all();
}

/// The five calls and a look at what came of them, three times each.
fn calls(app: &App) {
    for route in ROUTES {
        let documented = matches!(route.contract().source, crate::contract::Source::Document(_));
        if !documented && route.contract().id != "ListJobs" {
            continue;
        }
        let example: Value = serde_json::from_str(route.contract().example).expect("an example");
        let text = |name: &str| example["request"][name].as_str().expect("text");
        let request = Request::builder().method(text("method")).uri(text("path"));
        let parts = parts(request).expect("the example's request");
        let body = example["request"].get("body").map(Value::to_string).unwrap_or_default();
        for _ in 0..3 {
            ask(app, &parts, body.as_bytes());
        }
    }
    let _ = clock::move_clock(app, PROJECT_ID, &ClockCommand::NextEvent);
}
