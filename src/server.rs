//! [`PaperCloud`]: binds its ports, runs the self-test, serves on its own thread, stops on drop.

mod connection;
mod head;
mod http1;
mod limits;
mod listen;
mod refusals;
mod state;
mod stream;
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
#[path = "server/without_tls.rs"]
mod tls;
mod unread;
mod wire;

use crate::app::{App, Bodies};
use crate::config::{Config, Endpoint, Transport};
use crate::http::PortOf;
use crate::persist::{SaveError, Saved};
use crate::router::{control_router, router};
use crate::selftest;
use crate::worlds::Worlds;
use axum::{Extension, Router};
use connection::{Common, serve};
use limits::{Limits, Places};
use listen::{listen, papercloud_at};
use refusals::Refusals;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread::JoinHandle;
use std::time::Duration;
use tls::Tls;
use tokio::runtime::{self, Runtime};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A running Papercloud.
///
/// ```
/// use papercloud::PaperCloud;
///
/// let cloud = PaperCloud::start();
/// assert!(cloud.url().starts_with("http://127.0.0.1:"));
/// ```
///
/// It is ready when `start` returns, and stops when it is dropped, which waits for its connections to
/// end, at most `stop_seconds` of the configuration. It serves on its own thread, so a blocking client
/// in the test's thread gets its answers.
#[derive(Debug)]
pub struct PaperCloud {
    address: SocketAddr,
    service_addresses: Vec<(&'static str, SocketAddr)>,
    control_address: Option<SocketAddr>,
    app: Arc<App>,
    places: Arc<Places>,
    tls: Option<Tls>,
    stop: Option<watch::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Why a Papercloud did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {cause}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why.
        cause: std::io::Error,
    },
    /// Another Papercloud listens at the address.
    #[error("cannot listen on {address}: the port is taken by a Papercloud {version}")]
    Taken {
        /// The address.
        address: SocketAddr,
        /// The version of the other.
        version: String,
    },
    /// A value is out of its range.
    #[error("bad configuration: {0}")]
    Configuration(String),
    /// The certificate or its key cannot be used.
    #[error("tls: {0}")]
    Tls(String),
    /// The system gives no thread or no event queue.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
    /// The state cannot be saved.
    #[error("{0}")]
    Save(#[from] SaveError),
    /// A documented example is not answered as documented.
    #[error("self-test failed: {0}")]
    SelfTest(String),
}

impl PaperCloud {
    /// Starts on a free port of the loopback interface, with the defaults of everything else.
    ///
    /// # Panics
    ///
    /// If it cannot start; a test has nothing better to do then.
    pub fn start() -> Self {
        Self::start_with(&Config::for_tests()).unwrap_or_else(|error| panic!("Papercloud: {error}"))
    }

