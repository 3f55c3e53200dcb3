//! The state of all worlds: written world by world, and read as a whole before anything is used.

use super::document::{AccessKeySpec, Document, UserSpec};
use super::{ACCOUNT, Export, Problem, VERSION, is_every};
use crate::credentials::Credentials;
use crate::journal::History;
use crate::project_id::path_name;
use crate::worlds::Worlds;
use crate::worlds::scenario::Scenario;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The parts of a state file that no world holds; a save writes them again.
#[derive(Debug, Default)]
pub struct Kept {
    access_keys: Vec<AccessKeySpec>,
    users: Vec<UserSpec>,
    every: Option<Export>,
}

/// How much was written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Written {
    pub worlds: usize,
    /// How many were left out, since they could not be loaded again.
    pub left_out: usize,
}

/// Writes the state, up to the digest that ends it. Each world is as it was at one moment, and no two
/// need be as they were at the same: what is in one never depends on another.
pub fn write(kept: &Kept, worlds: &Worlds, out: &mut impl Write) -> io::Result<Written> {
    write!(out, "{{\n  \"version\": {VERSION}")?;
    member(out, "access_keys", &kept.access_keys)?;
    member(out, "users", &kept.users)?;
    member(out, "scenarios", &scenarios(worlds))?;
    member(out, "tokens", &worlds.account.save_tokens())?;
    write!(out, ",\n  \"projects\": [")?;
    let mut written = Written::default();
    let mut separator = "\n";
    if let Some(every) = &kept.every {
        write!(out, "{separator}{}", serde_json::to_string(every)?)?;
        separator = ",\n";
    }
    let names = names(worlds);
    let mut ids = worlds.project_ids();
    ids.sort_unstable();
    for id in ids {
        // It may have been reset meanwhile.
        let Some(cell) = worlds.known_world(&id) else { continue };
        let project = path_name(&id);
        let requests = cell.requests();
        let mut export = Export::of(&mut cell.lock(), project, requests, worlds.settings());
        export.name = names.get(&*id).cloned();
        if let Err(problem) = export.check(project, worlds.settings().seed) {
            tracing::error!(world = project, %problem, "a world is not saved: it is in pieces");
            written.left_out += 1;
            continue;
        }
        out.write_all(separator.as_bytes())?;
        serde_json::to_writer(&mut *out, &export)?;
        separator = ",\n";
        written.worlds += 1;
    }
    write!(out, "\n  ]")?;
    Ok(written)
}

fn member(out: &mut impl Write, name: &str, value: &impl Serialize) -> io::Result<()> {
    write!(out, ",\n  \"{name}\": ")?;
    serde_json::to_writer(out, value).map_err(io::Error::from)
}

/// The scenarios that are not those of the file of `--world`.
fn scenarios(worlds: &Worlds) -> BTreeMap<Box<str>, Value> {
    let written = |scenario: &Scenario| serde_json::to_value(&scenario.written).unwrap_or_default();
    let of_file = &worlds.world_settings().scenarios;
    let is_own =
        |name: &str, shown: &Value| of_file.get(name).is_some_and(|own| written(own) == *shown);
    let all = worlds.scenarios().into_iter().map(|(name, scenario)| (name, written(&scenario)));
    all.filter(|(name, shown)| !is_own(name, shown)).collect()
}

/// The names of projects that a file has given them.
fn names(worlds: &Worlds) -> BTreeMap<&str, String> {
    let built_in = Credentials::built_in(&worlds.settings().region).projects;
    let named = worlds.settings().credentials.projects.iter().rev();
    let given = named.filter(|project| !built_in.contains(project));
    given.map(|project| (project.id.as_str(), project.name.clone())).collect()
}

/// Puts a state into worlds that have just been made, or says what of it does not fit there.
pub fn load(state: Document, worlds: &Worlds) -> Result<Kept, String> {
    for (name, scenario) in state.scenarios() {
        worlds
            .define_scenario(&name, Scenario::clone(&scenario))
            .map_err(|error| format!("scenarios.{name}: {error}"))?;
    }
    for (at, tokens) in state.tokens.into_iter().enumerate() {
        worlds.account.load_tokens(tokens).map_err(|problem| format!("tokens[{at}]: {problem}"))?;
    }
    let (every, projects): (Vec<_>, Vec<_>) = state.projects.into_iter().partition(is_every);
    let (count, most) = (projects.len(), worlds.world_settings().max_worlds);
    // The world of the account does not count.
    if count > most + 1 {
        return Err(format!("projects: there are {count}, and --max-worlds is {most}"));
    }
    let known = |name: &str| worlds.known_scenario(name);
    for (at, project) in projects.into_iter().enumerate() {
        let id = project.project_id.clone().unwrap_or_default();
        let id = if *id == *ACCOUNT { "" } else { &*id };
        let past = History::of(project.requests());
        worlds
            .replace(id, past, |world| project.fill(world, &known))
            .map_err(|problem: Problem| format!("projects[{at}].{problem}"))?;
    }
    let every = every.into_iter().next();
    Ok(Kept { access_keys: state.access_keys, users: state.users, every })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::{Execution, MemoryMapping};
    use crate::control::worlds;
    use crate::persist::digest::Digesting;
    use crate::selftest::example_app;
    use uuid::Uuid;

    #[test]
    fn a_world_that_is_in_pieces_is_left_out_and_the_others_are_saved() {
        let app = example_app();
        for project in ["whole", "in-pieces"] {
            worlds::label(&app, project, Some("here".to_owned())).unwrap();
        }
        let cell = app.worlds.known_world("in-pieces").unwrap();
        let mut world = cell.lock();
        let creation = Execution::over(world.state.clock.now());
        world.state.memory_mappings.insert(MemoryMapping {
            id: Uuid::nil(),
            name: "half made".to_owned(),
            source_instance_id: "never adopted".into(),
            target_instance_id: "never adopted".into(),
            creation,
            deletion: None,
        });
        drop(world);
        let mut state = Digesting::new(Vec::new());
        let written = write(&Kept::default(), &app.worlds, &mut state).unwrap();
        assert_eq!((written.worlds, written.left_out), (1, 1));
        let state = String::from_utf8(state.end().unwrap().0).unwrap();
        let other = example_app();
        load(Document::read(&state, 0).unwrap(), &other.worlds).unwrap();
        assert_eq!(other.worlds.project_ids(), ["whole".into()]);
    }
}
