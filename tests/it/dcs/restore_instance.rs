//! Restoring an instance from a backup.

use super::{Dcs, SOURCE, TARGET, TASK};
use crate::support::{send, text};
use serde_json::{Value, json};

/// A cloud with an instance of which a backup was taken, and the ID of that.
fn backed_up() -> (Dcs, String) {
    let dcs = Dcs::start();
    dcs.configure(TASK, "incremental_migration").expect(200);
    let remark = json!({ "remark": "before the move" });
    let backup = dcs.post(&format!("/instances/{TARGET}/backups"), &remark).text("/backup_id");
    dcs.advance(2);
    (dcs, backup)
}

fn status(dcs: &Dcs) -> String {
    text(&dcs.get(&format!("/instances/{TARGET}")).expect(200), "/status")
}

/// The self-test does not have them: no call freezes an instance, so not all that is refused is reached.
#[test]
fn the_documented_examples_are_answered_as_they_say() {
    for file in [
        include_str!("../../../fixtures/dcs/restore_instance/documented.json"),
        include_str!("../../../fixtures/dcs/list_restore_records/documented.json"),
    ] {
        let example: Value = serde_json::from_str(file).expect("JSON");
        let dcs = Dcs::start();
        let ask = |sent: &Value| {
            dcs.advance(sent["after_seconds"].as_u64().unwrap_or(0));
            let (method, path) = (text(sent, "/method"), text(sent, "/path"));
            send(&dcs.0, &method, &path, sent.get("body")).expect(200)
        };
        for sent in example["before"].as_array().expect("what comes before") {
            ask(sent);
        }
        assert_eq!(ask(&example["request"]), example["response"]["body"]);
    }
}

#[test]
fn an_instance_is_restored_by_the_clock() {
    let (dcs, backup) = backed_up();
    let path = format!("/instances/{TARGET}/restores");
    let none = json!({ "total_num": 0, "restore_record_response": [] });
    assert_eq!(dcs.get(&path).expect(200), none);

    let wanted = json!({ "backup_id": backup, "remark": "back to Monday" });
    let restore = dcs.post(&path, &wanted).text("/restore_id");
    let expected = |status: &str, progress: &str, updated: &str| {
        let record = json!({
            "backup_id": backup,
            "restore_id": restore,
            "backup_name": "backup_20260101000000",
            "restore_name": "restore_20260101000002",
            "created_at": "2026-01-01T00:00:02.000Z",
            "updated_at": updated,
            "status": status,
            "progress": progress,
            "restore_remark": "back to Monday",
            "backup_remark": "before the move",
        });
        json!({ "total_num": 1, "restore_record_response": [record] })
    };
    let begun = "2026-01-01T00:00:02.000Z";
    assert_eq!(dcs.get(&path).expect(200), expected("waiting", "0.00", begun));
    assert_eq!(status(&dcs), "RESTORING");
    dcs.post(&path, &wanted).refused(400, "DCS.4097");

    dcs.advance(1);
    assert_eq!(dcs.get(&path).expect(200), expected("restoring", "50.00", begun));
    assert_eq!(status(&dcs), "RESTORING");
    dcs.post(&path, &wanted).refused(400, "DCS.4097");
    let instance = format!("/instances/{TARGET}");
    dcs.call("DELETE", &instance, None).refused(400, "DCS.4026");

    dcs.advance(1);
    let ended = expected("succeed", "100.00", "2026-01-01T00:00:04.000Z");
    assert_eq!(dcs.get(&path).expect(200), ended);
    assert_eq!(status(&dcs), "RUNNING");
    dcs.advance(3_600);
    assert_eq!(dcs.get(&path).expect(200), ended);

    dcs.post(&path, &json!({ "backup_id": backup })).expect(200);
    let records = dcs.get(&format!("{path}?offset=1&limit=1")).expect(200);
    assert_eq!(records["total_num"], 2);
    assert_eq!(text(&records, "/restore_record_response/0/restore_name"), "restore_20260101010004");
    assert_eq!(records["restore_record_response"][0]["restore_remark"], Value::Null);
    let found = |query: &str| dcs.get(&format!("{path}?{query}")).expect(200)["total_num"].clone();
    assert_eq!(found("begin_time=20260101000003"), 1);
    assert_eq!(found("end_time=20260101000002"), 1);
    dcs.get(&format!("{path}?limit=1001")).refused(400, "DCS.4800");
}

#[test]
fn only_a_backup_of_the_instance_that_succeeded_is_restored() {
    let (dcs, backup) = backed_up();
    let path = format!("/instances/{TARGET}/restores");
    let asked = |backup: &str| dcs.post(&path, &json!({ "backup_id": backup }));
    asked("0a1b2c3d-0000-4000-8000-000000000000").refused(400, "DCS.4031");
    let next = dcs.call("POST", &format!("/instances/{TARGET}/backups"), None).text("/backup_id");
    let message = asked(&next).refused(400, "DCS.4031");
    assert!(message.contains("is waiting"), "{message}");
    let foreign = format!("/instances/{SOURCE}/restores");
    dcs.post(&foreign, &json!({ "backup_id": backup })).refused(400, "DCS.4031");
    dcs.post(&path, &json!({})).refused(400, "DCS.4800");
    let long = json!({ "backup_id": backup, "remark": "m".repeat(129) });
    dcs.post(&path, &long).refused(400, "DCS.4800");
    let none = "/instances/0a1b2c3d-0000-4000-8000-000000000000/restores";
    dcs.post(none, &json!({ "backup_id": backup })).refused(404, "DCS.3022");
    dcs.get(none).refused(404, "DCS.3022");
    assert_eq!(dcs.get(&path).expect(200)["total_num"], 0);
}

#[test]
fn a_restoration_is_refused_while_the_instance_is_busy() {
    let (dcs, backup) = backed_up();
    let restart = json!({ "instances": [TARGET], "action": "restart" });
    dcs.call("PUT", "/instances/status", Some(&restart)).expect(200);
    let path = format!("/instances/{TARGET}/restores");
    dcs.post(&path, &json!({ "backup_id": backup })).refused(400, "DCS.4111");
    dcs.advance(60);
    dcs.post(&path, &json!({ "backup_id": backup })).expect(200);
}
