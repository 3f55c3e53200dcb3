//! `papercloud verify`: whether the requests to a running Papercloud are what a file claims.

use super::call::Call;
use super::junit;
use super::target::{Line, Target};
use clap::Args;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Whether the requests to a running Papercloud are what a file claims.
#[derive(Args)]
pub struct Verify {
    #[command(flatten)]
    target: Target,
    /// The project whose requests are meant where the file names none
    #[arg(long, value_name = "ID")]
    project: Option<String>,
    /// The token of the control API, if it asks for one
    #[arg(long, env = "PAPERCLOUD_CONTROL_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    control_token: Option<String>,
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

/// The claims about one project.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    project_id: Option<String>,
    /// The service knows what a check is.
    checks: Vec<Value>,
}

/// What was found in one project.
pub struct Suite {
    /// The project.
    pub project_id: String,
    /// Each of the claims.
    pub findings: Vec<Finding>,
}

/// Whether a claim holds.
#[derive(Deserialize)]
pub struct Finding {
    /// Its name.
    pub name: String,
    /// Whether it holds.
    pub passed: bool,
    /// Why.
    pub reason: String,
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
    /// The service is.
    Service(String),
}

impl Verify {
    /// Prints a line for each claim: exit status 0 if all of them hold, 1 if not, and 2 if they
    /// cannot be understood.
    pub fn run(&self) -> ExitCode {
        let (problem, status) = match self.verify() {
            Ok(suites) => match self.tell(&suites) {
                Ok(()) if passed(&suites) => return ExitCode::SUCCESS,
                Ok(()) => return ExitCode::FAILURE,
                Err(problem) => (problem, ExitCode::FAILURE),
            },
            Err(Problem::Usage(problem)) => (problem, ExitCode::from(2)),
            Err(Problem::Service(problem)) => (problem, ExitCode::FAILURE),
        };
        crate::complain(&problem);
        status
    }

    fn verify(&self) -> Result<Vec<Suite>, Problem> {
        if self.control_token.as_deref().is_some_and(|token| token.contains(char::is_control)) {
            return Err(Problem::Usage("the control token has control characters".to_owned()));
        }
        let plans = self.plans().map_err(Problem::Usage)?;
        let line = self.target.line().map_err(Problem::Usage)?;
        plans.into_iter().map(|(project, checks)| self.ask(&line, project, &checks)).collect()
    }

    /// The claims, with the project that each of them is about.
    fn plans(&self) -> Result<Vec<(String, Vec<Value>)>, String> {
        let file = self.checks.display();
        let unreadable = |error: &dyn fmt::Display| format!("{file} cannot be read: {error}");
        let text = if self.checks.as_os_str() == "-" {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map(|_| text)
        } else {
            std::fs::read_to_string(&self.checks)
        };
        let text = text.map_err(|error| unreadable(&error))?;
        let json: Value = serde_json::from_str(&text).map_err(|error| unreadable(&error))?;
        let plans = match json {
            // Like a plan without checks, it would hold whatever was asked.
            Value::Array(plans) if plans.is_empty() => return Err(format!("{file} has no claims")),
            Value::Array(plans) => plans,
            plan => vec![plan],
        };
        let plan = |plan: Value| {
            let plan: Plan = serde_json::from_value(plan).map_err(|error| unreadable(&error))?;
            let project = plan.project_id.or_else(|| self.project.clone());
            let project = project
                .ok_or_else(|| format!("{file} names no project_id, and no --project is given"))?;
            Ok((project, plan.checks))
        };
        plans.into_iter().map(plan).collect()
    }

    fn ask(&self, line: &Line, project_id: String, checks: &[Value]) -> Result<Suite, Problem> {
        const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'@');
        let shown = utf8_percent_encode(&project_id, KEPT);
        let call = Call {
            method: "POST",
            path: &format!("/_paper/worlds/{shown}/requests/verify"),
            control_token: self.control_token.as_deref().filter(|token| !token.is_empty()),
            body: &json!({ "checks": checks }).to_string(),
            limit: Duration::from_secs(30),
        };
        let address = line.address;
        let answer = call
            .send(line)
            .map_err(|error| Problem::Service(format!("nothing answers on {address}: {error}")))?;
        let said: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let reason = said["error_msg"].as_str();
        match (answer.status(), reason) {
            (Some("200"), _) => {}
            (Some("400"), Some(reason)) => {
                return Err(Problem::Usage(format!("project {project_id}: {reason}")));
            }
            _ => {
                let reason = reason.unwrap_or(&answer.status_line);
                return Err(Problem::Service(format!("{address} does not verify: {reason}")));
            }
        }
        let findings = Vec::<Finding>::deserialize(&said["checks"]).map_err(|error| {
            Problem::Service(format!("{address} is no Papercloud of this version: {error}"))
        })?;
        Ok(Suite { project_id, findings })
    }

    /// A line for each claim; they make room for the XML where that goes to standard output.
    fn tell(&self, suites: &[Suite]) -> Result<(), String> {
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
        match &self.junit {
            Some(file) if file.as_os_str() == "-" => {
                let _ = std::io::stderr().write_all(lines.as_bytes());
                crate::print(&junit::document(suites))
            }
            Some(file) => {
                crate::print(&lines)?;
                std::fs::write(file, junit::document(suites))
                    .map_err(|error| format!("{} cannot be written: {error}", file.display()))
            }
            None => crate::print(&lines),
        }
    }
}

fn passed(suites: &[Suite]) -> bool {
    suites.iter().flat_map(|suite| &suite.findings).all(|finding| finding.passed)
}

/// What was claimed, what was found, and what nearly was it.
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
