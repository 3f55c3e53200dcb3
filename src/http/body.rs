//! The body of a request: received within limits, inflated where it came compressed, read as a JSON
//! object.

mod inflate;

use super::reply::shown_header;
use crate::app::Bodies;
use crate::contract::check::Members;
use crate::contract::json::Json;
use crate::error::Refusal;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, header};
use inflate::Coding;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::Poll;

/// How many bytes the bodies may have together of all requests that are received or answered at the
/// same time: 256 MiB. Most of them have not said who they are when they send a body.
const MOST_AT_ONCE: usize = 256 << 20;

/// A body. Its bytes count for the limit of all bodies until this is dropped.
#[derive(Debug, Default)]
pub struct Received {
    /// The body, inflated where it was compressed.
    pub bytes: Bytes,
    /// The same as it was sent, which is what clients sign.
    pub sent: Bytes,
    _share: Share,
}

/// What a body takes of the bytes that all of them may have.
#[derive(Debug, Default)]
struct Share {
    of: Arc<AtomicUsize>,
    bytes: usize,
}

impl Share {
    fn add(&mut self, bytes: usize) -> Result<(), Refusal> {
        self.bytes += bytes;
        let taken = self.of.fetch_add(bytes, Relaxed) + bytes;
        if taken > MOST_AT_ONCE {
            Err(Refusal::TooManyBodies { most: MOST_AT_ONCE })
        } else {
            Ok(())
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.of.fetch_sub(self.bytes, Relaxed);
    }
}

impl Bodies {
    /// Receives a body of so many bytes at most, before and after it is inflated.
    pub async fn receive(
        &self,
        headers: &HeaderMap,
        body: Body,
        limit: usize,
    ) -> Result<Received, Refusal> {
        if body.is_end_stream() {
            return Ok(Received::default());
        }
        let coding = Coding::of(headers)?;
        require_utf_8(headers)?;
        let mut share = Share { of: Arc::clone(&self.taken), bytes: 0 };
        let mut bytes = {
            let mut whole = pin!(collect(body, limit, &mut share));
            // Most bodies arrive together with their head, and need no timer.
            match poll_fn(|context| Poll::Ready(whole.as_mut().poll(context))).await {
                Poll::Ready(whole) => whole?,
                Poll::Pending => {
                    let late = Refusal::BodyTimeout { limit: self.timeout.as_secs() };
                    tokio::time::timeout(self.timeout, whole).await.map_err(|_| late)??
                }
            }
        };
        let sent = bytes.clone();
        if coding != Coding::Identity {
            let mut inflated = Vec::new();
            coding.inflate(&bytes, |piece| {
                require_room(inflated.len() + piece.len(), limit)?;
                share.add(piece.len())?;
                inflated.extend_from_slice(piece);
                Ok(())
            })?;
            bytes = inflated.into();
        }
        if bytes.starts_with(BYTE_ORDER_MARK) {
            bytes = bytes.slice(BYTE_ORDER_MARK.len()..);
        }
        Ok(Received { bytes, sent, _share: share })
    }
}

impl Received {
    /// A body that did not come by a connection.
    pub fn of(bytes: Bytes) -> Self {
        Self { sent: bytes.clone(), bytes, ..Self::default() }
    }
}

/// Some programs begin text in UTF-8 with it.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a body to its end.
async fn collect(mut body: Body, limit: usize, share: &mut Share) -> Result<Bytes, Refusal> {
    require_room(usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX), limit)?;
    let (mut whole, mut length) = (Pieces::default(), 0);
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|_| {
            let reason = "the body ended early or is not framed as HTTP".to_owned();
            Refusal::MalformedRequest { reason }
        })?;
        // What else comes are trailers, which say nothing here.
        let Ok(data) = frame.into_data() else { continue };
        length += data.len();
        require_room(length, limit)?;
        share.add(data.len())?;
        if length == data.len() && body.is_end_stream() {
            return Ok(data);
        }
        whole.add(&data);
    }
    Ok(whole.joined().into())
}

