//! Configuration as a value. The program reads it from flags, each with an environment variable
//! called like its field (`PAPERCLOUD_JOB_SECONDS`): the flag wins over the variable, and that over
//! the default. Nothing else reads the environment.

mod connections;
#[cfg(feature = "cli")]
mod flags;
#[cfg(feature = "tls")]
mod tls;
mod transport;

pub use connections::Connections;
#[cfg(feature = "tls")]
pub use tls::Certificate;
pub use transport::Transport;

use crate::auth::AuthMode;
use crate::auth::guard::Guard;
use crate::clock::Moment;
use crate::cloud::Settings;
use crate::contract::{Level, Strictness};
use crate::credentials::{self, AccessKey, Credentials, Secret, User};
use crate::persist::Files;
use crate::worlds::WorldSettings;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// Where the service listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Endpoint {
    /// Address that Papercloud listens on, or a name that stands for one.
    #[cfg_attr(feature = "cli", arg(long, default_value = "127.0.0.1", value_name = "ADDRESS", value_parser = flags::address))]
    pub host: IpAddr,
    /// Port that it listens on; 0 lets it pick a free one.
    #[cfg_attr(feature = "cli", arg(long, default_value_t = 8080))]
    pub port: u16,
}

impl Endpoint {
    /// Host and port together.
    pub fn address(self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
    }
}

