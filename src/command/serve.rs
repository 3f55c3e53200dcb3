//! `papercloud`, or `papercloud serve`: serves until a signal comes.

use super::log::Log;
use super::print;
use super::signals::{Ending, Signals, Stop};
use super::target::Target;
use clap::{Args, ValueEnum};
use papercloud::{Config, PaperCloud};
use serde_json::{Map, json};
use tracing::level_filters::LevelFilter;

#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    config: Config,
    /// How the address, the mode and the seed are printed on standard output at the start
    #[arg(long, value_enum, default_value_t = Announce::Text)]
    announce: Announce,
    #[command(flatten)]
    log: Log,
    /// Stop cleanly at the end of standard input too: whoever starts the service and holds the
    /// other end of a pipe takes it along, however that process ends. What is sent is not looked at
    #[arg(long)]
    stop_with_stdin: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Announce {
    /// A line to read
    Text,
    /// One line of JSON
    Json,
}

impl Serve {
    /// Serves until it is stopped. The warnings are about the environment.
    pub fn run(&self, warnings: &[String]) -> Result<(), String> {
        self.log.start(LevelFilter::INFO);
        for warning in warnings {
            tracing::warn!("{warning}");
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        // Listened for before the start, so that a signal at any later moment stops cleanly.
        let listening = runtime.block_on(async { Signals::listen(self.stop_with_stdin) });
        let mut signals = listening.map_err(|error| error.to_string())?;
        let cloud = PaperCloud::start_with(&self.config).map_err(|error| error.to_string())?;
        print(&self.announcement(&cloud))?;
        tracing::debug!(address = %cloud.address(), "ready");
        if !cloud.address().ip().is_loopback() && self.config.control_token.is_none() {
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

    /// How it is reached from the same machine.
    pub fn target(&self) -> Target {
        Target::of(&self.config)
    }

    fn announcement(&self, cloud: &PaperCloud) -> String {
        let Config { seed, auth, .. } = self.config;
        match self.announce {
            Announce::Text => format!(
                "papercloud {} listening on {}, page {}/_paper/\n",
                env!("CARGO_PKG_VERSION"),
                cloud.url(),
                cloud.control_url()
            ),
            Announce::Json => {
                let services = cloud.service_addresses().iter();
                let ports = services.map(|(service, it)| (service.to_string(), json!(it.port())));
                let announced = json!({
                    "url": cloud.url(),
                    "host": cloud.address().ip(),
                    "port": cloud.address().port(),
                    "service_ports": ports.collect::<Map<_, _>>(),
                    "control_port": cloud.control_address().map(|address| address.port()),
                    "certificate": cloud.certificate(),
                    "auth": auth.name(),
                    "seed": seed,
                    "pid": std::process::id(),
                    "instance": cloud.instance(),
                    "version": env!("CARGO_PKG_VERSION"),
                });
                format!("{announced}\n")
            }
        }
    }
}
