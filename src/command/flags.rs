//! Gives every flag its heading in the help and its environment variable, and warns of variables that
//! nothing reads.

use clap::builder::BoolishValueParser;
use clap::error::ContextKind;
use clap::{Arg, ArgAction, Command};
use std::collections::BTreeSet;
use std::env::var_os;
use std::ffi::{OsStr, OsString};

/// The flags of a service by their fields, in the order of the help.
const HEADINGS: [(&str, &[&str]); 8] = [
    ("Listen", &["host", "port", "service_ports", "control_port", "stop_with_stdin", "workers"]),
    ("Time", &["job_seconds", "frozen_at"]),
    ("Strictness", &["strict", "documented", "hygiene", "resources", "spell_incrmigrating"]),
    (
        "Who may call",
        &["auth", "access_keys", "users", "control_token", "allowed_hosts", "cors_origins"],
    ),
    ("State", &["world", "state", "save_seconds", "seed", "region"]),
    (
        "Limits",
        &[
            "journal_bytes",
            "max_worlds",
            "max_jobs",
            "max_connections",
            "idle_seconds",
            "header_bytes",
            "header_seconds",
            "body_seconds",
            "write_seconds",
            "stop_seconds",
        ],
    ),
    ("TLS", &["tls", "tls_certificate", "insecure"]),
    ("Log", &["announce", "log", "log_level", "log_requests"]),
];

/// Variables of the helpers for other languages: where the program is, and what names their tests'
/// projects.
const FOR_HELPERS: [&str; 2] = ["PAPERCLOUD_BINARY", "PAPERCLOUD_SESSION"];

/// The prefix of every variable.
const PREFIX: &str = "PAPERCLOUD_";

/// The command with its flags' headings and variables, and warnings about the environment.
pub struct Prepared {
    /// The command.
    pub command: Command,
    /// Variables that it would read, but whose values belong to somebody else.
    pub passed_over: BTreeSet<String>,
    misspelt: Vec<String>,
    arguments: Vec<OsString>,
}

/// Gives each flag its heading and its variable, unless that says nothing to this command.
pub fn prepare(command: Command, arguments: &[OsString]) -> Prepared {
    let is_called = |name: &str, command: &Command| command.get_name() == name;
    let first = arguments.get(1).and_then(|name| name.to_str()).map(str::to_owned);
    let first = first.filter(|name| command.get_subcommands().any(|sub| is_called(name, sub)));
    let mut environment = Environment::new(arguments);
    // A command does not fail because of a variable that only another one reads.
    let command = command
        .mut_args(|arg| environment.fit(arg, first.is_none()))
        .mut_subcommands(|sub| {
            let is_meant = first.as_deref().is_some_and(|name| is_called(name, &sub));
            sub.mut_args(|arg| environment.fit(arg, is_meant))
        })
        .mut_subcommand("exec", |exec| exec.mut_arg("port", |port| port.default_value("0")));
    let misspelt = misspelt(&environment.known);
    let passed_over = environment.passed_over;
    Prepared { command, passed_over, misspelt, arguments: arguments.to_vec() }
}

impl Prepared {
    /// What is to say of the environment where a service is started.
    pub fn warnings(&self) -> Vec<String> {
        self.passed_over.iter().chain(&self.misspelt).cloned().collect()
    }

    /// What is wrong with the command line or the environment, in one line.
    pub fn explain(&self, error: &clap::Error) -> String {
        let text = error.render().to_string();
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let lines =
            lines.take_while(|line| !line.starts_with("Usage") && !line.starts_with("For more"));
        let line = lines.collect::<Vec<_>>().join("; ");
        let line = line.trim_start_matches("error: ");
        let flag = error.get(ContextKind::InvalidArg).map(ToString::to_string).unwrap_or_default();
        match self.variable_behind(&flag) {
            Some(variable) => {
                line.replace(&format!("'{flag}'"), &format!("the environment variable {variable}"))
            }
            None => line.to_owned(),
        }
    }

    /// The variable that a value came from, where a flag that is shown as `--auth <AUTH>` is not
    /// among the arguments.
    fn variable_behind(&self, flag: &str) -> Option<String> {
        let long = flag.split([' ', '=']).next()?.strip_prefix("--")?;
        let is_given = |argument: &OsString| {
            let argument = argument.to_string_lossy();
            argument.strip_prefix("--").and_then(|rest| rest.split('=').next()) == Some(long)
        };
        let commands = std::iter::once(&self.command).chain(self.command.get_subcommands());
        let mut args = commands.flat_map(Command::get_arguments);
        let arg = args.find(|arg| arg.get_long() == Some(long) && arg.get_env().is_some())?;
        let variable = arg.get_env()?.to_str()?;
        (!self.arguments.iter().any(is_given) && var_os(variable).is_some())
            .then(|| variable.to_owned())
    }
}

