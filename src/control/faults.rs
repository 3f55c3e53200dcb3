//! Fault rules: arm them, see whom they have hit, and disarm them.

use super::calls::Calls;
use super::handler::{call, call_with_body, world_call};
use super::{answer, answer_created, answer_empty, world};
use crate::app::App;
use crate::error::control::{ControlError, read};
use crate::faults::{Armed, FaultView, Rule, RuleSpec};
use crate::worlds::World;
use serde::Serialize;

pub(super) fn calls() -> Calls {
    const ALL: &str = "/_paper/worlds/{project_id}/faults";
    const ONE: &str = "/_paper/worlds/{project_id}/faults/{id}";
    Calls::default()
        .get(ALL, call(|app, project| answer(list(app, project))))
        .post(
            ALL,
            call_with_body(|app, project, body| {
                answer_created(read(body).and_then(|rule| arm(app, project, rule)))
            }),
        )
        .delete(ALL, call(|app, project| answer_empty(disarm_all(app, project))))
        .get(ONE, world_call(|app, project, id| answer(show(app, project, id))))
        .delete(ONE, world_call(|app, project, id| answer_empty(disarm(app, project, id))))
}

/// The rules that are armed in a world.
#[derive(Debug, Serialize)]
pub struct List {
    count: usize,
    /// Each with its counts.
    pub faults: Vec<FaultView>,
}

/// Arms a rule, behind those that are armed already.
pub fn arm(app: &App, project: &str, rule: RuleSpec) -> Result<FaultView, ControlError> {
    let rule = Rule::of(rule)?;
    rule.require_here(super::project_id(project)?)?;
    let cell = world(app, project)?;
    let mut world = cell.lock();
    let armed = world.faults.arm(rule, None)?;
    Ok(armed.show())
}

/// The rules, in the order in which they are evaluated, with their counts.
pub fn list(app: &App, project: &str) -> Result<List, ControlError> {
    let cell = super::look(app, project)?;
    let world = cell.lock();
    let faults: Vec<_> = world.faults.rules().map(Armed::show).collect();
    Ok(List { count: faults.len(), faults })
}

/// One rule, with its counts.
pub fn show(app: &App, project: &str, id: &str) -> Result<FaultView, ControlError> {
    let cell = super::look(app, project)?;
    let world = cell.lock();
    world.faults.find(id).map(Armed::show).ok_or_else(|| not_armed(id))
}

/// How many requests a rule has hit.
pub fn hits(app: &App, project: &str, id: &str) -> Result<u64, ControlError> {
    let cell = super::look(app, project)?;
    let world = cell.lock();
    world.faults.find(id).map(|armed| armed.hits).ok_or_else(|| not_armed(id))
}

/// Disarms a rule.
pub fn disarm(app: &App, project: &str, id: &str) -> Result<(), ControlError> {
    let cell = world(app, project)?;
    let World { faults, disarmed, .. } = &mut *cell.lock();
    faults.find(id).iter().for_each(|armed| disarmed.note(&armed.id));
    if faults.disarm(id) { Ok(()) } else { Err(not_armed(id)) }
}

/// Disarms all rules.
pub fn disarm_all(app: &App, project: &str) -> Result<(), ControlError> {
    let cell = world(app, project)?;
    let World { faults, disarmed, .. } = &mut *cell.lock();
    faults.rules().for_each(|armed| disarmed.note(&armed.id));
    faults.retain(|_| false);
    Ok(())
}

fn not_armed(id: &str) -> ControlError {
    let shown = crate::text::shown(id);
    ControlError::missing(format!("no fault rule is called {shown}"))
}
