//! What a connection is doing: noted by whoever reads, writes and answers on it, and looked at by
//! whoever ends it when that takes too long.

use super::wire::Orders;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

/// What a connection is doing.
///
/// Nothing here reads a clock: the marks only tell whether anything has moved since the last look.
#[derive(Debug, Default)]
pub struct Activity {
    /// What is ordered for the next answer.
    pub orders: Orders,
    /// Requests that are being answered.
    in_hand: AtomicU32,
    /// How many requests have begun, and how many have ended, added up.
    begun_and_ended: AtomicU32,
    /// How often bytes went out.
    writes: AtomicU32,
    /// Whether bytes of the next request have come, and it has not begun.
    coming: AtomicBool,
    /// Whether the client takes no more bytes at the moment.
    blocked: AtomicBool,
    /// Whether the connection is HTTP/2.
    multiplexed: AtomicBool,
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

/// A request in hand, until this is dropped.
#[derive(Debug)]
pub struct InHand(Arc<Activity>);

impl Activity {
    /// A request begins.
    pub fn begin(self: &Arc<Self>) -> InHand {
        self.in_hand.fetch_add(1, Relaxed);
        self.begun_and_ended.fetch_add(1, Relaxed);
        self.coming.store(false, Relaxed);
        // Whatever was left of the request before, this one has come behind it.
        self.ignored.store(false, Relaxed);
        InHand(Arc::clone(self))
    }

    /// The connection is HTTP/2, where requests have frames and not heads of bytes.
    pub fn speaks_http2(&self) {
        self.multiplexed.store(true, Relaxed);
    }

    /// Bytes have come.
    pub fn has_received(&self) {
        if self.in_hand.load(Relaxed) == 0 {
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

    /// Whether that is so.
    pub fn ignores_the_rest(&self) -> bool {
        self.ignored.load(Relaxed)
    }

    /// What it is doing at this moment.
    pub fn phase(&self) -> Phase {
        let (begun_and_ended, writes) =
            (self.begun_and_ended.load(Relaxed), self.writes.load(Relaxed));
        if self.blocked.load(Relaxed) {
            return Phase::Blocked(writes);
        }
        if self.in_hand.load(Relaxed) > 0 {
            return Phase::Busy;
        }
        if self.multiplexed.load(Relaxed) {
            // The frames that keep such a connection alive are not its use.
            return Phase::Idle(begun_and_ended);
        }
        if self.coming.load(Relaxed) {
            return Phase::Head(begun_and_ended);
        }
        Phase::Idle(begun_and_ended.wrapping_add(writes))
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        self.0.begun_and_ended.fetch_add(1, Relaxed);
        self.0.in_hand.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_idle_then_receives_then_is_busy_and_idle_again() {
        let activity = Arc::new(Activity::default());
        assert!(activity.is_fresh());
        assert_eq!(activity.phase(), Phase::Idle(0));
        activity.has_received();
        assert_eq!(activity.phase(), Phase::Head(0));
        let in_hand = activity.begin();
        activity.has_received();
        assert_eq!(activity.phase(), Phase::Busy);
        drop(in_hand);
        assert_eq!(activity.phase(), Phase::Idle(2));
        activity.has_stalled();
        assert_eq!(activity.phase(), Phase::Blocked(0));
        activity.has_sent();
        assert_eq!(activity.phase(), Phase::Idle(3));
        assert!(!activity.is_fresh());
    }

    #[test]
    fn what_keeps_a_multiplexed_connection_alive_does_not_keep_it_from_being_idle() {
        let activity = Arc::new(Activity::default());
        activity.speaks_http2();
        activity.has_received();
        activity.has_sent();
        assert_eq!(activity.phase(), Phase::Idle(0));
    }
}
