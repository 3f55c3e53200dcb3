//! Those who mean no good, or know no better: refused requests from ever new projects, bodies that
//! stop half-way, readers that do not read. Nothing is ever reset, and memory has a bound.

use crate::Result;
use crate::client::Connection;
use crate::server::{Server, papercloud};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// How many bytes the journals may have, in MiB.
const JOURNALS: u32 = 32;
/// How many worlds there may be, and jobs in each.
const WORLDS: u32 = 2_000;
const JOBS: u32 = 200;
/// For how many seconds a body may take to come, and an answer to be read.
const PATIENCE: u64 = 5;

/// What memory may reach at most, in MiB, whatever they do, as docs/limits.md says: the program, the
/// journals, the bodies of all requests under way, the worlds and the connections.
fn bound() -> f64 {
    let connections = u32::try_from(HALF.0 + DEAF.0 + 2).expect("few");
    let each = 0.03 * f64::from(WORLDS) + 0.15 * f64::from(connections);
    80.0 + 2.0 * f64::from(JOURNALS) + 256.0 + each
}

/// A body that is too long for its rule, so that the journal has something to keep.
const LONG: usize = 90_000;
/// How many connections stop half-way through a body, and how far they come.
const HALF: (usize, usize) = (300, 500_000);
/// How many do not read, and how often each asks.
const DEAF: (usize, usize) = (50, 40);

const TOKEN: &str = "X-Auth-Token: t\r\n";

/// What they have done.
#[derive(Default)]
pub struct Done {
    over: AtomicBool,
    refused: AtomicU64,
    halves: AtomicU64,
    deaf: AtomicU64,
    served: AtomicU64,
}

/// Papercloud with bounds that are reached within minutes.
pub fn service() -> Command {
    let mut command = papercloud();
    for (flag, value) in [
        ("--journal-bytes", u64::from(JOURNALS) << 20),
        ("--max-worlds", u64::from(WORLDS)),
        ("--max-jobs", u64::from(JOBS)),
        ("--body-seconds", PATIENCE),
        ("--write-seconds", PATIENCE),
    ] {
        command.args([flag, &value.to_string()]);
    }
    command
}

/// Lets all of them do what they do until the time is over, and holds memory against its bound.
pub fn run(duration: Duration) -> Result<()> {
    let server = Server::start(&mut service())?;
    let done = Done::default();
    let sampled = std::thread::scope(|scope| {
        let (done, address) = (&done, server.address);
        let mut running = Vec::new();
        for who in [refuse, stop_half_way, ask_and_not_read, be_served] {
            running.push(scope.spawn(move || {
                let ended = who(address, done);
                done.over.store(true, Relaxed);
                ended
            }));
        }
        let sampled = sample(&server, done, duration);
        done.over.store(true, Relaxed);
        for thread in running {
            thread.join().expect("failures are returned, not panicked")?;
        }
        sampled
    })?;
    judge(&done, &sampled)
}

/// Requests from a new project each: one without credentials, one that breaks its rules.
fn refuse(address: SocketAddr, done: &Done) -> Result<()> {
    let mut connection = Connection::open(address)?;
    let long = format!("{{\"source_instance_id\":\"{}\"}}", "x".repeat(LONG));
    for project in 0_u64.. {
        if done.over.load(Relaxed) {
            break;
        }
        let path = format!("/v3/{project:032x}/dbcache/mapping");
        for (headers, status) in [("", 401), (TOKEN, 400)] {
            let (answer, _) = connection.exchange(post(&path, headers, &long).as_bytes())?;
            if ![status, 429].contains(&answer.status) {
                return Err(format!("{path}: {} instead of {status}", answer.status).into());
            }
            done.refused.fetch_add(1, Relaxed);
        }
    }
    Ok(())
}

/// Connections that send half a body and nothing more, until they are closed.
fn stop_half_way(address: SocketAddr, done: &Done) -> Result<()> {
    let (connections, bytes) = HALF;
    let head = format!(
        "POST /v3/p/dbcache/mapping HTTP/1.1\r\nHost: h\r\nX-Auth-Token: t\r\n\
         Content-Length: {}\r\n\r\n",
        2 * bytes
    );
    let half = [head.as_bytes(), &vec![b' '; bytes][..]].concat();
    while !done.over.load(Relaxed) {
        let mut open = Vec::new();
        for _ in 0..connections {
            let mut stream = TcpStream::connect(address)?;
            stream.set_write_timeout(Some(Duration::from_secs(PATIENCE)))?;
            // It may refuse the body before all of this half is there.
            let _ = stream.write_all(&half);
            open.push(stream);
            done.halves.fetch_add(1, Relaxed);
        }
        wait(done, Duration::from_secs(PATIENCE + 2));
    }
    Ok(())
}

