//! What only `InfluxDB` has: cold storage, and the export of its data.

use super::{advance, call, get, refused};
use crate::support::{config, start};
use papercloud::PaperCloud;
use serde_json::json;

/// An instance of an engine and a mode that is ready, and the path of its settings.
fn ready(cloud: &PaperCloud, engine: &str, version: &str, mode: &str, spec_code: &str) -> String {
    let body = json!({
        "name": "cold-or-not", "region": "eu-mock-1", "availability_zone": "eu-mock-1a", "mode": mode,
        "datastore": { "type": engine, "version": version, "storage_engine": "rocksDB" },
        "vpc_id": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
        "subnet_id": "1b2c3d4e-5f6a-4b7c-8d8e-0f1a2b3c4d5e", "password": "Paper_Gemini-1",
        "flavor": [{ "num": 1, "size": 100, "storage": "ULTRAHIGH", "spec_code": spec_code }],
    });
    let id = call(cloud, "POST", "/instances", Some(&body)).text("/id");
    advance(cloud, 60);
    format!("/instances/{id}")
}

#[test]
fn cold_storage_is_created_once_and_grows() {
    let cloud = start(&config());
    let single = "geminidb.influxdb.single.xlarge.2";
    let instance = ready(&cloud, "influxdb", "1.8", "InfluxdbSingle", single);
    let path = format!("{instance}/cold-volume");
    let size = |gigabytes: u32| json!({ "size": gigabytes, "is_auto_pay": "true" });
    let early = call(&cloud, "PUT", &path, Some(&size(600)));
    assert!(refused(early, 400, "DBS.280001").contains("no cold storage"));
    let job = call(&cloud, "POST", &path, Some(&size(500))).expect(202);
    let shown = get(&cloud, &format!("/jobs?id={}", job["job_id"].as_str().unwrap()));
    assert_eq!(shown["jobs"][0]["name"], "AddInstanceColdVolume");
    refused(call(&cloud, "PUT", &path, Some(&size(505))), 403, "DBS.200019");
    advance(&cloud, 60);
    let twice = call(&cloud, "POST", &path, Some(&size(600)));
    assert!(refused(twice, 400, "DBS.280001").contains("already: 500 GB"));
    let smaller = call(&cloud, "PUT", &path, Some(&size(501)));
    smaller.expect(202);
    advance(&cloud, 60);
    let same = call(&cloud, "PUT", &path, Some(&size(501)));
    assert!(refused(same, 400, "DBS.280001").contains("greater than 501"));
    refused(call(&cloud, "POST", &path, Some(&size(499))), 400, "DBS.200001");
}

#[test]
fn data_is_exported_by_an_enhanced_cluster_only() {
    let cloud = start(&config());
    let sqlstore = "geminidb.influxdb.sqlstore.large.4";
    let enhanced = ready(&cloud, "influxdb", "1.8", "EnhancedCluster", sqlstore);
    let redis = ready(&cloud, "redis", "5.0", "Cluster", "geminidb.redis.large.4");
    let open = json!({ "bucket_name": "paper-dumps", "action": "open" });
    let answer = call(&cloud, "PUT", &format!("{enhanced}/data-dump"), Some(&open));
    assert_eq!(answer.expect(200), json!({}));
    let other = call(&cloud, "PUT", &format!("{redis}/data-dump"), Some(&open));
    assert!(refused(other, 400, "DBS.280001").contains("redis of mode Cluster"));
    let cold =
        call(&cloud, "POST", &format!("{enhanced}/cold-volume"), Some(&json!({"size": 500})));
    assert!(refused(cold, 400, "DBS.280001").contains("influxdb of mode EnhancedCluster"));
    let odd = json!({ "bucket_name": "paper-dumps", "action": "on" });
    let odd = call(&cloud, "PUT", &format!("{enhanced}/data-dump"), Some(&odd));
    refused(odd, 400, "DBS.200001");
}
