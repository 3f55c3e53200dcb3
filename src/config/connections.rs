//! What connections may take, and how many there may be.

/// What connections may take, and how many there may be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Connections {
    /// Connections that may be open at once, 503 answers those beyond [default: 16384, or as many as
    /// the system gives file descriptors for].
    #[cfg_attr(feature = "cli", arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1_000_000)))]
    pub max_connections: Option<u32>,
    /// Seconds without a request after which a connection is closed.
    #[cfg_attr(feature = "cli", arg(long, default_value_t = 120, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400)))]
    pub idle_seconds: u64,
    /// Seconds that a client may read nothing of its answer.
    #[cfg_attr(feature = "cli", arg(long, default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600)))]
    pub write_seconds: u64,
    /// Bytes that the request line and the headers may have, 100 headers at most; 431 answers more.
    #[cfg_attr(feature = "cli", arg(long, default_value_t = 1 << 16, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1024..=1 << 20)))]
    pub header_bytes: u32,
    /// Seconds that open connections may take to end when the service stops.
    #[cfg_attr(feature = "cli", arg(long, default_value_t = 2, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(0..=3600)))]
    pub stop_seconds: u64,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            max_connections: None,
            idle_seconds: 120,
            write_seconds: 30,
            header_bytes: 1 << 16,
            stop_seconds: 2,
        }
    }
}
