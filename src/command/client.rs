//! Calls the control API of a running Papercloud, each call on a connection of its own.

use super::target::authority;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Method, Request, StatusCode, header};
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// A way to reach a Papercloud.
#[derive(Debug)]
pub struct Service {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// What lets callers control it.
    pub token: Option<String>,
    /// How it is trusted, where it speaks HTTPS.
    #[cfg(feature = "tls")]
    pub tls: Option<std::sync::Arc<rustls::ClientConfig>>,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The body: JSON, or null where it is none.
    pub body: Value,
}

impl Answer {
    /// The reason of a refusal; where there is none, the status.
    pub fn reason(&self) -> String {
        self.body["error_msg"].as_str().map_or_else(|| self.status.to_string(), str::to_owned)
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How long a call may take.
const PATIENCE: Duration = Duration::from_secs(30);

impl Service {
    /// Host and port.
    pub fn address(&self) -> String {
        authority(&self.host, self.port)
    }

    /// Gets a path.
    pub fn get(&self, path: &str) -> Result<Answer, String> {
        self.call(Method::GET, path, String::new(), PATIENCE)
    }

    /// Sends JSON to a path.
    pub fn post(&self, path: &str, body: String) -> Result<Answer, String> {
        self.call(Method::POST, path, body, PATIENCE)
    }

    /// Makes a call that may take so long.
    pub fn call(
        &self,
        method: Method,
        path: &str,
        body: String,
        limit: Duration,
    ) -> Result<Answer, String> {
        let unanswered = |problem: &dyn std::fmt::Display| {
            format!("nothing answers on {}: {problem}", self.address())
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        let exchange =
            async { tokio::time::timeout(limit, self.exchange(method, path, body)).await };
        let answered = runtime.block_on(exchange);
        // A name that nobody resolves is not waited for.
        runtime.shutdown_background();
        match answered {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(unanswered(&error)),
            Err(_) => Err(unanswered(&format!("no answer within {} s", limit.as_secs()))),
        }
    }

    async fn exchange(&self, method: Method, path: &str, body: String) -> Result<Answer, Failure> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.address())
            .header(header::CONNECTION, "close");
        if let Some(token) = &self.token {
            request = request.header("X-Paper-Token", HeaderValue::from_str(token)?);
        }
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let request = request.body(Body::from(body))?;
        let stream = TcpStream::connect((&*self.host, self.port)).await?;
        #[cfg(feature = "tls")]
        if let Some(config) = &self.tls {
            let name = rustls::pki_types::ServerName::try_from(self.host.clone())?;
            let connector = tokio_rustls::TlsConnector::from(std::sync::Arc::clone(config));
            return send(connector.connect(name, stream).await?, request).await;
        }
        send(stream, request).await
    }
}

async fn send<S>(stream: S, request: Request<Body>) -> Result<Answer, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    const MOST: usize = 1 << 30;
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = to_bytes(Body::new(body), MOST).await?;
    Ok(Answer { status: head.status, body: serde_json::from_slice(&body).unwrap_or_default() })
}
