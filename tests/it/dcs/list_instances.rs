//! Instances, one and all: those that a documented call has named.

use super::{Dcs, TARGET, TASK};
use crate::support::{PROJECT, send, text};
use serde_json::json;

#[test]
fn instances_are_shown_and_listed_once_a_documented_call_has_named_them() {
    let dcs = Dcs::start();
    let shown = |id: &str| dcs.get(&format!("/instances/{id}"));
    shown(TARGET).refused(404, "DCS.3022");
    dcs.configure(TASK, "incremental_migration").expect(200);
    let instance = shown(TARGET).expect(200);
    assert_eq!(text(&instance, "/status"), "RUNNING");
    assert_eq!(instance["port"], 6379);
    assert!(text(&instance, "/ip").starts_with("198.51.100."), "{instance}");
    let listed = |query: &str| {
        let list = dcs.get(&format!("/instances{query}")).expect(200);
        let (shown, count) = (list["instances"].as_array().unwrap().len(), &list["instance_num"]);
        assert_eq!(*count, shown, "{list:#}");
        shown
    };
    let name = text(&instance, "/name");
    assert_eq!(listed(""), 2);
    assert_eq!(listed("?status=RUNNING&include_delete=true&include_failure=true"), 2);
    assert_eq!(listed("?status=FROZEN"), 0);
    assert_eq!(listed(&format!("?instance_id={TARGET}")), 1);
    assert_eq!(listed("?name=redis"), 2);
    assert_eq!(listed("?name=redis&name_equal=true"), 0);
    assert_eq!(listed(&format!("?name={name}&name_equal=true")), 1);
    assert_eq!(listed(&format!("?ip={}", text(&instance, "/ip"))), 1);
    assert_eq!(listed("?tags=owner"), 0);
    dcs.get("/instances?limit=1001").refused(400, "DCS.4800");
}

#[test]
fn an_instance_of_another_service_is_no_dcs_instance() {
    let dcs = Dcs::start();
    let redis = "2bb234c7175c400aab91de7c62174c0ein12";
    let body = json!({
        "source_instance_id": "356cf333ab77413f9d2526605227be08in01",
        "target_instance_id": redis,
    });
    send(&dcs.0, "POST", &format!("/v3/{PROJECT}/dbcache/mapping"), Some(&body)).expect(202);
    dcs.get(&format!("/instances/{redis}")).refused(404, "DCS.3022");
    assert_eq!(dcs.get("/instances").expect(200)["instance_num"], 0);
}
