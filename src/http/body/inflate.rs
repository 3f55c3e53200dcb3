//! Bodies that came compressed.

use crate::error::Refusal;
use crate::http::reply::shown_header;
use axum::http::{HeaderMap, header};
use flate2::bufread::MultiGzDecoder;
use flate2::{Decompress, FlushDecompress, Status};
use std::io::Read;

/// How a body was compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Not at all.
    Identity,
    /// As a file of gzip.
    Gzip,
    /// By deflate, within zlib's frame as RFC 9110 has it, or without one as some clients send it.
    Deflate,
}

/// How many bytes are inflated at once.
const PIECE: usize = 16 << 10;

impl Coding {
    /// What the headers of a request say.
    pub fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let mut codings = headers.get_all(header::CONTENT_ENCODING).iter();
        let Some(coding) = codings.next() else { return Ok(Self::Identity) };
        let name = coding.to_str().unwrap_or("?").trim().to_ascii_lowercase();
        match (name.as_str(), codings.next()) {
            ("identity" | "", None) => Ok(Self::Identity),
            ("gzip" | "x-gzip", None) => Ok(Self::Gzip),
            ("deflate", None) => Ok(Self::Deflate),
            _ => {
                let shown = shown_header(Some(coding));
                let reason = format!(
                    "the Content-Encoding of a request must be gzip or deflate, got {shown}"
                );
                Err(Refusal::UnsupportedBody { reason })
            }
        }
    }

    /// Inflates a body piece by piece, until there is no room for one.
    pub fn inflate(
        self,
        bytes: &[u8],
        take: impl FnMut(&[u8]) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        match self {
            Self::Identity => Ok(()),
            Self::Gzip => gunzip(bytes, take),
            Self::Deflate => inflate(bytes, take),
        }
    }
}

fn malformed(name: &str) -> Refusal {
    let reason = format!("the body is not {name}, which its Content-Encoding says it is");
    Refusal::MalformedRequest { reason }
}

fn gunzip(bytes: &[u8], mut take: impl FnMut(&[u8]) -> Result<(), Refusal>) -> Result<(), Refusal> {
    let mut decoder = MultiGzDecoder::new(bytes);
    let mut piece = vec![0; PIECE];
    loop {
        match decoder.read(&mut piece).map_err(|_| malformed("gzip"))? {
            0 => return Ok(()),
            count => take(&piece[..count])?,
        }
    }
}

fn inflate(
    mut bytes: &[u8],
    mut take: impl FnMut(&[u8]) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let is_framed = matches!(bytes, [first, second, ..]
        if first & 0x0f == 8 && u16::from_be_bytes([*first, *second]) % 31 == 0);
    let mut inflater = Decompress::new(is_framed);
    let mut piece = vec![0; PIECE];
    loop {
        let (read, written) = (inflater.total_in(), inflater.total_out());
        let status = inflater.decompress(bytes, &mut piece, FlushDecompress::None);
        let status = status.map_err(|_| malformed("deflate"))?;
        let progress = |now: u64, before: u64| usize::try_from(now - before).unwrap_or_default();
        let count = progress(inflater.total_out(), written);
        take(&piece[..count])?;
        bytes = &bytes[progress(inflater.total_in(), read)..];
        match status {
            Status::StreamEnd if bytes.is_empty() => return Ok(()),
            Status::Ok | Status::BufError if count > 0 || !bytes.is_empty() => {}
            _ => return Err(malformed("deflate")),
        }
    }
}
