//! What a request costs in a world of ten jobs and in one of a million, among one world and among a
//! hundred thousand. The fewest are as many as the smallest page lists, so that all pages are alike.

use crate::call::{PROJECT, mapping_in};
use crate::client::{NUMBER, Request};
use crate::load::{Load, Sample, Until};
use crate::report::{Aim, print_table};
use crate::server::{Server, papercloud};
use crate::spread::Spread;
use crate::{Plan, Result};
use std::time::Duration;

/// On how many connections it is measured, and filled.
const CONNECTIONS: usize = 16;

/// Jobs on the smallest page that the documents allow.
const PAGE: u32 = 10;

/// More requests than any journal keeps: whatever is measured later drops one for each it records.
const JOURNAL: u32 = 10_000;

/// A cost that is not flat takes too long to be measured as often as one that is.
const PATIENCE: Duration = Duration::from_secs(1);

/// More than what is filled in and measured: nothing is to be forgotten for anything else.
const LIMITS: [&str; 4] = ["--max-jobs", "10000000", "--max-worlds", "1000000"];

/// What is measured.
const WHATS: [&str; 4] = ["create", "poll one job", "list the first page", "list the last page"];

/// Up to which ratio a cost counts as the same.
const SAME: f64 = 1.1;

/// A Papercloud that was filled.
struct Filled {
    name: String,
    server: Server,
    /// How many jobs are in the project that is asked about.
    jobs: u32,
    job_id: String,
}

/// Measures and prints, and returns the aims.
pub fn measure(plan: &Plan) -> Result<Vec<Aim>> {
    let [few, many] = plan.jobs;
    let mut filled = Vec::new();
    for jobs in [PAGE, few, many] {
        filled.push(Filled::with_jobs(jobs)?);
    }
    filled.push(Filled::with_worlds(plan.worlds)?);
    let mut samples = vec![vec![Vec::new(); filled.len()]; WHATS.len()];
    for round in 0..=plan.rounds {
        for (what, samples) in samples.iter_mut().enumerate() {
            for turn in 0..filled.len() {
                let who = (turn + round) % filled.len();
                let sample = filled[who].sample(what, round, plan.requests)?;
                // The first round is for warming up.
                if round > 0 {
                    samples[who].push(sample);
                }
            }
        }
    }
    filled.iter().try_for_each(Filled::check)?;
    Ok(print(&filled, &samples))
}

impl Filled {
    /// One world with so many jobs.
    fn with_jobs(jobs: u32) -> Result<Self> {
        eprintln!("filling a world with {jobs} jobs");
        let filled = Self::start(format!("{jobs} jobs"))?;
        if jobs > PAGE {
            let create = Load::on(&filled.server, mapping_in(PROJECT)?.request(), CONNECTIONS);
            create.run(Until::Sent(jobs - PAGE), 0)?;
        }
        Ok(Self { jobs, ..filled })
    }

    /// One world with few jobs, among so many others with one.
    fn with_worlds(worlds: u32) -> Result<Self> {
        eprintln!("filling {worlds} worlds");
        let filled = Self::start(format!("{worlds} worlds"))?;
        let project = format!("{}{NUMBER}", &PROJECT[..24]);
        let create = Load::on(&filled.server, mapping_in(&project)?.request(), CONNECTIONS);
        create.run(Until::Sent(worlds), 0)?;
        Ok(filled)
    }

    /// A world with few jobs, and a journal that is full.
    fn start(name: String) -> Result<Self> {
        let server = Server::start(papercloud().args(LIMITS))?;
        let mut job_id = String::new();
        for _ in 0..PAGE {
            let answer = server.connect()?.ask(&mut mapping_in(PROJECT)?.request())?.json()?;
            answer["job_id"].as_str().ok_or("no job was started")?.clone_into(&mut job_id);
        }
        let filled = Self { name, server, jobs: PAGE, job_id };
        filled.fill_journal(PROJECT)?;
        Ok(filled)
    }

    /// Whether everything that was asked for is still there.
    fn check(&self) -> Result<()> {
        let asked = [(self.poll(), 1), (page(0), PAGE), (self.last_page(), PAGE)];
        for (mut request, expected) in asked {
            let answer = self.server.connect()?.ask(&mut request)?.json()?;
            let jobs = answer["jobs"].as_array().map_or(0, Vec::len);
            if jobs != expected as usize {
                return Err(format!("{}: {jobs} jobs instead of {expected}", self.name).into());
            }
        }
        Ok(())
    }

    fn poll(&self) -> Request {
        Request::get(&format!("/v3/{PROJECT}/jobs?id={}", self.job_id))
    }

    fn last_page(&self) -> Request {
        page(self.jobs - PAGE)
    }

    fn fill_journal(&self, project: &str) -> Result<()> {
        let poll = Request::get(&format!("/v3/{project}/jobs?id={}", self.job_id));
        let mut poll = Load::on(&self.server, poll, CONNECTIONS);
        // In another project than that of the job, it is not found.
        poll.expected = 200..=499;
        poll.run(Until::Sent(JOURNAL), 0).map(drop)
    }

    /// Measures so many requests.
    fn sample(&self, what: usize, round: usize, requests: u32) -> Result<Sample> {
        let request = match what {
            0 => {
                // A world with few jobs has many after a round: each round has one of its own.
                let own = format!("{}{round:08}", &PROJECT[..24]);
                let project = if self.jobs == PAGE { own.as_str() } else { PROJECT };
                let mut create = mapping_in(project)?.request();
                if self.jobs == PAGE {
                    self.server.connect()?.ask(&mut create)?;
                    self.fill_journal(project)?;
                }
                create
            }
            1 => self.poll(),
            2 => page(0),
            _ => self.last_page(),
        };
        let until = Until::SentWithin(requests, PATIENCE);
        Load::on(&self.server, request, CONNECTIONS).run(until, 0)
    }
}

fn page(offset: u32) -> Request {
    Request::get(&format!("/v3/{PROJECT}/jobs?limit={PAGE}&offset={offset}"))
}

fn print(filled: &[Filled], samples: &[Vec<Vec<Sample>>]) -> Vec<Aim> {
    let (mut rows, mut aims) = (Vec::new(), Vec::new());
    for (what, of_each) in WHATS.iter().zip(samples) {
        let processor = |sample: &Sample| sample.processor;
        let ratio = |who: usize| Spread::of_ratios(&of_each[who], &of_each[0], processor);
        let alone = Spread::of(of_each[0].iter().map(processor));
        let mut row = vec![(*what).to_owned(), alone.show(1)];
        row.extend((1..filled.len()).map(|who| ratio(who).show(2)));
        rows.push(row);
        let each = (1..filled.len())
            .map(|who| (filled[who].name.clone(), ratio(who).median, ratio(who).median <= SAME))
            .collect::<Vec<_>>();
        let what = format!("CPU to {what}, beside that with {PAGE} jobs in 1 world");
        aims.push(Aim::each(&what, &format!("≤ {SAME}"), &each));
    }
    let names: Vec<_> = filled[1..].iter().map(|filled| format!("{} ÷", filled.name)).collect();
    let alone = format!("{PAGE} jobs, CPU µs/request");
    let mut header = vec!["Call", &alone];
    header.extend(names.iter().map(String::as_str));
    print_table(
        "The same cost whatever is there: CPU a request, and ratios within a round",
        &header,
        &rows,
    );
    aims
}