    /// Starts as configured.
    ///
    /// ```
    /// use papercloud::{Config, PaperCloud};
    ///
    /// let cloud = PaperCloud::start_with(&Config { strict: true, ..Config::for_tests() })?;
    /// # Ok::<(), papercloud::StartError>(())
    /// ```
    pub fn start_with(config: &Config) -> Result<Self, StartError> {
        let files = config.files().map_err(StartError::Configuration)?;
        let (settings, world_settings) =
            config.settings(&files).map_err(StartError::Configuration)?;
        let mut guard = config.guard().map_err(StartError::Configuration)?;
        let tls = Tls::of(config)?;
        let (listener, address) = bind(config.endpoint.address())?;
        let mut service_addresses = Vec::new();
        let mut listeners = vec![(listener, None)];
        for (service, endpoint) in service_endpoints(config)? {
            let (listener, address) = bind(endpoint.address())?;
            service_addresses.push((service, address));
            listeners.push((listener, Some(PortOf(service))));
        }
        let control = config.control_port.map(|port| Endpoint { port, ..config.endpoint });
        let control = control.map(|endpoint| bind(endpoint.address())).transpose()?;
        let control_address = control.as_ref().map(|(_, address)| *address);
        guard.port = control_address.map(|address| address.port());
        guard.address = Some(address);
        if config.self_test {
            SELF_TEST.as_ref().map_err(|failure| StartError::SelfTest(failure.clone()))?;
        }
        let worlds = Worlds::new(settings, world_settings);
        let saver = files.load(&worlds).map_err(StartError::Configuration)?;
        if let Some(saver) = &saver {
            // What makes a save fail is reported now, and not only at the end.
            saver.save(&worlds)?;
        }
        let app = Arc::new(App {
            worlds,
            saver,
            auth: config.auth,
            bodies: Bodies::within(Duration::from_secs(config.body_seconds)),
            guard,
            transport: Transport::of(config),
            instance: format!("{:016x}", RandomState::new().hash_one(address)),
            stopping: AtomicBool::new(false),
        });
        let router = router(Arc::clone(&app));
        let with_router = |(listener, port)| match port {
            Some(port) => (listener, router.clone().layer(Extension::<PortOf>(port))),
            None => (listener, router.clone()),
        };
        let mut listeners: Vec<_> = listeners.into_iter().map(with_router).collect();
        listeners.extend(control.map(|(it, _)| (it, control_router(Arc::clone(&app)))));
        let limits = Limits::of(config);
        let places = Arc::new(Places::new(config.connections.max_connections));
        let refusals = Refusals { app: Arc::clone(&app), limits, places: places.all() };
        let common = Arc::new(Common {
            limits,
            places: Arc::clone(&places),
            http1: http1::builder(&limits),
            refusals: Arc::new(refusals),
            tls: tls.clone(),
        });
        let runtime = runtime(config.workers).map_err(StartError::Thread)?;
        let (stop, stopped) = watch::channel(());
        let drain = Duration::from_secs(config.connections.stop_seconds);
        if let Some(pause) = config.save_seconds.map(Duration::from_secs) {
            runtime.spawn(save_from_time_to_time(Arc::clone(&app), pause));
        }
        let serving = serve_all(listeners, common, stopped, drain);
        let thread = std::thread::Builder::new()
            .name("papercloud".to_owned())
            .spawn(move || runtime.block_on(serving))
            .map_err(StartError::Thread)?;
        let (stop, thread) = (Some(stop), Some(thread));
        Ok(Self { address, service_addresses, control_address, app, places, tls, stop, thread })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where each service listens by itself, with `service_ports`.
    pub fn service_addresses(&self) -> &[(&'static str, SocketAddr)] {
        &self.service_addresses
    }

    /// The endpoint to give to a client, without a slash at the end.
    pub fn url(&self) -> String {
        self.url_of(self.address)
    }

    /// Where the control API is served, without a slash at the end: at its own port with
    /// `control_port`, and with everything else otherwise.
    pub fn control_url(&self) -> String {
        self.url_of(self.control_address.unwrap_or(self.address))
    }

    fn url_of(&self, address: SocketAddr) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{address}")
    }

    /// The certificate that is served, in PEM, for clients to trust; none without `tls`.
    pub fn certificate(&self) -> Option<&str> {
        self.tls.as_ref().map(|tls| &*tls.certificate)
    }

    /// How many connections are open.
    pub fn open_connections(&self) -> usize {
        self.places.taken()
    }

    /// Where the control API listens by itself, with `control_port`.
    pub fn control_address(&self) -> Option<SocketAddr> {
        self.control_address
    }

    /// An id that no other running Papercloud has, in this process or another.
    pub fn instance(&self) -> &str {
        &self.app.instance
    }

    pub(crate) fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Saves the state of all worlds to the file of `state`, where the configuration has one.
    pub fn save(&self) -> Result<(), SaveError> {
        self.app.save().transpose().map(drop)
    }

    /// Stops it, waits until its connections have ended or `stop_seconds` are over, and saves the
    /// state of all worlds, where the configuration has `state`. Whatever was answered is in it.
    pub fn stop(mut self) -> Result<(), SaveError> {
        self.end().transpose().map(drop)
    }

    fn end(&mut self) -> Option<Result<Saved, SaveError>> {
        self.app.stopping.store(true, Ordering::Relaxed);
        drop(self.stop.take());
        let thread = self.thread.take()?;
        // Before the drain, which somebody may cut short, and again after it.
        if let Some(Err(error)) = self.app.save() {
            tracing::error!(%error, "the worlds are not saved before the connections have ended");
        }
        // A panic of the serving thread has been reported by that thread.
        let _ = thread.join();
        self.app.save()
    }
}

impl Drop for PaperCloud {
    /// Stops it as `stop` does; that the state could not be saved is only logged.
    fn drop(&mut self) {
        if let Some(Err(error)) = self.end() {
            tracing::error!(%error, "the worlds are lost");
        }
    }
}

/// What the self-test found, once for the process: its answers depend on nothing that a
/// configuration says.
static SELF_TEST: LazyLock<Result<(), String>> =
    LazyLock::new(|| match selftest::failure_at_start() {
        Some(proof) => Err(format!("{}: {}", proof.operation, proof.failed.unwrap_or_default())),
        None => Ok(()),
    });

/// The services that can have a port of their own, in the order of their ports.
const SERVICES: [&str; 4] = ["GeminiDB", "DCS", "TaurusDB", "IAM"];

/// Where each service is to listen by itself.
fn service_endpoints(config: &Config) -> Result<Vec<(&'static str, Endpoint)>, StartError> {
    if !config.service_ports {
        return Ok(Vec::new());
    }
    let Endpoint { host, port } = config.endpoint;
    let numbered = SERVICES.into_iter().zip(1..);
    let endpoint = |(service, offset): (&'static str, u16)| {
        let next = if port == 0 { Some(0) } else { port.checked_add(offset) };
        let too_high = || format!("port {port} leaves no room for the ports of the services");
        let port = next.ok_or_else(|| StartError::Configuration(too_high()))?;
        Ok((service, Endpoint { host, port }))
    };
    numbered.map(endpoint).collect()
}

/// Serves all ports until it is told to stop, and then gives the connections so much time to end.
async fn serve_all(
    listeners: Vec<(TcpListener, Router)>,
    common: Arc<Common>,
    stopped: watch::Receiver<()>,
    drain: Duration,
) {
    let mut serving = JoinSet::new();
    for (listener, router) in listeners {
        serving.spawn(serve(listener, router, Arc::clone(&common), stopped.clone()));
    }
    drop(stopped);
    serving.join_all().await;
    let _ = tokio::time::timeout(drain, common.places.emptied()).await;
}

/// Saves what has changed, until the service stops.
async fn save_from_time_to_time(app: Arc<App>, pause: Duration) {
    loop {
        tokio::time::sleep(pause).await;
        let app = Arc::clone(&app);
        let saving = tokio::task::spawn_blocking(move || {
            app.saver.as_ref()?.save_changes(&app.worlds).err()
        });
        if let Ok(Some(error)) = saving.await {
            tracing::error!(%error, "a save failed");
        }
    }
}

fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |cause: std::io::Error| {
        let is_taken = cause.kind() == ErrorKind::AddrInUse;
        match is_taken.then(|| papercloud_at(address)).flatten() {
            Some(version) => StartError::Taken { address, version },
            None => StartError::Bind { address, cause },
        }
    };
    let listener = listen(address).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

fn runtime(workers: u16) -> std::io::Result<Runtime> {
    let mut builder = match workers {
        1 => runtime::Builder::new_current_thread(),
        _ => runtime::Builder::new_multi_thread(),
    };
    if workers > 1 {
        builder.worker_threads(workers.into());
    }
    builder.enable_all().build()
}
