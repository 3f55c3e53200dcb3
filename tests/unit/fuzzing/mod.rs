//! What must hold for any bytes whatever, as functions that a fuzzer feeds.
//!
//! Each of [`TARGETS`] takes bytes and panics if the service does with them what it never may. The
//! targets of `tests/fuzz` feed them, steered by the code that is reached; `cargo test` feeds them
//! the same corpus, and inputs derived from it. Compiled for those two only.

mod body;
mod documents;
mod request;
#[cfg(test)]
mod tests;

pub use body::body;
pub use documents::{rule, scenario, snapshot, world_file};
pub use request::{request, signature};

use crate::app::App;
use crate::auth::AuthMode;
use crate::http::answer_in_process;
use crate::selftest::example_app;
use crate::worlds::{WorldSettings, Worlds};
use axum::body::Bytes;
use axum::http::Response;
use axum::http::request::{Builder, Parts};
use serde_json::Value;

/// What is done with an input.
type Target = fn(&[u8]);

/// The functions, by the names of their targets and of their folders in the corpus.
pub const TARGETS: &[(&str, Target)] = &[
    ("body", body),
    ("request", request),
    ("rule", rule),
    ("scenario", scenario),
    ("signature", signature),
    ("snapshot", snapshot),
    ("world_file", world_file),
];

/// A fresh cloud with a journal, whose ids and times are always the same.
fn app(auth: AuthMode) -> App {
    let mut app = example_app();
    let worlds = WorldSettings { journal_bytes: 1 << 16, ..app.worlds.world_settings().clone() };
    (app.worlds, app.auth) = (Worlds::new(app.worlds.settings().clone(), worlds), auth);
    app
}

/// A line, and what is behind it.
fn line(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
    (&text[..end], text.get(end + 1..).unwrap_or_default())
}

/// The head of a request, unless no client could send it.
fn parts(request: Builder) -> Option<Parts> {
    Some(request.body(()).ok()?.into_parts().0)
}

/// Sends a request, and holds the answer against what every answer has to be.
fn ask(app: &App, parts: &Parts, body: &[u8]) -> Response<Vec<u8>> {
    let response = answer_in_process(app, parts, Bytes::copy_from_slice(body));
    let (status, headers) = (response.status().as_u16(), response.headers());
    let shown = String::from_utf8_lossy(response.body());
    let id = headers["x-request-id"].as_bytes();
    assert!(id.len() == 32 && id.iter().all(u8::is_ascii_hexdigit), "{status} {shown}");
    if headers.contains_key("x-paper-fault") {
        // It was asked to be wrong.
        return response;
    }
    let is_emulated = !shown.contains("PAPER.0501");
    assert!((200..500).contains(&status) || !is_emulated, "{status} {shown}");
    let read = serde_json::from_slice::<Value>(response.body());
    assert!(response.body().is_empty() || read.is_ok(), "{status} {shown}");
    response
}

/// Sends a request without a body for a path of the service.
fn get(app: &App, path: &str) -> Response<Vec<u8>> {
    let request = axum::http::Request::builder().method("GET").uri(path);
    ask(app, &parts(request).expect("a path of the service"), &[])
}
