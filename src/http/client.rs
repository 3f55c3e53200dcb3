//! Whether the client of a request is still connected: the server notes it, and what delays an answer
//! looks at it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tokio::sync::Notify;

/// Whether the client of a connection is still there. The server gives it to each request as an
/// extension, and looks only while somebody waits for the departure.
#[derive(Clone, Debug, Default)]
pub struct ClientWatch(Arc<Presence>);

#[derive(Debug, Default)]
struct Presence {
    is_watched: AtomicBool,
    has_left: AtomicBool,
    departure: Notify,
}

impl ClientWatch {
    /// Waits until the client has closed its side of the connection.
    pub async fn left(&self) {
        /// Stops the server's looking when the wait is over.
        struct Watching<'a>(&'a AtomicBool);
        impl Drop for Watching<'_> {
            fn drop(&mut self) {
                self.0.store(false, Relaxed);
            }
        }
        if !self.0.has_left.load(Relaxed) {
            self.0.is_watched.store(true, Relaxed);
            let _watching = Watching(&self.0.is_watched);
            self.0.departure.notified().await;
        }
    }

    /// Whether somebody waits for the departure.
    pub fn is_watched(&self) -> bool {
        self.0.is_watched.load(Relaxed)
    }

    /// The client has closed its side.
    pub fn note_departure(&self) {
        self.0.has_left.store(true, Relaxed);
        self.0.is_watched.store(false, Relaxed);
        self.0.departure.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_departure_is_looked_for_while_somebody_waits_and_known_after() {
        let client = ClientWatch::default();
        assert!(!client.is_watched());
        {
            let mut left = std::pin::pin!(client.left());
            let pending = std::future::poll_fn(|context| {
                std::task::Poll::Ready(left.as_mut().poll(context).is_pending())
            });
            assert!(pending.await && client.is_watched());
            client.note_departure();
            left.await;
        }
        assert!(!client.is_watched());
        client.left().await;
    }
}
