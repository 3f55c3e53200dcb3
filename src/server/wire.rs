//! The wire: a connection's bytes on their way, and what faults and refusals do to them.
//!
//! The HTTP library sends every answer whole. So whoever answers leaves an order at the connection
//! that it answers on, and the bytes of that answer are reset, cut off or held back here. In HTTP/2
//! the same is done to the stream of the answer (`stream_fault.rs`), and never here: others share
//! the connection.

mod doing;
mod orders;
mod refused;

pub use doing::pieces;
pub use orders::{Desk, Orders, disrupt};

use super::activity::Activity;
use super::refusals::Refusals;
use super::stream::Stream;
use crate::faults::Disruption;
use axum::http::StatusCode;
use doing::{Doing, Head};
use refused::Refused;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// What a client of HTTP/2 begins with.
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How long a client that is still sending is listened to after its answer. To close before would
/// reset the connection, and the answer might be lost with it.
const LINGER: Duration = Duration::from_secs(2);

/// How many bytes it may send meanwhile: more than any body that is taken.
const LINGER_BYTES: usize = 32 << 20;

/// A connection.
#[derive(Debug)]
pub struct Wire {
    stream: Stream,
    activity: Arc<Activity>,
    refusals: Arc<Refusals>,
    /// What was read to find out which HTTP it is, and how much of that has been read again.
    first: [u8; PREFACE.len()],
    held: usize,
    given: usize,
    doing: Doing,
    /// Whether TLS still has bytes that the client does not take.
    flushing: bool,
    refused: Option<Refused>,
    lingering: Option<Lingering>,
}

/// What is left to a client that is still sending.
#[derive(Debug)]
struct Lingering {
    time: Pin<Box<Sleep>>,
    bytes: usize,
}

impl Wire {
    /// A connection.
    pub fn new(stream: Stream, activity: Arc<Activity>, refusals: Arc<Refusals>) -> Self {
        Self {
            stream,
            activity,
            refusals,
            first: [0; PREFACE.len()],
            held: 0,
            given: 0,
            doing: Doing::Pass,
            flushing: false,
            refused: None,
            lingering: None,
        }
    }

