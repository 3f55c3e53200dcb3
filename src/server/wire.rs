//! The wire: a connection's bytes on their way, and what faults do to them.
//!
//! The HTTP library sends every answer whole. So the disruption that an answer carries is noted at
//! its connection, and the bytes of that answer are reset, cut off or held back here.

mod pending;
mod write_mode;

pub use pending::PendingDisruption;

use super::refusals::Refusals;
use super::state::ConnectionState;
use super::stream::Stream;
use crate::faults::Disruption;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;
use write_mode::{Head, WriteMode};

/// How long the connection of a client that is still sending is kept after its answer. Closing it at
/// once would reset it, and the answer might be lost.
const LINGER: Duration = Duration::from_secs(2);

/// How many bytes it may send meanwhile: more than any accepted body may have.
const LINGER_BYTES: usize = 80 << 20;

/// A connection.
#[derive(Debug)]
pub struct Wire {
    stream: Stream,
    state: Arc<ConnectionState>,
    refusals: Arc<Refusals>,
    mode: WriteMode,
    /// A byte of the next request, read while looking whether the client is still there.
    ahead: Option<u8>,
    /// Whether TLS still has bytes that the client does not take.
    flushing: bool,
    lingering: Option<Lingering>,
}

/// The time and bytes that are left to a client that is still sending.
#[derive(Debug)]
struct Lingering {
    time: Pin<Box<Sleep>>,
    bytes: usize,
}

impl Wire {
    /// A connection.
    pub fn new(stream: Stream, refusals: Arc<Refusals>) -> Self {
        Self {
            stream,
            state: Arc::default(),
            refusals,
            mode: WriteMode::Pass,
            ahead: None,
            flushing: false,
            lingering: None,
        }
    }

    /// What it is doing.
    pub fn state(&self) -> &Arc<ConnectionState> {
        &self.state
    }

    /// Sends a text, and ends the connection.
    pub async fn turn_away(mut self, text: &[u8]) {
        self.state.ignore_the_rest();
        if self.stream.send(text).await.is_ok() {
            let _ =
                std::future::poll_fn(|context| Pin::new(&mut self).poll_shutdown(context)).await;
        }
    }

    /// Whether bytes go out as they are.
    fn is_undisturbed(&self) -> bool {
        matches!(self.mode, WriteMode::Pass) && !self.state.disruption.is_any()
    }

    /// How many of these bytes may go out now.
    fn allow(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if let Some((disruption, body)) = self.state.disruption.take() {
            self.mode = WriteMode::Head(Head::default(), disruption, body);
        }
        loop {
            match &mut self.mode {
                WriteMode::Pass => return Poll::Ready(Ok(bytes.len())),
                WriteMode::Head(_, Disruption::Reset, _) => {
                    // Without lingering the end of the connection is a reset.
                    let _ = self.stream.socket().set_zero_linger();
                    return Poll::Ready(Err(ErrorKind::ConnectionReset.into()));
                }
                WriteMode::Head(head, ..) => {
                    let mut head = *head;
                    return Poll::Ready(Ok(head.read(bytes)));
                }
                WriteMode::Cut(0) => return Poll::Ready(Err(ErrorKind::ConnectionAborted.into())),
                WriteMode::Cut(left) => return Poll::Ready(Ok(bytes.len().min(*left))),
                WriteMode::Drip(drip) if drip.is_over() => self.mode = WriteMode::Pass,
                WriteMode::Drip(drip) => {
                    let allowed = ready!(drip.poll_allowed(context));
                    return Poll::Ready(Ok(bytes.len().min(allowed)));
                }
            }
        }
    }

    /// Notes whether the client takes bytes.
    fn note(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Pending => self.state.has_stalled(),
            Poll::Ready(_) => self.state.has_sent(),
        }
        written
    }

    /// Checks whether the client has closed its side while a fault delays its answer: the HTTP library
    /// reads nothing then.
    fn check_for_departure(&mut self, context: &mut Context<'_>) {
        if self.ahead.is_some() || !self.state.client.is_watched() {
            return;
        }
        let mut byte = [0];
        let mut buffer = ReadBuf::new(&mut byte);
        match Pin::new(&mut self.stream).poll_read(context, &mut buffer) {
            Poll::Pending => {}
            Poll::Ready(Ok(())) if !buffer.filled().is_empty() => self.ahead = Some(byte[0]),
            Poll::Ready(_) => self.state.client.note_departure(),
        }
    }

    /// Sends the refusal of a head that takes too long.
    fn refuse_late_head(&mut self, context: &mut Context<'_>) -> io::Error {
        // Nothing has gone out for a while, so there is room for all of it.
        let text = self.refusals.late_head();
        let _ = Pin::new(&mut self.stream).poll_write(context, &text);
        let _ = Pin::new(&mut self.stream).poll_flush(context);
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
        if buffer.remaining() > 0
            && let Some(byte) = wire.ahead.take()
        {
            buffer.put_slice(&[byte]);
            wire.state.has_received();
            return Poll::Ready(Ok(()));
        }
        if wire.state.is_late() {
            return Poll::Ready(Err(wire.refuse_late_head(context)));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut wire.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            wire.state.has_received();
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
        let allowed = ready!(wire.allow(context, bytes))?;
        let written = Pin::new(&mut wire.stream).poll_write(context, &bytes[..allowed]);
        let written = ready!(wire.note(written))?;
        wire.mode.note(&bytes[..written], &wire.state);
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if !self.is_undisturbed() {
            let first = slices.iter().find(|slice| !slice.is_empty());
            return self.poll_write(context, first.map_or(&[], |slice| slice));
        }
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.note(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let WriteMode::Cut(0) = self.mode {
            return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
        }
        self.check_for_departure(context);
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if flushed.is_pending() {
            self.flushing = true;
            self.state.has_stalled();
        } else if std::mem::take(&mut self.flushing) {
            self.state.has_sent();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        const ROUNDS: usize = 64;
        let wire = &mut *self;
        if wire.lingering.is_none() {
            ready!(Pin::new(&mut wire.stream).poll_shutdown(context))?;
            if !wire.state.may_be_sent_more() {
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
