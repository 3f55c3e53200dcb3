//! Tokens that have expired.

use super::{advance, found, report, request_id};
use crate::support::{PROJECT, config, send_text, start};
use papercloud::{AuthMode, Config};
use serde_json::json;

#[test]
fn a_token_that_has_expired_is_found_where_it_was_sent() {
    let cloud = start(&Config { auth: AuthMode::Verify, ..config() });
    let login = json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": {
            "name": Config::USER, "password": Config::USER, "domain": { "name": "papercloud" },
        } } },
        "scope": { "project": { "id": PROJECT } },
    } });
    let token = send_text(&cloud, "POST", "/v3/auth/tokens", &[], &login.to_string());
    let token = token.headers["x-subject-token"].to_str().unwrap().to_owned();
    let path = format!("/v3/{PROJECT}/dbcache/mappings");
    let ask = |token: &str| send_text(&cloud, "GET", &path, &[("X-Auth-Token", token)], "");
    ask(&token).expect(200);
    ask("never-issued").expect(401);
    cloud.world(PROJECT).assert_clean();
    advance(&cloud, 86_400);
    let refused = ask(&token);
    let findings = report(&cloud)["findings"].clone();
    assert_eq!(found(&cloud), [("expired-token".to_owned(), 1)]);
    assert_eq!(findings[0]["operation"], "ListDbCacheMappings");
    assert_eq!(findings[0]["examples"][0]["request_id"], request_id(&refused));
    assert!(!findings.to_string().contains(&token));
    refused.expect(401);
}

#[test]
fn a_token_that_has_expired_is_found_though_it_is_let_in() {
    let cloud = start(&config());
    let login = json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": {
            "name": Config::USER, "password": Config::USER, "domain": { "name": "papercloud" },
        } } },
        "scope": { "project": { "id": PROJECT } },
    } });
    let token = send_text(&cloud, "POST", "/v3/auth/tokens", &[], &login.to_string());
    let token = token.headers["x-subject-token"].to_str().unwrap().to_owned();
    let path = format!("/v3/{PROJECT}/dbcache/mappings");
    let ask = |token: &str| send_text(&cloud, "GET", &path, &[("X-Auth-Token", token)], "");
    assert!(!ask(&token).headers.contains_key("x-paper-warning"));
    advance(&cloud, 25 * 3_600);
    ask(&"0".repeat(64)).expect(200);
    cloud.world(PROJECT).assert_clean();
    let warned = ask(&token);
    let warning = warned.headers["x-paper-warning"].to_str().unwrap();
    assert!(warning.contains("the token expired at 2026-01-02T00:00:00"), "{warning}");
    warned.expect(200);
    assert_eq!(found(&cloud), [("expired-token".to_owned(), 1)]);
}
