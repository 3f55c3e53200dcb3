//! Taking a backup of an instance.

use super::{Dcs, TARGET, TASK};
use crate::support::text;
use serde_json::json;

#[test]
fn a_backup_is_taken_by_the_clock_and_can_then_be_imported() {
    let dcs = Dcs::start();
    let path = format!("/instances/{TARGET}/backups");
    dcs.post(&path, &json!({})).refused(404, "DCS.3022");
    dcs.get(&path).refused(404, "DCS.3022");
    dcs.configure(TASK, "incremental_migration").expect(200);
    assert_eq!(dcs.get(&path).expect(200), json!({ "total_num": 0, "backup_record_response": [] }));

    let backup = dcs.call("POST", &path, None).text("/backup_id");
    let status = || text(&dcs.get(&path).expect(200), "/backup_record_response/0/status");
    assert_eq!(status(), "waiting");
    dcs.advance(1);
    assert_eq!(status(), "backuping");
    let message = dcs.import(&backup).refused(400, "DCS.4087");
    assert!(message.contains("is backuping"), "{message}");
    dcs.post(&path, &json!({ "backup_format": "aof" })).refused(400, "DCS.4096");
    dcs.advance(1);
    assert_eq!(status(), "succeed");
    let imported = dcs.import(&backup);
    assert!(!imported.headers.contains_key("x-paper-warning"), "{:?}", imported.headers);
    imported.expect(200);
    dcs.post(&path, &json!({ "backup_format": "aof" })).expect(200);
    let found = |query: &str| dcs.get(&format!("{path}?{query}")).expect(200)["total_num"].clone();
    assert_eq!(found("begin_time=20260101000001"), 1);
    assert_eq!(found("end_time=20260101000001"), 1);
    assert_eq!(found("limit=1"), 2);
    dcs.get(&format!("{path}?begin_time=yesterday")).refused(400, "DCS.4800");
}

#[test]
fn a_backup_of_a_doomed_instance_fails() {
    let doomed = format!("0000dead{}", &TARGET[8..]);
    let dcs = Dcs::start();
    let sides = [json!({ "addrs": "192.168.1.1:6379" }), json!({ "id": doomed })];
    dcs.configure_between(TASK, "full_amount_migration", &sides).expect(200);
    let path = format!("/instances/{doomed}/backups");
    let backup = dcs.post(&path, &json!({})).text("/backup_id");
    dcs.advance(2);
    let records = dcs.get(&path).expect(200);
    assert_eq!(text(&records, "/backup_record_response/0/status"), "failed");
    assert_eq!(text(&records, "/backup_record_response/0/is_support_restore"), "FALSE");
    dcs.import(&backup).refused(400, "DCS.4087");
}
