//! What a connection is doing. Reading, writing and answering note it, and the watchdog checks it.

use super::unread::Unread;
use super::wire::PendingDisruption;
use crate::http::ClientWatch;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

/// What a connection is doing.
///
/// Nothing here reads a clock: the marks only tell whether anything has moved since the last check.
#[derive(Debug, Default)]
pub struct ConnectionState {
    /// What a fault does to the next answer.
    pub disruption: PendingDisruption,
    /// Whether the client is still there.
    pub client: ClientWatch,
    /// The unread rest of the present request's body, once its reader has gone.
    pub unread: Unread,
    /// Requests that are being answered.
    in_flight: AtomicU32,
    /// How many requests have begun, and how many have ended, added up.
    begun_and_ended: AtomicU32,
    /// How often bytes went out.
    writes: AtomicU32,
    /// Whether bytes of the next request have come, and it has not begun.
    coming: AtomicBool,
    /// Whether the client takes no more bytes at the moment.
    blocked: AtomicBool,
    /// Whether the request that is coming has taken too long.
    late: AtomicBool,
    /// Whether the client is still sending what nobody is going to read.
    ignored: AtomicBool,
}

/// What a connection is doing, and a mark that changes when it gets on with that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// A request is being answered, which has time-outs of its own.
    Busy,
    /// Nothing.
    Idle(u32),
    /// The head of a request is coming.
    Head(u32),
    /// Waiting for the client to read.
    Blocked(u32),
}

/// A request in flight, until this is dropped.
#[derive(Debug)]
pub struct InFlight(Arc<ConnectionState>);

impl ConnectionState {
    /// A request begins.
    pub fn begin(self: &Arc<Self>) -> InFlight {
        self.in_flight.fetch_add(1, Relaxed);
        self.begun_and_ended.fetch_add(1, Relaxed);
        self.coming.store(false, Relaxed);
        InFlight(Arc::clone(self))
    }

    /// Bytes have come.
    pub fn has_received(&self) {
        if self.in_flight.load(Relaxed) == 0 {
            self.coming.store(true, Relaxed);
        }
    }

    /// Bytes have gone out.
    pub fn has_sent(&self) {
        self.writes.fetch_add(1, Relaxed);
        self.blocked.store(false, Relaxed);
    }

    /// The client takes no more bytes.
    pub fn has_stalled(&self) {
        self.blocked.store(true, Relaxed);
    }

    /// Whether there has never been a request.
    pub fn is_fresh(&self) -> bool {
        self.begun_and_ended.load(Relaxed) == 0 && !self.coming.load(Relaxed)
    }

    /// The request that is coming has taken too long.
    pub fn expire(&self) {
        self.late.store(true, Relaxed);
    }

    /// Whether it has.
    pub fn is_late(&self) -> bool {
        self.late.load(Relaxed)
    }

    /// The rest of what the client sends is not going to be read.
    pub fn ignore_the_rest(&self) {
        self.ignored.store(true, Relaxed);
    }

    /// Whether the client may still be sending when its connection ends: the rest of a body, or a
    /// head that could not be read.
    pub fn may_be_sent_more(&self) -> bool {
        self.ignored.load(Relaxed) || self.coming.load(Relaxed)
    }

    /// What it is doing at this moment.
    pub fn phase(&self) -> Phase {
        let (begun_and_ended, writes) =
            (self.begun_and_ended.load(Relaxed), self.writes.load(Relaxed));
        if self.blocked.load(Relaxed) {
            return Phase::Blocked(writes);
        }
        if self.in_flight.load(Relaxed) > 0 {
            return Phase::Busy;
        }
        if self.coming.load(Relaxed) {
            return Phase::Head(begun_and_ended);
        }
        Phase::Idle(begun_and_ended.wrapping_add(writes))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.begun_and_ended.fetch_add(1, Relaxed);
        self.0.in_flight.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_idle_then_receives_then_is_busy_and_idle_again() {
        let state = Arc::new(ConnectionState::default());
        assert!(state.is_fresh());
        assert_eq!(state.phase(), Phase::Idle(0));
        state.has_received();
        assert_eq!(state.phase(), Phase::Head(0));
        assert!(state.may_be_sent_more());
        let in_flight = state.begin();
        state.has_received();
        assert_eq!(state.phase(), Phase::Busy);
        assert!(!state.may_be_sent_more());
        drop(in_flight);
        assert_eq!(state.phase(), Phase::Idle(2));
        state.has_stalled();
        assert_eq!(state.phase(), Phase::Blocked(0));
        state.has_sent();
        assert_eq!(state.phase(), Phase::Idle(3));
        assert!(!state.is_fresh());
    }
}
