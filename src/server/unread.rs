//! The body of a request that is answered before all of it has come: one for no operation, one that
//! may not be sent, one whose body is too large.
//!
//! What is left of such a body is drained before the answer goes out.
//! Where it is too long, or does not come, the answer has to say that the connection ends.

use super::state::ConnectionState;
use axum::body::Bytes;
use axum::http::StatusCode;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// How many bytes are drained at most: more than any accepted body may have.
const MOST_BYTES: u64 = 80 << 20;

/// How long that may take at most. It is longer than a client on this machine needs, and shorter
/// than a client waits for an answer.
const LONGEST: Duration = Duration::from_secs(5);

/// A body that returns to its connection if the handler drops it before its end.
#[derive(Debug)]
pub struct LentBody {
    /// Nothing once it has gone back.
    body: Option<Incoming>,
    /// Whether it was polled, which sends `100 Continue` to a client that waits for it.
    is_wanted: bool,
    has_ended: bool,
    has_failed: bool,
    state: Arc<ConnectionState>,
}

/// Where the rest of a body goes that was not read to its end.
#[derive(Debug, Default)]
pub struct Unread(Mutex<Option<Rest>>);

/// The rest of a body.
#[derive(Debug)]
pub struct Rest {
    body: Incoming,
    is_wanted: bool,
    has_failed: bool,
}

impl LentBody {
    /// The body of a request on this connection.
    pub fn new(body: Incoming, state: Arc<ConnectionState>) -> Self {
        Self { body: Some(body), is_wanted: false, has_ended: false, has_failed: false, state }
    }
}

impl Body for LentBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        self.is_wanted = true;
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = ready!(Pin::new(body).poll_frame(context));
        self.has_ended = frame.is_none();
        self.has_failed = matches!(frame, Some(Err(_)));
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}

impl Drop for LentBody {
    fn drop(&mut self) {
        if self.has_ended || self.is_end_stream() {
            return;
        }
        if let Some(body) = self.body.take() {
            let Self { is_wanted, has_failed, .. } = *self;
            self.state.unread.put(Rest { body, is_wanted, has_failed });
        }
    }
}

impl Unread {
    fn put(&self, rest: Rest) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(rest);
    }

    /// The rest of the last body, if there is one.
    pub fn take(&self) -> Option<Rest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Rest {
    /// Drains a body to its end. False if it does not come to one, or if nobody should wait for it:
    /// a client that `expects` to be asked for its body is told the answer instead, and one that
    /// was too slow is not given more time.
    pub async fn drain(self, expects: bool, status: StatusCode, within: Duration) -> bool {
        let is_unasked = expects && !self.is_wanted;
        if self.has_failed || is_unasked || status == StatusCode::REQUEST_TIMEOUT {
            return false;
        }
        let mut body = self.body;
        let mut left = MOST_BYTES;
        if body.size_hint().lower() > left {
            return false;
        }
        let to_its_end = async {
            while let Some(frame) =
                std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
            {
                let Ok(frame) = frame else { return false };
                let bytes = frame.data_ref().map_or(0, |bytes| bytes.len() as u64);
                match left.checked_sub(bytes) {
                    Some(less) => left = less,
                    None => return false,
                }
            }
            true
        };
        tokio::time::timeout(within.min(LONGEST), to_its_end).await.unwrap_or(false)
    }
}
