//! `/_paper/metrics`: counts in the text format of Prometheus.

use super::calls::Calls;
use crate::app::App;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, Response, header};
use std::fmt::Write;
use std::sync::Arc;

pub(super) fn calls() -> Calls {
    Calls::default().get("/_paper/metrics", async |State(app): State<Arc<App>>| answer(&app))
}

fn answer(app: &App) -> Response<Body> {
    let mut response = Response::new(Body::from(metrics(app)));
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// All counts. None has the name of a project or anything that was sent.
pub fn metrics(app: &App) -> String {
    let mut page = Page(String::new());
    page.head("requests_total", "counter", "Requests, by operation and status of the answer.");
    for ((service, operation, status), count) in app.worlds.metrics().answered() {
        let status = status.map_or("none".to_owned(), |status| status.to_string());
        let labels =
            format!("{{service=\"{service}\",operation=\"{operation}\",status=\"{status}\"}}");
        page.sample("requests_total", &labels, count);
    }
    let limits = app.worlds.limits();
    for (name, kind, help, value) in [
        (
            "faults_total",
            "counter",
            "Requests that a fault has hit.",
            app.worlds.metrics().faulted(),
        ),
        ("worlds", "gauge", "Worlds that there are.", app.worlds.project_ids().len() as u64),
        ("worlds_limit", "gauge", "Worlds that there may be.", limits.max_worlds as u64),
        (
            "worlds_forgotten_total",
            "counter",
            "Worlds that were forgotten for others.",
            limits.worlds_forgotten,
        ),
        (
            "worlds_refused_total",
            "counter",
            "Requests that were refused for want of a world.",
            limits.worlds_refused,
        ),
        ("jobs_limit", "gauge", "Jobs that a world keeps.", limits.max_jobs as u64),
        (
            "records_forgotten_total",
            "counter",
            "Jobs, tasks, backups and tokens that were forgotten for others.",
            limits.records_forgotten,
        ),
        (
            "records_refused_total",
            "counter",
            "Requests that were refused for want of room in their world.",
            limits.records_refused,
        ),
    ] {
        page.head(name, kind, help);
        page.sample(name, "", value);
    }
    page.head("info", "gauge", "Which Papercloud this is.");
    page.sample("info", concat!("{version=\"", env!("CARGO_PKG_VERSION"), "\"}"), 1);
    page.0
}

struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ =
            writeln!(self.0, "# HELP papercloud_{name} {help}\n# TYPE papercloud_{name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &str, value: u64) {
        let _ = writeln!(self.0, "papercloud_{name}{labels} {value}");
    }
}