/// Everything that can be set.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Config {
    /// Where to listen.
    #[cfg_attr(feature = "cli", command(flatten))]
    pub endpoint: Endpoint,
    /// Open a port for each service besides: the four after --port, for GeminiDB, DCS, TaurusDB and
    /// IAM in this order, or free ones with --port 0. A path that several services have then means
    /// the one whose port it is.
    #[cfg_attr(feature = "cli", arg(long))]
    pub service_ports: bool,
    /// Serve the control API only at this port, and not beside the emulated APIs; 0 picks a free
    /// one.
    #[cfg_attr(feature = "cli", arg(long, value_name = "PORT"))]
    pub control_port: Option<u16>,
    /// Seconds that a job or a stage takes, on its project's clock.
    #[cfg_attr(feature = "cli", arg(long, default_value_t = 2.0, value_name = "SECONDS", value_parser = job_seconds))]
    pub job_seconds: f64,
    /// Let the clocks of new projects stand still at this time, such as 2026-01-01T00:00:00Z.
    #[cfg_attr(feature = "cli", arg(long, value_name = "TIME", value_parser = flags::moment))]
    pub frozen_at: Option<String>,
    /// Enforce every class of rules; a switch below still wins for its class.
    #[cfg_attr(feature = "cli", arg(long))]
    pub strict: bool,
    /// Level of what the documents state: mandatory, type, enumeration, range [default: enforce].
    #[cfg_attr(feature = "cli", arg(long, value_enum, value_name = "LEVEL"))]
    pub documented: Option<Level>,
    /// Level of what careful clients avoid: unknown, repeated, deprecated fields [default: warn].
    #[cfg_attr(feature = "cli", arg(long, value_enum, value_name = "LEVEL"))]
    pub hygiene: Option<Level>,
    /// Level of what a real account knows: which instances exist, and as what [default: warn].
    #[cfg_attr(feature = "cli", arg(long, value_enum, value_name = "LEVEL"))]
    pub resources: Option<Level>,
    /// A token that control calls and requests with X-Paper-* instructions have to send as
    /// X-Paper-Token.
    #[cfg_attr(feature = "cli", arg(long, hide_env_values = true, value_name = "TOKEN"))]
    pub control_token: Option<Secret>,
    /// A host name that requests may be sent to, besides addresses, names without a dot, names below
    /// localhost, internal, local and svc, and those of the clouds.
    #[cfg_attr(
        feature = "cli",
        arg(long = "allowed-host", value_name = "NAME", value_delimiter = ',')
    )]
    pub allowed_hosts: Vec<String>,
    /// An origin such as <http://localhost:3000> whose web pages may send requests and read answers.
    #[cfg_attr(
        feature = "cli",
        arg(long = "cors-origin", value_name = "ORIGIN", value_delimiter = ',')
    )]
    pub cors_origins: Vec<String>,
    /// IDs are drawn from it: equal seeds give equal IDs.
    #[cfg_attr(feature = "cli", arg(long, default_value_t = 0))]
    pub seed: u64,
    /// How the credentials of a request are looked at.
    #[cfg_attr(feature = "cli", arg(long, value_enum, default_value_t = AuthMode::Presence))]
    pub auth: AuthMode,
    /// Region that the emulated endpoints stand in.
    #[cfg_attr(feature = "cli", arg(long, default_value = "eu-mock-1"))]
    pub region: String,
    /// Spell the last status of incremental migrations INCRMIGRATING, as the documents do.
    #[cfg_attr(feature = "cli", arg(long))]
    pub spell_incrmigrating: bool,
    /// A key that requests may be signed with, as AK:SK or AK:SK:TOKEN; replaces the built-in one.
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "access-key",
            hide_env_values = true,
            value_name = "AK:SK[:TOKEN]",
            value_delimiter = ','
        )
    )]
    pub access_keys: Vec<Secret>,
    /// A user who may log in, as name:password or name:password:domain; replaces the built-in one.
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "user",
            hide_env_values = true,
            value_name = "NAME:PASSWORD[:DOMAIN]",
            value_delimiter = ','
        )
    )]
    pub users: Vec<Secret>,
    /// A world file: credentials, and what projects have from the start, such as instances, backups
    /// and tasks. It is only read.
    #[cfg_attr(feature = "cli", arg(long, value_name = "FILE"))]
    pub world: Option<PathBuf>,
    /// Keep the worlds in this file: it is read at the start, if it is there, and written whole at the
    /// end.
    #[cfg_attr(feature = "cli", arg(long, value_name = "FILE"))]
    pub state: Option<PathBuf>,
    /// Seconds after which the file of --state is also written in between, if anything has changed.
    /// What ends by SIGKILL or with the machine loses what came after it was written last.
    #[cfg_attr(feature = "cli", arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400)))]
    pub save_seconds: Option<u64>,
    /// Bytes that the journals of all projects may take together; beyond them the biggest lose their
    /// oldest requests.
    #[cfg_attr(feature = "cli", arg(long, default_value_t = 1 << 26, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(0..=1 << 30)))]
    pub journal_bytes: u32,
    /// Worlds, one for each project ID, that there may be. Beyond that the one goes that was used
    /// longest ago and has nothing under way; where there is none, calls for further projects are
    /// refused with 429.
    #[cfg_attr(feature = "cli", arg(long, default_value_t = 100_000, value_name = "WORLDS", value_parser = clap::value_parser!(u32).range(1..)))]
    pub max_worlds: u32,
    /// Jobs that a world keeps, and as many migration tasks and backups, of which the oldest finished
    /// are forgotten for new ones; and eight times as many instances and other things together, of
    /// which none is. Calls for which there is no room are refused with 429. As many tokens are kept
    /// of all projects together.
    #[cfg_attr(feature = "cli", arg(long, default_value_t = 1_000_000, value_name = "JOBS", value_parser = clap::value_parser!(u32).range(1..)))]
    pub max_jobs: u32,
    /// What connections may take, and how many there may be.
    #[cfg_attr(feature = "cli", command(flatten))]
    pub connections: Connections,
    /// Speak HTTPS. A self-signed certificate is made for
    /// localhost and its addresses, --host, each --allowed-host, and what the clouds call the hosts of
    /// --region.
    #[cfg(feature = "tls")]
    #[cfg_attr(feature = "cli", arg(long, value_name = "self-signed|CERT.pem:KEY.pem"))]
    pub tls: Option<Certificate>,
    /// Write the certificate that --tls serves to this file at the start, for clients to trust;
    /// health, wait, env and verify take the same flag.
    #[cfg(feature = "tls")]
    #[cfg_attr(feature = "cli", arg(long, value_name = "FILE"))]
    pub tls_certificate: Option<PathBuf>,
    /// Seconds that the header of a request may take to arrive, and a TLS handshake.
    #[cfg_attr(feature = "cli", arg(long, default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600)))]
    pub header_seconds: u64,
    /// Seconds that the body of a request may take to arrive.
    #[cfg_attr(feature = "cli", arg(long, default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600)))]
    pub body_seconds: u64,
    /// Threads that answer requests; 0 takes one for each core.
    #[cfg_attr(feature = "cli", arg(long, default_value_t = 0, value_name = "THREADS", value_parser = clap::value_parser!(u16).range(0..=1024)))]
    pub workers: u16,
    /// Whether it is served only if every documented example is answered as documented. Papercloud's
    /// own tests have one test for that, so that a wrong example fails one of them and not all.
    #[doc(hidden)]
    #[cfg_attr(feature = "cli", arg(skip = true))]
    pub self_test: bool,
}

impl Default for Config {
    /// The defaults of the flags, whatever the environment says.
    fn default() -> Self {
        Self {
            endpoint: Endpoint { host: Ipv4Addr::LOCALHOST.into(), port: 8080 },
            service_ports: false,
            control_port: None,
            control_token: None,
            allowed_hosts: Vec::new(),
            cors_origins: Vec::new(),
            job_seconds: 2.0,
            seed: 0,
            auth: AuthMode::Presence,
            strict: false,
            documented: None,
            hygiene: None,
            resources: None,
            region: "eu-mock-1".to_owned(),
            frozen_at: None,
            spell_incrmigrating: false,
            access_keys: Vec::new(),
            users: Vec::new(),
            world: None,
            state: None,
            save_seconds: None,
            journal_bytes: 1 << 26,
            connections: Connections::default(),
            #[cfg(feature = "tls")]
            tls: None,
            #[cfg(feature = "tls")]
            tls_certificate: None,
            max_worlds: 100_000,
            max_jobs: 1_000_000,
            header_seconds: 30,
            body_seconds: 30,
            workers: 0,
            self_test: true,
        }
    }
}

