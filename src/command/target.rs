//! The flags that say which Papercloud a command calls: its address, token and certificate.

use super::client::Service;
#[cfg(feature = "tls")]
use super::trust::Trust;
use axum::http::Uri;
use clap::Args;
use papercloud::Config;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The Papercloud that a command calls.
#[derive(Args, Debug)]
#[command(next_help_heading = "Which Papercloud")]
pub struct Target {
    /// Its URL, instead of host and port
    #[arg(long, value_name = "URL", value_parser = base)]
    url: Option<Uri>,
    /// The URL of its control API, if that is another
    #[arg(long, hide = true, value_name = "URL", value_parser = base)]
    control_url: Option<Uri>,
    /// Its name or address
    #[arg(long, default_value = "127.0.0.1", value_name = "NAME")]
    host: String,
    /// Its port
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The port of its control API, if that has one of its own
    #[arg(long, value_name = "PORT")]
    control_port: Option<u16>,
    /// The token that it requires of control calls
    #[arg(long, hide_env_values = true, value_name = "TOKEN")]
    control_token: Option<String>,
    #[cfg(feature = "tls")]
    #[command(flatten)]
    trust: Trust,
}

impl Target {
    /// How its control API is reached, or what is wrong with the certificate that it is to be
    /// trusted by.
    pub fn control(&self) -> Result<Service, String> {
        let token = self.control_token.clone().filter(|token| !token.is_empty());
        if token.as_deref().is_some_and(|token| token.contains(char::is_control)) {
            return Err("the control token has control characters".to_owned());
        }
        let (scheme, host, port) = match (&self.control_url, self.control_port) {
            (Some(url), _) => self.parts(url),
            (None, Some(port)) => {
                let (scheme, host, _) = self.address();
                (scheme, host, port)
            }
            (None, None) => self.address(),
        };
        #[cfg(feature = "tls")]
        let tls = if scheme == "https" { Some(self.trust.client(&host)?) } else { None };
        #[cfg(not(feature = "tls"))]
        if scheme == "https" {
            return Err("this Papercloud is built without TLS".to_owned());
        }
        Ok(Service {
            host,
            port,
            token,
            #[cfg(feature = "tls")]
            tls,
        })
    }

    /// Whether a URL says where it is.
    pub fn has_url(&self) -> bool {
        self.url.is_some()
    }

    /// The endpoint to give to a client, without a slash at the end.
    pub fn url(&self) -> String {
        let (scheme, host, port) = self.address();
        format!("{scheme}://{}", authority(&host, port))
    }

    /// The certificate file that clients have to trust.
    pub fn certificate(&self) -> Option<&std::path::Path> {
        #[cfg(feature = "tls")]
        return self.trust.certificate();
        #[cfg(not(feature = "tls"))]
        None
    }

    fn address(&self) -> (&'static str, String, u16) {
        match &self.url {
            Some(url) => self.parts(url),
            None => (self.scheme(), reachable(&self.host), self.port),
        }
    }

    fn parts(&self, url: &Uri) -> (&'static str, String, u16) {
        let scheme = if url.scheme_str() == Some("https") { "https" } else { self.scheme() };
        let port = url.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
        (scheme, bare(url.host().unwrap_or_default()).to_owned(), port)
    }

    fn scheme(&self) -> &'static str {
        #[cfg(feature = "tls")]
        if self.trust.is_asked_for() {
            return "https";
        }
        "http"
    }

    /// A Papercloud that is configured like this, reached from the same machine.
    pub fn of(config: &Config) -> Self {
        Self {
            url: None,
            control_url: None,
            host: config.endpoint.host.to_string(),
            port: config.endpoint.port,
            control_port: config.control_port,
            control_token: config.control_token.as_ref().map(|it| it.reveal().to_owned()),
            #[cfg(feature = "tls")]
            trust: Trust::of(config.tls.clone(), config.tls_certificate.clone()),
        }
    }

    /// The same where it has picked its ports.
    pub fn at(self, address: SocketAddr, control: Option<SocketAddr>) -> Self {
        let control_port = control.map(|address| address.port());
        Self { port: address.port(), control_port, ..self }
    }
}

/// Host and port as URLs have them.
pub fn authority(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host)
}

/// An address that a service on every interface is reached at.
fn reachable(host: &str) -> String {
    match bare(host).parse() {
        Ok(IpAddr::V4(Ipv4Addr::UNSPECIFIED)) => Ipv4Addr::LOCALHOST.to_string(),
        Ok(IpAddr::V6(Ipv6Addr::UNSPECIFIED)) => Ipv6Addr::LOCALHOST.to_string(),
        _ => bare(host).to_owned(),
    }
}

/// A URL of a service: scheme, host and port, without a path.
fn base(text: &str) -> Result<Uri, String> {
    let wrong = || "must be like http://papercloud:8080".to_owned();
    let url: Uri = text.parse().map_err(|_| wrong())?;
    let is_known = ["http", "https"].contains(&url.scheme_str().unwrap_or_default());
    let has_path = !["", "/"].contains(&url.path()) || url.query().is_some();
    if is_known && !has_path && url.host().is_some_and(|host| !host.is_empty()) {
        return Ok(url);
    }
    Err(wrong())
}
