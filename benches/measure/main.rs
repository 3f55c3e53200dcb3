//! Measures Papercloud: `cargo bench --bench measure`, or a part of it, such as
//! `cargo bench --bench measure -- flat`.
//!
//! Absolute numbers say more about a machine than about a program. So whatever is compared is
//! measured in one run, in turns within each round, each server in a process of its own, and what
//! counts is the ratio within a round: whatever else the machine does slows both.
//!
//! Processor time and memory are read from `/proc`, which only Linux has.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a benchmark measures real time and prints tables"
)]

mod bare;
mod beside;
mod call;
mod client;
mod fixed;
mod flat;
mod footprint;
mod instructions;
mod load;
mod one;
mod report;
mod server;
mod soak;
mod spread;

use clap::{Parser, Subcommand, ValueEnum};
use std::process::ExitCode;
use std::time::Duration;

/// Anything that goes wrong ends the run: a benchmark of errors is worth nothing.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Papercloud measured: beside other servers, as it fills, in memory, and over a long time
#[derive(Parser)]
#[command(name = "measure", bin_name = "cargo bench --bench measure --")]
struct Options {
    /// What to measure; without it, all but instructions and the soak
    #[command(subcommand)]
    part: Option<Part>,
    /// Take a few seconds and prove only that the benchmark works; the numbers mean nothing
    #[arg(long, global = true)]
    quick: bool,
    /// What cargo adds
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Subcommand)]
enum Part {
    /// Each call beside a bare axum server and a server of one fixed answer
    Beside(beside::Options),
    /// The cost of a request with one job and with a million, in one world and among many
    Flat,
    /// Start, size and memory
    Footprint,
    /// Instructions and allocations of a request, counted by callgrind
    Instructions(instructions::Options),
    /// Everything at once for a long time: nothing unasked may happen, and memory has to stay flat
    Soak(soak::Options),
    /// One round of a load on any server, as a line of JSON
    Load(one::Options),
    /// Be one of the servers that Papercloud is compared with
    Serve {
        /// Which one
        kind: Kind,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// (a), the bare axum server
    Bare,
    /// (b), the fixed answer
    Fixed,
}

/// How much is measured.
struct Plan {
    rounds: usize,
    /// How long a round is where time counts. Many short rounds, so that a disturbance spoils few.
    round: Duration,
    /// How many requests a round has where they count.
    requests: u32,
    starts: usize,
    /// How many jobs there are in worlds that are not small.
    jobs: [u32; 2],
    worlds: u32,
    /// How many requests warm up a server whose instructions are counted, and how many are counted.
    counted: [u32; 2],
    /// How many jobs there are where a page of many is counted.
    listed: u32,
}

const FULL: Plan = Plan {
    rounds: 8,
    round: Duration::from_millis(300),
    requests: 5000,
    starts: 30,
    jobs: [10_000, 1_000_000],
    worlds: 100_000,
    counted: [1_500, 3_000],
    listed: 11_000,
};

const QUICK: Plan = Plan {
    rounds: 2,
    round: Duration::from_millis(10),
    requests: 100,
    starts: 3,
    jobs: [100, 1000],
    worlds: 100,
    counted: [10, 10],
    listed: 20,
};

fn main() -> ExitCode {
    // `cargo test --all-targets` runs benchmarks too, without this flag and with flags of its own.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    match run(Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("measure: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<()> {
    let plan = if options.quick { QUICK } else { FULL };
    let aims = match options.part {
        Some(Part::Beside(which)) => beside::measure(&which, &plan)?,
        Some(Part::Flat) => flat::measure(&plan)?,
        Some(Part::Footprint) => footprint::measure(&plan)?,
        Some(Part::Instructions(which)) => instructions::measure(&which, &plan)?,
        Some(Part::Soak(soak)) => return soak::run(&soak, options.quick),
        Some(Part::Load(load)) => return one::run(&load),
        Some(Part::Serve { kind: Kind::Bare }) => return bare::serve(),
        Some(Part::Serve { kind: Kind::Fixed }) => return fixed::serve(),
        None => {
            let mut aims = footprint::measure(&plan)?;
            aims.extend(beside::measure(&beside::Options::default(), &plan)?);
            aims.extend(flat::measure(&plan)?);
            aims
        }
    };
    report::print_aims(&aims, !options.quick);
    Ok(())
}
