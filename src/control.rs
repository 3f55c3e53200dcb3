//! `/_paper/`: the API for tests themselves.

mod clock;

use crate::api::ROUTES;
use crate::contract::{openapi, rules};
use crate::http::{App, reply};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, Response, StatusCode};
use axum::routing::{any, get};
use serde_json::{Value, json};
use std::sync::Arc;

/// Everything below this path is the control API.
pub const ROOT: &str = "/_paper";

/// The paths of the control API, for the message about an unknown one.
const PATHS: &[&str] = &[
    "/_paper/health",
    "/_paper/ready",
    "/_paper/openapi.json",
    "/_paper/rules",
    "/_paper/worlds/{project_id}/clock",
    "/_paper/worlds/{project_id}/clock/freeze",
    "/_paper/worlds/{project_id}/clock/resume",
    "/_paper/worlds/{project_id}/clock/advance",
];

/// The router of the control API.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/_paper/health", get(|| async { ok(&json!({ "status": "ok" })) }))
        .route("/_paper/ready", get(ready))
        .route("/_paper/openapi.json", get(document))
        // Otherwise GET /{version} of GeminiDB would answer for it.
        .route(ROOT, any(no_call))
        .route("/_paper/rules", get(|| async { ok(&json!({ "rules": rules::rules(ROUTES) })) }))
        .merge(clock::router())
}

/// The port is served only after the self-test has passed, so whoever gets an answer is right to
/// go on.
async fn ready(State(app): State<Arc<App>>) -> Response<Body> {
    ok(&json!({ "status": "ready", "seed": app.cloud.settings().seed, "auth": app.auth.name() }))
}

async fn document(State(app): State<Arc<App>>) -> Response<Body> {
    ok(&openapi::document(ROUTES, app.cloud.settings().strictness))
}

fn ok(body: &Value) -> Response<Body> {
    reply::json(StatusCode::OK, body).map(Body::from)
}

/// A control request that is refused: the reason, and nothing half-applied.
pub fn refuse(status: StatusCode, reason: &str) -> Response<Vec<u8>> {
    let code = format!("PAPER.0{}", status.as_u16());
    reply::json(status, &json!({ "error_code": code, "error_msg": reason }))
}

async fn no_call(request: Request) -> Response<Body> {
    unknown(request.method(), request.uri().path()).map(Body::from)
}

/// Answers what is no control request.
pub fn unknown(method: &Method, path: &str) -> Response<Vec<u8>> {
    let shown: String = path.chars().take(256).collect();
    let distance = |known: &&&str| crate::http::distance(path, known);
    let nearest = PATHS.iter().min_by_key(distance).copied().unwrap_or(ROOT);
    let reason = format!("there is no {method} {shown}; the nearest path is {nearest}");
    refuse(StatusCode::NOT_FOUND, &reason)
}
