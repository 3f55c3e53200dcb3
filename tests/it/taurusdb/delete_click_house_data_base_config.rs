//! Cancelling a change while it is under way.

use super::{Refused, Tests};
use crate::support::text;
use serde_json::json;

#[test]
fn a_change_is_cancelled_while_it_is_under_way() {
    let tests = Tests::start();
    tests.cancel("unknown").expect_refusal(400, "DBS.270022");
    tests.advance(2);
    tests.cancel("known").expect_refusal(409, "DBS.280406");
    tests.change("known", r#"{"black_list":"logs"}"#).expect(200);
    let cancelled = tests.cancel("known");
    let job = tests.job(&cancelled.text("/job_id")).expect(200);
    assert_eq!(text(&job, "/job/name"), "DeleteClickHouseReplicationConfig");
    assert_eq!(tests.shown("known").expect(200)["is_tables_change"], false);
    tests.advance(2);
    assert_eq!(tests.tables("known")["tables"], json!([]));
    tests.cancel("known").expect_refusal(409, "DBS.280406");
}
