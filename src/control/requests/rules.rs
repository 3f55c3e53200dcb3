//! Refuses claims about fault rules and operations that no request of a world can have had.

use crate::api::find::{require_here, routes, unknown};
use crate::app::App;
use crate::error::control::ControlError;
use crate::faults::BY_HEADER;
use crate::journal::Matcher;
use crate::worlds::World;
use std::collections::BTreeSet;

/// Refuses operations of the account in a project's world: nothing could be said of them there. A
/// request for an operation of a project comes to the account if its project's id is malformed.
fn require_reachable(world: &World, matcher: &Matcher) -> Result<(), ControlError> {
    if world.state.project_id.is_empty() {
        return Ok(());
    }
    require_here(&routes(matcher.service, matcher.operation)?, &world.state.project_id)
}

/// Refuses the id of a rule that the world never had: nothing could ever be hit by it. Where not
/// everything is known of the past, any may have been there.
pub fn require_known<'m>(
    app: &App,
    world: &World,
    matchers: impl Iterator<Item = &'m Matcher>,
) -> Result<(), ControlError> {
    let matchers: Vec<_> = matchers.collect();
    matchers.iter().try_for_each(|matcher| require_reachable(world, matcher))?;
    let named: Vec<_> = matchers.iter().filter_map(|matcher| matcher.fault.as_deref()).collect();
    if named.is_empty() || !world.journal.is_whole() || world.disarmed.are_more() {
        return Ok(());
    }
    let armed = world.faults.rules().map(|armed| &*armed.id);
    let hit = world.journal.entries().filter_map(|entry| entry.record.fault.as_deref());
    let scenarios = app.worlds.scenarios();
    let of_scenarios = scenarios.values().flat_map(|scenario| scenario.rule_ids());
    let known = armed.chain(world.disarmed.ids()).chain(hit).chain(of_scenarios);
    let known: BTreeSet<_> = known.chain([BY_HEADER]).collect();
    match named.into_iter().find(|rule| !known.contains(rule)) {
        None => Ok(()),
        Some(rule) => Err(unknown("fault rule", rule, known)),
    }
}
