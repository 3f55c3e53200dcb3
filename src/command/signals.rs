//! The signals that end a service.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that stop the service, and the one that must not: a terminal that goes away takes
/// nobody's worlds with it.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    /// Listens from now on.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// The name and the number of the next signal that stops.
    pub async fn received(&mut self) -> (&'static str, i32) {
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
