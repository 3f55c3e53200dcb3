//! What requests are answered with: the worlds, and how the service is set up around them.

use crate::auth::AuthMode;
use crate::auth::guard::Guard;
use crate::config::Transport;
use crate::persist::{SaveError, Saved, Saver};
use crate::worlds::Worlds;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::time::Duration;

/// What requests are answered with.
#[derive(Debug)]
pub struct App {
    pub worlds: Worlds,
    /// How credentials are looked at.
    pub auth: AuthMode,
    /// The bodies of requests.
    pub bodies: Bodies,
    /// Who may control.
    pub guard: Guard,
    /// How requests come in.
    pub transport: Transport,
    /// Where the state of the worlds is saved, if it is.
    pub saver: Option<Saver>,
    /// Tells it from a Papercloud that was there before.
    pub instance: String,
    /// Whether the server is stopping, so that answers which go on for ever end.
    pub stopping: AtomicBool,
}

impl App {
    /// Saves the state of the worlds, if it is configured.
    pub fn save(&self) -> Option<Result<Saved, SaveError>> {
        Some(self.saver.as_ref()?.save(&self.worlds))
    }
}

/// The bodies of all requests that are received or answered.
#[derive(Clone, Debug)]
pub struct Bodies {
    /// How long one may take to arrive.
    pub timeout: Duration,
    /// How many bytes there are of all of them together.
    pub taken: Arc<AtomicUsize>,
}

impl Bodies {
    /// None yet, and this time for each.
    pub fn within(timeout: Duration) -> Self {
        Self { timeout, taken: Arc::default() }
    }
}
