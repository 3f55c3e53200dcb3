//! Configuring a task that has ended before.

use super::{Dcs, TASK};
use crate::support::text;

#[test]
fn a_terminated_task_can_be_configured_again_and_leaves_its_status_at_once() {
    let dcs = Dcs::following(TASK);
    dcs.tell(TASK, "stop").expect(200);
    dcs.configure(TASK, "full_amount_migration").refused(400, "DCS.4957");
    dcs.advance(2);
    let again = dcs.configure(TASK, "full_amount_migration").expect(200);
    assert_eq!(text(&again, "/status"), "FULLMIGRATING");
    assert_eq!(dcs.stats(TASK)["full_migration_progress"], "0");
    dcs.advance(2);
    assert_eq!(dcs.status(TASK), "SUCCESS");
}
