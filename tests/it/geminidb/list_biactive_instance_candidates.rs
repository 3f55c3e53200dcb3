//! Which instances could be the other side.

use super::{FAR, NEAR, SOURCE, advance, call, get, map, pair, part, refused};
use crate::support::{config, start, text};
use papercloud::PaperCloud;
use serde_json::json;

fn candidates(cloud: &PaperCloud, filter: &str) -> Vec<String> {
    let path = format!("/instances/{NEAR}/disaster-recovery/biactive-instance-candidates{filter}");
    let listed = get(cloud, &path);
    let ids = listed["instances"].as_array().expect("instances").iter();
    ids.map(|one| text(one, "/id")).collect()
}

#[test]
fn candidates_are_other_free_cassandra_instances_of_the_region() {
    let cloud = start(&config());
    let unknown = format!("/instances/{NEAR}/disaster-recovery");
    let wanted = "biactive-instance-candidates?target_region_code=eu-de";
    refused(call(&cloud, "GET", &format!("{unknown}/{wanted}"), None), 404, "DBS.200002");
    refused(call(&cloud, "GET", &format!("{unknown}/regions"), None), 404, "DBS.200002");

    map(&cloud, SOURCE).expect(202);
    pair(&cloud, NEAR, FAR).expect(202);
    advance(&cloud, 2);
    assert!(candidates(&cloud, "?target_region_code=eu-de").is_empty(), "it is taken");
    part(&cloud, NEAR).expect(202);
    advance(&cloud, 2);
    assert_eq!(candidates(&cloud, "?target_region_code=eu-de&data_sync_mode=TABLE"), [FAR]);
    assert!(candidates(&cloud, "?target_region_code=eu-mock-1").is_empty());
    assert!(candidates(&cloud, "?target_region_code=eu-de&target_instance_name=x").is_empty());

    let regions = get(&cloud, &format!("/instances/{NEAR}/disaster-recovery/regions"));
    let regions = regions["region_codes"].as_array().unwrap();
    assert!(regions.contains(&json!("eu-de")) && !regions.contains(&json!("eu-mock-1")));
}
