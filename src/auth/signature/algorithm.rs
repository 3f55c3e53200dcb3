//! The algorithms that clients sign with: hash, key and the text that is signed.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use sm3::Sm3;
use std::fmt::Write;

/// An algorithm that clients sign with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// What every SDK takes unless told otherwise.
    Sha256,
    /// The same with another hash.
    Sm3,
    /// With a key derived for one day, region and service.
    Derived,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sha256, Self::Sm3, Self::Derived];

    /// The word that the header starts with.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SDK-HMAC-SHA256",
            Self::Sm3 => "SDK-HMAC-SM3",
            Self::Derived => "V11-HMAC-SHA256",
        }
    }

    /// The words of all of them, as messages have them.
    pub fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// The algorithm that a header names.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// The header that carries a body's hash where the client computed it.
    pub const fn content_header(self) -> &'static str {
        match self {
            Self::Sha256 | Self::Derived => "x-sdk-content-sha256",
            Self::Sm3 => "x-sdk-content-sm3",
        }
    }

    /// The hash in hexadecimal digits.
    pub fn hash(self, bytes: &[u8]) -> String {
        match self {
            Self::Sha256 | Self::Derived => hexadecimal(&Sha256::digest(bytes)),
            Self::Sm3 => hexadecimal(&Sm3::digest(bytes)),
        }
    }

    /// The key that signs: the secret key itself, or what is derived from it for a scope.
    pub fn signing_key(self, access_key: &str, secret_key: &str, scope: Option<&str>) -> Vec<u8> {
        match (self, scope) {
            (Self::Derived, Some(info)) => {
                // HKDF of one block; its hexadecimal digits are the key, not its bytes.
                let pseudo_random = self.mac(access_key.as_bytes(), secret_key.as_bytes());
                let block = self.mac(&pseudo_random, &[info.as_bytes(), &[1]].concat());
                hexadecimal(&block).into_bytes()
            }
            (_, Some(scope)) => {
                let start = format!("SDK{secret_key}").into_bytes();
                scope.split('/').fold(start, |key, part| self.mac(&key, part.as_bytes()))
            }
            (_, None) => secret_key.as_bytes().to_vec(),
        }
    }

    /// The text that is signed.
    pub fn string_to_sign(self, date: &str, scope: Option<&str>, canonical: &str) -> String {
        let (name, hash) = (self.name(), self.hash(canonical.as_bytes()));
        match scope {
            Some(scope) => format!("{name}\n{date}\n{scope}\n{hash}"),
            None => format!("{name}\n{date}\n{hash}"),
        }
    }

    /// Whether a text has this signature. A near miss takes as long as a far one.
    pub fn signed(self, key: &[u8], text: &str, signature: &str) -> bool {
        let Some(signature) = bytes(signature) else { return false };
        match self {
            Self::Sha256 | Self::Derived => {
                keyed::<Hmac<Sha256>>(key, text.as_bytes()).verify_slice(&signature).is_ok()
            }
            Self::Sm3 => keyed::<Hmac<Sm3>>(key, text.as_bytes()).verify_slice(&signature).is_ok(),
        }
    }

    /// The signature of a text.
    #[cfg(test)]
    pub fn sign(self, key: &[u8], text: &str) -> String {
        hexadecimal(&self.mac(key, text.as_bytes()))
    }

    fn mac(self, key: &[u8], text: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 | Self::Derived => {
                keyed::<Hmac<Sha256>>(key, text).finalize().into_bytes().to_vec()
            }
            Self::Sm3 => keyed::<Hmac<Sm3>>(key, text).finalize().into_bytes().to_vec(),
        }
    }
}

fn keyed<M: Mac + KeyInit>(key: &[u8], text: &[u8]) -> M {
    let mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.chain_update(text)
}

/// Bytes as hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes everything");
        text
    })
}

/// The bytes that hexadecimal digits stand for.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    pairs.map(|pair| u8::from_str_radix(pair.filter(|pair| pair.len() == 2)?, 16).ok()).collect()
}
