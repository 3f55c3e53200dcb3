//! Scenarios: define them, and choose one for a project.

use super::calls::Calls;
use super::handler::{call, call_with_body, service_call};
use super::{answer, answer_empty};
use crate::app::App;
use crate::error::control::{ControlError, read};
use crate::worlds::scenario::{Scenario, ScenarioSpec};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn calls() -> Calls {
    const ONE: &str = "/_paper/scenarios/{name}";
    const CHOSEN: &str = "/_paper/worlds/{project_id}/scenario";
    Calls::default()
        .get("/_paper/scenarios", service_call(|app| answer(Ok(list(app)))))
        .get(ONE, call(|app, name| answer(show(app, name))))
        .put(
            ONE,
            call_with_body(|app, name, body| {
                answer(read(body).and_then(|scenario| define(app, name, scenario)))
            }),
        )
        .delete(ONE, call(|app, name| answer_empty(forget(app, name))))
        .get(CHOSEN, call(|app, project| answer(chosen_by(app, project))))
        .put(
            CHOSEN,
            call_with_body(|app, project, body| {
                answer(read(body).and_then(|it: Choice| choose(app, project, &it.name)))
            }),
        )
        .delete(CHOSEN, call(|app, project| answer_empty(leave(app, project))))
}

/// The scenarios that there are.
#[derive(Debug, Serialize)]
pub struct List {
    count: usize,
    scenarios: Vec<ScenarioView>,
}

/// A scenario with its name.
#[derive(Debug, Serialize)]
pub struct ScenarioView {
    name: String,
    #[serde(flatten)]
    written: ScenarioSpec,
}

/// What a project has chosen.
#[derive(Debug, Serialize)]
pub struct Chosen {
    /// The name of the scenario.
    pub name: Option<Box<str>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice {
    name: String,
}

/// The scenarios that there are, by their names.
pub fn list(app: &App) -> List {
    let shown = |(name, scenario): (Box<str>, Arc<Scenario>)| ScenarioView {
        name: name.into(),
        written: scenario.written.clone(),
    };
    let scenarios: Vec<_> = app.worlds.scenarios().into_iter().map(shown).collect();
    List { count: scenarios.len(), scenarios }
}

/// A scenario.
pub fn show(app: &App, name: &str) -> Result<ScenarioView, ControlError> {
    let scenario = app.worlds.scenario(name)?;
    Ok(ScenarioView { name: name.to_owned(), written: scenario.written.clone() })
}

/// Defines a scenario, in the place of one with the same name. A project that has chosen it begins
/// it anew with its next request.
pub fn define(app: &App, name: &str, scenario: ScenarioSpec) -> Result<ScenarioView, ControlError> {
    let scenario = app.worlds.define_scenario(name, Scenario::of(name, scenario)?)?;
    Ok(ScenarioView { name: name.to_owned(), written: scenario.written.clone() })
}

/// Forgets a scenario. Projects that are in it stay there; no other can enter it any more.
pub fn forget(app: &App, name: &str) -> Result<(), ControlError> {
    let unknown = app.worlds.scenario(name).map(drop);
    if app.worlds.forget_scenario(name) { Ok(()) } else { unknown }
}

/// Lets a scenario hold for every request of a project that brings no other. The rules of the one
/// that was chosen before are disarmed.
pub fn choose(app: &App, project: &str, name: &str) -> Result<Chosen, ControlError> {
    let unknown = |error: ControlError| ControlError::bad(error.to_string());
    let scenario = app.worlds.scenario(name).map_err(unknown)?;
    let cell = super::world(app, project)?;
    let mut world = cell.lock();
    world.choose(name, &scenario)?;
    Ok(Chosen { name: world.scenario.clone() })
}

/// What a project has chosen.
pub fn chosen_by(app: &App, project: &str) -> Result<Chosen, ControlError> {
    let cell = super::look(app, project)?;
    let name = cell.lock().scenario.clone();
    Ok(Chosen { name })
}

/// Lets no scenario hold for a project any more; its rules are disarmed, and the clock stays as it
/// has set it.
pub fn leave(app: &App, project: &str) -> Result<(), ControlError> {
    let cell = super::world(app, project)?;
    cell.lock().leave();
    Ok(())
}
