//! Refuses query parameters and bodies that a control call does not read, since a test that sends them
//! expects them to have an effect.

use super::{LISTED, answer_error, query, save};
use crate::contract::template::fits;
use crate::error::control::ControlError;
use crate::text::did_you_mean;
use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::{Method, Response};
use axum::middleware::Next;

/// Where no body is taken, one of up to so many bytes is read to see whether it says anything.
const LONGEST: usize = 1 << 16;

/// Refuses a request of which some part would be ignored.
pub async fn check_request(request: Request, next: Next) -> Response<Body> {
    let uri = request.uri();
    let checked = match check_query(uri.path(), request.method(), uri.query()) {
        Ok(()) => check_body(request).await,
        Err(error) => Err(error),
    };
    match checked {
        Ok(request) => next.run(request).await,
        Err(error) => answer_error(&error),
    }
}

fn check_query(path: &str, method: &Method, sent: Option<&str>) -> Result<(), ControlError> {
    let reads = [Method::GET, Method::HEAD].contains(method);
    let call = LISTED.iter().find(|call| reads && fits(path, call.path));
    let known = call.map_or(&[][..], |call| call.parameters);
    query::read(sent.unwrap_or_default(), |name, _| {
        let is_known = |known: &&str| match known.strip_suffix("<path>") {
            Some(start) => name.starts_with(start),
            None => *known == name,
        };
        if known.iter().any(is_known) {
            return Ok(());
        }
        let shown = crate::text::shown(name);
        let meant = did_you_mean(name, known.iter().copied());
        let takes = match (known, method) {
            ([], &Method::POST | &Method::PUT) => {
                "none: what it is told stands in its body".to_owned()
            }
            ([], _) => "none".to_owned(),
            (known, _) => known.join(", "),
        };
        Err(ControlError::bad(format!(
            "there is no parameter {shown}{meant}; the query of {method} {path} takes {takes}"
        )))
    })
}

/// Only POST and PUT take a body, and not all of them.
async fn check_body(request: Request) -> Result<Request, ControlError> {
    let may_take = [Method::POST, Method::PUT].contains(request.method());
    let takes = may_take && request.uri().path() != save::PATH;
    if takes || request.body().is_end_stream() {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    // A body that is only white space says nothing.
    let is_empty = to_bytes(body, LONGEST).await.is_ok_and(|body| {
        let said = body.trim_ascii();
        said.is_empty() || (may_take && said == b"{}")
    });
    if !is_empty {
        let (method, path) = (&parts.method, parts.uri.path());
        return Err(ControlError::bad(format!("{method} {path} takes no body")));
    }
    Ok(Request::from_parts(parts, Body::empty()))
}
