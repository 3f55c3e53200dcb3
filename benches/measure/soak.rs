//! The soak: everything at once for a long time. Nothing may be answered that was not asked for,
//! and memory has to stay flat.

mod client;
mod scenes;
mod strangers;

use crate::Result;
use crate::report::print_table;
use crate::server::{Server, open_files, papercloud};
use crate::spread::Spread;
use client::Client;
use scenes::{SCENES, stir};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long, and by how many.
#[derive(clap::Args)]
pub struct Options {
    /// For how many seconds
    #[arg(long, default_value_t = 600)]
    seconds: u64,
    /// How many clients, each with projects of its own, besides two that share one
    #[arg(long, default_value_t = 8)]
    clients: u64,
    /// Instead of clients that are served: refused requests from ever new projects, bodies that stop
    /// half-way and readers that do not read, without a reset
    #[arg(long)]
    strangers: bool,
}

/// How many clients ask in one project and reset it under each other.
const STIRRING: u64 = 2;

/// Below this, memory is not judged: the process is still getting warm.
const LONG_ENOUGH: Duration = Duration::from_mins(1);

/// What all clients have in common.
#[derive(Default)]
struct Tally {
    requests: AtomicU64,
    scenes: [AtomicU64; SCENES.len()],
    over: AtomicBool,
}

/// Runs the soak, prints what came of it, and fails if anything was not as it has to be.
pub fn run(options: &Options, quick: bool) -> Result<()> {
    let duration = Duration::from_secs(if quick { 2 } else { options.seconds });
    if options.strangers {
        return strangers::run(duration);
    }
    let server = Server::start(&mut papercloud())?;
    let tally = Tally::default();
    let before = open_files(server.id())?;
    let start = Instant::now();
    let sampled = std::thread::scope(|scope| {
        let (tally, server) = (&tally, &server);
        let mut running = Vec::new();
        for seed in 1..=options.clients {
            running.push(scope.spawn(move || {
                ended(tally, Client::new(server.address, seed).and_then(|it| play(it, tally)))
            }));
        }
        for seed in 1..=STIRRING {
            running.push(scope.spawn(move || {
                let client = Client::new(server.address, options.clients + seed);
                ended(tally, client.and_then(|client| stir_on(client, tally)))
            }));
        }
        let sampled = sample(server, tally, start, duration);
        tally.over.store(true, Ordering::Relaxed);
        for thread in running {
            thread.join().expect("failures are returned, not panicked")?;
        }
        sampled
    })?;
    let elapsed = start.elapsed();
    print(&tally, elapsed, &sampled);
    require_closed(&server, before)?;
    judge(elapsed, &tally, &sampled)
}

/// Once all clients are gone, the server has no more open than before they came.
fn require_closed(server: &Server, before: usize) -> Result<()> {
    const PATIENCE: Duration = Duration::from_secs(5);
    let start = Instant::now();
    loop {
        let open = open_files(server.id())?;
        if open <= before {
            return Ok(());
        }
        if start.elapsed() > PATIENCE {
            return Err(format!("{open} files are open, {before} were at the start").into());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Whoever ends early ends the whole soak.
fn ended(tally: &Tally, done: Result<()>) -> Result<()> {
    tally.over.store(true, Ordering::Relaxed);
    done
}

/// Scene after scene, drawn from the client's own source.
fn play(mut client: Client, tally: &Tally) -> Result<()> {
    while !tally.over.load(Ordering::Relaxed) {
        let nth = client.draw(SCENES.len());
        let (name, scene) = SCENES[nth];
        client.enter()?;
        scene(&mut client).map_err(|problem| format!("{name}: {problem}"))?;
        tally.scenes[nth].fetch_add(1, Ordering::Relaxed);
        tally.requests.fetch_add(client.take_count(), Ordering::Relaxed);
    }
    Ok(())
}

fn stir_on(mut client: Client, tally: &Tally) -> Result<()> {
    while !tally.over.load(Ordering::Relaxed) {
        stir(&mut client).map_err(|problem| format!("in a shared project: {problem}"))?;
        tally.requests.fetch_add(client.take_count(), Ordering::Relaxed);
    }
    Ok(())
}

/// Resident memory in MiB, a sample each second, until the time or the soak is over.
fn sample(server: &Server, tally: &Tally, start: Instant, duration: Duration) -> Result<Vec<f64>> {
    const PAUSE: Duration = Duration::from_millis(100);
    let (mut samples, mut next) = (Vec::new(), Duration::ZERO);
    while start.elapsed() < duration && !tally.over.load(Ordering::Relaxed) {
        if start.elapsed() >= next {
            next += Duration::from_secs(1);
            let resident = f64::from(server.resident()?) / 1024.0;
            samples.push(resident);
            if samples.len() % 30 == 0 {
                let (seconds, requests) = (samples.len(), tally.requests.load(Ordering::Relaxed));
                eprintln!("{seconds} s: {requests} requests, {resident:.1} MiB");
            }
        }
        std::thread::sleep(PAUSE);
    }
    Ok(samples)
}

/// After a fifth of the time for warming up: the middle of the first third, and of the last.
fn thirds(sampled: &[f64]) -> (f64, f64) {
    let warm = &sampled[sampled.len() / 5..];
    let third = warm.len().div_ceil(3);
    let median = |part: &[f64]| Spread::of(part.iter().copied()).median;
    (median(&warm[..third]), median(&warm[warm.len() - third..]))
}

fn print(tally: &Tally, elapsed: Duration, sampled: &[f64]) {
    let requests = tally.requests.load(Ordering::Relaxed);
    let (early, late) = thirds(sampled);
    let per_second = Duration::from_secs(requests).div_f64(elapsed.as_secs_f64()).as_secs();
    let most = Spread::of(sampled.iter().copied()).most;
    let mut rows = vec![
        vec!["seconds".to_owned(), format!("{:.0}", elapsed.as_secs_f64())],
        vec!["requests".to_owned(), requests.to_string()],
        vec!["requests/s".to_owned(), per_second.to_string()],
    ];
    for ((name, _), count) in SCENES.iter().zip(&tally.scenes) {
        rows.push(vec![(*name).to_owned(), count.load(Ordering::Relaxed).to_string()]);
    }
    rows.push(vec!["answers that were not asked for".to_owned(), "0".to_owned()]);
    rows.push(vec!["MiB, median of the first third".to_owned(), format!("{early:.1}")]);
    rows.push(vec!["MiB, median of the last third".to_owned(), format!("{late:.1}")]);
    rows.push(vec!["MiB, at most".to_owned(), format!("{most:.1}")]);
    print_table("Soak", &["What", "How much"], &rows);
}

/// Memory is flat if it grew by at most a twentieth, or a mebibyte, from the first third to the
/// last: less than that is how an allocator breathes.
fn judge(elapsed: Duration, tally: &Tally, sampled: &[f64]) -> Result<()> {
    if elapsed < LONG_ENOUGH {
        println!("\nToo short to judge whether memory is flat.");
        return Ok(());
    }
    // By then each was drawn, unless the clients have been stuck.
    for ((name, _), count) in SCENES.iter().zip(&tally.scenes) {
        if count.load(Ordering::Relaxed) == 0 {
            return Err(format!("{name} never came to its end").into());
        }
    }
    let (early, late) = thirds(sampled);
    if late - early > (early / 20.0).max(1.0) {
        return Err(format!("memory grew from {early:.1} to {late:.1} MiB").into());
    }
    println!("\nMemory is flat.");
    Ok(())
}
