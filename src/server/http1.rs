//! HTTP/1.1 on a connection: the limits of the library, and the answer to one request.

use super::connection::Common;
use super::head;
use super::limits::Limits;
use super::state::ConnectionState;
use super::unread::LentBody;
use crate::faults::Disruption;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, Response, header};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::sync::Arc;

/// How many bytes of a body are read at once at most. The library's own limit is 400 KiB, which many
/// connections with half a body would hold beside what is counted for all bodies.
const READ_AT_ONCE: usize = 64 << 10;

/// HTTP/1.1 with these limits.
pub fn builder(limits: &Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    // How long things take is watched by `Watchdog`, which knows an idle connection from one whose
    // head is coming. A client that has said all it has to say still gets its answer.
    builder.half_close(true).header_read_timeout(None).max_header_size(limits.head_bytes as usize);
    // A head has to fit into it as well.
    builder.max_buf_size(READ_AT_ONCE + limits.head_bytes as usize);
    builder
}

/// Answers a request. Its body has come to its end before the answer goes out, or the answer says
/// that the connection ends: otherwise the next request of a client that keeps its connections
/// would be lost with this one.
pub async fn answer(
    router: TowerToHyperService<Router>,
    state: Arc<ConnectionState>,
    common: Arc<Common>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let in_flight = state.begin();
    let (is_head, refusal) = (request.method() == Method::HEAD, head::refusal(&request));
    let expects = request.headers().contains_key(header::EXPECT);
    let mut request = request.map(|body| LentBody::new(body, Arc::clone(&state)));
    let mut response = match refusal {
        None => {
            request.extensions_mut().insert(state.client.clone());
            router.call(request).await?
        }
        Some((status, reason)) => {
            drop(request);
            common.refusals.respond(status, reason).map(Body::from)
        }
    };
    if let Some(disruption) = response.extensions_mut().remove::<Disruption>() {
        let body = if is_head { 0 } else { response.body().size_hint().lower() };
        state.disruption.set(disruption, usize::try_from(body).unwrap_or(usize::MAX));
    }
    if let Some(rest) = state.unread.take()
        && !Box::pin(rest.drain(expects, response.status(), common.limits.body)).await
    {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        state.ignore_the_rest();
    }
    drop(in_flight);
    Ok(response)
}
