//! Fault rules that requests may have been hit by.

use crate::cloud::World;
use crate::control::ControlError;
use crate::control::known::{require_here, routes, unknown};
use crate::http::App;
use crate::testing::fault::BY_HEADER;
use crate::testing::journal::Matcher;
use std::collections::BTreeSet;

/// Refuses operations of the account in a project's world: nothing could be said of them there. A
/// request for an operation of a project comes to the account if its project's id is malformed.
fn require_reachable(world: &World, matcher: &Matcher) -> Result<(), ControlError> {
    if world.project_id.is_empty() {
        return Ok(());
    }
    require_here(&routes(matcher.service, matcher.operation)?, &world.project_id)
}

/// Refuses the id of a rule that the world never had: nothing could ever be hit by it. Where not
/// everything is known of the past, any may have been there.
pub fn require_known<'m>(
    app: &App,
    world: &World,
    matchers: impl Iterator<Item = &'m Matcher>,
) -> Result<(), ControlError> {
    let testing = &world.testing;
    let matchers: Vec<_> = matchers.collect();
    matchers.iter().try_for_each(|matcher| require_reachable(world, matcher))?;
    let named: Vec<_> = matchers.iter().filter_map(|matcher| matcher.fault.as_deref()).collect();
    if named.is_empty() || !testing.journal.is_whole() || testing.disarmed.are_more() {
        return Ok(());
    }
    let armed = testing.faults.rules().map(|armed| &*armed.id);
    let hit = testing.journal.entries().filter_map(|entry| entry.draft.fault.as_deref());
    let scenarios = app.cloud.scenarios();
    let of_scenarios = scenarios.values().flat_map(|scenario| scenario.rule_ids());
    let known = armed.chain(testing.disarmed.ids()).chain(hit).chain(of_scenarios);
    let known: BTreeSet<_> = known.chain([BY_HEADER]).collect();
    match named.into_iter().find(|rule| !known.contains(rule)) {
        None => Ok(()),
        Some(rule) => Err(unknown("fault rule", rule, known)),
    }
}
