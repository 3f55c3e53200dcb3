//! The body of a request, and whether all of it was read.
//!
//! Many requests are answered before their body has come: those for no operation, those that may
//! not be sent, those whose body is too large. The connection then ends with the answer, and has to
//! take care that a client which is still sending gets to read it.

use super::activity::Activity;
use axum::body::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// A body that tells its connection when nobody reads the rest of it.
#[derive(Debug)]
pub struct Watched {
    body: Incoming,
    has_ended: bool,
    activity: Arc<Activity>,
}

impl Watched {
    /// The body of a request on this connection.
    pub fn new(body: Incoming, activity: Arc<Activity>) -> Self {
        Self { body, has_ended: false, activity }
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        self.has_ended = frame.is_none();
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if !self.has_ended && !self.body.is_end_stream() {
            self.activity.ignore_the_rest();
        }
    }
}
