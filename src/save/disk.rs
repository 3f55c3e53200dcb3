//! The file on the disk: locked while it is used, written beside the old one, and complete when it
//! takes its place.

use super::envelope::{self, SAVED, VERSION};
use super::state;
use crate::worlds::Worlds;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Where the state of all worlds is saved.
#[derive(Debug)]
pub struct Saver {
    path: PathBuf,
    /// What the file says itself.
    own: String,
    /// Held as long as this is there; the system lets go of it however the process ends.
    _lock: File,
    /// The digest of what was saved last. Whoever saves holds it meanwhile.
    last: Mutex<Option<String>>,
}

/// Why a state was not saved. The file is as it was before.
#[derive(Debug, thiserror::Error)]
#[error("{}: the worlds cannot be saved: {cause}; the file is as it was before", path.display())]
pub struct SaveError {
    path: PathBuf,
    cause: io::Error,
}

/// What was saved.
#[derive(Clone, Debug, Serialize)]
pub struct Done {
    worlds: usize,
    left_out: usize,
    digest: String,
}

impl Saver {
    /// Makes the file one that nobody else saves to.
    pub fn lock(path: &Path) -> Result<Self, String> {
        let path = resolved(path)?;
        if path.exists() && !path.is_file() {
            return Err("cannot be saved to: it is no file".to_owned());
        }
        let name = beside(&path, "lock");
        let shown = name.display().to_string();
        let lock = private(OpenOptions::new().create(true).write(true))
            .open(name)
            .map_err(|error| format!("cannot be saved to: {shown}: {error}"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let problem = "another Papercloud saves to it; each needs a file of its own";
                return Err(format!("{problem} ({shown} is locked)"));
            }
            Err(TryLockError::Error(error)) => return Err(format!("{shown}: {error}")),
        }
        Ok(Self { path, own: envelope::of_nothing(), _lock: lock, last: Mutex::default() })
    }

    /// The same, for a file that says this itself.
    pub fn keeping(self, own: Option<String>) -> Self {
        Self { own: own.unwrap_or(self.own), ..self }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Saves the state as it is now.
    pub fn save(&self, cloud: &Worlds) -> Result<Done, SaveError> {
        self.write(cloud, true)
    }

    /// Saves the state, if it is not what was saved last.
    pub fn save_changes(&self, cloud: &Worlds) -> Result<Done, SaveError> {
        self.write(cloud, false)
    }

    fn write(&self, cloud: &Worlds, in_any_case: bool) -> Result<Done, SaveError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let beside = beside(&self.path, "saving");
        let written = self.write_to(&beside, cloud, last.as_deref().filter(|_| !in_any_case));
        let done = written.map_err(|cause| {
            let _ = std::fs::remove_file(&beside);
            SaveError { path: self.path.clone(), cause }
        })?;
        *last = Some(done.digest.clone());
        Ok(done)
    }

    /// Writes a whole file and puts it in the place of the old one, unless that has this digest.
    fn write_to(&self, beside: &Path, cloud: &Worlds, last: Option<&str>) -> io::Result<Done> {
        // One that was left by a process that was killed may have other rights.
        match std::fs::remove_file(beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = private(OpenOptions::new().create_new(true).write(true)).open(beside)?;
        let mut out = BufWriter::new(file);
        let Self { own, .. } = self;
        let comma = if own.ends_with('{') { "" } else { "," };
        write!(out, "{own}{comma}\n  \"{SAVED}\": {{\"version\":{VERSION},\"content\":")?;
        let mut digesting = Digesting { out: &mut out, digest: Sha256::new() };
        let state::Written { worlds, left_out } = state::write(cloud, &mut digesting)?;
        let digest = envelope::digits(digesting.digest);
        write!(out, ",\"digest\":\"{digest}\"}}\n}}\n")?;
        let file = out.into_inner()?;
        if last == Some(digest.as_str()) {
            drop(file);
            std::fs::remove_file(beside)?;
        } else {
            file.sync_all()?;
            std::fs::rename(beside, &self.path)?;
            sync_folder(&self.path)?;
        }
        Ok(Done { worlds, left_out, digest })
    }
}

/// Passes bytes on, and digests them.
struct Digesting<'o, W> {
    out: &'o mut W,
    digest: Sha256,
}

impl<W: Write> Write for Digesting<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The file that a path means, so that a link stays one and its target is replaced.
fn resolved(path: &Path) -> Result<PathBuf, String> {
    match path.canonicalize() {
        Ok(path) => return Ok(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.to_string()),
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let name = path.file_name().ok_or("cannot be saved to: it has no name")?;
    let shown = folder.display();
    let folder = folder.canonicalize();
    let folder = folder.map_err(|error| format!("cannot be saved to: {shown}: {error}"))?;
    Ok(folder.join(name))
}

/// A file next to another one.
fn beside(path: &Path, purpose: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(purpose);
    name.into()
}

/// Only who runs Papercloud may read what it writes: a world file has keys and passwords.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Lets the new name of a file outlive a power failure.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
