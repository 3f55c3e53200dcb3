//! Saves the state to its file: the file is locked while the program runs, and each save writes a
//! second file beside it and renames that, so that a file is never half written.

use super::digest::Digesting;
use super::state::{self, Kept, Written};
use crate::worlds::Worlds;
use serde::Serialize;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Where the state of all worlds is saved.
#[derive(Debug)]
pub struct Saver {
    path: PathBuf,
    /// The parts of the file that no world holds.
    kept: Kept,
    /// The system releases it however the process ends.
    _lock: File,
    /// The digest of what was saved last; locked during a save, so that there is one at a time.
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
pub struct Saved {
    worlds: usize,
    left_out: usize,
    digest: String,
}

impl Saver {
    /// Locks the file, so that nobody else saves to it.
    pub fn lock(path: &Path) -> Result<Self, String> {
        let path = resolved(path)?;
        if path.exists() && !path.is_file() {
            return Err("cannot be saved to: it is no file".to_owned());
        }
        let name = beside(&path, "lock");
        let shown = name.display().to_string();
        let mut lock = private(OpenOptions::new().create(true).read(true).write(true))
            .open(name)
            .map_err(|error| format!("cannot be saved to: {shown}: {error}"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = lock.read_to_string(&mut holder);
                let holder = holder.lines().next().unwrap_or("whose process is not known");
                return Err(format!(
                    "another Papercloud saves to it, {holder}; each needs a file of its own ({shown} \
                     is locked)"
                ));
            }
            Err(TryLockError::Error(error)) => return Err(format!("{shown}: {error}")),
        }
        // For whoever comes second. Nothing depends on it.
        let _ = write_holder(&mut lock);
        Ok(Self { path, kept: Kept::default(), _lock: lock, last: Mutex::default() })
    }

    /// The same, for a file with these other parts.
    pub fn keeping(self, kept: Kept) -> Self {
        Self { kept, ..self }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Saves the state as it is now.
    pub fn save(&self, worlds: &Worlds) -> Result<Saved, SaveError> {
        self.write(worlds, true)
    }

    /// Saves the state, if it is not what was saved last.
    pub fn save_changes(&self, worlds: &Worlds) -> Result<Saved, SaveError> {
        self.write(worlds, false)
    }

    fn write(&self, worlds: &Worlds, in_any_case: bool) -> Result<Saved, SaveError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let beside = beside(&self.path, "saving");
        let written = self.write_to(&beside, worlds, last.as_deref().filter(|_| !in_any_case));
        let done = written.map_err(|cause| {
            let _ = std::fs::remove_file(&beside);
            SaveError { path: self.path.clone(), cause }
        })?;
        *last = Some(done.digest.clone());
        Ok(done)
    }

    /// Writes a whole file and puts it in the place of the old one, unless that has this digest.
    fn write_to(&self, beside: &Path, worlds: &Worlds, last: Option<&str>) -> io::Result<Saved> {
        // One that was left by a process that was killed may have other rights.
        match std::fs::remove_file(beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = private(OpenOptions::new().create_new(true).write(true)).open(beside)?;
        let mut out = Digesting::new(BufWriter::new(file));
        let Written { worlds, left_out } = state::write(&self.kept, worlds, &mut out)?;
        let (out, digest) = out.end()?;
        let file = out.into_inner()?;
        if last == Some(digest.as_str()) {
            drop(file);
            std::fs::remove_file(beside)?;
        } else {
            file.sync_all()?;
            std::fs::rename(beside, &self.path)?;
            sync_folder(&self.path)?;
        }
        Ok(Saved { worlds, left_out, digest })
    }
}

/// Says who holds a lock.
fn write_holder(lock: &mut File) -> io::Result<()> {
    lock.set_len(0)?;
    lock.rewind()?;
    writeln!(lock, "process {}", std::process::id())
}

/// The file that a path means, be it there or not: links are followed, so that each stays one and
/// what it leads to is replaced.
fn resolved(path: &Path) -> Result<PathBuf, String> {
    /// As many links as Linux follows.
    const MOST_LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        if let Ok(target) = path.read_link() {
            path = folder.join(target);
            continue;
        }
        let name = path.file_name().ok_or("cannot be saved to: it has no name")?;
        let shown = folder.display();
        let folder = folder.canonicalize();
        let folder = folder.map_err(|error| format!("cannot be saved to: {shown}: {error}"))?;
        return Ok(folder.join(name));
    }
    Err("cannot be saved to: it is a link that leads to itself".to_owned())
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
