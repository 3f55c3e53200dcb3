//! The command line.

mod command;

use clap::builder::BoolishValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use command::{Call, Ending, Signals, Stop, Target, Verify};
use papercloud::{Config, PaperCloud};
use serde_json::json;
use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;
use tracing::level_filters::LevelFilter;

/// Answers like the control planes of GeminiDB, DCS and TaurusDB, on this machine.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until SIGTERM or SIGINT; what happens without a command
    Serve(Box<Serve>),
    /// Ask a running Papercloud whether it is alive: exit status 0 if it is
    Health(Target),
    /// Wait until a Papercloud is ready
    Wait(Wait),
    /// Print the environment that points the official SDKs at a Papercloud
    Env(Target),
    /// Send every documented example to a fresh cloud and compare the answers
    Selftest,
    /// Verify what was asked of a running Papercloud: exit status 0 if every check passes,
    /// 1 if one fails, 2 if a check cannot be understood, 3 if Papercloud cannot be asked
    Verify(Verify),
    /// Print the OpenAPI 3.1 document
    Openapi,
}

#[derive(Args)]
struct Serve {
    #[command(flatten)]
    config: Config,
    /// How the address, the mode and the seed are printed on standard output at the start
    #[arg(long, env = "PAPERCLOUD_ANNOUNCE", value_enum, default_value_t = Announce::Text)]
    announce: Announce,
    /// Form of the log on standard error
    #[arg(long, env = "PAPERCLOUD_LOG", value_enum, default_value_t = LogForm::Pretty)]
    log: LogForm,
    /// What is logged: off, error, warn, info, or debug with a line for each refusal
    #[arg(long, env = "PAPERCLOUD_LOG_LEVEL", default_value_t = LevelFilter::INFO)]
    log_level: LevelFilter,
    /// Stop cleanly at the end of standard input too: whoever starts the service and holds the
    /// other end of a pipe takes it along, however that process ends. What is sent is not looked at
    #[arg(long, env = "PAPERCLOUD_STOP_WITH_STDIN", value_parser = BoolishValueParser::new())]
    stop_with_stdin: bool,
}

#[derive(Args)]
struct Wait {
    #[command(flatten)]
    target: Target,
    /// Seconds to wait at most
    #[arg(long, env = "PAPERCLOUD_TIMEOUT_SECONDS", default_value_t = 30, value_name = "SECONDS",
          value_parser = clap::value_parser!(u16).range(1..=3600))]
    timeout_seconds: u16,
}

#[derive(Clone, Copy, ValueEnum)]
enum Announce {
    /// A line to read
    Text,
    /// One line of JSON
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogForm {
    /// Lines to read
    Pretty,
    /// One JSON object a line
    Json,
}

fn main() -> ExitCode {
    let command_line = match CommandLine::try_parse() {
        Ok(command_line) => command_line,
        Err(error) => return refuse(&error),
    };
    let done = match command_line.command {
        None => serve(&command_line.serve),
        Some(Command::Serve(options)) => serve(&options),
        Some(Command::Health(target)) => probe(&target, "/_paper/health"),
        Some(Command::Wait(wait)) => wait_until_ready(&wait),
        Some(Command::Env(target)) => print(&environment(&target)),
        Some(Command::Verify(verify)) => return verify.run(),
        Some(Command::Selftest) => selftest(),
        Some(Command::Openapi) => print(&format!("{:#}\n", papercloud::openapi())),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            complain(&problem);
            ExitCode::FAILURE
        }
    }
}

/// Help goes out as it is; a mistake becomes one line.
fn refuse(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.render().to_string();
    let said = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let said = said.take_while(|line| !line.starts_with("Usage") && !line.starts_with("For more"));
    complain(said.collect::<Vec<_>>().join("; ").trim_start_matches("error: "));
    ExitCode::from(2)
}

fn complain(problem: &str) {
    let _ = writeln!(std::io::stderr(), "papercloud: {problem}");
}

/// Prints to standard output. Whoever closes it early has read enough.
fn print(text: &str) -> Result<(), String> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.to_string()),
        _ => Ok(()),
    }
}

