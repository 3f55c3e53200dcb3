//! Cuts or slows the bytes of an answer, as a fault wants.

use crate::faults::Disruption;
use crate::server::state::{ConnectionState, InFlight};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::Sleep;

/// How the bytes of an answer go out.
#[derive(Debug)]
pub enum WriteMode {
    /// As they are.
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
pub struct Head {
    /// How many bytes of it have been seen.
    seen: usize,
    /// Whether it only says that the request may go on, and another one follows.
    interim: bool,
    /// How many characters of the empty line that ends it have been seen.
    ending: usize,
}

/// A body that goes out in pieces.
#[derive(Debug)]
pub struct Drip {
    /// How many bytes are left.
    left: usize,
    /// How many bytes a piece has.
    piece: usize,
    /// The pause before each.
    pause: Duration,
    /// The present pause.
    sleep: Pin<Box<Sleep>>,
    /// How much of the present piece may go out.
    allowed: usize,
    /// The answer is in flight until all of it has gone out.
    _until_sent: InFlight,
}

/// In how many pieces a slow body goes out.
const PIECES: u32 = 10;

/// How many bytes each piece of a slow body has, and the pause before it.
fn pieces(body: usize, whole: Duration) -> (usize, Duration) {
    let pieces = PIECES.min(u32::try_from(body).unwrap_or(PIECES)).max(1);
    (body.div_ceil(pieces as usize), whole / pieces)
}

impl WriteMode {
    /// What is done to a body of so many bytes.
    pub fn to_body(disruption: Disruption, body: usize, state: &Arc<ConnectionState>) -> Self {
        match disruption {
            Disruption::Reset => Self::Pass,
            Disruption::Truncate => Self::Cut(body / 2),
            Disruption::Slow(whole) => Self::Drip(Drip::new(body, whole, state)),
        }
    }

    /// Notes that these bytes have gone out.
    pub fn note(&mut self, bytes: &[u8], state: &Arc<ConnectionState>) {
        match self {
            Self::Pass => {}
            Self::Head(head, disruption, body) => {
                head.read(bytes);
                if head.is_over() {
                    *self = Self::to_body(*disruption, *body, state);
                }
            }
            Self::Cut(left) => *left -= bytes.len(),
            Self::Drip(drip) => {
                drip.left -= bytes.len();
                drip.allowed -= bytes.len();
            }
        }
    }
}

impl Drip {
    fn new(body: usize, whole: Duration, state: &Arc<ConnectionState>) -> Self {
        let (piece, pause) = pieces(body, whole);
        let sleep = Box::pin(tokio::time::sleep(pause));
        Self { left: body, piece, pause, sleep, allowed: 0, _until_sent: state.begin() }
    }

    /// Whether all of it has gone out.
    pub fn is_over(&self) -> bool {
        self.left == 0
    }

    /// How many bytes may go out now, once some may.
    pub fn poll_allowed(&mut self, context: &mut Context<'_>) -> Poll<usize> {
        if self.allowed == 0 {
            ready!(self.sleep.as_mut().poll(context));
            self.allowed = self.piece.min(self.left);
            self.sleep = Box::pin(tokio::time::sleep(self.pause));
        }
        Poll::Ready(self.allowed)
    }
}

impl Head {
    /// How many of these bytes belong to it.
    pub fn read(&mut self, bytes: &[u8]) -> usize {
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

    /// Whether its end has been seen.
    pub fn is_over(&self) -> bool {
        self.ending == 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    /// When how many bytes of a slow body go out, to a client that takes so many of them at once.
    async fn pieces_of(body: usize, whole: Duration, taken: usize) -> Vec<(u128, usize)> {
        let state = Arc::new(ConnectionState::default());
        let mut mode = WriteMode::to_body(Disruption::Slow(whole), body, &state);
        let (begun, mut seen) = (now(), Vec::new());
        loop {
            let WriteMode::Drip(drip) = &mut mode else { unreachable!("it is slow to its end") };
            if drip.is_over() {
                return seen;
            }
            let allowed = std::future::poll_fn(|context| drip.poll_allowed(context)).await;
            let taken = allowed.min(taken);
            seen.push(((now() - begun).as_millis(), taken));
            mode.note(&vec![0; taken], &state);
        }
    }

    #[expect(clippy::disallowed_methods, reason = "time is paused, and moved by the runtime")]
    fn now() -> Instant {
        Instant::now()
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_body_goes_out_in_ten_pieces_each_after_a_tenth_of_the_time() {
        let whole = Duration::from_secs(10);
        let seen = pieces_of(49, whole, usize::MAX).await;
        let expected: Vec<_> =
            (1..=10).map(|piece| (piece * 1_000, if piece < 10 { 5 } else { 4 })).collect();
        assert_eq!(seen, expected);
        assert_eq!(pieces_of(1, whole, 1).await, [(10_000, 1)], "a byte is one piece");
        assert_eq!(pieces_of(0, whole, 1).await, [], "there is nothing to wait for");
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_less_than_a_piece_gets_the_rest_of_it_at_once() {
        let seen = pieces_of(30, Duration::from_secs(1), 2).await;
        let expected: Vec<_> =
            (1..=10).flat_map(|piece| [(piece * 100, 2), (piece * 100, 1)]).collect();
        assert_eq!(seen, expected);
    }

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
