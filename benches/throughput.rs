//! Measures Papercloud beside a bare axum handler: `cargo bench --bench throughput`.
//!
//! Absolute numbers say more about a machine than about a program. So both are measured in one
//! run, in turns, and what counts is the ratio within a round: whatever else the machine does
//! slows both. The bare handler reads the same body into a struct and answers a fixed id; it is
//! what the framework costs, and the rest is Papercloud's own.
//!
//! Processor time and memory are read from `/proc`, which only Linux has.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a benchmark measures real time and prints a table"
)]

use axum::Router;
use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::serve::ListenerExt;
use clap::Parser;
use serde::Deserialize;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::ops::Range;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// Anything that goes wrong ends the run: a benchmark of errors is worth nothing.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The measured call, "Creating a Data Synchronization Task".
const PATH: &str = "/v3/{project_id}/instances/{instance_id}/clickhouse/replication";

const PROJECT: &str = "054e292c9880d4992f02c0196d3ea468";
const INSTANCE: &str = "54e42160670e48e789af7075e1efea1fin16";

/// What the call is sent; with one database, the state that it works on stays small.
const BODY: &str = r#"{"source_instance_id":"2d39ea6ddc2a4bcd8e5f3f4b0a1c9d7ein07","source_node_id":"7c1f0b4e5a6d4b3c9e8f7a6b5c4d3e2fno07","source_database":"orders"}"#;

/// Breaks two rules: a mandatory member is missing, and another one is no text.
const BAD_BODY: &str =
    r#"{"source_node_id":"7c1f0b4e5a6d4b3c9e8f7a6b5c4d3e2fno07","source_database":7}"#;

/// Enough connections to keep every worker of the server busy …
const CONNECTIONS: usize = 16;

/// … from few threads, since they take their time from the same processor as the server.
const THREADS: usize = 2;

/// An answer that takes longer never comes.
const PATIENCE: Duration = Duration::from_secs(10);

/// Papercloud beside a bare axum handler: throughput, processor time, latency, start and memory
#[derive(Parser)]
#[command(name = "throughput", bin_name = "cargo bench --bench throughput --")]
struct Options {
    /// Take a few seconds and prove only that the benchmark works; the numbers mean nothing
    #[arg(long)]
    quick: bool,
    /// What cargo adds
    #[arg(long, hide = true)]
    bench: bool,
    /// Be the bare server
    #[arg(long, hide = true)]
    serve_bare: bool,
}

/// How much is measured.
#[derive(Clone, Copy)]
struct Plan {
    rounds: usize,
    round: Duration,
    starts: usize,
}

/// Many short rounds, so that a disturbance spoils few of them; much shorter ones would be measured
/// badly, since processor time is counted in hundredths of a second.
const FULL: Plan = Plan { rounds: 20, round: Duration::from_millis(500), starts: 20 };
const QUICK: Plan = Plan { rounds: 2, round: Duration::from_millis(100), starts: 3 };

