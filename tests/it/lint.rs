//! The report on a world: what was left behind, and what clients should not do.

mod fields;
mod leaks;
mod polling;
mod reports;
mod retries;
mod tokens;

use crate::support::{Answer, PROJECT, send, text};
use papercloud::PaperCloud;
use serde_json::{Value, json};
use std::time::Duration;

fn report(cloud: &PaperCloud) -> Value {
    send(cloud, "GET", &format!("/_paper/worlds/{PROJECT}/report"), None).expect(200)
}

/// The findings of a report, each by its rule and its count.
fn found(cloud: &PaperCloud) -> Vec<(String, u64)> {
    let report = report(cloud);
    let findings = report["findings"].as_array().expect("an array").iter();
    let found =
        |finding: &Value| (text(finding, "/rule"), finding["count"].as_u64().expect("a number"));
    findings.map(found).collect()
}

fn map(cloud: &PaperCloud, source: &str) -> Answer {
    let body = json!({ "source_instance_id": source, "target_instance_id": "target" });
    send(cloud, "POST", &format!("/v3/{PROJECT}/dbcache/mapping"), Some(&body))
}

fn request_id(answer: &Answer) -> Value {
    json!(answer.headers["x-request-id"].to_str().expect("ASCII"))
}

fn look(cloud: &PaperCloud, job: &str) -> Answer {
    send(cloud, "GET", &format!("/v3/{PROJECT}/jobs?id={job}"), None)
}

fn advance(cloud: &PaperCloud, seconds: u64) {
    cloud.world(PROJECT).advance(Duration::from_secs(seconds));
}

fn mapping_id(cloud: &PaperCloud, at: usize) -> Value {
    let list = send(cloud, "GET", &format!("/v3/{PROJECT}/dbcache/mappings"), None).expect(200);
    list["dbcache_mappings"][at]["id"].clone()
}
