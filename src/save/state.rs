//! The state itself: written world by world, and read as a whole before anything is used.

use super::envelope::line_of;
use crate::cloud::{Cloud, Past, SavedTokens};
use crate::reading;
use crate::snapshot::Snapshot;
use crate::testing::scenario::Scenario;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};

/// What a file calls the world of calls without a project.
const ACCOUNT: &str = crate::control::ACCOUNT;

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
pub fn write(cloud: &Cloud, out: &mut impl Write) -> io::Result<Written> {
    out.write_all(b"{\"scenarios\":")?;
    serde_json::to_writer(&mut *out, &scenarios(cloud))?;
    out.write_all(b",\"tokens\":")?;
    serde_json::to_writer(&mut *out, &cloud.save_tokens())?;
    out.write_all(b",\"worlds\":[")?;
    let mut written = Written::default();
    let mut ids = cloud.project_ids();
    ids.sort_unstable();
    for id in ids {
        // It may have been reset meanwhile.
        let Some(cell) = cloud.known_world(&id) else { continue };
        let name = if id.is_empty() { ACCOUNT } else { &*id };
        let requests = cell.requests();
        let (snapshot, damaged) = {
            let world = cell.lock();
            (Snapshot::of(&world, name, requests, cloud.settings()), world.is_damaged)
        };
        if damaged && let Err(wrong) = snapshot.check(name, cloud.settings()) {
            tracing::error!(world = name, %wrong, "a world is not saved: a panic left it in pieces");
            written.left_out += 1;
            continue;
        }
        out.write_all(if written.worlds == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &snapshot)?;
        written.worlds += 1;
    }
    out.write_all(b"\n]}")?;
    Ok(written)
}

/// The scenarios that are not what the file itself says.
fn scenarios(cloud: &Cloud) -> BTreeMap<Box<str>, Value> {
    let written = |scenario: &Scenario| serde_json::to_value(&scenario.written).unwrap_or_default();
    let of_file = &cloud.settings().scenarios;
    let is_own =
        |name: &str, shown: &Value| of_file.get(name).is_some_and(|own| written(own) == *shown);
    let all = cloud.scenarios().into_iter().map(|(name, scenario)| (name, written(&scenario)));
    all.filter(|(name, shown)| !is_own(name, shown)).collect()
}

/// Puts a state into a cloud that has just been made, or says what of it does not fit.
pub fn load(text: &str, content: &str, cloud: &Cloud) -> Result<(), String> {
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
            .load_tokens(tokens)
            .map_err(|problem| format!("saved.content.tokens[{at}]: {problem} at line {first}"))?;
    }
    let (count, most) = (read.worlds.len(), cloud.settings().max_worlds);
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
        let id = crate::control::project_id(&name)
            .map_err(|error| wrong(&format!("project_id: {error}")))?;
        if !seen.insert(id.to_owned()) {
            return Err(wrong(&format!("project_id: {name} is there twice")));
        }
        snapshot.header().check().map_err(|problem| wrong(&problem))?;
        snapshot.check(&name, cloud.settings()).map_err(|problem| wrong(&problem))?;
        let requests = snapshot.requests();
        let known = |name: &str| cloud.scenario(name).ok();
        cloud
            .replace(id, Past::of(requests), |world| snapshot.settle(world, &known))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::{MemoryMapping, Run};
    use crate::control::worlds;
    use crate::selftest::example_app;
    use uuid::Uuid;

    #[test]
    fn a_world_that_a_panic_left_in_pieces_is_left_out_and_the_others_are_saved() {
        let app = example_app();
        for project in ["whole", "damaged", "in-pieces"] {
            worlds::label(&app, project, Some("here".to_owned())).unwrap();
            let cell = app.cloud.known_world(project).unwrap();
            let mut world = cell.lock();
            world.is_damaged = project != "whole";
            if project == "in-pieces" {
                let creation = Run::over(world.clock.now());
                world.memory_mappings.insert(MemoryMapping {
                    id: Uuid::nil(),
                    name: "half made".to_owned(),
                    source_instance_id: "never adopted".into(),
                    target_instance_id: "never adopted".into(),
                    creation,
                    deletion: None,
                });
            }
        }
        let mut state = Vec::new();
        let written = write(&app.cloud, &mut state).unwrap();
        assert_eq!((written.worlds, written.left_out), (2, 1));
        let state = String::from_utf8(state).unwrap();
        let other = example_app();
        load(&state, &state, &other.cloud).unwrap();
        let mut ids = other.cloud.project_ids();
        ids.sort_unstable();
        assert_eq!(ids, ["damaged".into(), "whole".into()]);
    }
}
