//! The log of a task.

use super::{Dcs, OTHER, TASK};
use crate::support::text;

#[test]
fn a_log_tells_what_happened_the_newest_first() {
    let doomed = format!("0000dead{}", &TASK[8..]);
    let dcs = Dcs::following(TASK);
    dcs.tell(TASK, "sync-stop").expect(204);
    let messages = dcs.logs(TASK, "");
    assert_eq!(messages[0], "The migration task is stopped.");
    assert_eq!(messages.last().unwrap(), "The migration task is created.");
    assert_eq!(dcs.logs(TASK, "?limit=1&offset=1"), messages[1..2]);
    assert_eq!(dcs.logs(TASK, "?log_level=error"), Vec::<String>::new());
    assert_eq!(dcs.logs(TASK, "?log_level=info"), messages);

    dcs.configure(&doomed, "full_amount_migration").expect(200);
    dcs.advance(2);
    assert_eq!(dcs.logs(&doomed, "?log_level=Error"), ["The migration task failed."]);
    let path = format!("/migration-task/{TASK}/logs");
    dcs.get(&format!("{path}?log_level=WARN")).refused(400, "111400063");
    dcs.get(&format!("/migration-task/{OTHER}/logs")).refused(400, "DCS.4133");
    let entry = dcs.get(&format!("{path}?limit=1")).expect(200);
    assert_eq!(text(&entry, "/migration_logs/0/created_at"), "2026-01-01T00:00:02.000Z");
    assert_eq!(entry["log_num"], 6);
}