/// What has arrived of a body, in pieces of one size: many contiguous bodies that grow side by side would
/// fragment memory.
#[derive(Default)]
struct Pieces {
    full: Vec<Vec<u8>>,
    last: Vec<u8>,
}

impl Pieces {
    const SIZE: usize = 64 << 10;

    fn add(&mut self, mut data: &[u8]) {
        while data.len() > Self::SIZE - self.last.len() {
            let (fitting, rest) = data.split_at(Self::SIZE - self.last.len());
            self.last.extend_from_slice(fitting);
            self.full.push(std::mem::replace(&mut self.last, Vec::with_capacity(Self::SIZE)));
            data = rest;
        }
        self.last.extend_from_slice(data);
    }

    fn joined(self) -> Vec<u8> {
        if self.full.is_empty() {
            return self.last;
        }
        let mut whole = self.full.concat();
        whole.extend_from_slice(&self.last);
        whole
    }
}

fn require_room(bytes: usize, limit: usize) -> Result<(), Refusal> {
    if bytes > limit { Err(Refusal::BodyTooLarge { limit }) } else { Ok(()) }
}

/// JSON is UTF-8. A body that says it is anything else would be misread.
fn require_utf_8(headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else { return Ok(()) };
    let text = kind.to_str().unwrap_or_default();
    let charset = text.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    });
    let is_read = charset.is_none_or(|charset| {
        ["utf-8", "utf8", "us-ascii", "ascii"].iter().any(|it| it.eq_ignore_ascii_case(charset))
    });
    if is_read {
        return Ok(());
    }
    let shown = shown_header(Some(kind));
    let reason = format!("the request body must be in UTF-8, and its Content-Type is {shown}");
    Err(Refusal::UnsupportedBody { reason })
}

