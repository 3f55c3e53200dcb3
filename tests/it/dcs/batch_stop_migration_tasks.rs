//! Stopping several tasks: each by itself, and what becomes of each is told.

use super::{Dcs, OTHER, TASK};
use crate::support::text;
use serde_json::json;

#[test]
fn a_batch_stops_what_can_be_stopped_and_says_why_the_rest_cannot() {
    let dcs = Dcs::following(TASK);
    let waiting = dcs.created();
    let import = dcs.import("record-1").text("/id");
    let tasks = json!({ "migration_tasks": [TASK, waiting, import, OTHER, TASK] });
    let results = dcs.post("/migration-task/batch-stop", &tasks).expect(200);
    let results = results["migration_tasks"].as_array().unwrap();
    let shown: Vec<_> = results
        .iter()
        .map(|one| (one["result"].as_str().unwrap(), one["error_code"].as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            ("success", None),
            ("failed", Some("DCS.4026")),
            ("success", None),
            ("failed", Some("DCS.4855")),
            ("failed", Some("DCS.4026")),
        ]
    );
    assert!(text(&results[1], "/error_msg").contains("is CREATING"));
    assert_eq!(dcs.status(TASK), "TERMINATING");
    assert_eq!(dcs.status(&import), "TERMINATING");
}

#[test]
fn a_batch_whose_every_task_fails_is_still_answered() {
    let dcs = Dcs::start();
    let waiting = dcs.created();
    for path in ["/migration-task/batch-stop", "/migration-tasks/batch-restart"] {
        let results = dcs.post(path, &json!({ "migration_tasks": [waiting] })).expect(200);
        assert_eq!(text(&results, "/migration_tasks/0/result"), "failed");
    }
}

#[test]
fn a_list_that_names_no_task_is_refused() {
    let dcs = Dcs::following(TASK);
    for path in ["/migration-task/batch-stop", "/migration-tasks/batch-restart"] {
        let unknown = json!({ "migration_tasks": [OTHER] });
        let message = dcs.post(path, &unknown).refused(400, "DCS.4855");
        assert!(message.contains(OTHER), "{message}");
        let malformed = json!({ "migration_tasks": [TASK, "task-1"] });
        let message = dcs.post(path, &malformed).refused(400, "DCS.4855");
        assert!(message.contains("migration_tasks[1]"), "{message}");
    }
    assert_eq!(dcs.status(TASK), "INCRMIGEATING");
}