    /// Waits for the first bytes, as many as there are at once. False if there are none.
    pub async fn has_begun(&mut self) -> io::Result<bool> {
        std::future::poll_fn(|context| {
            let mut buffer = ReadBuf::new(&mut self.first[self.held..]);
            ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer))?;
            let count = buffer.filled().len();
            self.held += count;
            if count > 0 {
                self.activity.has_received();
            }
            Poll::Ready(Ok(count > 0))
        })
        .await
    }

    /// Reads on until it is clear whether they are the beginning of HTTP/2.
    pub async fn is_http2(&mut self) -> io::Result<bool> {
        while PREFACE.starts_with(&self.first[..self.held]) {
            if self.held == PREFACE.len() {
                return Ok(true);
            }
            if !self.has_begun().await? {
                break;
            }
        }
        Ok(false)
    }

    /// Says something, and ends the connection.
    pub async fn turn_away(mut self, text: Vec<u8>) {
        self.activity.ignore_the_rest();
        let mut refused = Refused::new(text);
        let stream = &mut self.stream;
        let said = std::future::poll_fn(|context| refused.poll_send(stream, context)).await;
        if said.is_ok() {
            let _ =
                std::future::poll_fn(|context| Pin::new(&mut self).poll_shutdown(context)).await;
        }
    }

    /// Whether bytes go out as they are.
    fn is_undisturbed(&self) -> bool {
        matches!(self.doing, Doing::Pass) && !self.activity.orders.are_any()
    }

    /// How many of these bytes may go out now.
    fn allow(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if let Some((disruption, body)) = self.activity.orders.take() {
            self.doing = Doing::Head(Head::default(), disruption, body);
        }
        loop {
            match &mut self.doing {
                Doing::Pass => return Poll::Ready(Ok(bytes.len())),
                Doing::Head(_, Disruption::Reset, _) => {
                    // Without lingering the end of the connection is a reset.
                    let _ = self.stream.socket().set_zero_linger();
                    return Poll::Ready(Err(ErrorKind::ConnectionReset.into()));
                }
                Doing::Head(head, ..) => {
                    let mut head = *head;
                    return Poll::Ready(Ok(head.read(bytes)));
                }
                Doing::Cut(0) => return Poll::Ready(Err(ErrorKind::ConnectionAborted.into())),
                Doing::Cut(left) => return Poll::Ready(Ok(bytes.len().min(*left))),
                Doing::Drip(drip) if drip.is_over() => self.doing = Doing::Pass,
                Doing::Drip(drip) => {
                    let allowed = ready!(drip.poll_allowed(context));
                    return Poll::Ready(Ok(bytes.len().min(allowed)));
                }
            }
        }
    }

    /// Keeps in mind whether the client takes bytes.
    fn note(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Pending => self.activity.has_stalled(),
            Poll::Ready(_) => self.activity.has_sent(),
        }
        written
    }

    /// Says in the gateway's words what the HTTP library says in none. Nothing if it does not
    /// refuse anything with these bytes, which count as written then.
    fn refuse(
        &mut self,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Option<Poll<io::Result<usize>>> {
        if self.refused.is_none() {
            let status = refused::status(bytes)?;
            self.refused = Some(Refused::new(self.refusals.write(status)));
            self.activity.ignore_the_rest();
        }
        let refused = self.refused.as_mut()?;
        let sent = refused.poll_send(&mut self.stream, context);
        Some(self.note(sent.map_ok(|()| bytes.len())))
    }

    /// Tells a client that its request takes too long.
    fn give_up(&mut self, context: &mut Context<'_>) -> io::Error {
        let text = self.refusals.write(StatusCode::REQUEST_TIMEOUT);
        // Nothing has gone out for a while, so there is room for all of it.
        let _ = Refused::new(text).poll_send(&mut self.stream, context);
        ErrorKind::TimedOut.into()
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let wire = &mut *self;
        if wire.given < wire.held {
            let count = buffer.remaining().min(wire.held - wire.given);
            buffer.put_slice(&wire.first[wire.given..wire.given + count]);
            wire.given += count;
            return Poll::Ready(Ok(()));
        }
        if wire.activity.is_late() {
            return Poll::Ready(Err(wire.give_up(context)));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut wire.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            wire.activity.has_received();
        }
        read
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let wire = &mut *self;
        if let Some(refused) = wire.refuse(context, bytes) {
            return refused;
        }
        let allowed = ready!(wire.allow(context, bytes))?;
        let written = Pin::new(&mut wire.stream).poll_write(context, &bytes[..allowed]);
        let written = ready!(wire.note(written))?;
        wire.doing.note(&bytes[..written], &wire.activity);
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first: &[u8] = slices.iter().find(|slice| !slice.is_empty()).map_or(&[], |slice| slice);
        if !self.is_undisturbed() || self.refused.is_some() || refused::status(first).is_some() {
            return self.poll_write(context, first);
        }
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.note(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Doing::Cut(0) = self.doing {
            return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
        }
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if flushed.is_pending() {
            self.flushing = true;
            self.activity.has_stalled();
        } else if std::mem::take(&mut self.flushing) {
            self.activity.has_sent();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        const ROUNDS: usize = 64;
        let wire = &mut *self;
        if wire.lingering.is_none() {
            ready!(Pin::new(&mut wire.stream).poll_shutdown(context))?;
            if !wire.activity.ignores_the_rest() {
                return Poll::Ready(Ok(()));
            }
        }
        let lingering = wire.lingering.get_or_insert_with(|| Lingering {
            time: Box::pin(tokio::time::sleep(LINGER)),
            bytes: LINGER_BYTES,
        });
        if lingering.time.as_mut().poll(context).is_ready() {
            return Poll::Ready(Ok(()));
        }
        let mut ignored = [0; 8192];
        for _ in 0..ROUNDS {
            let mut buffer = ReadBuf::new(&mut ignored);
            let read = ready!(Pin::new(&mut wire.stream).poll_read(context, &mut buffer));
            lingering.bytes = lingering.bytes.saturating_sub(buffer.filled().len());
            if read.is_err() || buffer.filled().is_empty() || lingering.bytes == 0 {
                return Poll::Ready(Ok(()));
            }
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