fn serve(options: &Serve) -> Result<(), String> {
    log_to_stderr(options.log, options.log_level);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    // Listened for before the start, so that a signal at any later moment stops cleanly.
    let listening = runtime.block_on(async { Signals::listen(options.stop_with_stdin) });
    let mut signals = listening.map_err(|error| error.to_string())?;
    let cloud = PaperCloud::start_with(&options.config).map_err(|error| error.to_string())?;
    announce(options, &cloud)?;
    tracing::info!(address = %cloud.address(), "ready");
    if !cloud.address().ip().is_loopback() && options.config.control_token.is_none() {
        tracing::warn!(
            "listening beyond this machine: whoever reaches the port controls it, unless \
             --control-token sets a token"
        );
    }
    match runtime.block_on(signals.stop()) {
        Stop::Signal(name) => tracing::info!(signal = name, "stopping"),
        Stop::Input => tracing::info!("stopping: standard input has ended"),
    }
    let ending = Ending::default();
    signals.end_at_the_next(runtime, ending.clone())?;
    let stopped = cloud.stop();
    ending.claim();
    stopped.map_err(|error| error.to_string())
}

fn announce(options: &Serve, cloud: &PaperCloud) -> Result<(), String> {
    let Config { seed, auth, .. } = options.config;
    let (url, auth) =
        (cloud.url(), auth.to_possible_value().map(|mode| mode.get_name().to_owned()));
    let port =
        |(service, address): &(&str, SocketAddr)| (service.to_string(), json!(address.port()));
    let service_ports: serde_json::Map<_, _> = cloud.service_addresses().iter().map(port).collect();
    let line = match options.announce {
        Announce::Json => json!({
            "url": url,
            "host": cloud.address().ip(),
            "port": cloud.address().port(),
            "service_ports": service_ports,
            "control_port": cloud.control_address().map(|address| address.port()),
            "certificate": cloud.certificate(),
            "auth": auth,
            "seed": seed,
            "version": env!("CARGO_PKG_VERSION"),
        })
        .to_string(),
        Announce::Text => {
            format!(
                "Papercloud listens on {url} (auth: {}, seed: {seed})",
                auth.unwrap_or_default()
            )
        }
    };
    print(&format!("{line}\n"))?;
    match std::io::stdout().flush() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.to_string()),
        _ => Ok(()),
    }
}

fn log_to_stderr(form: LogForm, level: LevelFilter) {
    // Where standard error is closed, a complaint about it could not be written either.
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(level);
    let log = log.log_internal_errors(false);
    match form {
        LogForm::Pretty => log.with_target(false).with_ansi(false).init(),
        LogForm::Json => log.json().flatten_event(true).init(),
    }
    // The message is left out: it may hold what a client has sent.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic, which is a defect of Papercloud's");
    }));
}

/// Asks for a path of the control API.
fn probe(target: &Target, path: &str) -> Result<(), String> {
    let line = target.line()?;
    let address = line.address;
    let answer = Call::get(path)
        .send(&line)
        .map_err(|error| format!("nothing answers on {address}: {error}"))?;
    if answer.status() == Some("200") && answer.body.contains("\"status\"") {
        return Ok(());
    }
    let status = answer.status_line;
    Err(format!("{address} is no healthy Papercloud: it answers {status:?} to {path}"))
}

fn wait_until_ready(wait: &Wait) -> Result<(), String> {
    const PAUSE: Duration = Duration::from_millis(50);
    let tries = u32::from(wait.timeout_seconds) * 20;
    let mut problem = String::new();
    for _ in 0..tries {
        match probe(&wait.target, "/_paper/ready") {
            Ok(()) => return Ok(()),
            Err(last) => problem = last,
        }
        std::thread::sleep(PAUSE);
    }
    Err(format!("not ready after {} seconds: {problem}", wait.timeout_seconds))
}

/// Region, endpoints and credentials for the official SDKs. Unless signatures are verified, keys of
/// any value do.
fn environment(target: &Target) -> String {
    let url = target.url();
    let mut lines = vec![
        format!("export HUAWEICLOUD_SDK_AK={}", Config::ACCESS_KEY),
        format!("export HUAWEICLOUD_SDK_SK={}", Config::SECRET_KEY),
        format!("export HUAWEICLOUD_SDK_PROJECT_ID={}", Config::PROJECT_ID),
        format!("export HUAWEICLOUD_SDK_IAM_ENDPOINT={url}"),
    ];
    for service in ["DCS", "GAUSSDB", "GAUSSDBFORNOSQL"] {
        lines.push(format!("export HUAWEICLOUD_SDK_REGION_{service}_EU_MOCK_1={url}"));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn selftest() -> Result<(), String> {
    let proofs = papercloud::selftest();
    let failed = proofs.iter().filter(|proof| proof.failed.is_some()).count();
    for proof in &proofs {
        let verdict = proof.failed.as_deref().unwrap_or("ok");
        print(&format!("{:<40} {:<48} {verdict}\n", proof.operation, proof.source))?;
    }
    print(&format!("{} passed, {failed} failed\n", proofs.len() - failed))?;
    if failed == 0 { Ok(()) } else { Err("the self-test failed".to_owned()) }
}
