//! How requests come in, where that shows in what Papercloud writes: in links, in catalogs, and in
//! lines to paste into a shell.

use crate::config::Config;

/// How requests come in, on all ports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "as it is where there is TLS"))]
pub enum Transport {
    /// Without TLS.
    #[default]
    Plain,
    /// Within TLS, with a certificate that was given.
    Tls,
    /// Within TLS, with a certificate that clients have no reason to trust.
    SelfSignedTls,
}

impl Transport {
    /// Without TLS.
    #[cfg(not(feature = "tls"))]
    pub fn of(_: &Config) -> Self {
        Self::Plain
    }

    /// By the certificate that is configured.
    #[cfg(feature = "tls")]
    pub fn of(config: &Config) -> Self {
        use crate::config::Certificate;
        match &config.tls {
            None => Self::Plain,
            Some(Certificate::Files { .. }) => Self::Tls,
            Some(Certificate::SelfSigned) => Self::SelfSignedTls,
        }
    }

    /// What URLs begin with.
    pub fn scheme(self) -> &'static str {
        match self {
            Self::Plain => "http",
            Self::Tls | Self::SelfSignedTls => "https",
        }
    }

    /// Options of curl beside the URL. A certificate that was given is expected to be trusted already. One
    /// that Papercloud has made is in no file that every client can read, so curl does not check it.
    pub fn curl_options(self) -> &'static str {
        match self {
            Self::Plain | Self::Tls => "",
            Self::SelfSignedTls => "--insecure ",
        }
    }
}
