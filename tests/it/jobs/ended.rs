//! What has ended, and ids that are another's or nobody's.

use super::{REASON, Tests, uuid};
use crate::support::{Answer, PROJECT, send};
use serde_json::{Value, json};

const VERBS: [&str; 4] = ["finish", "fail", "hold", "release"];

fn show(tests: &Tests, id: &str) -> Answer {
    send(&tests.cloud, "GET", &format!("/_paper/worlds/{PROJECT}/jobs/{id}"), None)
}

#[test]
fn what_has_ended_is_shown_and_cannot_be_steered() {
    let tests = Tests::start();
    let (job, mapping) = tests.map();
    tests.advance(2_000);
    let completed = json!({
        "operation": "CreateDbCacheMapping", "job_id": job, "job_status": "Completed",
        "resource_id": mapping, "resource_status": "normal", "percent": 100,
        "started": "2026-01-01T00:00:00.000Z", "held": false,
        "ended": "2026-01-01T00:00:02.000Z",
    });
    let replication = tests.replicate("orders");
    tests.advance(500);
    tests.fail(&replication);
    let failed = json!({
        "operation": "CreateClickHouseDataBaseReplication",
        "job_id": replication, "job_status": "Failed",
        "resource_id": "orders", "resource_status": "Failed", "percent": 25,
        "started": "2026-01-01T00:00:02.000Z", "held": false,
        "ended": "2026-01-01T00:00:02.500Z", "reason": REASON,
    });
    let import = tests.import();
    tests.steer(&import, "finish", "").expect(200);
    let imported = json!({
        "operation": "CreateMigrationTask", "resource_id": import, "resource_status": "SUCCESS",
        "percent": 100, "started": "2026-01-01T00:00:02.500Z", "held": false,
        "ended": "2026-01-01T00:00:02.500Z",
    });
    tests.advance(3_600_000);
    for (id, shown, how) in [
        (&job, &completed, "Completed at 2026-01-01T00:00:02.000Z"),
        (&mapping, &completed, "Completed at 2026-01-01T00:00:02.000Z"),
        (&replication, &failed, "Failed at 2026-01-01T00:00:02.500Z"),
        (&"orders".to_owned(), &failed, "Failed at 2026-01-01T00:00:02.500Z"),
        (&import, &imported, "SUCCESS at 2026-01-01T00:00:02.500Z"),
    ] {
        assert_eq!(show(&tests, id).expect(200), *shown);
        for verb in VERBS {
            let refused = tests.steer(id, verb, "");
            let said = format!("{id} ended as {how}: only what is under way can be steered");
            assert_eq!(refused.text("/error_msg"), said);
            assert_eq!(refused.text("/error_code"), "PAPER.0409");
            refused.expect(409);
        }
    }
    assert_eq!(tests.under_way(), json!({ "count": 0, "jobs": [] }));
}

#[test]
fn a_job_that_an_import_brought_is_shown_by_its_record() {
    let tests = Tests::start();
    let (job, _) = tests.map();
    tests.fail(&job);
    let world = tests.cloud.world(PROJECT);
    world.import(&world.export()).expect("what was exported");
    let expected = json!({
        "operation": "CreateDbCacheMapping", "job_id": job, "job_status": "Failed",
        "percent": 0, "started": "2026-01-01T00:00:00.000Z", "held": false,
        "ended": "2026-01-01T00:00:00.000Z", "reason": REASON,
    });
    assert_eq!(show(&tests, &job).expect(200), expected);
    tests.steer(&job, "finish", "").expect(409);
}

#[test]
fn an_id_is_the_same_with_and_without_dashes_and_in_capitals() {
    let tests = Tests::start();
    let (job, mapping) = tests.map();
    let (preparation, task) = tests.prepare();
    let import = tests.import();
    let spelt = |tests: &Tests| {
        for id in [&job, &mapping, &uuid(&preparation), &task, &import] {
            let known = show(tests, id).expect(200);
            for other in
                [id.to_uppercase(), id.replace('-', ""), id.replace('-', "").to_uppercase()]
            {
                assert_eq!(show(tests, &other).expect(200), known, "{other}");
            }
        }
    };
    spelt(&tests);
    let held = tests.steer(&mapping.to_uppercase().replace('-', ""), "hold", "").expect(200);
    assert_eq!((&held["resource_id"], &held["held"]), (&json!(mapping), &json!(true)));
    tests.steer(&mapping, "release", "").expect(200);
    tests.advance(2_000);
    assert_eq!(tests.under_way()["count"], 0);
    spelt(&tests);
}

#[test]
fn an_unknown_id_is_told_with_what_is_under_way_and_the_nearest_of_it() {
    let tests = Tests::start();
    let (job, mapping) = tests.map();
    let wrong = |id: &str| {
        let mut changed = id.to_owned();
        changed.replace_range(..1, if id.starts_with('0') { "1" } else { "0" });
        changed
    };
    let unknown = "00000000-0000-4000-8000-000000000000".to_owned();
    for (id, meant) in
        [(wrong(&job), Some(&job)), (wrong(&mapping), Some(&mapping)), (unknown, None)]
    {
        let meant = meant.map_or_else(String::new, |id| format!("; did you mean {id}?"));
        let said = format!(
            "nothing that is under way or has ended has the id {id}, neither as its job nor as \
             what that works on; 1 thing is under way{meant}"
        );
        for verb in VERBS {
            let refused = tests.steer(&id, verb, "");
            assert_eq!(refused.text("/error_msg"), said);
            assert_eq!(refused.text("/error_code"), "PAPER.0404");
            refused.expect(404);
        }
        assert_eq!(show(&tests, &id).expect(404)["error_msg"], Value::from(said));
    }
    tests.replicate("orders");
    let refused = tests.steer("ordres", "hold", "");
    assert!(refused.text("/error_msg").ends_with("; 2 things are under way; did you mean orders?"));
}
