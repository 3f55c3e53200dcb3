//! The flags that say which certificates a command trusts, and the TLS client for them.

use clap::Args;
use papercloud::Certificate;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Whose certificate a command trusts; HTTPS is spoken if anything is said about that.
#[derive(Args, Debug)]
pub struct Trust {
    /// Speak HTTPS with a service that was started with the same: CERT.pem is trusted, and on this
    /// machine a self-signed certificate is, whichever it is
    #[arg(long, value_name = "self-signed|CERT.pem:KEY.pem")]
    tls: Option<Certificate>,
    /// Speak HTTPS, and trust the certificates in this file, as the flag of the service writes it
    #[arg(long, value_name = "FILE")]
    tls_certificate: Option<PathBuf>,
    /// Speak HTTPS, and trust whoever answers
    #[arg(long)]
    insecure: bool,
}

impl Trust {
    /// Whether HTTPS is to be spoken.
    pub fn is_asked_for(&self) -> bool {
        self.tls.is_some() || self.tls_certificate.is_some() || self.insecure
    }

    /// What trusts these files.
    pub fn of(tls: Option<Certificate>, tls_certificate: Option<PathBuf>) -> Self {
        Self { tls, tls_certificate, insecure: false }
    }

    /// The file of the certificates that are trusted.
    pub fn certificate(&self) -> Option<&Path> {
        match (&self.tls_certificate, &self.tls) {
            (Some(file), _) => Some(file),
            (None, Some(Certificate::Files { certificate, .. })) => Some(certificate),
            (None, _) => None,
        }
    }

    /// What speaks it with a host.
    pub fn client(&self, host: &str) -> Result<Arc<ClientConfig>, String> {
        let is_here =
            host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
        let provider = Arc::new(ring::default_provider());
        let verifier = match self.certificate() {
            Some(file) if !self.insecure => Verifier::trusting(file, provider.clone())?,
            _ if self.insecure || is_here => Verifier::of_any(provider.clone()),
            _ => {
                return Err(format!(
                    "the certificate of {host} is not known: name its file with \
                     --tls-certificate, or trust whoever answers with --insecure"
                ));
            }
        };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        let builder = builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
        Ok(Arc::new(builder.with_no_client_auth()))
    }
}

/// Trusts the certificates of a file, what they have signed, or whoever answers.
#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    known: Vec<CertificateDer<'static>>,
    chains: Option<Arc<WebPkiServerVerifier>>,
}

impl Verifier {
    fn of_any(provider: Arc<CryptoProvider>) -> Self {
        Self { provider, known: Vec::new(), chains: None }
    }

    fn trusting(file: &Path, provider: Arc<CryptoProvider>) -> Result<Self, String> {
        let wrong = |problem: &str| format!("{} {problem}", file.display());
        let pem =
            std::fs::read(file).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
        let known = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>();
        let known = known.map_err(|error| wrong(&format!("is no PEM: {error}")))?;
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(known.iter().cloned());
        let chains = WebPkiServerVerifier::builder_with_provider(roots.into(), provider.clone())
            .build()
            .map_err(|_| wrong("has no certificate that can be trusted"))?;
        Ok(Self { provider, known, chains: Some(chains) })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match &self.chains {
            Some(chains) if !self.known.contains(end_entity) => chains.verify_server_cert(
                end_entity,
                intermediates,
                server_name,
                ocsp_response,
                now,
            ),
            _ => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
