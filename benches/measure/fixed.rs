//! The limit: a hyper server that gives one fixed answer, whatever it is asked.

use crate::Result;
use crate::bare::{accept, protocol};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Every member that some call's answer is looked at for.
const ANSWER: &str = r#"{"job_id":"18ef8ee3-b880-4851-8978-bb6acbd4e695","id":"1","job":{},"jobs":[{}],"migration_tasks":[{}],"error_code":""}"#;

/// Serves the fixed answer.
pub fn serve() -> Result<()> {
    accept(async |stream| {
        let connection = protocol().serve_connection(TokioIo::new(stream), service_fn(answer));
        // A client that goes away is no error.
        let _ = connection.await;
    })
}

async fn answer(request: Request<Incoming>) -> hyper::Result<Response<Fixed>> {
    let mut body = request.into_body();
    while let Some(frame) =
        std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
    {
        frame?;
    }
    let mut response = Response::new(Fixed(Some(Bytes::from_static(ANSWER.as_bytes()))));
    *response.status_mut() = StatusCode::ACCEPTED;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    Ok(response)
}

/// A body that is there as a whole.
struct Fixed(Option<Bytes>);

impl Body for Fixed {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
