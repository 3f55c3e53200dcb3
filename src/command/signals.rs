//! Waits for what stops a service: a signal, or the end of standard input where that is asked for.

use std::io::{copy, sink, stdin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// How long after the first signal a second one is taken for the same: a terminal signals a whole
/// group of processes, and `timeout` signals its child and then the group.
const SAME_SIGNAL: Duration = Duration::from_secs(1);

/// The signals that stop the service.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    /// None where it was ignored at the start, as under `nohup`.
    hang_up: Option<Signal>,
    input: Option<oneshot::Receiver<()>>,
}

/// Why a service stops.
#[derive(Clone, Copy, Debug)]
pub enum Stop {
    /// A signal, by its name.
    Signal(&'static str),
    /// Standard input has ended.
    Input,
}

impl Signals {
    /// Listens from now on; to standard input too, if its end is to stop the service.
    pub fn listen(stop_with_stdin: bool) -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: if ignores_hang_up() { None } else { Some(signal(SignalKind::hangup())?) },
            input: if stop_with_stdin { Some(end_of_input()?) } else { None },
        })
    }

    /// What stops the service: the next signal that does, or the end of standard input.
    pub async fn stop(&mut self) -> Stop {
        // Only the first reason may be this one: whoever stops the service by a signal, and closes
        // the pipe too, does not want it to end at once.
        let input = self.input.take();
        tokio::select! {
            (name, _) = self.received() => Stop::Signal(name),
            () = ended(input) => Stop::Input,
        }
    }

    /// The name and the number of the next signal.
    async fn received(&mut self) -> (&'static str, i32) {
        let hang_up = async {
            match &mut self.hang_up {
                Some(signal) => signal.recv().await,
                None => std::future::pending().await,
            }
        };
        let (name, kind) = tokio::select! {
            _ = self.terminate.recv() => ("SIGTERM", SignalKind::terminate()),
            _ = self.interrupt.recv() => ("SIGINT", SignalKind::interrupt()),
            _ = hang_up => ("SIGHUP", SignalKind::hangup()),
        };
        (name, kind.as_raw_value())
    }

    /// Ends at once when another signal comes, though not within a second of the first; what was
    /// not saved by then is lost.
    pub fn end_at_the_next(mut self, runtime: Runtime, ending: Ending) -> Result<(), String> {
        let wait = move || {
            let (name, number) = runtime.block_on(async {
                let same = async {
                    loop {
                        self.received().await;
                    }
                };
                let _: Result<(), _> = tokio::time::timeout(SAME_SIGNAL, same).await;
                self.received().await
            });
            ending.claim();
            tracing::warn!(signal = name, "ending at once: nothing is drained or saved any more");
            std::process::exit(128 + number);
        };
        let spawned = std::thread::Builder::new().name("second signal".to_owned()).spawn(wait);
        spawned.map(drop).map_err(|error| error.to_string())
    }
}

/// Whether SIGHUP was ignored when the program started, as far as the system says so: Linux does. It
/// has to be asked before anything listens for that signal.
pub fn ignores_hang_up() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores_first(&status))
}

/// Whether the signals that a status calls ignored have the first among them, which is SIGHUP.
fn ignores_first(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask & 1 == 1)
}

/// Reads standard input to its end, and then sends word. The thread lasts as long as the process
/// where nothing ends it.
fn end_of_input() -> std::io::Result<oneshot::Receiver<()>> {
    let (word, end) = oneshot::channel();
    let read = move || {
        // What cannot be read has ended as well.
        let _ = copy(&mut stdin().lock(), &mut sink());
        let _ = word.send(());
    };
    std::thread::Builder::new().name("standard input".to_owned()).spawn(read)?;
    Ok(end)
}

/// Waits for the end of standard input, or for ever.
async fn ended(input: Option<oneshot::Receiver<()>>) {
    match input {
        Some(end) => drop(end.await),
        None => std::future::pending().await,
    }
}

/// Decides which thread ends the process, and so its exit status: the first to claim it.
#[derive(Clone, Debug, Default)]
pub struct Ending(Arc<AtomicBool>);

impl Ending {
    /// Returns for the first caller; any other waits here until the process ends.
    pub fn claim(&self) {
        if self.0.swap(true, Ordering::AcqRel) {
            loop {
                std::thread::park();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ignored_hang_up_is_read_from_the_status() {
        assert!(ignores_first("Name:\tx\nSigIgn:\t0000000000001001\nSigCgt:\t1"));
        assert!(!ignores_first("SigIgn:\t0000000000001000\nSigCgt:\t1"));
        assert!(!ignores_first("Name:\tx"));
    }
}
