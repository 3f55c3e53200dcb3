//! `papercloud exec`: runs a command with a service of its own, and ends with its status.

use super::client::Service;
use super::env::Settings;
use super::junit::{self, Case, Suite};
use super::log::Log;
use super::signals::ignores_hang_up;
use super::target::Target;
use super::{complain, print};
use clap::Args;
use papercloud::{Config, PaperCloud};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, IsTerminal, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tracing::level_filters::LevelFilter;

/// What the exit statuses say, at the end of the help.
const STATUSES: &str =
    "The command finds its Papercloud by PAPERCLOUD_URL and by what papercloud env prints. What was
refused, and what the report finds, is printed when it has ended.

Exit status:
  that of the command; 128 + n where signal n has ended it
  125  Papercloud itself fails, or cannot write the JUnit file
  126  the command cannot be started
  127  there is no such command";

/// A command with a service of its own.
#[derive(Args)]
#[command(after_help = STATUSES)]
pub struct Exec {
    #[command(flatten)]
    config: Config,
    #[command(flatten)]
    log: Log,
    /// Write what the report finds as JUnit XML to this file, or to standard output for -
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// The signals that are passed on. A terminal sends the first two to the command itself.
const PASSED_ON: [(SignalKind, Signal); 6] = [
    (SignalKind::interrupt(), Signal::INT),
    (SignalKind::quit(), Signal::QUIT),
    (SignalKind::terminate(), Signal::TERM),
    (SignalKind::hangup(), Signal::HUP),
    (SignalKind::user_defined1(), Signal::USR1),
    (SignalKind::user_defined2(), Signal::USR2),
];

/// How the command has ended, or why it was not started.
enum End {
    Status(ExitStatus),
    NotStarted(std::io::Error),
}

impl End {
    fn code(&self) -> u8 {
        let code = match self {
            Self::Status(status) => {
                status.code().or_else(|| Some(128 + status.signal()?)).unwrap_or(125)
            }
            Self::NotStarted(error) if error.kind() == ErrorKind::NotFound => 127,
            Self::NotStarted(_) => 126,
        };
        u8::try_from(code).unwrap_or(125)
    }
}

/// A file that goes when its owner does.
struct TemporaryFile(PathBuf);

impl TemporaryFile {
    fn write(name: &str, text: &str) -> Result<Self, String> {
        let path = std::env::temp_dir().join(name);
        let wrong = |error| format!("{} cannot be written: {error}", path.display());
        // A file that is there already belongs to another process.
        let mut file = File::create_new(&path).map_err(wrong)?;
        file.write_all(text.as_bytes()).map_err(wrong)?;
        Ok(Self(path))
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Exec {
    /// Runs the command. The warnings are about the environment.
    pub fn run(&self, warnings: &[String]) -> ExitCode {
        self.log.start(LevelFilter::WARN);
        for warning in warnings {
            tracing::warn!("{warning}");
        }
        self.execute().unwrap_or_else(|problem| {
            complain(&problem);
            ExitCode::from(125)
        })
    }

    fn execute(&self) -> Result<ExitCode, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        // Listened for before anything is started, so that no signal leaves a service behind.
        let listening = runtime.block_on(async { signals() });
        let mut signals = listening.map_err(|error| error.to_string())?;
        let cloud = PaperCloud::start_with(&self.config).map_err(|error| error.to_string())?;
        let certificate = self.certificate_file(&cloud)?;
        let mut settings = Settings::of(&self.config, cloud.url())?;
        settings.certificate =
            certificate.as_ref().map(|file| file.0.clone()).or(settings.certificate);
        let end = match runtime.block_on(async { self.command(&cloud, &settings).spawn() }) {
            Ok(child) => End::Status(runtime.block_on(ended(child, &mut signals))?),
            Err(error) => End::NotStarted(error),
        };
        if let End::NotStarted(error) = &end {
            complain(&format!("{} cannot be started: {error}", self.command[0].display()));
        }
        let reported = self.report(&cloud, &end);
        cloud.stop().map_err(|error| error.to_string())?;
        reported?;
        Ok(ExitCode::from(end.code()))
    }

    /// A file for the command to trust, where the certificate that is served is in none yet.
    fn certificate_file(&self, cloud: &PaperCloud) -> Result<Option<TemporaryFile>, String> {
        #[cfg(feature = "tls")]
        if self.config.tls_certificate.is_some() {
            return Ok(None);
        }
        let name = format!("papercloud-{}.pem", cloud.instance());
        cloud.certificate().map(|pem| TemporaryFile::write(&name, pem)).transpose()
    }

    fn command(&self, cloud: &PaperCloud, settings: &Settings) -> Command {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]);
        command.envs(settings.variables());
        // Nobody else uses this service: the projects of tests have the same IDs in every run, and
        // stay until what they have seen is reported.
        if std::env::var_os("PAPERCLOUD_SESSION").is_none_or(|name| name.is_empty()) {
            command.env("PAPERCLOUD_SESSION", "exec");
        }
        if cloud.control_address().is_some() {
            command.env("PAPERCLOUD_CONTROL_URL", cloud.control_url());
        }
        if let Some(token) = &self.config.control_token {
            command.env("PAPERCLOUD_CONTROL_TOKEN", token.reveal());
        }
        command
    }

