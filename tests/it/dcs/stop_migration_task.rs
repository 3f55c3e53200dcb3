//! Stopping a task: it leaves its status before the answer, and ends later.

use super::{Dcs, OTHER, TASK};
use crate::support::text;
use serde_json::json;

#[test]
fn a_stopped_task_leaves_its_status_before_the_answer_and_ends_later() {
    let dcs = Dcs::following(TASK);
    let stopped = dcs.tell(TASK, "stop").expect(200);
    assert_eq!(text(&stopped, "/status"), "TERMINATING");
    assert_eq!(text(&stopped, "/task_id"), TASK);
    assert_eq!(stopped, dcs.detail(TASK));
    dcs.advance(1);
    assert_eq!(dcs.status(TASK), "TERMINATING");
    dcs.tell(TASK, "stop").refused(400, "DCS.4026");
    dcs.tell(TASK, "sync-stop").refused(400, "DCS.4026");
    dcs.advance(1);
    assert_eq!(dcs.status(TASK), "TERMINATED");
    let message = dcs.tell(TASK, "stop").refused(400, "DCS.4026");
    assert!(message.contains("is TERMINATED"), "{message}");
}

#[test]
fn a_body_that_a_stop_does_not_need_is_ignored() {
    let dcs = Dcs::following(TASK);
    let path = format!("/migration-task/{TASK}/stop");
    dcs.post(&path, &json!({ "reason": "none" })).expect(200);
}

#[test]
fn only_what_migrates_can_be_stopped() {
    let dcs = Dcs::start();
    dcs.tell(OTHER, "stop").refused(400, "DCS.4133");
    dcs.tell(OTHER, "sync-stop").refused(400, "DCS.4133");
    let waiting = dcs.created();
    dcs.tell(&waiting, "stop").refused(400, "DCS.4026");
    dcs.advance(2);
    dcs.tell(&waiting, "stop").refused(400, "DCS.4026");
    dcs.configure(&waiting, "full_amount_migration").expect(200);
    dcs.advance(2);
    assert_eq!(dcs.status(&waiting), "SUCCESS");
    dcs.tell(&waiting, "sync-stop").refused(400, "DCS.4026");
}

#[test]
fn a_backup_import_is_stopped_like_a_migration() {
    let dcs = Dcs::start();
    let import = dcs.import("record-1").text("/id");
    assert_eq!(text(&dcs.tell(&import, "stop").expect(200), "/status"), "TERMINATING");
    dcs.advance(2);
    assert_eq!(dcs.status(&import), "TERMINATED");
    assert_eq!(text(&dcs.detail(&import), "/released_at"), "202601010000");
    assert_eq!(dcs.logs(&import, "").len(), 3);
}

#[test]
fn an_endless_task_ends_when_it_is_told_to() {
    let endless = format!("00005100{}", &TASK[8..]);
    let dcs = Dcs::start();
    dcs.configure(&endless, "full_amount_migration").expect(200);
    dcs.advance(86_400);
    assert_eq!(dcs.status(&endless), "FULLMIGRATING");
    dcs.tell(&endless, "stop").expect(200);
    dcs.advance(2);
    assert_eq!(dcs.status(&endless), "TERMINATED");
}
