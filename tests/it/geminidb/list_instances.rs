//! Instances, found by what they are.

use super::{FAR, NEAR, SOURCE, TARGET, get, instance, map, pair};
use crate::support::{config, start, text};
use serde_json::{Value, json};

#[test]
fn instances_are_found_by_what_they_are() {
    let cloud = start(&config());
    assert_eq!(get(&cloud, "/instances"), json!({ "instances": [], "total_count": 0 }));
    map(&cloud, SOURCE).expect(202);
    pair(&cloud, NEAR, FAR).expect(202);
    for (filter, count) in [
        // The source of the mapping is no GeminiDB instance.
        ("", 3),
        ("?datastore_type=redis", 1),
        ("?datastore_type=cassandra", 2),
        ("?datastore_type=hbase", 0),
        ("?datastore_type=redis&mode=Replication", 1),
        ("?datastore_type=redis&mode=Cluster", 0),
        ("?mode=ReplicaSet", 3),
        ("?id=*8ea2584e0", 2),
        ("?id=8ea2584e0", 0),
        ("?name=*geminidb-cass", 2),
        ("?vpc_id=unknown", 0),
        ("?subnet_id=unknown", 0),
        ("?limit=1", 3),
    ] {
        assert_eq!(get(&cloud, &format!("/instances{filter}"))["total_count"], count, "{filter}");
    }
    let newest = &get(&cloud, "/instances?limit=1")["instances"][0];
    assert_eq!(text(newest, "/id"), FAR);
    let (vpc, subnet) = (text(newest, "/vpc_id"), text(newest, "/subnet_id"));
    let same = get(&cloud, &format!("/instances?vpc_id={vpc}&subnet_id={subnet}"));
    assert_eq!(same["total_count"], 3);
    let redis = instance(&cloud, TARGET);
    assert_eq!(
        (text(&redis, "/port"), text(&redis, "/mode")),
        ("6379".into(), "Replication".into())
    );
    let nodes = redis.pointer("/groups/0/nodes").and_then(Value::as_array).unwrap();
    let roles: Vec<_> = nodes.iter().map(|node| text(node, "/role")).collect();
    assert_eq!(roles, ["master", "slave"]);
    assert!(nodes.iter().all(|node| text(node, "/id").ends_with("no12")));
    assert!(text(&redis, "/groups/0/id").ends_with("gr12"));
}