fn main() -> ExitCode {
    // `cargo test --all-targets` runs benchmarks too, without this flag and with flags of its own.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let options = Options::parse();
    let done = match options {
        Options { serve_bare: true, .. } => serve_bare(),
        Options { quick: true, .. } => measure(QUICK),
        Options { .. } => measure(FULL),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("throughput: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn measure(plan: Plan) -> Result<()> {
    measure_start(plan.starts)?;
    let (bare, papercloud) = (Server::start(&mut bare())?, Server::start(&mut papercloud())?);
    papercloud.first_answer()?;
    let fresh = papercloud.resident_kilobytes()?;
    let mut cases = cases(&bare, &papercloud);
    for case in &mut cases {
        case.run(plan.round / 2)?;
        case.samples.clear();
    }
    for _ in 0..plan.rounds {
        for case in &mut cases {
            case.run(plan.round)?;
        }
    }
    print_throughput(&cases);
    print_ratios(&cases);
    print_memory(fresh, papercloud.resident_kilobytes()?, &cases);
    Ok(())
}

// The servers

/// What the bare handler reads.
#[derive(Deserialize)]
#[expect(dead_code, clippy::struct_field_names, reason = "read to be measured, named as sent")]
struct Synchronisation {
    source_instance_id: String,
    source_node_id: Option<String>,
    source_database: String,
}

/// As little as a handler can do that takes JSON and answers JSON.
async fn answer_bare(body: Bytes) -> Response {
    let read: serde_json::Result<Synchronisation> = serde_json::from_slice(&body);
    match std::hint::black_box(read) {
        Ok(_) => {
            let json = [(header::CONTENT_TYPE, "application/json")];
            (json, r#"{"job_id":"18ef8ee3-b880-4851-8978-bb6acbd4e695"}"#).into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

/// Serves the bare handler on the same kind of runtime, and announces its port in the same way.
fn serve_bare() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!(r#"{{"port":{}}}"#, listener.local_addr()?.port());
        let listener = listener.tap_io(|stream| {
            // Without it, only the answers are slower.
            let _ = stream.set_nodelay(true);
        });
        Ok(axum::serve(listener, Router::new().route(PATH, post(answer_bare))).await?)
    })
}

/// This very program as the bare server, so that it is built like everything else here.
fn bare() -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a running program has a path"));
    command.args(["--bench", "--serve-bare"]);
    command
}

fn papercloud() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_papercloud"));
    command.args(["--port", "0", "--announce", "json", "--log-level", "error"]);
    command
}

/// A server in a process of its own, which ends when this value is dropped.
struct Server {
    process: Child,
    address: SocketAddr,
}

/// What a server prints when it is ready.
#[derive(Deserialize)]
struct Announcement {
    port: u16,
}

impl Server {
    /// Starts a server and waits for its announcement: reading the pipe takes no time from the
    /// start, as trying to connect again and again would.
    fn start(command: &mut Command) -> Result<Self> {
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

    /// Makes the measured call once, and looks at the answer as a whole.
    fn first_answer(&self) -> Result<()> {
        let mut connection = Connection::open(self.address)?;
        connection.send(&request(PROJECT, BODY))?;
        connection.receive(200)?;
        let answer: serde_json::Value = serde_json::from_slice(connection.body())?;
        match answer["job_id"].as_str() {
            Some(id) if id.len() == 36 => Ok(()),
            _ => Err(format!("no job was started: {answer}").into()),
        }
    }

    /// User and system time so far, in microseconds.
    fn processor_micros(&self) -> Result<f64> {
        /// Linux counts a hundred ticks a second for programs, whatever its own clock does.
        const TICK: f64 = 1e4;
        let stat = self.read_proc("stat")?;
        // The name of the program, in parentheses, may hold anything; it is the second field.
        let (_, fields) = stat.rsplit_once(") ").ok_or("stat has no name")?;
        let mut ticks = fields.split(' ').skip(11).map(str::parse::<u32>);
        let mut next = || ticks.next().ok_or("stat has too few fields");
        Ok(TICK * f64::from(next()?? + next()??))
    }

    fn resident_kilobytes(&self) -> Result<u32> {
        let status = self.read_proc("status")?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = resident.and_then(|rest| rest.trim().strip_suffix(" kB"));
        Ok(kilobytes.ok_or("status has no VmRSS")?.parse()?)
    }

    fn read_proc(&self, file: &str) -> Result<String> {
        Ok(std::fs::read_to_string(format!("/proc/{}/{file}", self.process.id()))?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only where the process has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

// The client

/// A request as it goes over the wire, made before the clock runs.
fn request(project: &str, body: &str) -> Vec<u8> {
    let path = PATH.replace("{project_id}", project).replace("{instance_id}", INSTANCE);
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nX-Auth-Token: token\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// A connection that is kept alive, with at most one request in flight.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    body: Range<usize>,
    sent: Instant,
}

impl Connection {
    fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, buffer: vec![0; 4096], body: 0..0, sent: Instant::now() })
    }

    fn send(&mut self, request: &[u8]) -> Result<()> {
        self.sent = Instant::now();
        Ok(self.stream.write_all(request)?)
    }

    /// Waits for the answer to what was sent, and returns how long it took. Any status but the
    /// expected one is an error.
    fn receive(&mut self, expected: u16) -> Result<Duration> {
        let mut filled = 0;
        let status = loop {
            match self.stream.read(&mut self.buffer[filled..])? {
                0 => return Err("the server closed a connection within an answer".into()),
                more => filled += more,
            }
            if let Some((status, body)) = complete(&self.buffer[..filled]) {
                self.body = body;
                break status;
            }
        };
        if status == expected {
            return Ok(self.sent.elapsed());
        }
        let answer = String::from_utf8_lossy(&self.buffer[..filled]);
        Err(format!("expected status {expected}, got: {answer}").into())
    }

    /// The body of the last answer.
    fn body(&self) -> &[u8] {
        &self.buffer[self.body.clone()]
    }
}

/// Status and body of an answer, once all of it is there.
fn complete(received: &[u8]) -> Option<(u16, Range<usize>)> {
    let start = received.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = str::from_utf8(&received[..start]).ok()?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let length: usize = head.lines().find_map(content_length)?.parse().ok()?;
    (received.len() >= start + length).then_some((status, start..start + length))
}

fn content_length(line: &str) -> Option<&str> {
    let (name, value) = line.split_once(": ")?;
    name.eq_ignore_ascii_case("content-length").then_some(value)
}

// The load

/// One kind of load on one server, and what was measured of it.
struct Case<'s> {
    name: &'static str,
    server: &'s Server,
    requests: Vec<Vec<u8>>,
    expected: u16,
    connections: usize,
    answers: u32,
    samples: Vec<Sample>,
}

/// What one round measured.
struct Sample {
    per_second: f64,
    processor_micros: f64,
    half_within: f64,
    most_within: f64,
}

/// Every case, in the order of the table.
fn cases<'s>(bare: &'s Server, papercloud: &'s Server) -> [Case<'s>; 6] {
    let case = |name, server| Case {
        name,
        server,
        requests: vec![request(PROJECT, BODY)],
        expected: 200,
        connections: CONNECTIONS,
        answers: 0,
        samples: Vec::new(),
    };
    let projects = (1..=64).map(|number| request(&format!("{number:032x}"), BODY)).collect();
    let refused = vec![request(PROJECT, BAD_BODY)];
    [
        case("bare handler", bare),
        case("papercloud", papercloud),
        Case { requests: projects, ..case("papercloud, 64 projects in turn", papercloud) },
        Case { requests: refused, expected: 400, ..case("papercloud, answering 400", papercloud) },
        Case { connections: 1, ..case("bare handler, one connection", bare) },
        Case { connections: 1, ..case("papercloud, one connection", papercloud) },
    ]
}

impl Case<'_> {
    /// Runs one round.
    fn run(&mut self, time: Duration) -> Result<()> {
        let before = self.server.processor_micros()?;
        let start = Instant::now();
        let mut latencies = self.drive(start + time)?;
        let elapsed = start.elapsed();
        let processor_micros = self.server.processor_micros()? - before;
        let answers = u32::try_from(latencies.len())?;
        self.answers += answers;
        latencies.sort_unstable();
        let within = |percent| micros(latencies[(latencies.len() - 1) * percent / 100]);
        self.samples.push(Sample {
            per_second: f64::from(answers) / elapsed.as_secs_f64(),
            processor_micros: processor_micros / f64::from(answers),
            half_within: within(50),
            most_within: within(99),
        });
        Ok(())
    }

    /// Shares the connections out over threads, and returns every latency.
    fn drive(&self, end: Instant) -> Result<Vec<Duration>> {
        let threads = THREADS.min(self.connections);
        std::thread::scope(|scope| {
            let share = |nth| move || self.drive_share(nth, self.connections / threads, end);
            let running: Vec<_> = (0..threads).map(|nth| scope.spawn(share(nth))).collect();
            let mut latencies = Vec::new();
            for thread in running {
                latencies.extend(thread.join().expect("failures are returned, not panicked")?);
            }
            Ok(latencies)
        })
    }

    /// Keeps one request in flight on each connection, going round: while this thread waits for
    /// one answer, the server works on the others.
    fn drive_share(&self, nth: usize, connections: usize, end: Instant) -> Result<Vec<Duration>> {
        // Threads that begin at different projects do not follow each other from lock to lock.
        let first = self.requests.len() / THREADS * nth;
        let mut requests = self.requests.iter().cycle().skip(first);
        let mut send = |connection: &mut Connection| {
            connection.send(requests.next().expect("a cycle has no end"))
        };
        let mut open: Vec<_> = (0..connections)
            .map(|_| Connection::open(self.server.address))
            .collect::<Result<_>>()?;
        open.iter_mut().try_for_each(&mut send)?;
        let mut latencies = Vec::new();
        while Instant::now() < end {
            for connection in &mut open {
                latencies.push(connection.receive(self.expected)?);
                send(connection)?;
            }
        }
        for connection in &mut open {
            latencies.push(connection.receive(self.expected)?);
        }
        Ok(latencies)
    }
}

