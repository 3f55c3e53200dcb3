//! Which certificate is served.

use std::path::PathBuf;
use std::str::FromStr;

/// Which certificate is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// A new one, signed by itself.
    SelfSigned,
    /// A certificate in PEM, or a chain that begins with it, and its key.
    Files {
        /// The certificate, or the chain.
        certificate: PathBuf,
        /// The key.
        key: PathBuf,
    },
}

impl FromStr for Certificate {
    type Err = String;

    /// Reads the flag's value.
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "self-signed" {
            return Ok(Self::SelfSigned);
        }
        match text.rsplit_once(':') {
            Some((certificate, key)) if !certificate.is_empty() && !key.is_empty() => {
                Ok(Self::Files { certificate: certificate.into(), key: key.into() })
            }
            _ => Err("must be self-signed or CERT.pem:KEY.pem".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_of_files_is_told_from_the_word() {
        assert_eq!(Certificate::from_str("self-signed"), Ok(Certificate::SelfSigned));
        let files = |certificate: &str, key: &str| {
            Ok(Certificate::Files { certificate: certificate.into(), key: key.into() })
        };
        assert_eq!(Certificate::from_str("a.pem:b.pem"), files("a.pem", "b.pem"));
        assert_eq!(Certificate::from_str("a:1.pem:b.pem"), files("a:1.pem", "b.pem"));
        for bad in ["", "self_signed", "a.pem", "a.pem:", ":b.pem"] {
            assert!(Certificate::from_str(bad).is_err(), "{bad}");
        }
    }
}
