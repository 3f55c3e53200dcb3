//! The state itself: written world by world, and read as a whole before anything is used.

use super::envelope::line_of;
use crate::cloud::SavedTokens;
use crate::journal::History;
use crate::reading;
use crate::snapshot::Snapshot;
use crate::worlds::Worlds;
use crate::worlds::scenario::Scenario;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};

/// What a file calls the world of calls without a project.
const ACCOUNT: &str = crate::project_id::ACCOUNT;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    /// Scenarios that were defined by calls.
    scenarios: BTreeMap<String, Value>,
    tokens: Vec<SavedTokens>,
    worlds: Vec<Snapshot>,
}

/// How much was written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Written {
    /// How many worlds.
    pub worlds: usize,
    /// How many were left out, since they could not be loaded again.
    pub left_out: usize,
}

/// Writes the state. Each world is as it was at one moment, and no two need be as they were at the
/// same: what is in one never depends on another.
pub fn write(cloud: &Worlds, out: &mut impl Write) -> io::Result<Written> {
    out.write_all(b"{\"scenarios\":")?;
    serde_json::to_writer(&mut *out, &scenarios(cloud))?;
    out.write_all(b",\"tokens\":")?;
    serde_json::to_writer(&mut *out, &cloud.account.save_tokens())?;
    out.write_all(b",\"worlds\":[")?;
    let mut written = Written::default();
    let mut ids = cloud.project_ids();
    ids.sort_unstable();
    for id in ids {
        // It may have been reset meanwhile.
        let Some(cell) = cloud.known_world(&id) else { continue };
        let name = if id.is_empty() { ACCOUNT } else { &*id };
        let requests = cell.requests();
        let snapshot = Snapshot::of(&mut cell.lock(), name, requests, cloud.settings());
        out.write_all(if written.worlds == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &snapshot)?;
        written.worlds += 1;
    }
    out.write_all(b"\n]}")?;
    Ok(written)
}

/// The scenarios that are not what the file itself says.
fn scenarios(cloud: &Worlds) -> BTreeMap<Box<str>, Value> {
    let written = |scenario: &Scenario| serde_json::to_value(&scenario.written).unwrap_or_default();
    let of_file = &cloud.world_settings().scenarios;
    let is_own =
        |name: &str, shown: &Value| of_file.get(name).is_some_and(|own| written(own) == *shown);
    let all = cloud.scenarios().into_iter().map(|(name, scenario)| (name, written(&scenario)));
    all.filter(|(name, shown)| !is_own(name, shown)).collect()
}

/// Puts a state into a cloud that has just been made, or says what of it does not fit.
pub fn load(text: &str, content: &str, cloud: &Worlds) -> Result<(), String> {
    let first = line_of(text, content);
    let read: Content = read(content, first)?;
    for (name, value) in &read.scenarios {
        let scenario = Scenario::read(name, value)
            .map_err(|error| format!("saved.content.scenarios.{name}: {error} at line {first}"))?;
        cloud
            .define_scenario(name, scenario)
            .map_err(|error| format!("saved.content.scenarios.{name}: {error} at line {first}"))?;
    }
    for (at, tokens) in read.tokens.into_iter().enumerate() {
        cloud
            .account
            .load_tokens(tokens)
            .map_err(|problem| format!("saved.content.tokens[{at}]: {problem} at line {first}"))?;
    }
    let (count, most) = (read.worlds.len(), cloud.world_settings().max_worlds);
    // That of the account is none of them.
    if count > most + 1 {
        return Err(format!(
            "saved.content.worlds: there are {count}, and --max-worlds is {most} at line {first}"
        ));
    }
    let mut seen = HashSet::new();
    for (at, snapshot) in read.worlds.into_iter().enumerate() {
        // Each is written in a line of its own.
        let wrong = |problem: &dyn std::fmt::Display| {
            format!("saved.content.worlds[{at}].{problem} at line {}", first + 1 + at)
        };
        let Some(name) = snapshot.project_id().map(str::to_owned) else {
            return Err(wrong(&"project_id: must be said"));
        };
        let id = crate::project_id::project_id(&name)
            .map_err(|error| wrong(&format!("project_id: {error}")))?;
        if !seen.insert(id.to_owned()) {
            return Err(wrong(&format!("project_id: {name} is there twice")));
        }
        snapshot.header().check().map_err(|problem| wrong(&problem))?;
        snapshot.check(&name, cloud.settings()).map_err(|problem| wrong(&problem))?;
        let requests = snapshot.requests();
        let known = |name: &str| cloud.scenario(name).ok();
        cloud
            .replace(id, History::of(requests), |world| snapshot.settle(world, &known))
            .map_err(|problem| wrong(&problem))?;
    }
    Ok(())
}

fn read(content: &str, first: usize) -> Result<Content, String> {
    reading::read(content).map_err(|wrong| {
        let line = first + wrong.line.saturating_sub(1);
        let field = wrong.field.map_or_else(String::new, |field| format!(".{field}"));
        format!("saved.content{field}: {} at line {line}", wrong.problem)
    })
}
