//! Worlds as documents: exported and imported by calls, read at the start, and saved.
//!
//! There is one format. A [`Document`] has who may call, scenarios, tokens and the worlds of
//! projects; an [`Export`] is one of those worlds, with everything that decides what it answers from
//! now on. Whatever is left out is as in a new world, so one can be written by hand. One reader and
//! one check serve all of it, and nothing is written that they refuse.
//!
//! The file of `--world` is read and never written: each world of a project in it begins as it says,
//! also after a reset. The file of `--state` is read if it is there, and written whole.
//!
//! Not part of it are journals and reports, which tell of the past, and the configuration, apart from
//! the seed: ids and the digests of passwords follow from it.

mod check;
mod digest;
mod disk;
mod document;
mod export;
mod faults;
mod line;
mod specs;
mod state;
#[cfg(test)]
pub mod tests;
mod words;

pub use check::label as check_label;
pub use disk::{SaveError, Saved, Saver};
pub use document::{Document, Header};
pub use export::Export;
pub use specs::InstanceSpec;

use crate::credentials::Credentials;
use crate::project_id::ACCOUNT;
use crate::worlds::scenario::Scenario;
use crate::worlds::{Preset, World, Worlds};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

/// What the document of a single world calls itself.
const FORMAT: &str = "papercloud-world";

/// The version that this program writes and reads.
const VERSION: u64 = 1;

/// The project that stands for each that the file of `--world` does not name.
const EVERY: &str = "*";

/// What is wrong with a document.
#[derive(Debug)]
pub struct Problem {
    /// Where, as in `jobs[3].run`.
    field: String,
    problem: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.field, self.problem)
    }
}

impl Problem {
    fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }
}

/// The files of a start, and where the state goes.
#[derive(Debug, Default)]
pub struct Files {
    world: Document,
    state: Document,
    saver: Option<Saver>,
}

impl Files {
    /// Reads the files of `--world` and `--state`, and locks the second one.
    pub fn open(world: Option<&Path>, state: Option<&Path>, seed: u64) -> Result<Self, String> {
        let mut files = Self::default();
        if let Some(path) = world {
            files.world = read(path, seed).map_err(|problem| named(path, &problem))?;
        }
        let Some(path) = state else { return Ok(files) };
        let in_state = |problem: String| named(path, &problem);
        let saver = Saver::lock(path).map_err(in_state)?;
        if world.is_some_and(|world| world.canonicalize().is_ok_and(|it| it == saver.path())) {
            let problem = "is the file of --world, which is never written; give another --state";
            return Err(in_state(problem.to_owned()));
        }
        if saver.path().exists() {
            files.state = read(saver.path(), seed).map_err(in_state)?;
        }
        files.saver = Some(saver);
        Ok(files)
    }

    /// Adds to the built-in credentials, or replaces them. The state wins.
    pub fn credentials(&self, built_in: Credentials) -> Credentials {
        self.state.credentials(self.world.credentials(built_in))
    }

    /// The scenarios that are known at the start, whatever was defined besides.
    pub fn scenarios(&self) -> BTreeMap<Box<str>, Arc<Scenario>> {
        self.world.scenarios().collect()
    }

    /// What the new worlds of projects have from the start.
    pub fn presets(&self) -> HashMap<Box<str>, Arc<dyn Preset>> {
        let every = self.state.projects.iter().filter(|project| is_every(project));
        let preset = |project: &Export| {
            let id = project.project_id.clone()?;
            let id = if *id == *ACCOUNT { "".into() } else { id };
            Some((id, Arc::new(project.clone()) as Arc<dyn Preset>))
        };
        self.world.projects.iter().chain(every).filter_map(preset).collect()
    }

    /// Puts the state into a cloud that has just been made, and says where it is saved.
    pub fn load(self, worlds: &Worlds) -> Result<Option<Saver>, String> {
        for tokens in self.world.tokens {
            worlds.account.load_tokens(tokens).map_err(|problem| format!("tokens: {problem}"))?;
        }
        let Some(saver) = self.saver else { return Ok(None) };
        let path = saver.path().to_owned();
        let kept = state::load(self.state, worlds).map_err(|problem| named(&path, &problem))?;
        Ok(Some(saver.keeping(kept)))
    }
}

/// The file of `--world` alone.
impl From<Document> for Files {
    fn from(world: Document) -> Self {
        Self { world, ..Self::default() }
    }
}

fn is_every(project: &Export) -> bool {
    project.project_id.as_deref() == Some(EVERY)
}

fn read(path: &Path, seed: u64) -> Result<Document, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    Document::read(&text, seed)
}

fn named(path: &Path, problem: &str) -> String {
    format!("{}: {problem}", path.display())
}

impl Preset for Export {
    fn requests(&self) -> u64 {
        self.requests()
    }

    fn apply(&self, world: &mut World, worlds: &Worlds) {
        let known = |name: &str| worlds.known_scenario(name);
        // It was checked when it was read, but its scenario may have been forgotten since.
        if let Err(problem) = self.clone().fill(world, &known) {
            tracing::warn!(project = %world.state.project_id, %problem, "a world begins without it");
        }
    }
}
