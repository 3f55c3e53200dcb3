//! The wire: a connection's bytes on their way out, and what a fault does to them.
//!
//! The HTTP library sends every answer whole. So whoever answers leaves an order at the connection
//! that it answers on, and the bytes of that answer are reset, cut off or held back here.

use crate::testing::fault::Disruption;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

tokio::task_local! {
    /// The orders of the connection that the running task serves.
    static ORDERS: Orders;
}

/// What is ordered for the next answer on a connection.
#[derive(Clone, Debug, Default)]
pub struct Orders(Arc<Ordered>);

#[derive(Debug, Default)]
struct Ordered {
    /// Whether there is an order, so that those without one lock nothing.
    any: AtomicBool,
    /// The order, and how many bytes the body has.
    order: Mutex<Option<(Disruption, usize)>>,
}

impl Orders {
    /// Serves a connection, so that its answers can leave orders.
    pub fn follow<F: Future>(self, connection: F) -> impl Future<Output = F::Output> {
        ORDERS.scope(self, connection)
    }

    fn are_any(&self) -> bool {
        self.0.any.load(Ordering::Acquire)
    }

    fn take(&self) -> Option<(Disruption, usize)> {
        if !self.are_any() {
            return None;
        }
        self.0.any.store(false, Ordering::Release);
        self.0.order.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Orders what is done to the answer that the running task is about to give, whose body has so many
/// bytes on the wire.
pub fn disrupt(disruption: Disruption, body: usize) {
    let left = ORDERS.try_with(|Orders(ordered)| {
        let mut order = ordered.order.lock().unwrap_or_else(PoisonError::into_inner);
        *order = Some((disruption, body));
        ordered.any.store(true, Ordering::Release);
    });
    if left.is_err() {
        tracing::warn!("an answer without a connection cannot be disrupted");
    }
}

/// A connection.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    orders: Orders,
    doing: Doing,
}

/// What is being done to the bytes that go out.
#[derive(Debug)]
enum Doing {
    /// Nothing.
    Pass,
    /// The head goes out as it is; what is done to the body comes after it.
    Head(Head, Disruption, usize),
    /// So many bytes go out, and then the connection ends.
    Cut(usize),
    /// So many bytes go out in pieces, each after a pause.
    Drip(Drip),
}

/// The search for the end of an answer's head.
#[derive(Clone, Copy, Debug, Default)]
struct Head {
    /// How many bytes of it have been seen.
    seen: usize,
    /// Whether it only says that the request may go on, and another one follows.
    interim: bool,
    /// How many signs of the empty line that ends it have been seen.
    ending: usize,
}

/// A body that goes out in pieces.
#[derive(Debug)]
struct Drip {
    left: usize,
    piece: usize,
    pause: Duration,
    sleep: Pin<Box<Sleep>>,
    /// How much of the present piece may go out.
    allowed: usize,
}

/// In how many pieces a slow body goes out.
const PIECES: u32 = 10;

impl Wire {
    /// A connection, and where orders for it are left.
    pub fn new(stream: TcpStream) -> (Self, Orders) {
        let orders = Orders::default();
        (Self { stream, orders: orders.clone(), doing: Doing::Pass }, orders)
    }

    /// Whether bytes go out as they are.
    fn is_undisturbed(&self) -> bool {
        matches!(self.doing, Doing::Pass) && !self.orders.are_any()
    }

    /// How many of these bytes may go out now.
    fn allow(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if let Some((disruption, body)) = self.orders.take() {
            self.doing = Doing::Head(Head::default(), disruption, body);
        }
        loop {
            match &mut self.doing {
                Doing::Pass => return Poll::Ready(Ok(bytes.len())),
                Doing::Head(_, Disruption::Reset, _) => {
                    // Without lingering the end of the connection is a reset.
                    let _ = self.stream.set_zero_linger();
                    return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
                }
                Doing::Head(head, ..) => {
                    let mut head = *head;
                    return Poll::Ready(Ok(head.read(bytes)));
                }
                Doing::Cut(0) => return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into())),
                Doing::Cut(left) => return Poll::Ready(Ok(bytes.len().min(*left))),
                Doing::Drip(Drip { left: 0, .. }) => self.doing = Doing::Pass,
                Doing::Drip(drip) => {
                    if drip.allowed == 0 {
                        ready!(drip.sleep.as_mut().poll(context));
                        drip.allowed = drip.piece.min(drip.left);
                        drip.sleep = Box::pin(tokio::time::sleep(drip.pause));
                    }
                    return Poll::Ready(Ok(bytes.len().min(drip.allowed)));
                }
            }
        }
    }

    /// Notes that these bytes have gone out.
    fn note(&mut self, bytes: &[u8]) {
        match &mut self.doing {
            Doing::Pass => {}
            Doing::Head(head, disruption, body) => {
                head.read(bytes);
                if head.is_over() {
                    self.doing = Doing::to_body(*disruption, *body);
                }
            }
            Doing::Cut(left) => *left -= bytes.len(),
            Doing::Drip(drip) => {
                drip.left -= bytes.len();
                drip.allowed -= bytes.len();
            }
        }
    }
}

impl Doing {
    /// What is done to a body of so many bytes.
    fn to_body(disruption: Disruption, body: usize) -> Self {
        match disruption {
            Disruption::Reset => Self::Pass,
            Disruption::Truncate => Self::Cut(body / 2),
            Disruption::Slow(whole) => {
                let pieces = PIECES.min(u32::try_from(body).unwrap_or(PIECES)).max(1);
                let pause = whole / pieces;
                let sleep = Box::pin(tokio::time::sleep(pause));
                let piece = body.div_ceil(pieces as usize);
                Self::Drip(Drip { left: body, piece, pause, sleep, allowed: 0 })
            }
        }
    }
}

impl Head {
    /// How many of these bytes belong to it.
    fn read(&mut self, bytes: &[u8]) -> usize {
        /// Where the first digit of the status is.
        const STATUS: usize = "HTTP/1.1 ".len();
        for (at, byte) in bytes.iter().enumerate() {
            if self.seen == STATUS {
                self.interim = *byte == b'1';
            }
            self.seen += 1;
            self.ending = match (self.ending, byte) {
                (2, b'\r') => 3,
                (_, b'\r') => 1,
                (1, b'\n') => 2,
                (3, b'\n') if self.interim => {
                    *self = Self::default();
                    0
                }
                (3, b'\n') => {
                    self.ending = 4;
                    return at + 1;
                }
                _ => 0,
            };
        }
        bytes.len()
    }

    fn is_over(&self) -> bool {
        self.ending == 4
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let allowed = ready!(self.allow(context, bytes))?;
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, &bytes[..allowed]))?;
        self.note(&bytes[..written]);
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.is_undisturbed() {
            return Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        }
        let first = slices.iter().find(|slice| !slice.is_empty());
        self.poll_write(context, first.map_or(&[], |slice| slice))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Doing::Cut(0) = self.doing {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_ends_at_the_empty_line_wherever_the_bytes_are_cut() {
        let bytes = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\na: b\r\n\r\n{}";
        for cut in 0..=bytes.len() {
            let mut head = Head::default();
            let mut length = head.read(&bytes[..cut]);
            if !head.is_over() {
                length += head.read(&bytes[cut..]);
            }
            assert!(head.is_over() && length == bytes.len() - 2, "{cut}");
        }
    }
}
