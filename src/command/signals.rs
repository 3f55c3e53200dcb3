//! What ends a service: signals, and the end of standard input where that is asked for.

use std::io::{copy, sink, stdin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// The signals that stop the service, and the one that must not: a terminal that goes away takes
/// nobody's worlds with it.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
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
            hang_up: signal(SignalKind::hangup())?,
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

    /// The name and the number of the next signal that stops.
    async fn received(&mut self) -> (&'static str, i32) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => break ("SIGTERM", SignalKind::terminate().as_raw_value()),
                _ = self.interrupt.recv() => break ("SIGINT", SignalKind::interrupt().as_raw_value()),
                _ = self.hang_up.recv() => {
                    tracing::info!("SIGHUP changes nothing; SIGTERM and SIGINT stop");
                }
            }
        }
    }

    /// Ends at once when another signal comes; what was not saved by then is lost.
    pub fn end_at_the_next(mut self, runtime: Runtime, ending: Ending) -> Result<(), String> {
        let wait = move || {
            let (name, number) = runtime.block_on(self.received());
            ending.claim();
            tracing::warn!(signal = name, "ending at once: nothing is drained or saved any more");
            std::process::exit(128 + number);
        };
        let spawned = std::thread::Builder::new().name("second signal".to_owned()).spawn(wait);
        spawned.map(drop).map_err(|error| error.to_string())
    }
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

/// Who ends the process, with which status: the first to claim it. For the other there is nothing
/// left to do.
#[derive(Clone, Debug, Default)]
pub struct Ending(Arc<AtomicBool>);

impl Ending {
    /// Claims it, or waits for the end.
    pub fn claim(&self) {
        if self.0.swap(true, Ordering::AcqRel) {
            loop {
                std::thread::park();
            }
        }
    }
}
