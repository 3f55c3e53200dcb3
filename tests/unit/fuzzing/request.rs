//! Whole requests as they come in: path, query, headers, credentials.

use super::{app, ask, line, parts};
use crate::api::ROUTES;
use crate::app::App;
use crate::auth::AuthMode;
use crate::contract::template::{Template, fits};
use crate::control::worlds;
use crate::credentials::SECRET_KEY;
use crate::http::target::Target;
use crate::project_id::is_project_id;
use axum::http::Request;
use axum::http::request::Parts;

/// A request as it is written on the wire: a line with method and target, lines with headers, an
/// empty one, and the body.
///
/// Whatever is sent is answered, twice in a row, with anything but a failure of the service; and
/// the world can be exported, and imported, after that.
pub fn request(input: &[u8]) {
    let Some((parts, body)) = read(input) else { return };
    let app = app(AuthMode::Off);
    for route in ROUTES.iter().filter(|route| fits(parts.uri.path(), route.contract().path)) {
        // What cannot be read is refused as well, and says why.
        if let Err(refusal) = Target::read(&parts.uri, &Template::new(route.contract().path)) {
            assert!(!format!("{refusal:?}").is_empty());
        }
    }
    ask(&app, &parts, body);
    ask(&app, &parts, body);
    round_trip(&app);
}

/// The same where credentials have to hold. No answer tells a secret.
pub fn signature(input: &[u8]) {
    let Some((parts, body)) = read(input) else { return };
    let app = app(AuthMode::Verify);
    let answer = ask(&app, &parts, body);
    let sent = String::from_utf8_lossy(input);
    let told = String::from_utf8_lossy(answer.body()).contains(SECRET_KEY);
    assert!(!told || sent.contains(SECRET_KEY), "the secret key is in the answer");
}

/// Takes a request apart, unless no client could send it.
fn read(input: &[u8]) -> Option<(Parts, &[u8])> {
    let (first, mut rest) = line(input);
    let at = first.iter().position(|byte| *byte == b' ')?;
    let mut request = Request::builder().method(&first[..at]).uri(&first[at + 1..]);
    loop {
        let (header, after) = line(rest);
        rest = after;
        if header.is_empty() {
            break;
        }
        let at = header.iter().position(|byte| *byte == b':')?;
        request = request.header(&header[..at], header[at + 1..].trim_ascii());
    }
    let parts = parts(request)?;
    // The server reads requests with a path only.
    parts.uri.path().starts_with('/').then_some((parts, rest))
}

/// Every world that there is now can be exported, and imported elsewhere as the same bytes.
pub(super) fn round_trip(from: &App) {
    let other = app(AuthMode::Off);
    for (name, scenario) in from.worlds.scenarios() {
        other.worlds.define_scenario(&name, (*scenario).clone()).expect("there is room");
    }
    for id in from.worlds.project_ids() {
        let project = if id.is_empty() { "@account" } else { &id };
        assert!(id.is_empty() || is_project_id(&id), "{id:?}");
        let document = worlds::export(from, project).expect("it can be exported");
        let imported = worlds::import(&other, project, document.as_bytes());
        imported.unwrap_or_else(|error| panic!("{error}: {document}"));
        assert_eq!(worlds::export(&other, project).expect("a world"), document);
    }
}
