//! What was left behind.

use super::{advance, found, look, map, mapping_id, report, request_id};
use crate::support::{Answer, PROJECT, config, send, send_text, start};
use serde_json::json;
use std::time::Duration;

#[test]
fn a_world_in_which_everything_was_waited_for_is_clean() {
    let cloud = start(&config());
    let clean = json!({
        "project_id": PROJECT, "label": null, "clean": true, "exact": true,
        "leaks": { "never_polled": [], "unfinished": [], "faults_never_hit": [] },
        "findings": [],
    });
    assert_eq!(report(&cloud), clean);
    let job = map(&cloud, "source").text("/job_id");
    look(&cloud, &job).expect(200);
    advance(&cloud, 2);
    look(&cloud, &job).expect(200);
    assert_eq!(report(&cloud), clean);
    cloud.world(PROJECT).assert_clean();
    let all = send(&cloud, "GET", "/_paper/report", None).expect(200);
    assert_eq!(all, json!({ "clean": true, "exact": true, "worlds": [] }));
}

#[test]
fn what_nobody_looked_at_and_what_is_under_way_is_a_leak() {
    let cloud = start(&config());
    cloud.world(PROJECT).label("forgets its jobs");
    let (first, second) = (map(&cloud, "first"), map(&cloud, "second"));
    let mapping = |answer: &Answer, at: usize, statuses: [&str; 2]| {
        let due = serde_json::to_value(cloud.world(PROJECT).advance(Duration::ZERO)).unwrap();
        assert_eq!(due, json!([]));
        json!({
            "request_id": request_id(answer), "operation": "CreateDbCacheMapping",
            "job_id": answer.body["job_id"], "job_status": statuses[0],
            "resource_id": mapping_id(&cloud, at), "resource_status": statuses[1],
            "started": "2026-01-01T00:00:00.000Z",
        })
    };
    cloud.world(PROJECT).hold(&second.text("/job_id")).unwrap();
    advance(&cloud, 2);
    let before = report(&cloud);
    let expected = json!({
        "project_id": PROJECT, "label": "forgets its jobs", "clean": false, "exact": true,
        "leaks": {
            "never_polled": [
                mapping(&first, 0, ["Completed", "normal"]),
                mapping(&second, 1, ["Running", "creating"]),
            ],
            "unfinished": [mapping(&second, 1, ["Running", "creating"])],
            "faults_never_hit": [],
        },
        "findings": [],
    });
    assert_eq!(before, expected);
    let all = send(&cloud, "GET", "/_paper/report", None).expect(200);
    // Finding out the ids of the mappings was a look at all of them.
    assert_eq!(all["worlds"][0]["leaks"]["never_polled"], json!([]));
    assert_eq!(all["worlds"][0]["findings"][0]["rule"], "gave-up");
    assert_eq!((&all["clean"], all["worlds"].as_array().unwrap().len()), (&json!(false), 1));
}

#[test]
fn a_list_is_a_look_at_what_it_shows() {
    let cloud = start(&config());
    map(&cloud, "first").expect(202);
    advance(&cloud, 2);
    send(&cloud, "GET", &format!("/v3/{PROJECT}/dbcache/mappings"), None).expect(200);
    cloud.world(PROJECT).assert_clean();
    map(&cloud, "second").expect(202);
    advance(&cloud, 2);
    // The list of another service says nothing about it.
    send(&cloud, "GET", &format!("/v2/{PROJECT}/migration-tasks"), None).expect(200);
    assert_eq!(report(&cloud)["leaks"]["never_polled"].as_array().unwrap().len(), 1);
}

#[test]
fn an_answer_that_shows_nothing_of_it_is_no_look() {
    let cloud = start(&config());
    let mappings = format!("/v3/{PROJECT}/dbcache/mappings");
    map(&cloud, "first").expect(202);
    map(&cloud, "second").expect(202);
    advance(&cloud, 2);
    let unseen = || report(&cloud)["leaks"]["never_polled"].as_array().unwrap().len();
    let ask = |path: &str| send(&cloud, "GET", path, None).expect(200);
    ask(&format!("{mappings}?limit=1&offset=5"));
    ask(&format!("/v3/{PROJECT}/instances"));
    ask(&format!("/v3/{PROJECT}/jobs"));
    assert_eq!(unseen(), 0, "the jobs show it");
    map(&cloud, "third").expect(202);
    map(&cloud, "fourth").expect(202);
    advance(&cloud, 2);
    ask(&format!("{mappings}?limit=1&offset=5"));
    ask(&format!("/v3/{PROJECT}/instances"));
    assert_eq!(send(&cloud, "HEAD", &mappings, None).status, 200);
    let lost = [("X-Auth-Token", "t"), ("X-Paper-Fault", "status=503; phase=after")];
    send_text(&cloud, "GET", &mappings, &lost, "").expect(503);
    assert_eq!(unseen(), 2);
    ask(&format!("{mappings}?limit=1&offset=2"));
    assert_eq!(unseen(), 1);
    ask(&mappings);
    cloud.world(PROJECT).assert_clean();
}

#[test]
fn a_deletion_is_seen_to_its_end_by_a_list_without_it() {
    let cloud = start(&config());
    let mappings = format!("/v3/{PROJECT}/dbcache/mappings");
    map(&cloud, "first").expect(202);
    advance(&cloud, 2);
    let id = mapping_id(&cloud, 0);
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    send(&cloud, "DELETE", &path, Some(&json!({ "id": id }))).expect(202);
    send(&cloud, "GET", &mappings, None).expect(200);
    assert_eq!(found(&cloud), [("gave-up".to_owned(), 1)]);
    advance(&cloud, 2);
    assert_eq!(send(&cloud, "GET", &mappings, None).body["dbcache_mappings"], json!([]));
    cloud.world(PROJECT).assert_clean();
}
