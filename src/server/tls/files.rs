//! A certificate and its key, read from files in PEM.

use super::Identity;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::Path;

/// Reads them, or says what is wrong with which file.
pub fn read(certificate: &Path, key: &Path) -> Result<Identity, String> {
    let pem = text(certificate)?;
    let wrong = |file: &Path, problem: &str| format!("{} {problem}", file.display());
    let chain = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<Vec<_>, _>>();
    let chain = chain.map_err(|error| wrong(certificate, &format!("is no PEM: {error}")))?;
    if chain.is_empty() {
        return Err(wrong(certificate, "has no certificate in PEM"));
    }
    let secret = text(key)?;
    let key = PrivateKeyDer::from_pem_slice(secret.as_bytes()).map_err(|error| {
        if secret.contains("ENCRYPTED") {
            let path = key.display();
            return wrong(
                key,
                &format!(
                    "has an encrypted key, and nobody is here to ask for its password: decrypt it, \
                     as with `openssl pkey -in {path} -out decrypted.pem`"
                ),
            );
        }
        match error {
            pem::Error::NoItemsFound => wrong(key, "has no private key in PEM"),
            other => wrong(key, &format!("is no PEM: {other}")),
        }
    })?;
    // What is shown to clients are the certificates alone: a file may have the key besides.
    let pem = if pem.contains("PRIVATE KEY") { only_certificates(&pem) } else { pem };
    Ok(Identity { chain, key, pem })
}

fn text(file: &Path) -> Result<String, String> {
    std::fs::read_to_string(file)
        .map_err(|error| format!("{} cannot be read: {error}", file.display()))
}

fn only_certificates(pem: &str) -> String {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let mut certificates = String::new();
    for part in pem.split(BEGIN).skip(1) {
        if let Some((body, _)) = part.split_once(END) {
            certificates.extend([BEGIN, body, END, "\n"]);
        }
    }
    certificates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_beside_its_certificate_is_not_shown() {
        let certificate = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
        let key = "-----BEGIN PRIVATE KEY-----\nBB==\n-----END PRIVATE KEY-----\n";
        assert_eq!(
            only_certificates(&format!("{key}{certificate}{key}{certificate}")),
            certificate.repeat(2)
        );
    }
}
