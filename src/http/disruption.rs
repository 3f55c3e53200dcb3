//! What a fault does to an answer on its way.

use super::exchange::Done;
use axum::body::Body;
use axum::http::Response;

/// Sends an answer, as late and as badly as its fault wants it.
pub async fn send(done: Done) -> Response<Body> {
    let Done { response, delay, disruption } = done;
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    match disruption {
        None => response.map(Body::from),
        Some(_) => response.map(Body::from),
    }
}
