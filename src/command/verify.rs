//! `papercloud verify`: whether the requests to a running Papercloud are what a file claims.

use super::client::Service;
use super::junit::{self, Case};
use super::target::Target;
use axum::http::StatusCode;
use clap::Args;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::fmt;
use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

/// What the exit statuses say, at the end of the help.
const STATUSES: &str = "Exit status:
  0  every check passes
  1  a check fails
  2  the command line or the file cannot be understood, or Papercloud refuses a check
  3  nothing was verified: Papercloud cannot be asked (nothing answers, or it refuses the caller),
     or the findings cannot be written";

/// Whether the requests to a running Papercloud are what a file claims.
#[derive(Args)]
#[command(after_help = STATUSES)]
pub struct Verify {
    #[command(flatten)]
    target: Target,
    /// The project whose requests are meant where the file names none
    #[arg(long, value_name = "ID")]
    project: Option<String>,
    /// Write the findings as JUnit XML to this file, or to standard output for -
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// The claims; - reads standard input
    #[arg(
        value_name = "CHECKS.json",
        help = "The claims, as {\"project_id\": …, \"checks\": […]} or a list of such; \
                - reads standard input"
    )]
    checks: PathBuf,
}

/// A claim as it is written. The service knows what one is, and it gets each like this, so that it
/// also sees what is there twice.
type Claim = Box<RawValue>;

/// The claims about one project.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    project_id: Option<String>,
    checks: Vec<Claim>,
}

/// What was found in one project.
struct Suite {
    project_id: String,
    findings: Vec<Finding>,
}

/// Whether a claim holds.
#[derive(Deserialize)]
struct Finding {
    name: String,
    passed: bool,
    reason: String,
    expected: String,
    near_misses: Vec<NearMiss>,
}

#[derive(Deserialize)]
struct NearMiss {
    request_id: String,
    differences: Vec<Difference>,
}

#[derive(Deserialize)]
struct Difference {
    field: String,
    expected: Value,
    got: Value,
}

/// Why nothing was verified.
enum Problem {
    /// The command, or its file, is wrong.
    Usage(String),
    /// The service cannot be reached, or refuses.
    Service(String),
}

impl Verify {
    /// Prints a line for each claim: exit status 0 if all of them hold, 1 if not, 2 if they cannot
    /// be understood, and 3 if Papercloud cannot be asked or the findings cannot be written.
    pub fn run(&self) -> ExitCode {
        const UNREACHABLE: u8 = 3;
        let (problem, status) = match self.verify() {
            Ok(suites) => match self.print(&suites) {
                Ok(()) if passed(&suites) => return ExitCode::SUCCESS,
                Ok(()) => return ExitCode::FAILURE,
                Err(problem) => (problem, ExitCode::from(UNREACHABLE)),
            },
            Err(Problem::Usage(problem)) => (problem, ExitCode::from(2)),
            Err(Problem::Service(problem)) => (problem, ExitCode::from(UNREACHABLE)),
        };
        super::complain(&problem);
        status
    }

    fn verify(&self) -> Result<Vec<Suite>, Problem> {
        let service = self.target.control().map_err(Problem::Usage)?;
        let plans = self.plans().map_err(Problem::Usage)?;
        plans.into_iter().map(|(project, checks)| verify(&service, project, &checks)).collect()
    }

    /// The claims, with the project that each of them is about.
    fn plans(&self) -> Result<Vec<(String, Vec<Claim>)>, String> {
        let file = self.checks.display();
        let unreadable = |error: &dyn fmt::Display| format!("{file} cannot be read: {error}");
        let text = if self.checks.as_os_str() == "-" {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map(|_| text)
        } else {
            std::fs::read_to_string(&self.checks)
        };
        let text = text.map_err(|error| unreadable(&error))?;
        let plans: Vec<Plan> = if text.trim_start().starts_with('[') {
            serde_json::from_str(&text).map_err(|error| unreadable(&error))?
        } else {
            vec![serde_json::from_str(&text).map_err(|error| unreadable(&error))?]
        };
        if plans.is_empty() {
            // Like a plan without checks, it would hold whatever was sent.
            return Err(format!("{file} has no claims"));
        }
        let plan = |plan: Plan| {
            let project = plan.project_id.or_else(|| self.project.clone());
            let project = project
                .ok_or_else(|| format!("{file} names no project_id, and no --project is given"))?;
            Ok((project, plan.checks))
        };
        plans.into_iter().map(plan).collect()
    }

    /// A line for each claim; they make room for the XML where that goes to standard output.
    fn print(&self, suites: &[Suite]) -> Result<(), String> {
        let mut lines = String::new();
        for Suite { project_id, findings } in suites {
            for finding in findings {
                let verdict = if finding.passed { "ok    " } else { "FAILED" };
                lines.extend([verdict, " ", project_id, ": ", &finding.name]);
                if !finding.passed {
                    lines.extend(["\n", &finding.to_string()]);
                }
                lines.push('\n');
            }
        }
        let suites: Vec<_> = suites.iter().map(Suite::to_junit).collect();
        junit::write(self.junit.as_deref(), "verify", &suites, &lines)
    }
}

impl Suite {
    fn to_junit(&self) -> junit::Suite {
        let case = |finding: &Finding| Case {
            name: finding.name.clone(),
            failure: (!finding.passed).then(|| (finding.reason.clone(), finding.to_string())),
        };
        junit::Suite {
            name: self.project_id.clone(),
            cases: self.findings.iter().map(case).collect(),
        }
    }
}

/// Sends the claims about a project to a service, and reads its findings.
fn verify(service: &Service, project_id: String, checks: &[Claim]) -> Result<Suite, Problem> {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'@');
    let shown = utf8_percent_encode(&project_id, KEPT);
    let checks: Vec<_> = checks.iter().map(|check| check.get()).collect();
    let body = format!("{{\"checks\":[{}]}}", checks.join(","));
    let answer = service.post(&format!("/_paper/worlds/{shown}/requests/verify"), body);
    let answer = answer.map_err(Problem::Service)?;
    match answer.status {
        StatusCode::OK => {}
        StatusCode::BAD_REQUEST if answer.body["error_msg"].is_string() => {
            return Err(Problem::Usage(format!("project {project_id}: {}", answer.reason())));
        }
        _ => {
            let (address, reason) = (service.address(), answer.reason());
            return Err(Problem::Service(format!("{address} does not verify: {reason}")));
        }
    }
    let findings = Vec::<Finding>::deserialize(&answer.body["checks"]).map_err(|error| {
        let address = service.address();
        Problem::Service(format!("{address} is no Papercloud of this version: {error}"))
    })?;
    Ok(Suite { project_id, findings })
}

fn passed(suites: &[Suite]) -> bool {
    suites.iter().flat_map(|suite| &suite.findings).all(|finding| finding.passed)
}

/// What was claimed, what was found, and the near misses.
impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "  expected {}\n  {}", self.expected, self.reason)?;
        for NearMiss { request_id, differences } in &self.near_misses {
            write!(formatter, "\n  near miss {request_id}")?;
            for Difference { field, expected, got } in differences {
                write!(formatter, "\n    {field}: expected {expected}, got {got}")?;
            }
        }
        Ok(())
    }
}
