//! Looking at a token, until it expires.

use super::{ANOTHER_PROJECT, is_refused_by_iam, subject_token, token_for, verifying};
use crate::support::{PROJECT, send_text};
use serde_json::json;
use std::time::Duration;

#[test]
fn a_token_is_looked_at_until_it_expires() {
    let cloud = verifying();
    let token = token_for(&cloud, PROJECT);
    let own = token_for(&cloud, ANOTHER_PROJECT);
    let look = |path: &str, subject: &str| {
        let headers = [("X-Auth-Token", own.as_str()), ("X-Subject-Token", subject)];
        send_text(&cloud, "GET", path, &headers, "")
    };
    let seen = look("/v3/auth/tokens", &token);
    assert_eq!(subject_token(&seen), token);
    assert_eq!(seen.text("/token/project/id"), PROJECT);
    assert_eq!(seen.text("/token/expires_at"), "2026-01-02T00:00:00.000000Z");
    let without = look("/v3/auth/tokens?nocatalog=1", &token).expect(200);
    assert_eq!(without["token"]["catalog"], json!([]));
    let unknown = look("/v3/auth/tokens", "planted-token");
    is_refused_by_iam(&unknown, 404, "Not Found", "token in X-Subject-Token does not exist");
    let missing = send_text(&cloud, "GET", "/v3/auth/tokens", &[("X-Auth-Token", &own)], "");
    is_refused_by_iam(&missing, 400, "Bad Request", "X-Subject-Token is mandatory");
    cloud.world(PROJECT).advance(Duration::from_hours(24));
    look("/v3/auth/tokens", &token).expect(404);
}
