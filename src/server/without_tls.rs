//! The stand-in for `tls.rs` in a build without the feature `tls`.

use super::StartError;
use super::stream::Stream;
use crate::config::Config;
use std::io;
use std::sync::Arc;
use tokio::net::TcpStream;

/// A certificate, of which there is none.
#[derive(Clone, Debug)]
pub struct Tls {
    never: std::convert::Infallible,
    /// The certificate in PEM.
    pub certificate: Arc<str>,
}

impl Tls {
    /// None.
    #[expect(clippy::unnecessary_wraps, reason = "as it is where there is TLS")]
    pub fn of(_: &Config) -> Result<Option<Self>, StartError> {
        Ok(None)
    }

    /// Never happens.
    #[expect(clippy::unused_async, reason = "as it is where there is TLS")]
    pub async fn accept(&self, _: TcpStream) -> io::Result<Stream> {
        match self.never {}
    }
}
