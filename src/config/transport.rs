//! How requests come in, where that shows in what Papercloud writes: in links, in catalogs, and in
//! lines to paste into a shell.

use crate::config::Config;

/// How requests come in, on all ports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "as it is where there is TLS"))]
pub enum Transport {
    /// In the clear.
    #[default]
    Plain,
    /// Within TLS, with a certificate that was given.
    Tls,
    /// Within TLS, with a certificate that clients have no reason to trust.
    SelfSignedTls,
}

impl Transport {
    /// In the clear.
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

    /// What curl has to be told beside the URL. A certificate that was given is a matter between
    /// curl and its owner. The one that Papercloud has made is nowhere that every client can read,
    /// so curl is to take whichever it gets.
    pub fn curl_options(self) -> &'static str {
        match self {
            Self::Plain | Self::Tls => "",
            Self::SelfSignedTls => "--insecure ",
        }
    }
}
