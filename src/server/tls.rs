//! TLS: reads or makes the certificate, and accepts connections.

mod files;
mod self_signed;

use super::StartError;
use super::stream::Stream;
use crate::config::{Certificate, Config};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::fmt;
use std::io;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

/// The acceptor of TLS connections, and the certificate for clients to trust.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    /// The certificate, or the chain, in PEM.
    pub certificate: Arc<str>,
}

/// A certificate and its key.
struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    pem: String,
}

impl Tls {
    /// TLS as configured; writes the certificate to the file of `tls_certificate`.
    pub fn of(config: &Config) -> Result<Option<Self>, StartError> {
        let Some(certificate) = &config.tls else {
            if config.tls_certificate.is_some() {
                let reason = "tls_certificate needs tls (--tls), which makes or names one";
                return Err(StartError::Configuration(reason.to_owned()));
            }
            return Ok(None);
        };
        let identity = match certificate {
            Certificate::SelfSigned => self_signed::make(config),
            Certificate::Files { certificate, key } => files::read(certificate, key),
        };
        let tls = identity.and_then(Self::new).map_err(StartError::Tls)?;
        if let Some(file) = &config.tls_certificate {
            std::fs::write(file, tls.certificate.as_bytes()).map_err(|error| {
                StartError::Tls(format!("{} cannot be written: {error}", file.display()))
            })?;
        }
        Ok(Some(tls))
    }

    fn new(identity: Identity) -> Result<Self, String> {
        let Identity { chain, key, pem } = identity;
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        let mut config = builder.with_no_client_auth().with_single_cert(chain, key).map_err(
            |error| match error {
                rustls::Error::InconsistentKeys(_) => {
                    "the key is not the one that belongs to the certificate".to_owned()
                }
                other => format!("the certificate cannot be used: {other}"),
            },
        )?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { acceptor: Arc::new(config).into(), certificate: pem.into() })
    }

    /// Shakes hands.
    pub async fn accept(&self, stream: TcpStream) -> io::Result<Stream> {
        Ok(Stream::Tls(Box::new(self.acceptor.accept(stream).await?)))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Tls").finish_non_exhaustive()
    }
}
