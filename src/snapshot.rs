//! A world as a document: everything that decides what it answers from now on.
//!
//! The document is canonical JSON, so that equal worlds are equal bytes: members sorted at every
//! level, two spaces of indentation, a newline at the end, and no fraction where a number has none.
//! What has an order of its own is an array in that order; everything else is sorted by its key.
//! Whatever was exported can be imported into another Papercloud, and is exported from there as the
//! same bytes.
//!
//! Not part of it are the journal and what the report has seen, which tell of the past, the tokens,
//! which belong to the account, and the configuration, apart from the seed: ids and the digests of
//! passwords follow from it.

mod check;
mod document;
mod faults;
mod keyed;
#[cfg(test)]
pub mod tests;

use crate::cloud::{Ids, Settings};
use crate::project_id::ACCOUNT;
use crate::worlds::World;
use document::Document;
use faults::Scenarios;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a document calls itself.
const FORMAT: &str = "papercloud-world";

/// The version that this program writes and reads.
const VERSION: u32 = 1;

/// What is looked at before everything else: a later version may have other members.
#[derive(Debug, Deserialize)]
pub struct Header {
    format: String,
    version: u64,
}

/// What is wrong with a document.
#[derive(Debug)]
pub struct Wrong {
    /// Where, as in `jobs[3].run`.
    place: String,
    problem: String,
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.place, self.problem)
    }
}

impl Wrong {
    fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into() }
    }
}

impl Header {
    /// Refuses what this program cannot read.
    pub fn check(&self) -> Result<(), Wrong> {
        if self.format != FORMAT {
            let problem = format!("must be {FORMAT}, got {}", shown(&self.format));
            return Err(Wrong::new("format", problem));
        }
        if self.version != u64::from(VERSION) {
            let problem = format!("this program reads version {VERSION}, got {}", self.version);
            return Err(Wrong::new("version", problem));
        }
        Ok(())
    }
}

/// A world that was read, and is complete in itself.
#[derive(Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Snapshot(Document);

impl Snapshot {
    /// Takes down a world in which there have been so many requests. The account is the project
    /// that is called so. What had been deleted when its clock was turned last is forgotten first:
    /// a world forgets it with one of its next requests, and a document does not tell with which.
    pub fn of(world: &mut World, project_id: &str, requests: u64, settings: &Settings) -> Self {
        world.state.forget_deleted(world.state.clock.stood_at());
        Self(Document::of(world, project_id, requests, settings.seed))
    }

    /// Writes it.
    pub fn write(&self) -> String {
        let mut value = self.value();
        value.sort_all_objects();
        let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Refuses what is not of this project and seed, or does not fit together.
    pub fn check(&self, project_id: &str, settings: &Settings) -> Result<(), Wrong> {
        self.0.require_home(project_id, settings.seed)?;
        let id = if project_id == ACCOUNT { "" } else { project_id };
        check::check(&self.0, &Ids::of_project(settings.seed, id))?;
        check::check_runs(&self.value(), self.0.begun())
    }

    /// What it says it is.
    pub fn header(&self) -> Header {
        self.0.header()
    }

    /// Whose world it is, if it says so.
    pub fn project_id(&self) -> Option<&str> {
        self.0.project_id()
    }

    /// What the world is called.
    pub fn label(&self) -> Option<&str> {
        self.0.label()
    }

    /// How many requests there were.
    pub fn requests(&self) -> u64 {
        self.0.requests()
    }

    /// Puts everything into a new world, where the service knows these scenarios.
    pub fn settle(self, world: &mut World, known: &Scenarios<'_>) -> Result<(), Wrong> {
        self.0.settle(world, known)
    }

    fn value(&self) -> Value {
        let mut value = serde_json::to_value(&self.0).expect("every static has its word");
        without_idle_fractions(&mut value);
        value
    }
}

/// Makes every number whole that is.
fn without_idle_fractions(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(without_idle_fractions),
        Value::Object(members) => members.values_mut().for_each(without_idle_fractions),
        Value::Number(number) if number.is_f64() => {
            let written = number.to_string();
            let whole = written.strip_suffix(".0").and_then(|whole| whole.parse::<i64>().ok());
            if let Some(whole) = whole {
                *number = whole.into();
            }
        }
        _ => {}
    }
}

/// A text as messages show it: short, and without control characters.
fn shown(text: &str) -> String {
    let start: String = text.chars().take(64).collect();
    format!("{start:?}")
}