/// Connections that ask for long answers and read none of them.
fn ask_and_not_read(address: SocketAddr, done: &Done) -> Result<()> {
    let (connections, requests) = DEAF;
    let asked = "GET /_paper/openapi.json HTTP/1.1\r\nHost: h\r\n\r\n".repeat(requests);
    while !done.over.load(Relaxed) {
        let mut open = Vec::new();
        for _ in 0..connections {
            let mut stream = TcpStream::connect(address)?;
            stream.write_all(asked.as_bytes())?;
            open.push(stream);
            done.deaf.fetch_add(1, Relaxed);
        }
        wait(done, Duration::from_secs(PATIENCE + 2));
        for stream in &mut open {
            // What has come so far is in the system's buffers.
            stream.set_read_timeout(Some(Duration::from_millis(10)))?;
            let _ = stream.read(&mut [0; 1024]);
        }
    }
    Ok(())
}

/// One who does everything right, and is served all the while.
fn be_served(address: SocketAddr, done: &Done) -> Result<()> {
    let mut connection = Connection::open(address)?;
    for nth in 0_u64.. {
        if done.over.load(Relaxed) {
            break;
        }
        let path = format!("/v3/{:032x}/dbcache/mapping", u128::MAX - u128::from(nth % 16));
        let body =
            format!("{{\"source_instance_id\":\"a{nth}\",\"target_instance_id\":\"b{nth}\"}}");
        let request = post(&path, TOKEN, &body);
        let (answer, _) = connection.exchange(request.as_bytes())?;
        // So many bodies may be under way that there is no room for this one, for a while.
        if ![202, 429].contains(&answer.status) {
            return Err(format!("{path}: {}", answer.status).into());
        }
        done.served.fetch_add(1, Relaxed);
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

fn post(path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nHost: h\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
}

fn wait(done: &Done, time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time && !done.over.load(Relaxed) {
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Resident memory in MiB, five times a second.
fn sample(server: &Server, done: &Done, duration: Duration) -> Result<Vec<f64>> {
    let (start, mut sampled) = (Instant::now(), Vec::new());
    while start.elapsed() < duration && !done.over.load(Relaxed) {
        sampled.push(f64::from(server.resident()?) / 1024.0);
        if sampled.len() % 150 == 0 {
            eprintln!("{:.0?}: {:.1} MiB", start.elapsed(), sampled[sampled.len() - 1]);
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    Ok(sampled)
}

/// Memory stays below its bound, and the last third of the time adds nothing to the first two.
fn judge(done: &Done, sampled: &[f64]) -> Result<()> {
    let most = |part: &[f64]| part.iter().copied().fold(0.0, f64::max);
    let (earlier, last) = sampled.split_at(sampled.len() * 2 / 3);
    let (earlier, last) = (most(earlier), most(last));
    let count = |counted: &AtomicU64| counted.load(Relaxed).to_string();
    let rows = [
        ("refused requests, half of them from new projects", count(&done.refused)),
        ("bodies that stopped half-way", count(&done.halves)),
        ("connections that did not read", count(&done.deaf)),
        ("requests that were served all the while", count(&done.served)),
        ("MiB, at most, in the first two thirds", format!("{earlier:.1}")),
        ("MiB, at most, in the last third", format!("{last:.1}")),
        ("MiB, the bound", format!("{:.0}", bound())),
    ];
    let rows: Vec<_> = rows.into_iter().map(|(what, count)| vec![what.to_owned(), count]).collect();
    crate::report::print_table("Strangers", &["What", "How much"], &rows);
    if earlier.max(last) > bound() {
        return Err(format!("memory reached {:.1} MiB", earlier.max(last)).into());
    }
    if sampled.len() > 300 && last > earlier * 1.1 {
        return Err(format!("memory grew from {earlier:.1} to {last:.1} MiB").into());
    }
    Ok(())
}
