//! What a fault does to an answer on its way.

use super::pipeline::Done;
use crate::server::wire;
use axum::body::Body;
use axum::http::{Method, Response};

/// Sends an answer, as late and as badly as its fault wants it.
pub async fn send(done: Done, method: &Method) -> Response<Body> {
    let Done { response, delay, disruption } = done;
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    if let Some(disruption) = disruption {
        let has_body = method != Method::HEAD;
        wire::disrupt(disruption, if has_body { response.body().len() } else { 0 });
    }
    response.map(Body::from)
}