// The start

/// From the start of a process to its first correct answer.
fn time_first_answer(command: &mut Command) -> Result<Duration> {
    let start = Instant::now();
    let server = Server::start(command)?;
    server.first_answer()?;
    Ok(start.elapsed())
}

/// What starting and ending a process costs at the least.
fn time_version() -> Result<Duration> {
    let start = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_papercloud")).arg("--version").output()?;
    let elapsed = start.elapsed();
    if output.status.success() { Ok(elapsed) } else { Err("--version failed".into()) }
}

fn measure_start(times: usize) -> Result<()> {
    println!("{:<34}{:>10}{:>10}", "start, ms", "median", "worst");
    let print = |name, time: &dyn Fn() -> Result<Duration>| {
        let times = (0..times).map(|_| time()).collect::<Result<Vec<_>>>()?;
        let Spread { median, most, .. } = Spread::of(times.into_iter().map(micros));
        println!("{name:<34}{:>10.1}{:>10.1}", median / 1e3, most / 1e3);
        Ok(())
    };
    print("bare handler, first answer", &|| time_first_answer(&mut bare()))?;
    print("papercloud, first answer", &|| time_first_answer(&mut papercloud()))?;
    print("papercloud --version", &time_version)
}

// The tables

/// The middle of several measurements, and how far they lie apart.
struct Spread {
    median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<_> = values.collect();
        values.sort_by(f64::total_cmp);
        let last = values.len() - 1;
        let median = f64::midpoint(values[last / 2], values[last.div_ceil(2)]);
        Self { median, least: values[0], most: values[last] }
    }

    fn show(&self, decimals: usize) -> String {
        let Self { median, least, most } = self;
        format!("{median:.decimals$} ({least:.decimals$} to {most:.decimals$})")
    }
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

