//! HTTP/1 and HTTP/2 on a connection, with their limits.

use super::activity::Activity;
use super::limits::Limits;
use super::stream_fault;
use super::unread::Watched;
use super::wire::{Desk, Orders, Wire};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, header};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::{HttpService, Service};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// How many requests a client may have under way on a connection of HTTP/2.
const STREAMS: u32 = 256;

/// How many requests a client may have taken back before they were looked at, and how many it may
/// have sent that break the rules of HTTP/2, until its connection is ended.
const RESETS: usize = 20;
const ERRORS: usize = 64;

/// After how much silence a client of HTTP/2 is asked whether it is still there, and how long it
/// may think about that.
const ASKED_AFTER: Duration = Duration::from_secs(30);
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);

/// The two protocols, set up.
#[derive(Clone, Debug)]
pub struct Protocols {
    http1: http1::Builder,
    http2: http2::Builder<TokioExecutor>,
}

impl Protocols {
    /// With these limits.
    pub fn new(limits: &Limits) -> Self {
        let mut http1 = http1::Builder::new();
        // How long things take is watched by `Watch`, which knows an idle connection from one
        // whose head is coming. A client that has said all it has to say still gets its answer.
        http1
            .half_close(true)
            .header_read_timeout(None)
            .max_header_size(limits.head_bytes as usize);
        let mut http2 = http2::Builder::new(TokioExecutor::new());
        http2
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS)
            .max_header_list_size(limits.head_bytes)
            .max_pending_accept_reset_streams(RESETS)
            .max_local_error_reset_streams(ERRORS)
            .keep_alive_interval(ASKED_AFTER)
            .keep_alive_timeout(ANSWERS_WITHIN);
        Self { http1, http2 }
    }

    /// Serves HTTP/1 on a connection.
    pub fn http1<S: HttpService<Incoming, ResBody = Body>>(
        &self,
        wire: Wire,
        service: S,
    ) -> http1::Connection<TokioIo<Wire>, S>
    where
        S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.http1.serve_connection(TokioIo::new(wire), service)
    }

    /// Serves HTTP/2 on a connection.
    pub fn http2<S: HttpService<Incoming, ResBody = Body>>(
        &self,
        wire: Wire,
        service: S,
    ) -> http2::Connection<TokioIo<Wire>, S, TokioExecutor>
    where
        S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
        S::Future: Send + 'static,
    {
        self.http2.serve_connection(TokioIo::new(wire), service)
    }
}

/// A connection that can be told that it is to end.
pub trait Ending: Future<Output = hyper::Result<()>> {
    /// Lets it end once the answers that it owes have been given.
    fn end(self: Pin<&mut Self>);
}

impl<S> Ending for http1::Connection<TokioIo<Wire>, S>
where
    S: HttpService<Incoming, ResBody = Body>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn end(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

impl<S> Ending for http2::Connection<TokioIo<Wire>, S, TokioExecutor>
where
    S: HttpService<Incoming, ResBody = Body>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    S::Future: Send + 'static,
{
    fn end(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

/// Answers a request of HTTP/1. What faults do to the answer is done by the wire.
pub async fn answer(
    router: TowerToHyperService<Router>,
    activity: Arc<Activity>,
    request: Request<Incoming>,
) -> Result<Response<Body>, io::Error> {
    let in_hand = activity.begin();
    let request = request.map(|body| Watched::new(body, Arc::clone(&activity)));
    let answer = Desk::Connection(activity).attend(router.call(request)).await;
    drop(in_hand);
    answer.map_err(|never| match never {})
}

/// Says by a header, as HTTP/1 does, which host a request of HTTP/2 is for: signatures are about
/// headers.
fn name_host(request: &mut Request<Incoming>) {
    let Some(authority) = request.uri().authority() else { return };
    if let Ok(host) = HeaderValue::from_str(authority.as_str()) {
        request.headers_mut().entry(header::HOST).or_insert(host);
    }
}

/// Answers a request of HTTP/2.
pub async fn answer_stream(
    router: TowerToHyperService<Router>,
    activity: Arc<Activity>,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, io::Error> {
    let in_hand = activity.begin();
    name_host(&mut request);
    let orders = Arc::new(Orders::default());
    let answer = Desk::Stream(Arc::clone(&orders)).attend(router.call(request)).await;
    let answer = answer.map_err(|never| -> io::Error { match never {} })?;
    match orders.take() {
        Some((disruption, _)) => stream_fault::apply(disruption, answer, in_hand).await,
        None => Ok(answer),
    }
}