struct Environment<'a> {
    arguments: &'a [OsString],
    known: BTreeSet<String>,
    passed_over: BTreeSet<String>,
}

impl<'a> Environment<'a> {
    fn new(arguments: &'a [OsString]) -> Self {
        let known = FOR_HELPERS.map(str::to_owned).into();
        Self { arguments, known, passed_over: BTreeSet::new() }
    }

    /// Whether one of these flags is among the arguments.
    fn is_given(&self, flags: &[&str]) -> bool {
        self.arguments.iter().any(|argument| {
            let argument = argument.to_string_lossy();
            flags.contains(&argument.split('=').next().unwrap_or_default())
        })
    }

    /// A flag with its heading, and with its variable if the command that is meant can read it.
    fn fit(&mut self, arg: Arg, is_meant: bool) -> Arg {
        let id = arg.get_id().to_string();
        if arg.get_long().is_none() || ["help", "version"].contains(&&*id) {
            return arg;
        }
        let arg = match heading(&id) {
            Some((heading, order)) => arg.help_heading(heading).display_order(order),
            None => arg,
        };
        let arg = match arg.get_action() {
            ArgAction::SetTrue => arg.value_parser(BoolishValueParser::new()),
            _ => arg,
        };
        let variable = format!("{PREFIX}{}", id.to_uppercase());
        self.known.insert(variable.clone());
        let value = var_os(&variable).unwrap_or_default();
        let is_foreign = is_meant && variable.ends_with("_PORT") && is_link(&value);
        if is_foreign {
            let value = value.to_string_lossy();
            self.passed_over.insert(format!(
                "{variable}={value} is passed over: it is the address that a cluster gives to a \
                 service of this name"
            ));
        }
        // Flags that say where a service is win over a variable that says the same in other words.
        let is_outdone = match &*id {
            "url" => self.is_given(&["--host", "--port"]),
            "control_url" => self.is_given(&["--host", "--port", "--control-port", "--url"]),
            _ => false,
        };
        let is_unset = !is_meant || value.is_empty() || is_foreign || is_outdone;
        if is_unset && var_os(&variable).is_some() {
            return arg;
        }
        // The variables are leaked: few, small, and needed as long as the program runs.
        arg.env(&*variable.leak()).hide_env(self.is_given(&["-h"]))
    }
}

/// The heading that a flag stands under, and its place in the help.
fn heading(id: &str) -> Option<(&'static str, usize)> {
    let mut all =
        HEADINGS.iter().flat_map(|(heading, ids)| ids.iter().map(move |id| (heading, id)));
    let place = all.position(|(_, known)| *known == id)?;
    let (heading, _) = HEADINGS.iter().find(|(_, ids)| ids.contains(&id))?;
    Some((heading, place))
}

/// Whether a value is what Kubernetes and Docker's links put into `…_PORT`.
fn is_link(value: &OsStr) -> bool {
    let value = value.to_string_lossy();
    ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme))
}

/// What is to say of variables that look like Papercloud's, but that nothing reads.
fn misspelt(known: &BTreeSet<String>) -> Vec<String> {
    let all =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    let unknown = all.filter(|(name, value)| {
        name.starts_with(PREFIX) && !known.contains(name) && !is_of_a_cluster(name, value)
    });
    let mut said: Vec<_> = unknown.map(|(name, _)| remark(&name, known)).collect();
    said.sort_unstable();
    said
}

fn remark(name: &str, known: &BTreeSet<String>) -> String {
    const NEAR: f64 = 0.85;
    let bare = |name: &str| name.trim_start_matches(PREFIX).to_owned();
    let similarity = |known: &&String| strsim::jaro_winkler(&bare(known), &bare(name));
    let nearest = known.iter().max_by(|one, other| similarity(one).total_cmp(&similarity(other)));
    match nearest.filter(|nearest| similarity(nearest) >= NEAR) {
        Some(nearest) => format!("nothing reads the variable {name}; did you mean {nearest}?"),
        None => format!("nothing reads the variable {name}"),
    }
}

/// Whether Kubernetes or Docker has set it for a service that is called papercloud, or like it.
fn is_of_a_cluster(name: &str, value: &OsStr) -> bool {
    let value = value.to_string_lossy();
    name.contains("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || name.contains("_ENV_")
        || ["_TCP", "_UDP", "_SCTP"].iter().any(|protocol| name.contains(protocol))
        || (name.ends_with("_PORT") && is_link(&OsString::from(&*value)))
        || (name.ends_with("_NAME") && value.starts_with('/'))
}
