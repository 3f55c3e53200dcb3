//! How fast it starts, how large it is, and what it keeps in memory.

use crate::call::{Call, PROJECT, mapping_in};
use crate::client::Request;
use crate::load::{Load, Until};
use crate::report::{Aim, print_table};
use crate::server::{Server, papercloud, peer};
use crate::spread::Spread;
use crate::{Plan, Result};
use std::process::Command;
use std::time::{Duration, Instant};

const CONNECTIONS: usize = 16;

/// Measures and prints, and returns the aims.
pub fn measure(plan: &Plan) -> Result<Vec<Aim>> {
    let mut aims = measure_start(plan.starts)?;
    let size = std::fs::metadata(env!("CARGO_BIN_EXE_papercloud"))?.len();
    let megabytes = f64::from(u32::try_from(size)?) / 1e6;
    aims.push(Aim::at_most("Size of the binary", 7.5, megabytes, " MB", 2));
    aims.extend(measure_memory(plan.jobs[1])?);
    Ok(aims)
}

/// In turns, like everything that is compared.
fn measure_start(times: usize) -> Result<Vec<Aim>> {
    let mut micros = [const { Vec::new() }; 3];
    let names = ["papercloud, first answer", "(a), first answer", "papercloud --version"];
    for _ in 0..times {
        micros[0].push(time_first_answer(&mut papercloud())?);
        micros[1].push(time_first_answer(&mut peer("bare"))?);
        micros[2].push(time_version()?);
    }
    let spreads = micros.map(|times| Spread::of(times.iter().map(|time| time.as_secs_f64() * 1e3)));
    let rows = names.iter().zip(&spreads).map(|(name, spread)| {
        vec![(*name).to_owned(), spread.show(1), format!("{:.1}", spread.most)]
    });
    print_table("Start, ms", &["What", "median", "worst"], &rows.collect::<Vec<_>>());
    Ok(vec![
        Aim::at_most("Start to the first correct 202", 10.0, spreads[0].median, " ms", 1),
        Aim::at_most("papercloud --version", 3.0, spreads[2].median, " ms", 1),
    ])
}

/// From the start of a process to its first correct answer.
fn time_first_answer(command: &mut Command) -> Result<Duration> {
    let mapping = Call::all()?.swap_remove(0);
    let start = Instant::now();
    let server = Server::start(command)?;
    mapping.prepare(&mut server.connect()?)?;
    Ok(start.elapsed())
}

/// What starting and ending a process costs at the least.
fn time_version() -> Result<Duration> {
    let start = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_papercloud")).arg("--version").output()?;
    let elapsed = start.elapsed();
    if output.status.success() { Ok(elapsed) } else { Err("--version failed".into()) }
}

fn measure_memory(count: u32) -> Result<Vec<Aim>> {
    // Nothing is to be forgotten, which would take memory of its own for a moment.
    let limit = count.saturating_mul(2).to_string();
    let server = Server::start(papercloud().args(["--max-jobs", &limit]))?;
    let resident = || server.resident().map(f64::from);
    let idle = resident()?;
    let mut create = mapping_in(PROJECT)?.request();
    let answer = server.connect()?.ask(&mut create)?.json()?;
    let job_id = answer["job_id"].as_str().ok_or("no job was started")?;
    let poll = Request::get(&format!("/v3/{PROJECT}/jobs?id={job_id}"));
    let poll = Load::on(&server, poll, CONNECTIONS);
    // So many fill the journal, and warm up what else is kept.
    poll.run(Until::Sent(count / 10), 0)?;
    let (full, before) = (resident()?, journal(&server)?);
    eprintln!("polling {count} times");
    poll.run(Until::Sent(count), 0)?;
    let (polled, after) = (resident()?, journal(&server)?);
    eprintln!("starting {count} jobs");
    Load::on(&server, create, CONNECTIONS).run(Until::Sent(count), 0)?;
    // Jobs take two seconds.
    std::thread::sleep(Duration::from_millis(2_500));
    poll.run(Until::Sent(1000), 0)?;
    let filled = resident()?;
    let per_job = (filled - polled) * 1024.0 / f64::from(count);
    let mebibytes = |kibibytes: f64| format!("{:.1}", kibibytes / 1024.0);
    let requests = |(kept, dropped): (u64, u64)| format!("{kept} kept, {dropped} dropped");
    let rows = vec![
        vec!["when it is ready".to_owned(), mebibytes(idle), String::new()],
        vec![format!("after {} polls", count / 10), mebibytes(full), requests(before)],
        vec![format!("after {count} more"), mebibytes(polled), requests(after)],
        vec![
            format!("after {count} jobs, finished"),
            mebibytes(filled),
            requests(journal(&server)?),
        ],
    ];
    print_table("Resident memory, MiB", &["When", "MiB", "journal"], &rows);
    Ok(vec![
        Aim::at_most("Memory when idle", 8.0, idle / 1024.0, " MiB", 1),
        Aim::at_most("Bytes for each finished job", 300.0, per_job, "", 0),
        Aim::at_most(
            "Growth over a million requests once the journal is full",
            256.0,
            polled - full,
            " KiB",
            0,
        ),
    ])
}

/// How many requests the journal of the project keeps, and how many it has dropped.
fn journal(server: &Server) -> Result<(u64, u64)> {
    let mut list = Request::get(&format!("/_paper/worlds/{PROJECT}/requests?limit=1"));
    let listed = server.connect()?.ask(&mut list)?.json()?;
    let number = |name: &str| listed[name].as_u64().ok_or_else(|| format!("no {name} in {listed}"));
    Ok((number("count")?, number("dropped")?))
}
