//! Making two instances active-active: seen on both sides.

use super::{FAR, NEAR, advance, get, instance, pair, part, refused};
use crate::support::{config, start, text};
use papercloud::Config;
use serde_json::json;

#[test]
fn a_relationship_is_seen_on_both_sides_from_the_end_of_one_job_to_the_end_of_another() {
    let cloud = start(&config());
    pair(&cloud, NEAR, FAR).expect(202);
    for id in [NEAR, FAR] {
        let building = instance(&cloud, id);
        assert_eq!(building["actions"], json!(["BUILD_BIACTIVE"]));
        assert_eq!(building.get("dual_active_info"), None);
    }
    refused(part(&cloud, NEAR), 403, "DBS.200019");
    advance(&cloud, 2);
    for (id, role, peer, region) in
        [(NEAR, "master", FAR, "eu-de"), (FAR, "slave", NEAR, "eu-mock-1")]
    {
        let built = instance(&cloud, id);
        assert_eq!(built["actions"], json!([]));
        let info = &built["dual_active_info"];
        assert_eq!((text(info, "/role"), text(info, "/status")), (role.into(), "normal".into()));
        assert_eq!(text(info, "/destination_instance_id"), peer);
        assert_eq!(text(info, "/destination_region"), region);
        assert_eq!(info["destination_instance_node_num"], 3);
        let shown = get(&cloud, &format!("/instances/{id}/instance-role"));
        assert_eq!(shown, json!({ "role": role }));
    }
    // Either side can end it.
    let job = part(&cloud, FAR).text("/job_id");
    for id in [NEAR, FAR] {
        let releasing = instance(&cloud, id);
        assert_eq!(releasing["actions"], json!(["RELEASE_BIACTIVE"]));
        assert!(releasing["dual_active_info"].is_object());
        refused(part(&cloud, id), 403, "DBS.200019");
    }
    advance(&cloud, 2);
    let done = get(&cloud, &format!("/jobs?id={job}"));
    assert_eq!(text(&done, "/jobs/0/name"), "ReleaseBiActiveInstance");
    assert_eq!(text(&done, "/jobs/0/status"), "Completed");
    for id in [NEAR, FAR] {
        let released = instance(&cloud, id);
        assert_eq!((&released["actions"], released.get("dual_active_info")), (&json!([]), None));
        refused(part(&cloud, id), 400, "DBS.03000001");
    }
    pair(&cloud, FAR, NEAR).expect(202);
}

#[test]
fn a_released_pair_can_be_made_anew_where_resources_are_enforced() {
    let strict = Config { strict: true, ..config() };
    let cloud = start(&strict);
    refused(pair(&cloud, NEAR, FAR), 404, "DBS.200002");

    let cloud = start(&config());
    pair(&cloud, NEAR, FAR).expect(202);
    let again = pair(&cloud, NEAR, FAR);
    let warning = again.headers["x-paper-warning"].to_str().unwrap().to_owned();
    assert!(warning.contains("in an active-active relationship already"), "{warning}");
    advance(&cloud, 2);
    part(&cloud, NEAR).expect(202);
    advance(&cloud, 2);
    let anew = pair(&cloud, NEAR, FAR);
    assert_eq!(anew.headers.get("x-paper-warning"), None, "nothing is odd about it");
}

#[test]
fn a_newer_relationship_leaves_the_older_peer_alone() {
    let cloud = start(&config());
    let third = format!("c6{}", &NEAR[2..]);
    pair(&cloud, NEAR, FAR).expect(202);
    pair(&cloud, NEAR, &third).expect(202);
    advance(&cloud, 2);
    assert_eq!(instance(&cloud, FAR).get("dual_active_info"), None);
    refused(part(&cloud, FAR), 400, "DBS.03000001");
    part(&cloud, &third).expect(202);
}
