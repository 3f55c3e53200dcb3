//! What requests are answered with: the worlds, and how the service is set up around them.

use crate::auth::AuthMode;
use crate::auth::guard::Guard;
use crate::config::Transport;
use crate::save::{Done, SaveError, Saver};
use crate::worlds::Worlds;
use std::time::Duration;

/// What requests are answered with.
#[derive(Debug)]
pub struct App {
    /// The worlds.
    pub worlds: Worlds,
    /// How credentials are looked at.
    pub auth: AuthMode,
    /// How long a body may take to arrive.
    pub body_timeout: Duration,
    /// Who may control.
    pub guard: Guard,
    /// How requests come in.
    pub transport: Transport,
    /// Where the state of the worlds is saved, if it is.
    pub saver: Option<Saver>,
    /// Tells it from a Papercloud that was there before.
    pub instance: String,
}

impl App {
    /// Saves the state of the worlds, if it is configured.
    pub fn save(&self) -> Option<Result<Done, SaveError>> {
        Some(self.saver.as_ref()?.save(&self.worlds))
    }
}
