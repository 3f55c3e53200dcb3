//! What is there for the sake of tests: faults, the journal of requests, and what follows from it.
//!
//! All of it belongs to one world, is made with it and goes with its reset, so that tests in
//! different projects cannot disturb each other.

pub mod disarmed;
pub mod explain;
pub mod fault;
pub mod instructions;
pub mod journal;
pub mod lint;
pub mod repetition;
pub mod scenario;

use disarmed::Disarmed;
use fault::Faults;
use journal::Journal;
use lint::Lint;
use scenario::Entered;
use std::collections::BTreeMap;

/// What a world has for the sake of tests.
#[derive(Debug)]
pub struct Testing {
    /// Answers that are to go wrong.
    pub faults: Faults,
    /// Those that were taken back.
    pub disarmed: Disarmed,
    /// What was asked and answered.
    pub journal: Journal,
    /// The scenario that holds for every request that brings no other.
    pub scenario: Option<Box<str>>,
    /// The scenarios that requests have carried.
    pub scenarios: BTreeMap<Box<str>, Entered>,
    /// What clients do that they should not.
    pub lint: Lint,
    /// What a test calls its world.
    pub label: Option<Box<str>>,
    /// Whether each look at something unfinished moves the clock to its next event.
    pub auto_advance: bool,
}

impl Testing {
    /// Nothing armed, nothing recorded.
    pub fn new(key: u64, journal_bytes: usize) -> Self {
        Self {
            faults: Faults::new(key),
            disarmed: Disarmed::default(),
            journal: Journal::new(key, journal_bytes),
            scenario: None,
            scenarios: BTreeMap::new(),
            lint: Lint::default(),
            label: None,
            auto_advance: false,
        }
    }
}
