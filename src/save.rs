//! The state of all worlds in the world file, from one start to the next.
//!
//! What the file says itself stays as it is written, byte for byte. The state is one more member,
//! `saved`, with a digest over its bytes: whatever was cut off, damaged or edited shows, and such a
//! file is neither loaded nor written over. In it are the worlds as [`snapshot`](crate::snapshot)
//! has them, the scenarios that were defined by calls, and the tokens that were issued, without
//! their texts. Journals and reports tell of the past and are not part of it.
//!
//! A file is written beside the old one and takes its place when it is complete, so that there is a
//! whole one at every moment. A lock beside it keeps a second Papercloud away.

mod disk;
mod envelope;
mod state;

pub use disk::{Done, SaveError, Saver};

use crate::config::Config;
use crate::world_file::WorldFile;
use crate::worlds::Worlds;
use std::path::Path;

/// The world file of a start: its text, and where the state goes at the end.
#[derive(Debug, Default)]
pub struct Opened {
    text: Option<String>,
    /// Where the state is saved, if it is.
    pub saver: Option<Saver>,
}

impl Opened {
    /// Opens what is configured. Where it is to be saved, nobody else can from now on.
    pub fn open(config: &Config) -> Result<Self, String> {
        let Some(path) = &config.world else {
            if config.save || config.save_seconds.is_some() {
                return Err("save needs the world file to save to: --world FILE".to_owned());
            }
            return Ok(Self::default());
        };
        if !config.save {
            if config.save_seconds.is_some() {
                return Err("save-seconds says how often to save, and needs --save".to_owned());
            }
            return Ok(Self { text: Some(read(path)?), saver: None });
        }
        let saver = Saver::lock(path)?;
        let text = if saver.path().exists() { Some(read(saver.path())?) } else { None };
        Ok(Self { text, saver: Some(saver) })
    }

    /// What the file says itself.
    pub fn world_file(&self) -> Result<Option<WorldFile>, String> {
        self.text.as_deref().map(WorldFile::parse).transpose()
    }

    /// Puts the saved state into a cloud that has just been made.
    pub fn load(self, cloud: &Worlds) -> Result<Option<Saver>, String> {
        let parts = self.text.as_deref().map(envelope::Parts::of).transpose()?;
        if let Some((text, content)) =
            parts.as_ref().and_then(|parts| Some((self.text.as_deref()?, parts.content?)))
        {
            state::load(text, content, cloud)?;
        }
        let own = parts.map(|parts| parts.own);
        Ok(self.saver.map(|saver| saver.keeping(own)))
    }
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| error.to_string())
}
