//! Instructions and allocations of a request, counted by callgrind: figures that the load of the
//! machine does not touch.
//!
//! Each server answers on one connection that is kept alive, once as many requests as warm it up,
//! and once more of them. The difference is what those cost; starting and filling a server drop out
//! of it. Work of the kernel is not counted.

use crate::call::{Call, PROJECT, REFUSED, Sent, mapping_in};
use crate::report::{Aim, Table};
use crate::server::{Server, papercloud, peer};
use crate::{Plan, Result};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Which requests to count.
#[derive(clap::Args)]
pub struct Options {
    /// Only those with this in their name, such as `create` or `page`
    #[arg(default_value = "")]
    only: String,
}

/// A request to one kind of server.
struct Case {
    name: &'static str,
    server: fn() -> Command,
    call: Call,
    /// How many instructions it may take.
    aim: Option<u32>,
}

/// What a server has done.
struct Counts {
    instructions: f64,
    allocations: f64,
}

/// Counts, prints each row as soon as it is there, and returns the aims. Where there is no valgrind
/// it says so, and there are none.
pub fn measure(options: &Options, plan: &Plan) -> Result<Vec<Aim>> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("skipped: instructions are counted by callgrind, and valgrind is not installed");
        return Ok(Vec::new());
    }
    let profiles = Path::new(env!("CARGO_TARGET_TMPDIR")).join("callgrind");
    fs::create_dir_all(&profiles)?;
    let cases = cases(plan.listed)?.into_iter().filter(|case| case.name.contains(&options.only));
    let cases: Vec<_> = cases.collect();
    let header = ["Request", "instructions", "aim", "allocations"];
    let widest = |case: &Case| [case.name, "", "", ""].map(str::to_owned).to_vec();
    let table = Table::begin(
        "A request in user space",
        &header,
        &cases.iter().map(widest).collect::<Vec<_>>(),
    );
    let (mut aims, mut counted_of) = (Vec::new(), HashMap::new());
    for case in &cases {
        let [warm_up, counted] = plan.counted;
        let profile = profiles.join(case.name.replace(' ', "-"));
        let before = case.count(warm_up, &profile)?;
        let after = case.count(warm_up + counted, &profile)?;
        let each =
            |value: fn(&Counts) -> f64| (value(&after) - value(&before)) / f64::from(counted);
        let instructions = each(|counts| counts.instructions);
        table.row(&[
            case.name.to_owned(),
            format!("{instructions:.0}"),
            case.aim.map_or_else(String::new, |aim| aim.to_string()),
            format!("{:.1}", each(|counts| counts.allocations)),
        ]);
        let aim = |aim| {
            let what = format!("Instructions of a {}", case.name);
            Aim::at_most(&what, f64::from(aim), instructions, "", 0)
        };
        aims.extend(case.aim.map(aim));
        counted_of.insert(case.name, instructions);
    }
    if let (Some(declared), Some(poll)) = (counted_of.get(DECLARED), counted_of.get(POLL)) {
        let what = "Instructions of a declared operation, beside a poll";
        aims.push(Aim::at_most(what, 1.3, declared / poll, " times", 2));
    }
    println!(
        "\n`callgrind_annotate` says where they go; the profiles are in {}",
        profiles.display()
    );
    Ok(aims)
}

fn cases(many: u32) -> Result<Vec<Case>> {
    let case = |name, call, aim| Case { name, server: papercloud, call, aim };
    let create = || Call::named("CreateClickHouseDataBaseReplication");
    let page = |jobs: u32, offset: u32| {
        Result::Ok(Call {
            name: "ListJobs, a page",
            before: vec![mapping_in(PROJECT)?; jobs.try_into()?],
            sent: Sent::get(&format!("/v3/{PROJECT}/jobs?limit={PAGE}&offset={offset}")),
            status: 200,
            member: "jobs",
        })
    };
    Ok(vec![
        Case { server: || peer("bare"), ..case("create, bare handler", create()?, None) },
        case("create", create()?, Some(45_000)),
        case(POLL, Call::named("ListJobs, one by its id")?, Some(42_000)),
        case("refusal", Call::named(REFUSED)?, Some(42_000)),
        case(DECLARED, Call::declared(), None),
        case("first page of few jobs", page(PAGE, 0)?, None),
        case("first page of many jobs", page(many, 0)?, None),
        case("last page of many jobs", page(many, many - PAGE)?, None),
    ])
}

/// The operation written in Rust that a declared one is compared with: both show one thing by its id.
const POLL: &str = "poll";
const DECLARED: &str = "declared operation";

/// Jobs on a page.
const PAGE: u32 = 10;

impl Case {
    /// What the server has done in all, so many of these requests included.
    fn count(&self, requests: u32, profile: &Path) -> Result<Counts> {
        let server = Server::start(&mut under_callgrind(&(self.server)(), profile))?;
        let mut connection = server.connect()?;
        let mut request = self.call.prepare(&mut connection)?;
        for number in 1..=requests {
            let (answer, _) = connection.exchange(request.numbered(number))?;
            if answer.status / 100 != self.call.status / 100 {
                return Err(format!("{}: unexpected answer {answer:?}", self.name).into());
            }
        }
        server.terminate()?;
        Counts::read(&fs::read_to_string(profile)?)
    }
}

/// The same program under callgrind.
fn under_callgrind(program: &Command, profile: &Path) -> Command {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--quiet"]);
    command.arg(format!("--callgrind-out-file={}", profile.display()));
    command.arg(program.get_program()).args(program.get_args());
    command
}

/// The functions of the C library that allocate.
const ALLOCATE: [&str; 4] = ["malloc", "calloc", "realloc", "posix_memalign"];

impl Counts {
    /// Reads a profile: of the lines `cfn=(7) malloc`, or `cfn=(7)` where the name was there
    /// before, each stands above the `calls=` of one place that calls the function.
    fn read(profile: &str) -> Result<Self> {
        let total = profile.lines().find_map(|line| line.strip_prefix("summary: "));
        let instructions = total.ok_or("the profile has no summary")?.parse()?;
        let mut allocators = HashSet::new();
        let (mut allocations, mut allocates) = (0.0, false);
        for line in profile.lines() {
            if let Some(function) = line.strip_prefix("cfn=").or_else(|| line.strip_prefix("fn=")) {
                let (number, name) = function.split_once(' ').unwrap_or((function, ""));
                if ALLOCATE.contains(&name) {
                    allocators.insert(number);
                }
                allocates = allocators.contains(number);
            } else if let Some(calls) = line.strip_prefix("calls=").filter(|_| allocates) {
                let count = calls.split(' ').next().unwrap_or_default();
                allocations += count.parse::<f64>()?;
            }
        }
        Ok(Self { instructions, allocations })
    }
}
