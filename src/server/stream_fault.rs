//! What a fault does to an answer in HTTP/2. It hits the stream of its answer only, because the
//! requests of others may be on the same connection: a reset is one of the stream, and a truncated
//! body ends with one.

use super::activity::InHand;
use super::wire::pieces;
use crate::faults::Disruption;
use axum::body::{Body, Bytes};
use axum::http::Response;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::io::{Error, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::Sleep;

/// How long the reset at the end of a truncated body is held back: it overtakes what has not gone
/// out yet, and the half that is to arrive would not.
const AFTER_THE_HALF: Duration = Duration::from_millis(20);

/// Does it to an answer. An error resets the stream.
pub async fn apply(
    disruption: Disruption,
    response: Response<Body>,
    in_hand: InHand,
) -> Result<Response<Body>, Error> {
    let (head, body) = response.into_parts();
    let promised = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let reset = || Error::from(ErrorKind::ConnectionReset);
    let bytes = axum::body::to_bytes(body, promised).await.map_err(|_| reset())?;
    let (left, piece, pause, cut) = match disruption {
        Disruption::Reset => return Err(reset()),
        Disruption::Truncate => {
            let half = bytes.slice(..promised / 2);
            (half, promised, Duration::ZERO, true)
        }
        Disruption::Slow(whole) => {
            let (piece, pause) = pieces(promised, whole);
            (bytes, piece, pause, false)
        }
    };
    let sleep = Box::pin(tokio::time::sleep(pause));
    let promised = promised as u64;
    let body = Disrupted { left, promised, piece, pause, cut, sleep, _until_sent: in_hand };
    Ok(Response::from_parts(head, Body::new(body)))
}

/// A body in pieces, each after a pause, or the first half of one.
#[derive(Debug)]
struct Disrupted {
    left: Bytes,
    promised: u64,
    piece: usize,
    pause: Duration,
    cut: bool,
    sleep: Pin<Box<Sleep>>,
    _until_sent: InHand,
}

impl HttpBody for Disrupted {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if self.left.is_empty() && !self.cut {
            return Poll::Ready(None);
        }
        ready!(self.sleep.as_mut().poll(context));
        if self.left.is_empty() {
            return Poll::Ready(Some(Err(ErrorKind::ConnectionReset.into())));
        }
        let pause = if self.cut { AFTER_THE_HALF } else { self.pause };
        self.sleep = Box::pin(tokio::time::sleep(pause));
        let count = self.piece.min(self.left.len());
        let piece = self.left.split_to(count);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty() && !self.cut
    }
}
