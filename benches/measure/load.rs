//! The load: one request in flight on each of many connections, and what it costs the server.

use crate::Result;
use crate::client::{Complete, Connection, PATIENCE, Request};
use crate::server::{Server, processor_micros};
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::{self, Runtime};
use tokio::task::JoinSet;

/// Few threads, since they take their time from the same processor as the server.
const THREADS: usize = 2;

/// How long a load lasts.
#[derive(Clone, Copy)]
pub enum Until {
    /// So long.
    Over(Duration),
    /// Until so many requests were sent.
    Sent(u32),
    /// Until so many requests were sent, but no longer than so long.
    SentWithin(u32, Duration),
}

/// What is asked of whom.
#[derive(Clone)]
pub struct Load {
    /// The server's address.
    pub address: SocketAddr,
    /// The server's process.
    pub process: u32,
    /// The request.
    pub request: Request,
    /// Which statuses are right; any other one ends the run.
    pub expected: RangeInclusive<u16>,
    /// On how many connections.
    pub connections: usize,
}

/// What one round measured.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Answers a second.
    pub per_second: f64,
    /// Processor time of the server for each of them, in microseconds.
    pub processor: f64,
    /// Microseconds within which half of the answers were there.
    pub median: f64,
    /// Microseconds within which 99 % of them were.
    pub p99: f64,
}

/// A load under way, as its connections see it.
struct Round {
    load: Load,
    /// The number of the next request, and the one that is not sent any more.
    next: AtomicU32,
    last: u32,
    over: Option<Duration>,
}

impl Load {
    /// A load on a server that answers it with success.
    pub fn on(server: &Server, request: Request, connections: usize) -> Self {
        let (address, process) = (server.address, server.id());
        Self { address, process, request, expected: 200..=299, connections }
    }

    /// Runs one round, of which the first request has this number. The connections are there before
    /// it begins, and end after it was measured.
    pub fn run(&self, until: Until, first: u32) -> Result<Sample> {
        let (last, over) = match until {
            Until::Over(duration) => (u32::MAX, Some(duration)),
            Until::Sent(count) => (first + count, None),
            Until::SentWithin(count, over) => (first + count, Some(over)),
        };
        let round = Arc::new(Round { load: self.clone(), next: first.into(), last, over });
        let threads = THREADS.min(self.connections);
        let (begin, end) = (Barrier::new(threads + 1), Barrier::new(threads + 1));
        std::thread::scope(|scope| {
            let drive = |nth: usize| {
                let connections = (self.connections + nth) / threads;
                let (round, begin, end) = (Arc::clone(&round), &begin, &end);
                move || {
                    // Whatever fails, the others wait at the barriers.
                    let opened = Driver::open(&round, connections);
                    begin.wait();
                    let driven = opened.and_then(|opened| opened.drive(&round));
                    end.wait();
                    driven.map(|(latencies, _still_open)| latencies)
                }
            };
            let running: Vec<_> = (0..threads).map(|nth| scope.spawn(drive(nth))).collect();
            begin.wait();
            let (start, before) = (Instant::now(), processor_micros(self.process));
            end.wait();
            let (elapsed, after) = (start.elapsed(), processor_micros(self.process));
            let mut latencies = Vec::new();
            for thread in running {
                latencies.extend(thread.join().expect("failures are returned, not panicked")?);
            }
            Sample::of(latencies, elapsed, after? - before?)
        })
    }
}

impl Sample {
    fn of(mut latencies: Vec<Duration>, elapsed: Duration, processor: f64) -> Result<Self> {
        if latencies.is_empty() {
            return Err("no answer came within a round".into());
        }
        latencies.sort_unstable();
        let micros = |duration: Duration| duration.as_secs_f64() * 1e6;
        let within = |percent| micros(latencies[(latencies.len() - 1) * percent / 100]);
        let answers = f64::from(u32::try_from(latencies.len())?);
        Ok(Self {
            per_second: answers / elapsed.as_secs_f64(),
            processor: processor / answers,
            median: within(50),
            p99: within(99),
        })
    }
}

