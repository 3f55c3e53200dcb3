//! Extractors of control calls: the path's parameters and the body. What they cannot read is refused
//! with the JSON of the control API, where axum would answer with plain text.

use crate::app::App;
use crate::control::refuse;
use crate::error::Refusal;
use crate::http::body::Received;
use crate::text::language::Language;
use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Response, StatusCode};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The largest body of a control call that does not say otherwise: 2 MiB.
const LARGEST: usize = 2 << 20;

/// The parameters of the path.
#[derive(Debug)]
pub struct PathParams<T = String>(pub T);

/// The body, of so many bytes at most.
#[derive(Debug)]
pub struct LimitedBody<const MOST: usize = LARGEST>(pub Received);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<App>> for PathParams<T> {
    type Rejection = Response<Body>;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &Arc<App>,
    ) -> Result<Self, Self::Rejection> {
        match Path::from_request_parts(parts, app).await {
            Ok(Path(names)) => Ok(Self(names)),
            Err(rejection) => {
                let reason = format!("the path cannot be read: {}", rejection.body_text());
                Err(refuse(rejection.status(), &reason).map(Body::from))
            }
        }
    }
}

impl<const MOST: usize> FromRequest<Arc<App>> for LimitedBody<MOST> {
    type Rejection = Response<Body>;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        let received = app.bodies.receive(&parts.headers, body, MOST).await;
        received.map(Self).map_err(|refusal| to_response(&refusal))
    }
}

fn to_response(refusal: &Refusal) -> Response<Body> {
    let (status, reason) = match refusal {
        Refusal::BodyTooLarge { limit } => {
            (StatusCode::PAYLOAD_TOO_LARGE, format!("the body is larger than {limit} bytes"))
        }
        Refusal::BodyTimeout { .. } => {
            (StatusCode::REQUEST_TIMEOUT, refusal.message(Language::English))
        }
        Refusal::UnsupportedBody { reason } => (StatusCode::UNSUPPORTED_MEDIA_TYPE, reason.clone()),
        Refusal::TooManyBodies { .. } => {
            (StatusCode::TOO_MANY_REQUESTS, refusal.message(Language::English))
        }
        _ => (StatusCode::BAD_REQUEST, refusal.message(Language::English)),
    };
    let mut response = refuse(status, &reason).map(Body::from);
    for (name, value) in refusal.headers() {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
