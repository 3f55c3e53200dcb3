//! Restarting tasks: each starts over.

use super::{Dcs, TASK};
use crate::support::text;
use serde_json::json;

#[test]
fn a_restarted_task_leaves_its_status_at_once_and_starts_over() {
    let dcs = Dcs::following(TASK);
    let tasks = json!({ "migration_tasks": [TASK] });
    let restart = || dcs.post("/migration-tasks/batch-restart", &tasks).expect(200);
    let running = restart();
    assert_eq!(text(&running, "/migration_tasks/0/error_code"), "dcs.41.0001");
    dcs.tell(TASK, "sync-stop").expect(204);
    assert_eq!(text(&restart(), "/migration_tasks/0/result"), "success");
    assert_eq!(dcs.status(TASK), "FULLMIGRATING");
    dcs.advance(2);
    assert_eq!(dcs.status(TASK), "INCRMIGEATING");
}

#[test]
fn a_restart_of_a_failed_task_fails_by_the_ids_that_let_it_fail_and_by_no_others() {
    let doomed = format!("0000dead{}", &TASK[8..]);
    let dcs = Dcs::start();
    dcs.configure(&doomed, "full_amount_migration").expect(200);
    dcs.configure(TASK, "full_amount_migration").expect(200);
    dcs.tell(TASK, "sync-stop").expect(204);
    dcs.advance(2);
    assert_eq!(dcs.status(&doomed), "MIGRATION_FAILED");
    let tasks = json!({ "migration_tasks": [doomed, TASK] });
    dcs.post("/migration-tasks/batch-restart", &tasks).expect(200);
    assert_eq!(dcs.status(&doomed), "FULLMIGRATING");
    dcs.advance(2);
    assert_eq!(dcs.status(&doomed), "MIGRATION_FAILED");
    assert_eq!(dcs.status(TASK), "SUCCESS");
}

#[test]
fn a_backup_import_cannot_be_restarted() {
    let dcs = Dcs::start();
    let import = dcs.import("record-1").text("/id");
    dcs.tell(&import, "sync-stop").expect(204);
    let tasks = json!({ "migration_tasks": [import] });
    let results = dcs.post("/migration-tasks/batch-restart", &tasks).expect(200);
    assert_eq!(text(&results, "/migration_tasks/0/error_code"), "dcs.41.0001");
    assert_eq!(dcs.status(&import), "TERMINATED");
}