impl Config {
    /// The access key that is known unless others are configured.
    pub const ACCESS_KEY: &str = credentials::ACCESS_KEY;
    /// The secret key that belongs to it.
    pub const SECRET_KEY: &str = credentials::SECRET_KEY;
    /// The user that is known unless others are configured; password and domain are the same word.
    pub const USER: &str = credentials::USER;
    /// The project that is named like the region.
    pub const PROJECT_ID: &str = credentials::PROJECT_ID;

    /// The defaults on a free port, with one thread: what [`PaperCloud::start`](crate::PaperCloud::start)
    /// starts with.
    pub fn for_tests() -> Self {
        let endpoint = Endpoint { port: 0, ..Self::default().endpoint };
        Self { endpoint, workers: 1, ..Self::default() }
    }

    /// The level of each class.
    pub(crate) fn strictness(&self) -> Strictness {
        let base = if self.strict { Strictness::STRICT } else { Strictness::default() };
        Strictness {
            documented: self.documented.unwrap_or(base.documented),
            hygiene: self.hygiene.unwrap_or(base.hygiene),
            resources: self.resources.unwrap_or(base.resources),
        }
    }

    /// Who may call. Read here and not by the flags: their messages would show the secret.
    fn credentials(&self, files: &Files) -> Result<Credentials, String> {
        let known = files.credentials(Credentials::built_in(&self.region));
        let Credentials { access_keys, users, projects } = known;
        Ok(Credentials {
            access_keys: read_all("access-key", &self.access_keys, access_keys, AccessKey::parse)?,
            users: read_all("user", &self.users, users, User::parse)?,
            projects,
        })
    }

    /// The guard of the control API, or the value that is wrong.
    pub(crate) fn guard(&self) -> Result<Guard, String> {
        Guard::new(&self.allowed_hosts, &self.cors_origins, self.control_token.as_ref())
    }

    /// Reads the files that it names.
    pub(crate) fn files(&self) -> Result<Files, String> {
        if self.save_seconds.is_some() && self.state.is_none() {
            return Err("save-seconds says how often to save, and needs --state FILE".to_owned());
        }
        Files::open(self.world.as_deref(), self.state.as_deref(), self.seed)
    }

    /// What the worlds have in common, or the value that is out of its range.
    pub(crate) fn settings(&self, files: &Files) -> Result<(Settings, WorldSettings), String> {
        let seconds = job_seconds(&self.job_seconds.to_string())
            .map_err(|error| format!("job_seconds {error}, got {}", self.job_seconds))?;
        let milliseconds = Duration::from_secs_f64(seconds).as_millis();
        let frozen_at = self.frozen_at.as_deref().map(Moment::parse_for_clock).transpose();
        let frozen_at = frozen_at.map_err(|error| format!("frozen_at: {error}"))?;
        let settings = Settings {
            seed: self.seed,
            region: self.region.clone(),
            job_milliseconds: u32::try_from(milliseconds).unwrap_or(u32::MAX),
            strictness: self.strictness(),
            spell_incrmigrating: self.spell_incrmigrating,
            credentials: self.credentials(files)?,
            max_jobs: self.max_jobs as usize,
        };
        let worlds = WorldSettings {
            frozen_at,
            journal_bytes: self.journal_bytes as usize,
            max_worlds: self.max_worlds as usize,
            scenarios: files.scenarios(),
            presets: files.presets(),
        };
        Ok((settings, worlds))
    }
}

/// Each of the texts read, or the built-in ones where there are none.
fn read_all<T>(
    name: &str,
    texts: &[Secret],
    built_in: Vec<T>,
    read: fn(&Secret) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    if texts.is_empty() {
        return Ok(built_in);
    }
    texts.iter().map(read).collect::<Result<_, _>>().map_err(|problem| format!("{name} {problem}"))
}

/// A day is the longest job.
fn job_seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=86_400.0).contains(&seconds) {
        return Ok(seconds);
    }
    Err("must be from 0 to 86400".to_owned())
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Flags {
        #[command(flatten)]
        config: Config,
    }

    #[test]
    fn the_default_value_is_what_the_flags_default_to() {
        assert_eq!(Flags::parse_from(["papercloud"]).config, Config::default());
    }

    #[test]
    fn strict_enforces_every_class_but_those_with_a_switch_of_their_own() {
        let flags = Flags::parse_from(["papercloud", "--strict", "--hygiene", "off"]);
        let strictness = flags.config.strictness();
        let expected = Strictness { hygiene: Level::Off, ..Strictness::STRICT };
        assert_eq!(strictness, expected);
    }

    #[test]
    fn values_out_of_range_are_refused() {
        for [flag, value] in [
            ["--job-seconds", "-1"],
            ["--job-seconds", "NaN"],
            ["--port", "65536"],
            ["--host", "localhost:1"],
            ["--auth", "maybe"],
            ["--frozen-at", "yesterday"],
            ["--resources", "loose"],
        ] {
            let argument = format!("{flag}={value}");
            assert!(Flags::try_parse_from(["papercloud", &argument]).is_err(), "{argument}");
        }
    }
}
