//! Deleting tasks: all of a list, or none.

use super::{Dcs, OTHER, TASK};
use crate::support::text;
use serde_json::json;

#[test]
fn a_deleted_task_is_gone_and_stays_so() {
    let dcs = Dcs::following(TASK);
    dcs.tell(TASK, "sync-stop").expect(204);
    let waiting = dcs.created();
    let deleted = dcs.delete(&[TASK, OTHER]).expect(200);
    assert_eq!(deleted, json!({ "task_id_list": [TASK, OTHER] }));
    let list = dcs.get("/migration-tasks").expect(200);
    assert_eq!((&list["count"], text(&list, "/migration_tasks/0/task_id")), (&json!(1), waiting));
    dcs.get(&format!("/migration-task/{TASK}")).refused(400, "DCS.4133");
    dcs.configure(TASK, "full_amount_migration").refused(404, "DCS.4133");
    dcs.delete(&[TASK]).expect(200);
}

#[test]
fn a_task_that_moves_data_cannot_be_deleted_nor_any_other_of_its_list() {
    let dcs = Dcs::following(TASK);
    let idle = dcs.created();
    let import = dcs.import("record-1").text("/id");
    dcs.delete(&[&idle, TASK]).refused(400, "DCS.4957");
    dcs.delete(&[&import]).refused(400, "DCS.4957");
    dcs.tell(TASK, "stop").expect(200);
    dcs.delete(&[TASK]).refused(400, "DCS.4957");
    dcs.advance(2);
    dcs.detail(&idle);
    dcs.delete(&[&idle, TASK, &import]).expect(200);
    assert_eq!(dcs.get("/migration-tasks").expect(200)["count"], 0);
}
