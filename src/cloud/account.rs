//! What all projects share: who may call, the tokens that were issued, and the settings.

use super::Identity;
use super::token::Tokens;
use crate::contract::Strictness;
use crate::credentials::Credentials;
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How the emulated cloud behaves, in every project.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Ids are drawn from it.
    pub seed: u64,
    /// Region that the emulated endpoints stand in.
    pub region: String,
    /// How long a job or a stage takes, in milliseconds of the project's clock.
    pub job_milliseconds: u32,
    /// Levels of the classes of rules.
    pub strictness: Strictness,
    /// Whether incremental migration is spelled `INCRMIGRATING`, as the documents have it, instead
    /// of `INCRMIGEATING`, which is what clients compare with.
    pub spell_incrmigrating: bool,
    /// Who may call.
    pub credentials: Credentials,
    /// How many jobs, migration tasks and backups a project may keep.
    pub max_jobs: usize,
}

/// What all projects share.
#[derive(Debug)]
pub struct Account {
    pub(super) settings: Settings,
    pub(super) tokens: RwLock<Tokens>,
    pub(super) tokens_name_scenarios: AtomicBool,
    records: [AtomicU64; 2],
    was_logged: AtomicBool,
}

/// How often the limit of what a project keeps was met.
#[derive(Clone, Copy, Debug)]
pub struct RecordCounts {
    /// Jobs, tasks, backups and tokens that made room for others.
    pub evicted: u64,
    /// Requests that would have needed room.
    pub refused: u64,
}

impl Account {
    /// An account that has issued no tokens.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            tokens: RwLock::default(),
            tokens_name_scenarios: AtomicBool::new(false),
            records: Default::default(),
            was_logged: AtomicBool::new(false),
        }
    }

    /// How the cloud behaves.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The first user: who calls where nothing says so.
    pub fn first_identity(&self) -> Identity {
        let user = self.settings.credentials.users.first();
        Identity::from(user.expect("the configuration always has a user"))
    }

    /// How often the limit of what a project keeps was met.
    pub fn record_counts(&self) -> RecordCounts {
        let [evicted, refused] = [0, 1].map(|at: usize| self.records[at].load(Ordering::Relaxed));
        RecordCounts { evicted, refused }
    }

    /// Counts records that made room for others.
    pub fn note_evicted(&self, number: usize) {
        self.records[0].fetch_add(number as u64, Ordering::Relaxed);
        self.log_once();
    }

    /// Counts a request that would have needed room.
    pub fn note_refused(&self) {
        self.records[1].fetch_add(1, Ordering::Relaxed);
        self.log_once();
    }

    fn log_once(&self) {
        if !self.was_logged.swap(true, Ordering::Relaxed) {
            let most = self.settings.max_jobs;
            tracing::warn!(
                flag = "max-jobs",
                most,
                "a limit is met; GET /_paper/report counts what it costs"
            );
        }
    }
}
