//! A server in a process of its own: started, looked at through `/proc`, and ended.

use crate::Result;
use crate::client::Connection;
use serde::Deserialize;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};

/// A server, which ends when this value is dropped.
pub struct Server {
    process: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

/// What a server prints when it is ready.
#[derive(Deserialize)]
struct Announcement {
    port: u16,
}

/// This very program as a server for comparison, so that it is built like everything else here.
pub fn peer(kind: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a running program has a path"));
    command.args(["--bench", "serve", kind]);
    command
}

/// Papercloud as it is by default, apart from its port and a log without what is no error.
pub fn papercloud() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_papercloud"));
    command.args(["--port", "0", "--announce", "json", "--log-level", "error"]);
    command
}

impl Server {
    /// Starts a server and waits for its announcement: reading the pipe takes no time from the
    /// start, as trying to connect again and again would.
    pub fn start(command: &mut Command) -> Result<Self> {
        // Whoever runs the benchmark may have set variables that change what is measured.
        command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped());
        let process = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
        let mut server = Self { process, address: (Ipv4Addr::LOCALHOST, 0).into() };
        let output = server.process.stdout.take().expect("standard output is piped");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let Announcement { port } = serde_json::from_str(&line)?;
        server.address.set_port(port);
        Ok(server)
    }

    /// A connection to it.
    pub fn connect(&self) -> Result<Connection> {
        Connection::open(self.address)
    }

    /// Asks it to end, and waits until it has.
    pub fn terminate(mut self) -> Result<()> {
        Command::new("kill").arg(self.id().to_string()).status()?;
        self.process.wait()?;
        Ok(())
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Resident memory, in KiB.
    pub fn resident(&self) -> Result<u32> {
        resident(self.id())
    }
}

/// How many files and connections a process has open.
pub fn open_files(process: u32) -> Result<usize> {
    Ok(std::fs::read_dir(format!("/proc/{process}/fd"))?.count())
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only where the process has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// User and system time of a process so far, in microseconds.
///
/// The sum over its threads: `stat` has the same time of the whole process, but in hundredths of a
/// second. A thread that has ended is not counted; the servers here start theirs once and keep
/// them, apart from those of other languages' runtimes.
pub fn processor_micros(process: u32) -> Result<f64> {
    let mut nanos = 0.0;
    for thread in std::fs::read_dir(format!("/proc/{process}/task"))? {
        // It may end between the listing and the look.
        let Ok(stat) = std::fs::read_to_string(thread?.path().join("schedstat")) else { continue };
        nanos += stat.split(' ').next().ok_or("schedstat is empty")?.parse::<f64>()?;
    }
    Ok(nanos / 1e3)
}

/// Resident memory of a process, in KiB.
pub fn resident(process: u32) -> Result<u32> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = resident.and_then(|rest| rest.trim().strip_suffix(" kB"));
    Ok(kilobytes.ok_or("status has no VmRSS")?.parse()?)
}
