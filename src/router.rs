//! Which handler gets a request: the control API, an operation by its path, or what is neither.

use crate::app::App;
use crate::control;
use crate::http::{endpoint, reply, respond, unknown};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// The router: the control API, unless that has its own port, and behind it every operation.
pub fn router(app: Arc<App>) -> Router {
    let control = match app.guard.port {
        None => control::router(&app),
        Some(_) => control::closed_router(),
    };
    let router = control::answered(control, &app);
    finish(router.fallback(answer).method_not_allowed_fallback(answer), app)
}

/// The router of the control API's own port.
pub fn control_router(app: Arc<App>) -> Router {
    let router = control::answered(control::router(&app), &app);
    finish(router.fallback(unknown_call).method_not_allowed_fallback(unknown_call), app)
}

fn finish(router: Router<Arc<App>>, app: Arc<App>) -> Router {
    let cors = app.guard.cors();
    let router = router.with_state(app);
    match cors {
        Some(cors) => router.layer(cors),
        None => router,
    }
}

/// Answers an operation, or says that there is none.
async fn answer(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    if request.uri().path().starts_with(control::ROOT) {
        let response = control::unknown_here(&app, &request).map(Body::from);
        return control::identify(State(app), response).await;
    }
    let endpoints = endpoint::fitting(request.method(), request.uri().path());
    if !endpoints.is_empty() {
        return respond(&app, &endpoints, request).await;
    }
    let (parts, _) = request.into_parts();
    let answer = catch_unwind(AssertUnwindSafe(|| unknown(&app, &parts)));
    answer.map_or_else(reply::panicked, |answer| answer.map(Body::from))
}

/// Answers what is no control request on the control API's own port.
async fn unknown_call(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    let response = control::unknown_at_port(&app.guard, &request).map(Body::from);
    control::identify(State(app), response).await
}
