//! Deleting a mapping: deleting at once, gone when its job is completed.

use super::{
    NOWHERE, SOURCE, TARGET, add_rule, advance, get, map, mapping, normal_mapping, refused, rules,
    unmap,
};
use crate::support::{config, start, text};
use papercloud::PaperCloud;
use serde_json::json;

fn job_status(cloud: &PaperCloud, id: &str) -> String {
    text(&get(cloud, &format!("/jobs?id={id}")), "/jobs/0/status")
}

fn mapping_status(cloud: &PaperCloud, id: &str) -> Option<String> {
    let listed = get(cloud, &format!("/dbcache/mappings?id={id}"));
    let status = listed.pointer("/dbcache_mappings/0/status")?;
    Some(status.as_str().expect("text").to_owned())
}

#[test]
fn a_mapping_is_deleting_at_once_and_gone_when_its_job_is_completed() {
    let cloud = start(&config());
    let id = normal_mapping(&cloud);
    let accepted = unmap(&cloud, &id);
    let job = accepted.text("/job_id");
    accepted.expect(202);
    assert_eq!(mapping_status(&cloud, &id).as_deref(), Some("deleting"));
    assert_eq!(text(&get(&cloud, &format!("/jobs?id={job}")), "/jobs/0/instance/id"), TARGET);
    advance(&cloud, 2);
    assert_eq!(job_status(&cloud, &job), "Completed");
    assert_eq!(mapping_status(&cloud, &id), None);
    assert_eq!(get(&cloud, "/dbcache/mappings")["total_count"], 0);
    refused(unmap(&cloud, &id), 400, "DBS.03050010");
}

#[test]
fn a_mapping_is_deleted_only_when_nothing_else_is_done_with_it() {
    let cloud = start(&config());
    let id = mapping(&cloud);
    let early = refused(unmap(&cloud, &id), 403, "DBS.200011");
    assert!(early.contains("is creating; the operation is allowed only in"), "{early}");
    advance(&cloud, 2);
    unmap(&cloud, &id).expect(202);
    let twice = refused(unmap(&cloud, &id), 403, "DBS.200011");
    assert!(twice.contains("is deleting"), "{twice}");
}

#[test]
fn a_mapping_whose_creation_failed_can_be_deleted() {
    let cloud = start(&config());
    map(&cloud, &format!("0000dead{}", &SOURCE[8..])).expect(202);
    advance(&cloud, 2);
    let id = text(&get(&cloud, "/dbcache/mappings"), "/dbcache_mappings/0/id");
    assert_eq!(mapping_status(&cloud, &id).as_deref(), Some("createfail"));
    unmap(&cloud, &id).expect(202);
    advance(&cloud, 2);
    assert_eq!(mapping_status(&cloud, &id), None);
}

#[test]
fn an_unknown_mapping_is_refused_whatever_its_id_looks_like() {
    let cloud = start(&config());
    for id in [NOWHERE, "mapping-1"] {
        refused(unmap(&cloud, id), 400, "DBS.03050010");
        refused(add_rule(&cloud, id, "students", "s"), 400, "DBS.03050010");
        let none = rules(&cloud, id, "");
        assert_eq!(none, json!({ "total_count": 0, "dbcache_mapping_id": id, "rules": [] }));
    }
}
