//! The instances of a world, for tests that want one at once, in any state.

use super::calls::Calls;
use super::handler::{call, call_with_body, world_call};
use super::{answer, answer_created, answer_empty};
use crate::app::App;
use crate::error::control::{ControlError, read};
use crate::persist::{Export, InstanceSpec};
use crate::text::quoted;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashSet;

pub(super) fn calls() -> Calls {
    const ALL: &str = "/_paper/worlds/{project_id}/instances";
    const ONE: &str = "/_paper/worlds/{project_id}/instances/{id}";
    Calls::default()
        .get(ALL, call(|app, project| answer(list(app, project))))
        .post(
            ALL,
            call_with_body(|app, project, body| {
                answer_created(specs(body).and_then(|specs| add(app, project, specs)))
            }),
        )
        .get(ONE, world_call(|app, project, id| answer(show(app, project, id))))
        .delete(ONE, world_call(|app, project, id| answer_empty(remove(app, project, id))))
}

/// Instances, as an export writes them.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Instances {
    /// In the order they became known.
    pub instances: Vec<InstanceSpec>,
}

/// Reads one instance, or several.
fn specs(body: &[u8]) -> Result<Vec<InstanceSpec>, ControlError> {
    let value: Value = read(body)?;
    if value.get("instances").is_some() {
        return read::<Instances>(body).map(|several| several.instances);
    }
    read(body).map(|one| vec![one])
}

/// All instances of a world.
pub fn list(app: &App, project: &str) -> Result<Instances, ControlError> {
    let cell = super::look(app, project)?;
    let instances = cell.lock().state.instances.values().map(InstanceSpec::of).collect();
    Ok(Instances { instances })
}

/// An instance.
pub fn show(app: &App, project: &str, id: &str) -> Result<InstanceSpec, ControlError> {
    let cell = super::look(app, project)?;
    let world = cell.lock();
    world.state.instances.get(id).map(InstanceSpec::of).ok_or_else(|| unknown(id))
}

/// Adds these instances to a world: all, or none if one of them is refused.
pub fn add(app: &App, project: &str, specs: Vec<InstanceSpec>) -> Result<Instances, ControlError> {
    let cell = super::world(app, project)?;
    let mut world = cell.lock();
    let mut ids = HashSet::new();
    for spec in &specs {
        if let Some(member) = spec.misplaced() {
            let id = quoted(&spec.id);
            let reason = format!("{member}: {id} is not of an engine that can have it");
            return Err(ControlError::bad(reason));
        }
        if world.state.instances.contains_key(&spec.id) || !ids.insert(&spec.id) {
            let reason = format!("there is an instance {} already", quoted(&spec.id));
            return Err(ControlError::conflict(reason));
        }
    }
    let now = world.state.clock.now();
    let stored = |spec: InstanceSpec| InstanceSpec::of(spec.store(&mut world.state, now));
    Ok(Instances { instances: specs.into_iter().map(stored).collect() })
}

/// Removes an instance, unless something else in the world names it.
pub fn remove(app: &App, project: &str, id: &str) -> Result<(), ControlError> {
    let cell = super::world(app, project)?;
    let mut world = cell.lock();
    let (requests, now) = (cell.requests(), world.state.clock.now());
    if !world.state.instances.contains_key(id) {
        return Err(unknown(id));
    }
    Export::of(&mut world, project, requests, app.worlds.settings()).check_without(id).map_err(
        |problem| ControlError::conflict(format!("{} is in use: {problem}", quoted(id))),
    )?;
    world.state.instances.shift_remove(id);
    world.state.source_databases.remove(id);
    for kind in crate::api::record_kinds() {
        let activities = world.state.records.remove(kind, id);
        world.state.timeline.forget_resources(&activities, now);
    }
    Ok(())
}

fn unknown(id: &str) -> ControlError {
    ControlError::missing(format!("there is no instance {}", quoted(id)))
}
