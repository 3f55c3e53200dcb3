//! Orders: what whoever answers a request wants done to the connection that the answer goes to.

use crate::faults::Disruption;
use crate::server::activity::Activity;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

tokio::task_local! {
    /// The desk of the request that the running task answers.
    static DESK: Desk;
}

/// What is ordered for an answer.
#[derive(Debug, Default)]
pub struct Orders {
    /// Whether there is an order, so that those without one lock nothing.
    any: AtomicBool,
    /// The order, and how many bytes the body has.
    order: Mutex<Option<(Disruption, usize)>>,
}

impl Orders {
    /// Whether there is one.
    pub fn are_any(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    /// The order, once.
    pub fn take(&self) -> Option<(Disruption, usize)> {
        if !self.are_any() {
            return None;
        }
        self.any.store(false, Ordering::Release);
        self.order.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn leave(&self, disruption: Disruption, body: usize) {
        *self.order.lock().unwrap_or_else(PoisonError::into_inner) = Some((disruption, body));
        self.any.store(true, Ordering::Release);
    }
}

/// Where an answer's orders are left.
#[derive(Clone, Debug)]
pub enum Desk {
    /// In HTTP/1 answers follow one another, so they share that of their connection.
    Connection(Arc<Activity>),
    /// In HTTP/2 each has its own.
    Stream(Arc<Orders>),
}

impl Desk {
    /// Answers a request, so that the answer can leave orders.
    pub fn attend<F: Future>(self, answer: F) -> impl Future<Output = F::Output> {
        DESK.scope(self, answer)
    }
}

/// Orders what is done to the answer that the running task is about to give, whose body has so many
/// bytes on the wire.
pub fn disrupt(disruption: Disruption, body: usize) {
    let left = DESK.try_with(|desk| match desk {
        Desk::Connection(activity) => activity.orders.leave(disruption, body),
        Desk::Stream(orders) => orders.leave(disruption, body),
    });
    if left.is_err() {
        tracing::warn!("an answer without a connection cannot be disrupted");
    }
}
