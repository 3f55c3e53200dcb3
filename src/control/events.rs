//! `/_paper/events`: changes as server-sent events, which the page for people is drawn from.
//!
//! Each stream polls, remembers what it has sent, and sends only what differs. So code that changes
//! something need not notify anybody, and nothing is done while nobody listens.

mod feed;
mod requests;
mod sent;

use super::calls::Calls;
use super::{answer_error, query};
use crate::api::find::unknown;
use crate::app::App;
use crate::error::control::ControlError;
use crate::project_id::project_id;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Response, Uri, header};
use feed::Feed;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// The time between two polls.
const PERIOD: Duration = Duration::from_millis(400);

/// After so many polls without a change a stream sends a comment, so that the connection stays open.
const LONGEST_SILENCE: u32 = 5;

/// The query parameters: a stream also has what changes in this world.
const PARAMETERS: &[&str] = &["world"];

pub(super) fn calls() -> Calls {
    Calls::default()
        .get("/_paper/events", async |State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap| {
            match world(uri.query().unwrap_or_default()) {
                Ok(world) => open(app, world, &headers),
                Err(error) => answer_error(&error),
            }
        })
        .reads(PARAMETERS)
}

fn world(query: &str) -> Result<Option<String>, ControlError> {
    let mut world = None;
    query::read(query, |name, value| {
        if name != "world" {
            return Err(unknown("parameter", name, PARAMETERS.iter().copied()));
        }
        project_id(&value)?;
        world = Some(value);
        Ok(())
    })?;
    Ok(world)
}

fn open(app: Arc<App>, world: Option<String>, headers: &HeaderMap) -> Response<Body> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let (sender, receiver) = channel(1);
    tokio::spawn(send_changes(Feed::new(app, world, host), sender));
    let mut response = Response::new(Body::new(Stream(receiver)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Sends what changes until the client has gone or the server stops.
async fn send_changes(mut feed: Feed, sender: Sender<Bytes>) {
    let mut silent = 0;
    while !feed.app.stopping.load(Ordering::Relaxed) {
        // It waits for the locks of worlds, so it must not block a thread that answers requests.
        let polled = tokio::task::spawn_blocking(move || {
            let changes = feed.changes();
            (feed, changes)
        });
        let Ok((back, mut changes)) = polled.await else { return };
        feed = back;
        silent = if changes.is_empty() { silent + 1 } else { 0 };
        if silent == LONGEST_SILENCE {
            ":\n\n".clone_into(&mut changes);
            silent = 0;
        }
        if !changes.is_empty() && sender.send(changes.into()).await.is_err() {
            return;
        }
        if feed.has_more() {
            continue;
        }
        tokio::select! {
            () = tokio::time::sleep(PERIOD) => {}
            () = sender.closed() => return,
        }
    }
}

/// A response body of what its sender sends, until that is dropped.
struct Stream(Receiver<Bytes>);

impl hyper::body::Body for Stream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|bytes| bytes.map(|it| Ok(hyper::body::Frame::data(it))))
    }
}
