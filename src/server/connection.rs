//! Connections: accepted until told to stop, then given time to end.

use super::activity::{Activity, Phase};
use super::limits::{Limits, Places, Watch};
use super::protocol::{Ending, Protocols, answer, answer_stream};
use super::refusals::Refusals;
use super::stream::Stream;
use super::tls::{self, Secured, Tls};
use super::wire::Wire;
use axum::Router;
use axum::http::StatusCode;
use hyper::service::service_fn;
use hyper_util::service::TowerToHyperService;
use std::net::TcpListener;
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
    /// The protocols that are spoken.
    pub protocols: Protocols,
    /// What is said to those who are not answered.
    pub refusals: Arc<Refusals>,
    /// The certificate, if TLS is spoken.
    pub tls: Option<Tls>,
}

impl Common {
    /// A connection's wire, and what it is doing.
    fn wire(&self, stream: Stream) -> (Wire, Arc<Activity>) {
        let activity = Arc::new(Activity::default());
        (Wire::new(stream, Arc::clone(&activity), Arc::clone(&self.refusals)), activity)
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
        let stream = match accepted {
            Ok((stream, _)) => stream,
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
        tokio::spawn(live(stream, place, router.clone(), Arc::clone(&common), stopped.clone()));
    }
}

/// A connection, from its first byte to its last.
async fn live(
    stream: TcpStream,
    place: OwnedSemaphorePermit,
    router: TowerToHyperService<Router>,
    common: Arc<Common>,
    mut stopped: watch::Receiver<()>,
) {
    let stop = stopped.clone();
    let begun = tokio::select! {
        begun = begin(stream, &common) => begun,
        _ = stopped.changed() => None,
    };
    if let Some(Begun { wire, activity, is_http2 }) = begun {
        let (limits, protocols) = (common.limits, &common.protocols);
        let answering = Arc::clone(&activity);
        // On the heap, so that connections which never begin take little.
        let done = if is_http2 {
            let service = service_fn(move |request| {
                answer_stream(router.clone(), Arc::clone(&answering), request)
            });
            Box::pin(attend(protocols.http2(wire, service), &activity, limits, stop)).await
        } else {
            let service =
                service_fn(move |request| answer(router.clone(), Arc::clone(&answering), request));
            Box::pin(attend(protocols.http1(wire, service), &activity, limits, stop)).await
        };
        if let Err(error) = done {
            tracing::debug!(%error, "a connection ended early");
        }
    }
    drop(place);
}

/// A connection whose protocol is known.
struct Begun {
    wire: Wire,
    activity: Arc<Activity>,
    is_http2: bool,
}

/// Waits for the first bytes, which tell the protocol; within TLS it may have been agreed on.
async fn begin(stream: TcpStream, common: &Common) -> Option<Begun> {
    let Limits { head, idle, .. } = common.limits;
    let (stream, agreed) = match &common.tls {
        Some(tls) => {
            if !timeout(idle, tls::is_spoken(&stream)).await.ok()?.ok()? {
                let text = common.refusals.write_plain();
                common.wire(Stream::Plain(stream)).0.turn_away(text).await;
                return None;
            }
            match timeout(head, tls.accept(stream)).await {
                Ok(Ok(Secured { stream, is_http2 })) => (stream, is_http2),
                Ok(Err(error)) => {
                    tracing::debug!(%error, "a TLS handshake failed");
                    return None;
                }
                Err(_) => return None,
            }
        }
        None => (Stream::Plain(stream), false),
    };
    let (mut wire, activity) = common.wire(stream);
    if !timeout(idle, wire.has_begun()).await.ok()?.ok()? {
        return None;
    }
    let is_http2 = agreed || timeout(head, wire.is_http2()).await.ok()?.ok()?;
    if is_http2 {
        activity.speaks_http2();
    }
    Some(Begun { wire, activity, is_http2 })
}

/// Serves a connection, until it ends, takes too long, or is to stop.
async fn attend(
    connection: impl Ending,
    activity: &Activity,
    limits: Limits,
    mut stopped: watch::Receiver<()>,
) -> hyper::Result<()> {
    let mut connection = pin!(connection);
    let mut watch = Watch::new(limits);
    let look = limits.look();
    let mut looks = pin!(tokio::time::sleep(look));
    let mut stopping = false;
    loop {
        tokio::select! {
            biased;
            done = connection.as_mut() => return done,
            _ = stopped.changed(), if !stopping => {
                stopping = true;
                if activity.is_fresh() {
                    return Ok(());
                }
                connection.as_mut().end();
            }
            () = looks.as_mut() => {
                match watch.look(activity) {
                    None | Some(Phase::Busy) => {}
                    // The next look at its bytes says so to the client.
                    Some(Phase::Head(_)) if !activity.is_late() => activity.expire(),
                    Some(Phase::Idle(_)) if watch.part() => connection.as_mut().end(),
                    Some(Phase::Head(_) | Phase::Idle(_) | Phase::Blocked(_)) => return Ok(()),
                }
                let next = looks.deadline() + look;
                looks.as_mut().reset(next);
            }
        }
    }
}

/// Tells a client that there is no place for its connection; within TLS the connection just ends.
fn turn_away(stream: TcpStream, common: &Common) {
    let (Some(waiting), None) = (common.places.wait(), &common.tls) else { return };
    let text = common.refusals.write(StatusCode::SERVICE_UNAVAILABLE);
    let (wire, _) = common.wire(Stream::Plain(stream));
    tokio::spawn(async move {
        wire.turn_away(text).await;
        drop(waiting);
    });
}