/// The members of a body that has to be a JSON object. `serde_json` says what was expected, and
/// the line and column of it.
pub fn members(body: &[u8]) -> Result<Members<'_>, Refusal> {
    let malformed = |problem: String| Refusal::MalformedBody { problem };
    if body.trim_ascii().is_empty() {
        return Err(Refusal::EmptyBody);
    }
    let text = std::str::from_utf8(body)
        .map_err(|error| malformed(format!("is not UTF-8 from byte {} on", error.valid_up_to())))?;
    let json =
        Json::parse(text).map_err(|error| malformed(format!("is not valid JSON: {error}")))?;
    match json {
        Json::Object(members) => Ok(members),
        other => Err(malformed(format!("must be a JSON object, got {}", other.type_name()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use std::io::Write;
    use std::time::Duration;

    const TEXT: &[u8] = b"{\"a\":1}";

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn raw_deflate(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn receive(
        bodies: &Bodies,
        headers: &[(&'static str, &'static str)],
        body: impl Into<Body>,
        limit: usize,
    ) -> Result<Received, Refusal> {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
        let headers: HeaderMap = headers.collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(bodies.receive(&headers, body.into(), limit))
    }

    fn bodies() -> Bodies {
        Bodies::within(Duration::from_secs(1))
    }

    #[test]
    fn a_body_is_inflated_as_its_encoding_says() {
        for (coding, sent) in [
            ("identity", TEXT.to_vec()),
            ("gzip", gzip(TEXT)),
            ("X-GZIP", gzip(TEXT)),
            ("deflate", zlib(TEXT)),
            ("deflate", raw_deflate(TEXT)),
        ] {
            let received =
                receive(&bodies(), &[("content-encoding", coding)], sent.clone(), 100).unwrap();
            assert_eq!(&received.bytes[..], TEXT, "{coding}");
            assert_eq!(received.sent, sent, "{coding}: it is signed as it was sent");
        }
    }

    #[test]
    fn a_body_that_is_not_what_its_encoding_says_is_malformed() {
        let (gzipped, deflated) = (gzip(TEXT), zlib(TEXT));
        for (coding, sent) in [
            ("gzip", TEXT.to_vec()),
            ("gzip", gzipped[..gzipped.len() - 1].to_vec()),
            ("gzip", [&gzipped[..], b"more"].concat()),
            ("deflate", TEXT.to_vec()),
            ("deflate", deflated[..deflated.len() - 1].to_vec()),
            ("deflate", [&deflated[..], b"more"].concat()),
        ] {
            let refused = receive(&bodies(), &[("content-encoding", coding)], sent, 100);
            let refusal = refused.map(drop).unwrap_err();
            assert!(matches!(refusal, Refusal::MalformedRequest { .. }), "{coding}: {refusal}");
        }
    }

    #[test]
    fn the_limit_holds_before_and_after_a_body_is_inflated() {
        let bomb = gzip(&vec![b' '; 100_000]);
        let limit = bomb.len();
        let (bodies, coding) = (bodies(), [("content-encoding", "gzip")]);
        let refused =
            |sent: Vec<u8>, limit| receive(&bodies, &coding, sent, limit).map(drop).unwrap_err();
        assert!(matches!(refused(bomb.clone(), limit), Refusal::BodyTooLarge { .. }));
        assert!(matches!(refused(bomb.clone(), limit - 1), Refusal::BodyTooLarge { .. }));
        assert_eq!(receive(&bodies, &coding, bomb, 100_000).unwrap().bytes.len(), 100_000);
        assert_eq!(bodies.taken.load(Relaxed), 0, "nothing is counted that is gone");
    }

    #[test]
    fn other_encodings_and_charsets_are_unsupported() {
        for header in [
            ("content-encoding", "br"),
            ("content-encoding", "gzip, deflate"),
            ("content-type", "application/json; charset=gbk"),
            ("content-type", "application/json;charset=\"UTF-16\""),
        ] {
            let refusal = receive(&bodies(), &[header], TEXT, 100).map(drop).unwrap_err();
            assert!(matches!(refusal, Refusal::UnsupportedBody { .. }), "{header:?}: {refusal}");
            assert!(receive(&bodies(), &[header], Body::empty(), 100).is_ok(), "{header:?}");
        }
        for kind in ["application/json; charset=UTF-8", "text/plain;charset=\"us-ascii\"", "a"] {
            assert!(receive(&bodies(), &[("content-type", kind)], TEXT, 100).is_ok(), "{kind}");
        }
    }

    #[test]
    fn pieces_of_a_body_are_joined_as_they_came() {
        let text: Vec<u8> = (0..=u8::MAX).cycle().take(3 * Pieces::SIZE + 7).collect();
        for size in [1_000, Pieces::SIZE, Pieces::SIZE + 1, 2 * Pieces::SIZE, text.len()] {
            let mut pieces = Pieces::default();
            text.chunks(size).for_each(|piece| pieces.add(piece));
            assert!(pieces.full.iter().all(|piece| piece.len() == Pieces::SIZE));
            assert_eq!(pieces.joined(), text, "{size} at once");
        }
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        let sent = [BYTE_ORDER_MARK, TEXT].concat();
        assert_eq!(&receive(&bodies(), &[], sent, 100).unwrap().bytes[..], TEXT);
    }

    #[test]
    fn all_bodies_together_have_a_limit() {
        let bodies = bodies();
        let held = receive(&bodies, &[], vec![b' '; 100], 100).unwrap();
        bodies.taken.fetch_add(MOST_AT_ONCE - 150, Relaxed);
        let refusal = receive(&bodies, &[], vec![b' '; 100], 100).map(drop).unwrap_err();
        assert!(matches!(refusal, Refusal::TooManyBodies { .. }), "{refusal}");
        drop(held);
        assert!(receive(&bodies, &[], vec![b' '; 100], 100).is_ok());
    }
}
