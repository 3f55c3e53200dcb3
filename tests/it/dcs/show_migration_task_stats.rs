//! The figures of a task that is under way.

use super::{Dcs, TASK};
use serde_json::json;

#[test]
fn statistics_follow_the_clock_of_the_status_and_are_text() {
    let dcs = Dcs::start();
    dcs.get(&format!("/migration-task/{TASK}/stats")).refused(400, "DCS.4133");
    let waiting = dcs.created();
    dcs.advance(1);
    assert_eq!(dcs.stats(&waiting)["full_migration_progress"], "0");
    dcs.configure(TASK, "incremental_migration").expect(200);
    dcs.advance(1);
    let half = dcs.stats(TASK);
    assert_eq!((&half["full_migration_progress"], &half["offset"]), (&json!("50"), &json!("0")));
    assert_eq!((&half["target_dbsize"], &half["is_migrating"]), (&json!("500"), &json!(true)));
    dcs.advance(11);
    let following = dcs.stats(TASK);
    assert_eq!(following["full_migration_progress"], "100");
    assert_eq!(following["offset"], "640");
    dcs.tell(TASK, "stop").expect(200);
    dcs.advance(60);
    let stopped = dcs.stats(TASK);
    assert_eq!((&stopped["offset"], &stopped["is_migrating"]), (&json!("640"), &json!(false)));
    assert_eq!(stopped["target_ops"], "0");
}
