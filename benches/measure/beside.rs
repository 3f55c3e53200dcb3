//! Each call beside (a), a bare axum server, and (b), a server of one fixed answer.

use crate::call::{Call, NOT_REFUSED, REFUSED};
use crate::load::{Load, Sample, Until};
use crate::report::{Aim, Table};
use crate::server::{Server, papercloud, peer};
use crate::spread::Spread;
use crate::{Plan, Result};

/// On how many connections everything is measured.
const CONNECTIONS: [usize; 4] = [1, 16, 64, 512];

/// Which calls to measure.
#[derive(clap::Args, Default)]
pub struct Options {
    /// Only those with this in their name
    #[arg(default_value = "")]
    only: String,
}

/// How far apart the numbers of the requests of two rounds are.
const NUMBERS: usize = 1 << 20;

/// Which of those that are measured together gives the fixed answer.
const FIXED: usize = 2;

/// What was measured of one call on so many connections: a sample a round for Papercloud and for
/// what it is compared with, and half as many for the fixed answer.
struct Comparison {
    call: &'static str,
    refused: bool,
    connections: usize,
    samples: [Vec<Sample>; 3],
}

/// Measures, prints each row as soon as it is there, and returns the aims.
pub fn measure(options: &Options, plan: &Plan) -> Result<Vec<Aim>> {
    let calls = Call::all()?;
    let wanted = |call: &&Call| call.name.contains(&options.only);
    let mut comparisons = Vec::new();
    for refused in [false, true] {
        let of_this: Vec<_> =
            calls.iter().filter(wanted).filter(|call| refuses(call) == refused).collect();
        if of_this.is_empty() {
            continue;
        }
        let table = begin_table(refused, &of_this);
        for call in of_this {
            eprintln!("measuring {}", call.name);
            let measured = compare(call, &calls, plan)?;
            for comparison in &measured {
                table.row(&comparison.row());
            }
            comparisons.extend(measured);
        }
    }
    Ok(aims(&comparisons))
}

fn refuses(call: &Call) -> bool {
    call.name == REFUSED
}

/// Measures one call, on each number of connections.
fn compare(call: &Call, calls: &[Call], plan: &Plan) -> Result<Vec<Comparison>> {
    // Refusing is compared with not refusing.
    let (other, command) = match call.name {
        REFUSED => (calls.iter().find(|call| call.name == NOT_REFUSED), papercloud()),
        _ => (None, peer("bare")),
    };
    let other = other.unwrap_or(call);
    let mut loads = Vec::new();
    let mut commands = [papercloud(), command, peer("fixed")];
    let mut servers = Vec::new();
    for (command, call) in commands.iter_mut().zip([call, other, other]) {
        let server = Server::start(command)?;
        let request = call.prepare(&mut server.connect()?)?;
        loads.push(Load::on(&server, request, 1));
        servers.push(server);
    }
    loads[0].expected = if refuses(call) { 400..=400 } else { 200..=299 };
    rounds(call, &loads, plan)
}

/// All rounds of one call.
fn rounds(call: &Call, loads: &[Load], plan: &Plan) -> Result<Vec<Comparison>> {
    let comparison = |connections| Comparison {
        call: call.name,
        refused: refuses(call),
        connections,
        samples: [const { Vec::new() }; 3],
    };
    let mut comparisons = CONNECTIONS.map(comparison);
    // The first round is for warming up.
    for round in 0..=plan.rounds {
        for (nth, comparison) in comparisons.iter_mut().enumerate() {
            let first = u32::try_from((round * CONNECTIONS.len() + nth) * NUMBERS)?;
            // In another order each time: nobody always comes after the same one.
            for turn in 0..loads.len() {
                let who = (turn + round) % loads.len();
                // The fixed answer is no part of any ratio: half of the rounds say enough of it.
                if who == FIXED && round % 2 == 1 {
                    continue;
                }
                let load = Load { connections: comparison.connections, ..loads[who].clone() };
                let sample = load.run(Until::Over(plan.round), first)?;
                if round > 0 {
                    comparison.samples[who].push(sample);
                }
            }
        }
    }
    Ok(comparisons.into())
}

