//! Accepts connections and serves each, until the server stops.

use super::http1;
use super::limits::{Limits, Places, Watchdog};
use super::refusals::Refusals;
use super::state::{ConnectionState, Phase};
use super::stream::Stream;
use super::tls::Tls;
use super::wire::Wire;
use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1::{Builder, Connection};
use hyper::service::{HttpService, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::timeout;

/// What the connections of all ports have in common.
#[derive(Debug)]
pub struct Common {
    /// What each may take.
    pub limits: Limits,
    /// How many there may be.
    pub places: Arc<Places>,
    /// The protocol that is spoken.
    pub http1: Builder,
    /// The answers to clients whose request never reaches the router.
    pub refusals: Arc<Refusals>,
    /// The certificate, if TLS is spoken.
    pub tls: Option<Tls>,
}

impl Common {
    fn wire(&self, stream: Stream) -> Wire {
        Wire::new(stream, Arc::clone(&self.refusals))
    }
}

/// Accepts until told to stop.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    common: Arc<Common>,
    mut stopped: watch::Receiver<()>,
) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "the listener cannot be served"),
    };
    let router = TowerToHyperService::new(router);
    let mut was_full = false;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            // Nothing is ever sent: the sender's end is the signal.
            _ = stopped.changed() => break,
        };
        let (stream, client) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, most likely: others may end meanwhile.
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        // Answers are small and complete: waiting to fill a packet only delays them.
        let _ = stream.set_nodelay(true);
        let Some(place) = common.places.take() else {
            if !std::mem::replace(&mut was_full, true) {
                let open = common.places.all();
                tracing::warn!(open, "there is no place for a further connection");
            }
            turn_away(stream, &common);
            continue;
        };
        was_full = false;
        let begun = (stream, client, place);
        tokio::spawn(handle(begun, router.clone(), Arc::clone(&common), stopped.clone()));
    }
}

/// Handles a connection, from its first byte to its last.
async fn handle(
    (stream, client, place): (TcpStream, SocketAddr, OwnedSemaphorePermit),
    router: TowerToHyperService<Router>,
    common: Arc<Common>,
    mut stopped: watch::Receiver<()>,
) {
    let stop = stopped.clone();
    let begun = tokio::select! {
        begun = begin(stream, client, &common) => begun,
        _ = stopped.changed() => None,
    };
    if let Some(wire) = begun {
        let (state, limits) = (Arc::clone(wire.state()), common.limits);
        let (builder, answering) = (common.http1.clone(), Arc::clone(&state));
        let service = service_fn(move |request| {
            http1::answer(router.clone(), Arc::clone(&answering), Arc::clone(&common), request)
        });
        let connection = builder.serve_connection(TokioIo::new(wire), service);
        // On the heap, so that connections which never begin take little.
        let done = Box::pin(drive(connection, &state, limits, stop)).await;
        if let Err(error) = done {
            tracing::debug!(%error, "a connection ended early");
        }
    }
    drop(place);
}

/// The first byte of a TLS handshake.
const HANDSHAKE: u8 = 22;

/// Waits for the first byte, which tells whether the client speaks TLS, and shakes hands where it is
/// to.
async fn begin(stream: TcpStream, client: SocketAddr, common: &Common) -> Option<Wire> {
    let Limits { head, idle, .. } = common.limits;
    let first = timeout(idle, first_byte(&stream)).await.ok()?.ok()??;
    match &common.tls {
        None if first == HANDSHAKE => {
            tracing::warn!(
                %client,
                "a client speaks HTTPS, and this port speaks plain HTTP: give it an endpoint that \
                 begins with http://, since the SDKs take one without a scheme for https://, or \
                 serve HTTPS with --tls self-signed"
            );
            common.wire(Stream::Plain(stream)).turn_away(&common.refusals.speaks_no_tls()).await;
            None
        }
        None => Some(common.wire(Stream::Plain(stream))),
        Some(_) if first.is_ascii_alphabetic() => {
            common.wire(Stream::Plain(stream)).turn_away(&common.refusals.needs_tls()).await;
            None
        }
        Some(tls) => match timeout(head, tls.accept(stream)).await {
            Ok(Ok(stream)) => Some(common.wire(stream)),
            Ok(Err(error)) => {
                tracing::debug!(%error, "a TLS handshake failed");
                None
            }
            Err(_) => None,
        },
    }
}

/// The first byte that a client sends, which stays to be read; none if it sends none.
async fn first_byte(stream: &TcpStream) -> io::Result<Option<u8>> {
    let mut first = [0];
    Ok((stream.peek(&mut first).await? > 0).then_some(first[0]))
}

/// Drives a connection until it ends, overruns a limit, or is to stop.
async fn drive<S: HttpService<Incoming, ResBody = Body, Error = Infallible>>(
    connection: Connection<TokioIo<Wire>, S>,
    state: &ConnectionState,
    limits: Limits,
    mut stopped: watch::Receiver<()>,
) -> hyper::Result<()> {
    let mut connection = pin!(connection);
    let mut watchdog = Watchdog::new(limits);
    let interval = limits.check_interval();
    let mut next_check = pin!(tokio::time::sleep(interval));
    let mut stopping = false;
    loop {
        tokio::select! {
            biased;
            done = connection.as_mut() => return done,
            _ = stopped.changed(), if !stopping => {
                stopping = true;
                if state.is_fresh() {
                    return Ok(());
                }
                connection.as_mut().graceful_shutdown();
            }
            () = next_check.as_mut() => {
                match watchdog.check(state) {
                    None | Some(Phase::Busy) => {}
                    // The next read of the wire tells the client so.
                    Some(Phase::Head(_)) if !state.is_late() => state.expire(),
                    Some(Phase::Idle(_)) if watchdog.note_ending() => connection.as_mut().graceful_shutdown(),
                    Some(Phase::Head(_) | Phase::Idle(_) | Phase::Blocked(_)) => return Ok(()),
                }
                let next = next_check.deadline() + interval;
                next_check.as_mut().reset(next);
            }
        }
    }
}

/// Tells a client that there is no place for its connection; within TLS the connection just ends.
fn turn_away(stream: TcpStream, common: &Common) {
    let (Some(waiting), None) = (common.places.take_refusal(), &common.tls) else { return };
    let (wire, text) = (common.wire(Stream::Plain(stream)), common.refusals.no_place());
    tokio::spawn(async move {
        wire.turn_away(&text).await;
        drop(waiting);
    });
}
