//! The log on standard error.

use clap::{Args, ValueEnum};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The target of the log's line for each request; see `http/log.rs`.
const REQUESTS: &str = "papercloud::requests";

/// How and what is logged.
#[derive(Args)]
pub struct Log {
    /// Form of the log on standard error
    #[arg(long, value_enum, default_value_t = Form::Pretty)]
    log: Form,
    #[arg(
        long,
        value_name = "LEVEL",
        help = "What is logged: off, error, warn, info, or debug with a line for each request and refusal [default: what RUST_LOG says, else info, or warn for exec]"
    )]
    log_level: Option<LevelFilter>,
    /// Log a line for each request at any level: method, path, operation, status, milliseconds
    #[arg(long)]
    log_requests: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    /// Lines to read
    Pretty,
    /// One JSON object a line
    Json,
}

impl Log {
    /// Starts logging, and warns if `RUST_LOG` cannot be read.
    pub fn start(&self, usual: LevelFilter) {
        let (filter, problem) = self.filter(usual);
        // Where standard error is closed, a complaint about it could not be written either.
        let layer = fmt::layer().with_writer(std::io::stderr).log_internal_errors(false);
        let registry = tracing_subscriber::registry().with(filter);
        match self.log {
            Form::Pretty => registry.with(layer.with_target(false).with_ansi(false)).init(),
            Form::Json => registry.with(layer.json().flatten_event(true)).init(),
        }
        if let Some(problem) = problem {
            tracing::warn!("RUST_LOG is passed over: {problem}");
        }
        // The message is left out: it may hold what a client has sent.
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(place, "a panic, which is a defect of Papercloud's");
        }));
    }

    fn filter(&self, usual: LevelFilter) -> (Targets, Option<String>) {
        let (mut filter, mut problem) = (Targets::new().with_default(usual), None);
        if let Some(level) = self.log_level {
            filter = Targets::new().with_default(level);
        } else if let Some(wanted) = std::env::var_os("RUST_LOG")
            .and_then(|wanted| wanted.into_string().ok())
            .filter(|wanted| !wanted.is_empty())
        {
            match wanted.parse::<Targets>() {
                Ok(wanted) => filter = wanted,
                Err(error) => problem = Some(error.to_string()),
            }
        }
        if self.log_requests {
            filter = filter.with_target(REQUESTS, LevelFilter::DEBUG);
        }
        (filter, problem)
    }
}