impl Comparison {
    fn median(&self, who: usize, value: impl Fn(&Sample) -> f64) -> f64 {
        Spread::of(self.samples[who].iter().map(value)).median
    }

    /// Papercloud in relation to what it is compared with.
    fn ratio(&self, value: impl Fn(&Sample) -> f64) -> Spread {
        Spread::of_ratios(&self.samples[0], &self.samples[1], value)
    }

    fn row(&self) -> Vec<String> {
        let per_second = |who| format!("{:.0}", self.median(who, |sample| sample.per_second));
        vec![
            self.call.to_owned(),
            self.connections.to_string(),
            per_second(0),
            per_second(1),
            per_second(2),
            self.ratio(|sample| sample.per_second).show(2),
            format!("{:.1}", self.median(0, |sample| sample.processor)),
            self.ratio(|sample| sample.processor).show(2),
            format!("{:.0}", self.median(0, |sample| sample.median)),
            self.ratio(|sample| sample.median).show(2),
            format!("{:.0}", self.median(0, |sample| sample.p99)),
            self.ratio(|sample| sample.p99).show(2),
        ]
    }
}

/// Begins the table of the calls that are refused, or of all others.
fn begin_table(refused: bool, calls: &[&Call]) -> Table {
    let [cpu, p50, p99] = ["CPU µs/request", "p50 µs", "p99 µs"];
    let (title, other, by) = if refused {
        let title =
            "Papercloud when it refuses, beside the same call accepted by another Papercloud";
        (title, "accepted", "÷ accepted")
    } else {
        let title = "Papercloud beside (a), a bare axum server, and (b), a fixed answer: medians, \
                     and the ratio to (a) within a round with its middle half";
        (title, "(a)", "÷ (a)")
    };
    let header = ["Call", "Connections", "requests/s", other, "(b)", by, cpu, by, p50, by, p99, by];
    let ratio = "1.00 (1.00–1.00)";
    let widest = |call: &&Call| {
        let widths = [call.name, "", "", "", "", ratio, "", ratio, "", ratio, "", ratio];
        widths.map(str::to_owned).to_vec()
    };
    Table::begin(title, &header, &calls.iter().map(widest).collect::<Vec<_>>())
}

/// What one aim says of one comparison: how much it is, and whether that is good enough.
type Judge = fn(&Comparison) -> (f64, bool);

fn aims(comparisons: &[Comparison]) -> Vec<Aim> {
    let each = |what: &str, aim: &str, on: Option<usize>, refused: bool, judge: Judge| {
        let of = comparisons.iter().filter(|comparison| {
            comparison.refused == refused && on.is_none_or(|on| comparison.connections == on)
        });
        let judged = of.map(|comparison| {
            let (value, met) = judge(comparison);
            (format!("{} on {}", comparison.call, comparison.connections), value, met)
        });
        let judged: Vec<_> = judged.collect();
        (!judged.is_empty()).then(|| Aim::each(what, aim, &judged))
    };
    let aims = [
        each("Beside (a): CPU on 64 connections", "≤ 1.45", Some(64), false, |comparison| {
            below(comparison.ratio(|sample| sample.processor), 1.45)
        }),
        each("Beside (a): p99 on 64 connections", "≤ 1.5", Some(64), false, |comparison| {
            below(comparison.ratio(|sample| sample.p99), 1.5)
        }),
        each("Beside (a): median on 1 connection", "≤ 1.5", Some(1), false, |comparison| {
            below(comparison.ratio(|sample| sample.median), 1.5)
        }),
        each("CPU of a refusal, beside the accepted call", "≤ 1", None, true, |comparison| {
            below(comparison.ratio(|sample| sample.processor), 1.0)
        }),
    ];
    aims.into_iter().flatten().collect()
}

fn below(ratio: Spread, limit: f64) -> (f64, bool) {
    (ratio.median, ratio.median <= limit)
}
