//! Stopping a task and waiting for it: it has ended when the answer is there.

use super::{Dcs, TASK};
use serde_json::Value;

#[test]
fn a_task_is_terminated_when_the_synchronous_stop_returns() {
    let dcs = Dcs::start();
    dcs.configure(TASK, "full_amount_migration").expect(200);
    let stopped = dcs.tell(TASK, "sync-stop");
    assert!(!stopped.headers.contains_key("content-type"), "{:?}", stopped.headers);
    assert_eq!(stopped.expect(204), Value::Null);
    assert_eq!(dcs.status(TASK), "TERMINATED");
}