    /// Says what was refused and what the report finds.
    fn report(&self, cloud: &PaperCloud, end: &End) -> Result<(), String> {
        let target = Target::of(&self.config).at(cloud.address(), cloud.control_address());
        let service = target.control()?;
        let (refused, found) =
            (fetch(&service, "/_paper/failures")?, fetch(&service, "/_paper/report")?);
        for line in refusals(&refused).into_iter().chain(findings(&found)) {
            complain(&line);
        }
        let Some(file) = &self.junit else { return Ok(()) };
        let text = junit::document("exec", &self.suites(end, &found));
        if file.as_os_str() == "-" { print(&text) } else { junit::save(file, &text) }
    }

    /// The command itself, and what was found in each world.
    fn suites(&self, end: &End, found: &Value) -> Vec<Suite> {
        let failure = match end {
            End::Status(status) if status.success() => None,
            End::Status(status) => Some(format!("it ended with {status}")),
            End::NotStarted(error) => Some(format!("it cannot be started: {error}")),
        };
        let line: Vec<_> = self.command.iter().map(|word| word.to_string_lossy()).collect();
        let failure = failure.map(|reason| (reason.clone(), reason));
        let command = Suite {
            name: "command".to_owned(),
            cases: vec![Case { name: line.join(" "), failure }],
        };
        let world = |world: &Value| {
            let case = |(name, reason): (String, String)| Case {
                name,
                failure: Some((reason.clone(), reason)),
            };
            Suite { name: name_of(world), cases: points(world).into_iter().map(case).collect() }
        };
        let worlds = found["worlds"].as_array().into_iter().flatten().map(world);
        std::iter::once(command).chain(worlds).collect()
    }
}

/// Sends what is to be passed on, from now on.
fn signals() -> std::io::Result<UnboundedReceiver<Signal>> {
    let (sender, passed_on) = unbounded_channel();
    let is_interactive = std::io::stdin().is_terminal();
    // Under nohup the command ignores SIGHUP as well, unless somebody listens for it here.
    let ignores_hang_up = ignores_hang_up();
    let heard = |signal: &(_, Signal)| signal.1 != Signal::HUP || !ignores_hang_up;
    for (kind, number) in PASSED_ON.into_iter().filter(heard) {
        let mut received = signal(kind)?;
        let sender = sender.clone();
        let is_sent_by_terminal = matches!(number, Signal::INT | Signal::QUIT) && is_interactive;
        tokio::spawn(async move {
            while received.recv().await.is_some() {
                if !is_sent_by_terminal {
                    let _ = sender.send(number);
                }
            }
        });
    }
    Ok(passed_on)
}

/// Passes signals on until the command has ended. What it leaves behind is not waited for.
async fn ended(
    mut child: Child,
    signals: &mut UnboundedReceiver<Signal>,
) -> Result<ExitStatus, String> {
    loop {
        tokio::select! {
            status = child.wait() => return status.map_err(|error| error.to_string()),
            Some(number) = signals.recv() => {
                let id = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
                // A command that has just ended needs no signal any more.
                if let Some(id) = id {
                    let _ = kill_process(id, number);
                }
            }
        }
    }
}

fn fetch(service: &Service, path: &str) -> Result<Value, String> {
    let answer = service.get(path)?;
    if answer.status.is_success() {
        return Ok(answer.body);
    }
    Err(format!("the journal cannot be read: {}", answer.reason()))
}

/// A line for each request that was refused, below a line that counts them.
fn refusals(failures: &Value) -> Vec<String> {
    let requests = failures["failures"].as_array().into_iter().flatten();
    let mut lines = Vec::new();
    for request in requests {
        let text = |name: &str| request[name].as_str().unwrap_or_default().to_owned();
        lines.push(format!(
            "  {} {}: {} {} {} ({}, request {})",
            text("method"),
            text("path"),
            request["status"],
            text("error_code"),
            text("reason"),
            name_of(request),
            text("request_id"),
        ));
    }
    let (count, shown) = (failures["count"].as_u64().unwrap_or_default(), lines.len());
    if count > 0 {
        let last = if count > shown as u64 { format!(", the last {shown}") } else { String::new() };
        let requests = failures["requests"].as_u64().unwrap_or_default();
        lines.insert(0, format!("{count} of {requests} requests were refused{last}:"));
    }
    lines
}

/// A line for each point of the report, below one for its world.
fn findings(report: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for world in report["worlds"].as_array().into_iter().flatten() {
        lines.push(format!("the report on {} finds:", name_of(world)));
        lines.extend(points(world).into_iter().map(|(name, reason)| format!("  {name}: {reason}")));
    }
    lines
}

/// What the report says of a world: the name of each point, and a sentence.
fn points(world: &Value) -> Vec<(String, String)> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut points = Vec::new();
    for kind in ["never_polled", "unfinished", "faults_never_hit"] {
        for left in list(&world["leaks"][kind]) {
            let subject = ["job_id", "resource_id", "id"].map(|name| text(&left[name]));
            let subject = subject.iter().find(|id| !id.is_empty()).cloned().unwrap_or_default();
            points.push((kind.to_owned(), format!("{} {subject}", text(&left["operation"]))));
        }
    }
    for finding in list(&world["findings"]) {
        let sentence = format!("{} times: {}", finding["count"], text(&finding["sentence"]));
        points.push((text(&finding["rule"]), sentence));
    }
    if world["exact"] == false {
        points.push(("exact".to_owned(), "there was more than could be remembered".to_owned()));
    }
    points
}

fn name_of(world: &Value) -> String {
    let project = world["project_id"].as_str().unwrap_or_default();
    match world["label"].as_str() {
        Some(label) => format!("world {project}, {label}"),
        None => format!("world {project}"),
    }
}
