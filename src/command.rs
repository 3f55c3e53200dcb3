//! The commands: serve until a signal comes, run a command beside a service of its own, or ask a
//! running Papercloud.

mod client;
mod coverage;
mod env;
mod exec;
mod flags;
mod junit;
mod log;
mod operations;
mod reference;
mod running;
mod serve;
mod signals;
mod target;
#[cfg(feature = "tls")]
mod trust;
mod verify;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  papercloud --strict --job-seconds 20     serve on port 8080, and refuse what is only odd, too
  papercloud exec -- pytest -q             run tests with a Papercloud of their own on a free port
  eval \"$(papercloud env)\"                 point the SDKs of this shell at a running one

Each flag has an environment variable: --job-seconds is PAPERCLOUD_JOB_SECONDS. A flag wins over its
variable, the last of a repeated flag wins, and an empty variable counts as none.
-h is the short form of this, --help the long one.";

/// Answers like the control planes of GeminiDB, DCS and TaurusDB, on this machine.
#[derive(Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    args_override_self = true,
    after_help = EXAMPLES
)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::Serve,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until SIGTERM or SIGINT; what happens without a command
    Serve(Box<serve::Serve>),
    /// Run a command with a Papercloud of its own, and end with its status
    Exec(Box<exec::Exec>),
    /// Ask a running Papercloud whether it is alive: exit status 0 if it is
    Health(running::Health),
    /// Wait until a Papercloud is ready
    Wait(running::Wait),
    /// Print the settings that point SDKs and Terraform at a Papercloud
    Env(env::Env),
    /// Verify the requests to a running Papercloud
    Verify(verify::Verify),
    /// Show which documented answers no request has seen, and what provokes them
    Coverage(coverage::Coverage),
    /// List the operations that are emulated
    Operations(operations::Operations),
    /// Send every documented example to a fresh cloud and compare the answers
    Selftest,
    /// Print the OpenAPI 3.1 document
    Openapi,
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print every flag as Markdown
    #[command(hide = true)]
    Flags,
}

/// Does what the command line says.
pub fn run() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let prepared = flags::prepare(CommandLine::command(), &arguments);
    let matches = prepared.command.clone().try_get_matches_from(&arguments);
    let command_line = matches.and_then(|matches| CommandLine::from_arg_matches(&matches));
    let command_line = match command_line {
        Ok(command_line) => command_line,
        Err(error) => return refuse(&error, &prepared),
    };
    let done = match command_line.command {
        None => command_line.serve.run(&prepared.warnings()),
        Some(Command::Serve(serve)) => serve.run(&prepared.warnings()),
        Some(Command::Exec(exec)) => return exec.run(&prepared.warnings()),
        Some(command) => {
            for warning in &prepared.passed_over {
                complain(&format!("warning: {warning}"));
            }
            match command {
                Command::Health(health) => health.run(),
                Command::Wait(wait) => wait.run(),
                Command::Env(env) => env.run(),
                Command::Verify(verify) => return verify.run(),
                Command::Coverage(coverage) => return coverage.run(),
                Command::Operations(operations) => operations.run(),
                Command::Selftest => selftest(),
                Command::Openapi => print(&format!("{:#}\n", papercloud::openapi())),
                Command::Completions { shell } => complete(shell, prepared.command),
                Command::Flags => print(&reference::markdown(&prepared.command)),
                Command::Serve(_) | Command::Exec(_) => unreachable!("matched above"),
            }
        }
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
fn refuse(error: &clap::Error, prepared: &flags::Prepared) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    complain(&prepared.explain(error));
    ExitCode::from(2)
}

/// Writes one line to standard error, whatever is in it.
fn complain(problem: &str) {
    let mut line = String::new();
    for character in problem.chars() {
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    let _ = writeln!(std::io::stderr(), "papercloud: {line}");
}

/// Prints to standard output. Whoever closes it early has read enough.
fn print(text: &str) -> Result<(), String> {
    let mut out = std::io::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.to_string()),
        _ => Ok(()),
    }
}

fn complete(shell: Shell, mut command: clap::Command) -> Result<(), String> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "papercloud", &mut script);
    print(&String::from_utf8_lossy(&script))
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
