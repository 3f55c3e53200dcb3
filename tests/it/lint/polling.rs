//! Looks that follow each other too fast, and those that end too soon.

use super::{advance, found, look, map, report, request_id};
use crate::support::{PROJECT, config, send, start};
use serde_json::{Value, json};

#[test]
fn lists_that_follow_each_other_at_once_are_too_fast() {
    let cloud = start(&config());
    let job = map(&cloud, "source").text("/job_id");
    cloud.world(PROJECT).hold(&job).unwrap();
    for path in ["dbcache/mappings", "jobs"] {
        for _ in 0..5 {
            send(&cloud, "GET", &format!("/v3/{PROJECT}/{path}"), None).expect(200);
        }
        let found = found(&cloud);
        assert!(found.contains(&("polled-too-fast".to_owned(), 1)), "{path}: {found:?}");
    }
    cloud.world(PROJECT).finish(&job).unwrap();
    let finding = &report(&cloud)["findings"][0];
    assert_eq!(finding["operation"], "ListDbCacheMappings", "{finding:#}");
}

#[test]
fn looks_that_follow_each_other_at_once_are_too_fast() {
    let cloud = start(&config());
    let job = map(&cloud, "source").text("/job_id");
    cloud.world(PROJECT).hold(&job).unwrap();
    for _ in 0..4 {
        look(&cloud, &job).expect(200);
    }
    assert_eq!(found(&cloud), [("gave-up".to_owned(), 1)]);
    let fifth = look(&cloud, &job);
    look(&cloud, &job).expect(200);
    let report = report(&cloud);
    let expected = json!({
        "rule": "polled-too-fast", "operation": "ListJobs", "count": 1,
        "sentence": "ListJobs looked at one unfinished job or task more often than once a second \
                     on average, over at least 5 looks",
        "document": "no document states a pace; the Terraform provider looks first after 2 to 10 \
                     seconds and then every 10 seconds",
        "examples": [{
            "request_id": request_id(&fifth), "at": "2026-01-01T00:00:00.000Z", "id": job,
        }],
    });
    assert_eq!(report["findings"][0], expected);
}

#[test]
fn looks_that_are_a_second_apart_are_not_too_fast() {
    let cloud = start(&config());
    let job = map(&cloud, "source").text("/job_id");
    cloud.world(PROJECT).hold(&job).unwrap();
    for _ in 0..20 {
        look(&cloud, &job).expect(200);
        advance(&cloud, 1);
    }
    cloud.world(PROJECT).finish(&job).unwrap();
    // What has come to rest may be looked at at any pace.
    for _ in 0..20 {
        look(&cloud, &job).expect(200);
    }
    cloud.world(PROJECT).assert_clean();
}

#[test]
fn whoever_looks_away_too_soon_gave_up() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    let jobs = ["first", "second"].map(|source| map(&cloud, source).text("/job_id"));
    world.hold(&jobs[1]).unwrap();
    let looks = [look(&cloud, &jobs[0]), look(&cloud, &jobs[1])];
    advance(&cloud, 2);
    let finding = |sentence: &str, of: usize| {
        json!({
            "rule": "gave-up", "operation": "CreateDbCacheMapping", "count": 1,
            "sentence": sentence,
            "document": "document geminidb-create-memory-mapping: it answers before its work is done",
            "examples": [{
                "request_id": request_id(&looks[of]), "at": "2026-01-01T00:00:00.000Z",
                "id": jobs[of],
            }],
        })
    };
    let report = report(&cloud);
    let ended = "what CreateDbCacheMapping started was under way at the last look, and has ended \
                 since, and nobody looked how";
    let still = "what CreateDbCacheMapping started was under way at the last look, and still is";
    assert_eq!(report["findings"], json!([finding(ended, 0), finding(still, 1)]));

    // Being made to end at the very moment of the last look is not being seen to.
    world.finish(&jobs[1]).unwrap();
    look(&cloud, &jobs[0]).expect(200);
    assert_eq!(found(&cloud), [("gave-up".to_owned(), 1)]);
    look(&cloud, &jobs[1]).expect(200);
    world.assert_clean();
}

#[test]
fn a_task_that_its_client_stops_or_deletes_is_not_given_up() {
    const STOPPED: &str = "90754308-a156-406f-a837-8f852f38a646";
    const DELETED: &str = "b0c1d2e3-a156-406f-a837-8f852f38a647";
    let cloud = start(&config());
    let body = json!({
        "migration_method": "full_amount_migration", "resume_mode": "auto",
        "source_instance": { "addrs": "a:1" }, "target_instance": { "addrs": "b:1" },
    });
    let call = |method: &str, path: &str, body: &Value| {
        send(&cloud, method, &format!("/v2/{PROJECT}{path}"), Some(body)).expect(200)
    };
    let status = |task: &str| {
        send(&cloud, "GET", &format!("/v2/{PROJECT}/migration-task/{task}"), None).text("/status")
    };
    for task in [STOPPED, DELETED] {
        call("POST", &format!("/migration/{task}/task"), &body);
        assert_eq!(status(task), "FULLMIGRATING");
    }
    call("POST", &format!("/migration-task/{STOPPED}/stop"), &json!({}));
    advance(&cloud, 3600);
    assert_eq!(status(STOPPED), "TERMINATED");
    // Nobody knows that the other one has ended, until it is deleted.
    let found = report(&cloud)["findings"].clone();
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found:#}");
    assert_eq!((&found[0]["rule"], &found[0]["count"]), (&json!("gave-up"), &json!(1)));
    assert_eq!(found[0]["examples"][0]["id"], DELETED, "{found:#}");
    call("DELETE", "/migration-tasks/delete", &json!({ "task_id_list": [DELETED] }));
    cloud.world(PROJECT).assert_clean();
}
