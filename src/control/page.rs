//! The page for people: which worlds there are, what is under way in them, and their requests.
//!
//! Fixed files. They hold nothing that anybody may not see; what the page shows it asks for like any
//! other caller, with the token where one is wanted.

use super::calls::Calls;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};

/// Nothing from elsewhere is loaded, and no other page may frame it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// A module of the page's script, and where it is served.
macro_rules! module {
    ($name:literal) => {
        (concat!("/_paper/", $name, ".js"), include_str!(concat!("page/", $name, ".js")))
    };
}

/// The modules, of which `main` begins.
const MODULES: &[(&str, &str)] = &[
    module!("api"),
    module!("clock"),
    module!("coverage"),
    module!("detail"),
    module!("dom"),
    module!("faults"),
    module!("json"),
    module!("main"),
    module!("report"),
    module!("requests"),
    module!("resources"),
    module!("welcome"),
    module!("worlds"),
];

pub(super) fn calls() -> Calls {
    let of = |kind, text: &'static str| async move || file(kind, text);
    let calls = Calls::default()
        .get(super::ROOT, redirect)
        .get("/_paper/", of("text/html; charset=utf-8", include_str!("page/page.html")))
        .get("/_paper/page.css", of("text/css; charset=utf-8", include_str!("page/page.css")));
    MODULES.iter().fold(calls, |calls, (path, text)| {
        calls.get(path, of("text/javascript; charset=utf-8", text))
    })
}

/// From the folder without its slash, which the page's own addresses are relative to.
async fn redirect() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/_paper/"));
    response
}

fn file(kind: &'static str, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-cache"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