fn print_throughput(cases: &[Case<'_>]) {
    println!(
        "\n{:<34}{:>26}{:>24}{:>9}{:>9}",
        "median (least to most)", "requests/s", "CPU µs/request", "p50 µs", "p99 µs"
    );
    for case in cases {
        let spread = |value: fn(&Sample) -> f64| Spread::of(case.samples.iter().map(value));
        println!(
            "{:<34}{:>26}{:>24}{:>9.0}{:>9.0}",
            case.name,
            spread(|sample| sample.per_second).show(0),
            spread(|sample| sample.processor_micros).show(1),
            spread(|sample| sample.half_within).median,
            spread(|sample| sample.most_within).median,
        );
    }
}

fn print_ratios([bare, papercloud, projects, refused, bare_alone, alone]: &[Case<'_>; 6]) {
    println!("\n{:<34}{:>26}{:>24}", "ratio within a round", "requests/s", "CPU per request");
    print_ratio("papercloud / bare", papercloud, bare);
    print_ratio("64 projects / bare", projects, bare);
    print_ratio("one connection / bare", alone, bare_alone);
    print_ratio("answering 400 / 200", refused, papercloud);
}

fn print_ratio(name: &str, above: &Case<'_>, below: &Case<'_>) {
    let ratio = |value: fn(&Sample) -> f64| {
        let rounds = above.samples.iter().zip(&below.samples);
        Spread::of(rounds.map(|(above, below)| value(above) / value(below))).show(2)
    };
    let (throughput, processor) =
        (ratio(|sample| sample.per_second), ratio(|sample| sample.processor_micros));
    println!("{name:<34}{throughput:>26}{processor:>24}");
}

fn print_memory(fresh: u32, loaded: u32, [_, one, many, _, _, alone]: &[Case<'_>; 6]) {
    // Each answer 200 leaves a job behind.
    let jobs = one.answers + many.answers + alone.answers;
    println!("\n{:<34}{:>10}", "resident memory of papercloud", "MiB");
    println!("{:<34}{:>10.1}", "after the first answer", f64::from(fresh) / 1024.0);
    println!("{:<34}{:>10.1}", "after the load", f64::from(loaded) / 1024.0);
    println!("{:<34}{jobs:>10}", "jobs that it then remembers");
}
