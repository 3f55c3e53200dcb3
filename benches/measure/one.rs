//! One round of a load on any server, for a script that has started it.

use crate::Result;
use crate::call::Call;
use crate::client::Connection;
use crate::load::{Load, Until};
use std::net::SocketAddr;
use std::time::Duration;

/// What to load, and how.
#[derive(clap::Args)]
pub struct Options {
    /// Where the server listens
    #[arg(long)]
    address: SocketAddr,
    /// Its process, whose processor time is counted
    #[arg(long)]
    process: u32,
    /// The call: one of those in the tables
    #[arg(long, default_value = "CreateDbCacheMapping")]
    call: String,
    /// On how many connections
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..))]
    connections: u16,
    /// For how long
    #[arg(long, default_value_t = 1000)]
    milliseconds: u64,
}

/// Looks at one answer as a whole, loads, and prints what was measured.
pub fn run(options: &Options) -> Result<()> {
    let call = Call::named(&options.call)?;
    let &Options { address, process, connections, milliseconds, .. } = options;
    let request = call.prepare(&mut Connection::open(address)?)?;
    let connections = connections.into();
    let load = Load { address, process, request, expected: 200..=299, connections };
    let sample = load.run(Until::Over(Duration::from_millis(milliseconds)), 0)?;
    println!(
        "{}",
        serde_json::json!({
            "per_second": sample.per_second,
            "processor_micros": sample.processor,
            "median_micros": sample.median,
            "p99_micros": sample.p99,
        })
    );
    Ok(())
}
