//! Hands a fault's disruption of the next answer from the handler to the wire.

use crate::faults::Disruption;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// What a fault does to the next answer.
#[derive(Debug, Default)]
pub struct PendingDisruption {
    /// Whether there is one, so that answers without one lock nothing.
    any: AtomicBool,
    /// The disruption, and how many bytes the body of the answer has.
    disruption: Mutex<Option<(Disruption, usize)>>,
}

impl PendingDisruption {
    /// Whether there is one.
    pub fn is_any(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    /// The disruption, once.
    pub fn take(&self) -> Option<(Disruption, usize)> {
        if !self.is_any() {
            return None;
        }
        self.any.store(false, Ordering::Release);
        self.disruption.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Does this to the answer that comes next, whose body has so many bytes.
    pub fn set(&self, disruption: Disruption, body: usize) {
        *self.disruption.lock().unwrap_or_else(PoisonError::into_inner) = Some((disruption, body));
        self.any.store(true, Ordering::Release);
    }
}
