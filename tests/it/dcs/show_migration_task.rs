//! Looking at a task whose ID means that it cannot be looked at; the calls on tasks agree.

use super::{Dcs, TASK};
use crate::support::text;
use serde_json::json;

#[test]
fn ids_with_a_meaning_are_heeded_by_every_call_on_a_task() {
    let dcs = Dcs::start();
    let forbidden = format!("00000403{}", &TASK[8..]);
    for verb in ["stop", "sync-stop", "rollback-ip"] {
        dcs.tell(&forbidden, verb).refused(403, "DCS.2003");
    }
    for part in ["", "/stats", "/logs"] {
        let busy = format!("/migration-task/00000409{}{part}", &TASK[8..]);
        dcs.get(&busy).refused(400, "DCS.4026");
    }
    let tasks = json!({ "migration_tasks": [forbidden] });
    let results = dcs.post("/migration-task/batch-stop", &tasks).expect(200);
    assert_eq!(text(&results, "/migration_tasks/0/error_code"), "DCS.2003");
    dcs.delete(&[&forbidden]).refused(403, "DCS.2003");
    dcs.delete(&[&format!("00000404{}", &TASK[8..])]).expect(200);
}
