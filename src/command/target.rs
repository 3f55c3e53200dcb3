//! The Papercloud that a command asks, and how it is spoken to.

#[cfg(feature = "tls")]
use super::trust::Trust;
use clap::Args;
use papercloud::Endpoint;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// The Papercloud that a command asks.
#[derive(Args, Debug)]
pub struct Target {
    #[command(flatten)]
    endpoint: Endpoint,
    #[cfg(feature = "tls")]
    #[command(flatten)]
    trust: Trust,
}

/// A way to reach it.
#[derive(Debug)]
pub struct Line {
    /// The address.
    pub address: SocketAddr,
    #[cfg(feature = "tls")]
    tls: Option<std::sync::Arc<rustls::ClientConfig>>,
}

/// What a call is written to, and its answer read from.
pub trait Connection: Read + Write {}

impl<T: Read + Write> Connection for T {}

impl Target {
    /// How it is reached, or what is wrong with the certificate that it is to be trusted by.
    #[cfg_attr(
        not(feature = "tls"),
        expect(clippy::unnecessary_wraps, reason = "only a certificate can be wrong")
    )]
    pub fn line(&self) -> Result<Line, String> {
        let address = reachable(self.endpoint);
        Ok(Line {
            address,
            #[cfg(feature = "tls")]
            tls: self.trust.client(address)?,
        })
    }

    /// The endpoint to give to a client, without a slash at the end.
    pub fn url(&self) -> String {
        let address = reachable(self.endpoint);
        #[cfg(feature = "tls")]
        if self.trust.is_asked_for() {
            return format!("https://{address}");
        }
        format!("http://{address}")
    }
}

impl Line {
    /// Connects; each step may take so long.
    pub fn connect(&self, limit: Duration) -> std::io::Result<Box<dyn Connection>> {
        let stream = TcpStream::connect_timeout(&self.address, limit)?;
        stream.set_read_timeout(Some(limit))?;
        stream.set_write_timeout(Some(limit))?;
        #[cfg(feature = "tls")]
        if let Some(config) = &self.tls {
            let name = self.address.ip().into();
            let client = rustls::ClientConnection::new(std::sync::Arc::clone(config), name);
            let client = client.map_err(std::io::Error::other)?;
            return Ok(Box::new(rustls::StreamOwned::new(client, stream)));
        }
        Ok(Box::new(stream))
    }
}

/// An address that a service on every interface is reached at.
fn reachable(endpoint: Endpoint) -> SocketAddr {
    let host = match endpoint.host {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        host => host,
    };
    Endpoint { host, ..endpoint }.address()
}
