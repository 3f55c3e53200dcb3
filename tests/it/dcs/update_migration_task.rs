//! Changing how an online task reconnects.

use super::{Dcs, OTHER, TASK};
use crate::support::text;
use serde_json::json;

#[test]
fn the_way_to_reconnect_is_stored_for_online_tasks() {
    let dcs = Dcs::following(TASK);
    let path = format!("/migration-task/{TASK}");
    let shown = || text(&dcs.detail(TASK), "/resume_mode");
    let updated = dcs.call("PUT", &path, Some(&json!({ "resume_mode": "manual" })));
    assert_eq!(updated.expect(200), "");
    assert_eq!(shown(), "manual");
    // What was configured is unchanged, so an equal configuration still is.
    dcs.configure(TASK, "incremental_migration").expect(200);
    assert_eq!(shown(), "manual");
    dcs.call("PUT", &path, Some(&json!({}))).expect(200);
    assert_eq!(shown(), "auto");
    let wrong = dcs.call("PUT", &path, Some(&json!({ "resume_mode": "never" })));
    wrong.refused(400, "111400063");
    let body = json!({ "resume_mode": "auto" });
    let import = dcs.import("record-1").text("/id");
    for other in [OTHER, import.as_str()] {
        let path = format!("/migration-task/{other}");
        dcs.call("PUT", &path, Some(&body)).refused(400, "DCS.4133");
    }
}
