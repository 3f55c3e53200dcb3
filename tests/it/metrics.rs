//! The counts in the text format of Prometheus.

use crate::support::{PROJECT, config, send, start};
use papercloud::{Config, Fault, PaperCloud};
use serde_json::json;
use std::collections::BTreeMap;

/// The samples, by name and labels. Every one has to be announced by its help and type.
fn samples(cloud: &PaperCloud) -> BTreeMap<String, u64> {
    let url = format!("{}/_paper/metrics", cloud.url());
    let mut answer = ureq::get(url).call().expect("an answer");
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let text = answer.body_mut().read_to_string().expect("text");
    let (mut samples, mut announced) = (BTreeMap::new(), Vec::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            announced.push(rest.split(' ').next().expect("a name").to_owned());
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a name and a type");
            assert_eq!(announced.last().map(String::as_str), Some(name));
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
        } else {
            let (name, value) = line.rsplit_once(' ').expect("a name and a value");
            assert_eq!(name.split('{').next(), announced.last().map(String::as_str), "{line}");
            samples.insert(name.to_owned(), value.parse().expect("a number"));
        }
    }
    samples
}

fn requests(service: &str, operation: &str, status: &str) -> String {
    let labels = format!("service=\"{service}\",operation=\"{operation}\",status=\"{status}\"");
    format!("papercloud_requests_total{{{labels}}}")
}

#[test]
fn requests_are_counted_by_operation_and_status_whatever_becomes_of_their_worlds() {
    let cloud = start(&Config { max_worlds: 2, ..config() });
    let before = samples(&cloud);
    assert!(!before.keys().any(|name| name.starts_with("papercloud_requests")), "{before:#?}");
    let world = cloud.world(PROJECT);
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    let body = json!({ "source_instance_id": "a", "target_instance_id": "b" });
    send(&cloud, "POST", &path, Some(&body)).expect(202);
    send(&cloud, "POST", &path, Some(&json!({}))).expect(400);
    world.fault(Fault::on("CreateDbCacheMapping").first(1).status(503)).expect("armed");
    send(&cloud, "POST", &path, Some(&body)).expect(503);
    world.reset();
    send(&cloud, "POST", &path, Some(&body)).expect(202);
    send(&cloud, "GET", "/v3/nowhere/at/all", None).expect(404);
    for project in ["other", "third"] {
        send(&cloud, "GET", &format!("/v3/{project}/dbcache/mappings"), None).expect(200);
    }
    let after = samples(&cloud);
    let expected = [
        (requests("GeminiDB", "CreateDbCacheMapping", "202"), 2),
        (requests("GeminiDB", "CreateDbCacheMapping", "400"), 1),
        (requests("GeminiDB", "CreateDbCacheMapping", "503"), 1),
        (requests("GeminiDB", "ListDbCacheMappings", "200"), 2),
        (requests("gateway", "", "404"), 1),
        ("papercloud_faults_total".to_owned(), 1),
        ("papercloud_worlds_limit".to_owned(), 2),
        ("papercloud_worlds_forgotten_total".to_owned(), 1),
        (format!("papercloud_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION")), 1),
    ];
    for (name, value) in expected {
        assert_eq!(after.get(&name), Some(&value), "{name}: {after:#?}");
    }
    let all = after.iter().filter(|(name, _)| name.starts_with("papercloud_requests"));
    assert_eq!(all.map(|(_, count)| count).sum::<u64>(), 7, "{after:#?}");
}
