//! The digest at the end of a saved document, by which a cut, damaged or edited file is recognised.

use super::Problem;
use crate::auth::hexadecimal;
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// How the member begins; what is digested ends before it.
const MEMBER: &str = ",\n  \"digest\": \"";

/// Passes bytes on, and digests them.
pub struct Digesting<W> {
    out: W,
    digest: Sha256,
}

impl<W: Write> Digesting<W> {
    /// Nothing yet.
    pub fn new(out: W) -> Self {
        Self { out, digest: Sha256::new() }
    }

    /// Ends the document with the digest of it.
    pub fn end(mut self) -> io::Result<(W, String)> {
        let digest = digits(self.digest);
        write!(self.out, "{MEMBER}{digest}\"\n}}\n")?;
        Ok((self.out, digest))
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Holds a text against the digest that it ends with.
pub fn check(text: &str, digest: &str) -> Result<(), Problem> {
    let before = text.rfind(MEMBER).and_then(|end| text.get(..end));
    if before.is_some_and(|before| digits(Sha256::new_with_prefix(before)) == digest) {
        return Ok(());
    }
    let problem = "is not that of what stands before it, which was changed or damaged after it was \
                   written; take this member out to start with the rest as it is";
    Err(Problem::new("digest", problem))
}

fn digits(digest: Sha256) -> String {
    format!("sha256:{}", hexadecimal(&digest.finalize()))
}
