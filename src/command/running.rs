//! `papercloud health` and `papercloud wait`: ask whether a Papercloud runs.

use super::client::{Answer, Service};
use super::target::Target;
use axum::http::{Method, StatusCode};
use clap::{Args, CommandFactory, FromArgMatches};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::time::Duration;

/// Whether a running Papercloud is alive.
#[derive(Args)]
#[command(
    after_help = "In a container this needs no flags: where the first process is Papercloud, or an init that \
                        was given its command line, the flags are read there."
)]
pub struct Health {
    #[command(flatten)]
    target: Target,
}

/// Until when a Papercloud is waited for.
#[derive(Args)]
pub struct Wait {
    #[command(flatten)]
    target: Target,
    /// Seconds to wait at most
    #[arg(long, default_value_t = 30, value_name = "SECONDS",
          value_parser = clap::value_parser!(u16).range(1..=3600))]
    timeout_seconds: u16,
    /// Wait for the one that is this process, and not for another that is still there
    #[arg(long, value_name = "PROCESS")]
    pid: Option<u32>,
    /// Wait for the one that has announced this instance ID
    #[arg(long, value_name = "ID")]
    instance: Option<String>,
}

impl Health {
    pub fn run(&self) -> Result<(), String> {
        let is_told_where = std::env::args_os().len() > 2 || self.target.has_url();
        let found = if is_told_where { None } else { first_process() };
        let service = found.as_ref().unwrap_or(&self.target).control()?;
        probe(&service, "/_paper/health").map(drop)
    }
}

impl Wait {
    pub fn run(&self) -> Result<(), String> {
        const PAUSE: Duration = Duration::from_millis(50);
        let attempt = || {
            // The certificate that it is trusted by may not be written yet either.
            let answer = probe(&self.target.control()?, "/_paper/ready")?;
            self.is_meant(&answer)
        };
        let mut problem = String::new();
        for _ in 0..u32::from(self.timeout_seconds) * 20 {
            match attempt() {
                Ok(()) => return Ok(()),
                Err(last) => problem = last,
            }
            if let Some(pid) = self.pid.filter(|pid| has_ended(*pid)) {
                return Err(format!("process {pid} has ended: {problem}"));
            }
            std::thread::sleep(PAUSE);
        }
        Err(format!("not ready after {} seconds: {problem}", self.timeout_seconds))
    }

    /// Whether it is the one that is waited for.
    fn is_meant(&self, answer: &Answer) -> Result<(), String> {
        let (pid, instance) = (&answer.body["pid"], &answer.body["instance"]);
        if self.pid.is_some_and(|wanted| pid.as_u64() != Some(wanted.into())) {
            return Err(format!("another Papercloud answers, process {pid}"));
        }
        if self.instance.as_deref().is_some_and(|wanted| instance.as_str() != Some(wanted)) {
            return Err(format!("another Papercloud answers, instance {instance}"));
        }
        Ok(())
    }
}

/// Gets a path that says whether all is well.
fn probe(service: &Service, path: &str) -> Result<Answer, String> {
    let answer = service.call(Method::GET, path, String::new(), Duration::from_secs(2))?;
    if answer.status == StatusCode::OK && answer.body["status"].is_string() {
        return Ok(answer);
    }
    let (address, status) = (service.address(), answer.status);
    Err(format!("{address} is no healthy Papercloud: it answers {status} to {path}"))
}

/// Whether a process is known not to run any more, where the system tells.
fn has_ended(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"));
    let is_zombie = |status: &str| status.contains("\nState:\tZ");
    Path::new("/proc/self/status").exists() && status.map_or(true, |status| is_zombie(&status))
}

/// The Papercloud that is a container's first process.
fn first_process() -> Option<Target> {
    let words = std::fs::read("/proc/1/cmdline").ok()?;
    let words = words.split(|byte| *byte == 0).map(|word| OsString::from_vec(word.to_vec()));
    let mut words: Vec<_> = words.collect();
    words.pop();
    served_by(&words)
}

/// The Papercloud that a command line starts, alone or behind an init.
fn served_by(words: &[OsString]) -> Option<Target> {
    let is_program =
        |word: &OsString| Path::new(word).file_name().is_some_and(|name| name == "papercloud");
    let words = &words[words.iter().position(is_program)?..];
    let prepared = super::flags::prepare(super::CommandLine::command(), words);
    let matches = prepared.command.try_get_matches_from(words).ok()?;
    let line = super::CommandLine::from_arg_matches(&matches).ok()?;
    match line.command {
        None => Some(line.serve.target()),
        Some(super::Command::Serve(serve)) => Some(serve.target()),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_of_a_container_are_read_from_its_first_process() {
        let url = |line: &str| {
            let words: Vec<_> = line.split(' ').map(OsString::from).collect();
            served_by(&words).map(|target| target.url())
        };
        let expected = |url: &str| Some(url.to_owned());
        assert_eq!(url("/papercloud --port 9000"), expected("http://127.0.0.1:9000"));
        let behind_init = "/sbin/docker-init -- /papercloud serve --host=0.0.0.0 --port=9000";
        assert_eq!(url(behind_init), expected("http://127.0.0.1:9000"));
        assert_eq!(url("papercloud exec --port 9000 true"), None);
        assert_eq!(url("papercloud --prot 9000"), None);
        assert_eq!(url("/sbin/init"), None);
    }
}