impl Round {
    /// The number of the next request, unless the round is over.
    fn next(&self, end: Option<Instant>) -> Option<u32> {
        if end.is_some_and(|end| Instant::now() >= end) {
            return None;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        (number < self.last).then_some(number)
    }

    fn end(&self) -> Option<Instant> {
        self.over.map(|over| Instant::now() + over)
    }

    fn judge(&self, complete: &Complete, answer: &[u8]) -> Result<()> {
        let expected = &self.load.expected;
        if expected.contains(&complete.status) {
            return Ok(());
        }
        let answer = String::from_utf8_lossy(answer);
        Err(format!("expected a status in {expected:?}, got: {answer}").into())
    }
}

/// The connections of one thread.
enum Driver {
    /// One, which is waited for: nothing comes between an answer and its reader.
    One(Connection),
    /// Many, of which whichever has an answer goes on.
    Many(Runtime, Vec<TcpStream>),
}

impl Driver {
    fn open(round: &Round, connections: usize) -> Result<Self> {
        let address = round.load.address;
        if connections == 1 {
            return Ok(Self::One(Connection::open(address)?));
        }
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let open = async {
            let mut streams = Vec::new();
            for _ in 0..connections {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                streams.push(stream);
            }
            Result::Ok(streams)
        };
        let streams = runtime.block_on(open)?;
        Ok(Self::Many(runtime, streams))
    }

    /// Returns every latency, and the connections for whoever wants to end them later.
    fn drive(self, round: &Arc<Round>) -> Result<(Vec<Duration>, Self)> {
        let end = round.end();
        let mut latencies = Vec::new();
        match self {
            Self::One(mut connection) => {
                let mut request = round.load.request.clone();
                while let Some(number) = round.next(end) {
                    let sent = Instant::now();
                    let (complete, bytes) = connection.exchange(request.numbered(number))?;
                    latencies.push(sent.elapsed());
                    round.judge(&complete, bytes)?;
                }
                Ok((latencies, Self::One(connection)))
            }
            Self::Many(runtime, streams) => {
                let streams = runtime.block_on(async {
                    let mut driving = JoinSet::new();
                    for stream in streams {
                        driving.spawn(drive_one(Arc::clone(round), stream, end));
                    }
                    let mut streams = Vec::new();
                    while let Some(driven) = driving.join_next().await {
                        let (of_one, stream) = driven??;
                        latencies.extend(of_one);
                        streams.push(stream);
                    }
                    Result::Ok(streams)
                })?;
                Ok((latencies, Self::Many(runtime, streams)))
            }
        }
    }
}

async fn drive_one(
    round: Arc<Round>,
    mut stream: TcpStream,
    end: Option<Instant>,
) -> Result<(Vec<Duration>, TcpStream)> {
    let mut request = round.load.request.clone();
    let (mut latencies, mut buffer) = (Vec::new(), vec![0; 4 << 10]);
    while let Some(number) = round.next(end) {
        let sent = Instant::now();
        stream.write_all(request.numbered(number)).await?;
        let received = receive(&mut stream, &mut buffer);
        let (complete, filled) = tokio::time::timeout(PATIENCE, received).await??;
        latencies.push(sent.elapsed());
        round.judge(&complete, &buffer[..filled])?;
    }
    Ok((latencies, stream))
}

async fn receive(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<(Complete, usize)> {
    let mut filled = 0;
    loop {
        if filled == buffer.len() {
            buffer.resize(2 * filled, 0);
        }
        match stream.read(&mut buffer[filled..]).await? {
            0 => return Err("the server closed a connection within an answer".into()),
            more => filled += more,
        }
        if let Some(complete) = Complete::of(&buffer[..filled]) {
            return Ok((complete, filled));
        }
    }
}
