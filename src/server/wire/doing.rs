//! What a fault does to the bytes of an answer in HTTP/1.

use crate::server::activity::{Activity, InHand};
use crate::testing::fault::Disruption;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Sleep;

/// What is being done to the bytes that go out.
#[derive(Debug)]
pub enum Doing {
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
pub struct Head {
    /// How many bytes of it have been seen.
    seen: usize,
    /// Whether it only says that the request may go on, and another one follows.
    interim: bool,
    /// How many signs of the empty line that ends it have been seen.
    ending: usize,
}

/// A body that goes out in pieces.
#[derive(Debug)]
pub struct Drip {
    /// How many bytes are left.
    pub left: usize,
    /// How many bytes a piece has.
    pub piece: usize,
    /// The pause before each.
    pub pause: Duration,
    /// The present pause.
    pub sleep: Pin<Box<Sleep>>,
    /// How much of the present piece may go out.
    pub allowed: usize,
    /// The answer is in hand until all of it has gone out.
    _until_sent: InHand,
}

/// In how many pieces a slow body goes out.
const PIECES: u32 = 10;

/// How many bytes each piece of a slow body has, and the pause before it.
pub fn pieces(body: usize, whole: Duration) -> (usize, Duration) {
    let pieces = PIECES.min(u32::try_from(body).unwrap_or(PIECES)).max(1);
    (body.div_ceil(pieces as usize), whole / pieces)
}

impl Doing {
    /// What is done to a body of so many bytes.
    pub fn to_body(disruption: Disruption, body: usize, activity: &Arc<Activity>) -> Self {
        match disruption {
            Disruption::Reset => Self::Pass,
            Disruption::Truncate => Self::Cut(body / 2),
            Disruption::Slow(whole) => {
                let (piece, pause) = pieces(body, whole);
                let sleep = Box::pin(tokio::time::sleep(pause));
                let until_sent = activity.begin();
                Self::Drip(Drip {
                    left: body,
                    piece,
                    pause,
                    sleep,
                    allowed: 0,
                    _until_sent: until_sent,
                })
            }
        }
    }

    /// Notes that these bytes have gone out.
    pub fn note(&mut self, bytes: &[u8], activity: &Arc<Activity>) {
        match self {
            Self::Pass => {}
            Self::Head(head, disruption, body) => {
                head.read(bytes);
                if head.is_over() {
                    *self = Self::to_body(*disruption, *body, activity);
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
