//! What is explained about credentials, none of which is shown.

use super::explain;
use crate::support::{PROJECT, config, send_text, start};
use papercloud::{AuthMode, Config};
use serde_json::json;

#[test]
fn a_wrong_signature_is_explained_by_what_should_have_been_signed() {
    let keys = vec!["AK1:planted-key:planted-token".into()];
    let cloud = start(&Config { auth: AuthMode::Verify, access_keys: keys, ..config() });
    let headers = [
        ("X-Sdk-Date", "20260101T000000Z"),
        ("X-Security-Token", "planted-token"),
        (
            "Authorization",
            "SDK-HMAC-SHA256 Access=AK1, SignedHeaders=x-sdk-date;x-security-token, Signature=00",
        ),
    ];
    let answer = send_text(&cloud, "GET", &format!("/v3/{PROJECT}/jobs"), &headers, "");
    let explained = explain(&cloud, &answer);
    let signature = &explained["signature"];
    let canonical = signature["canonical_request"].as_str().unwrap();
    assert!(canonical.starts_with(&format!("GET\n/v3/{PROJECT}/jobs/\n")), "{canonical}");
    assert!(signature["string_to_sign"].as_str().unwrap().starts_with("SDK-HMAC-SHA256\n"));
    assert!(!explained.to_string().contains("planted"), "{explained:#}");
    assert_eq!(explained["corrected"]["headers"], json!({ "X-Auth-Token": "$TOKEN" }));
}

#[test]
fn a_login_is_explained_without_its_password() {
    let cloud = start(&config());
    let body = json!({ "auth": { "identity": {
        "methods": ["password"],
        "password": { "user": { "name": "papercloud", "password": "planted" } },
    } } });
    let answer = send_text(&cloud, "POST", "/v3/auth/tokens", &[], &body.to_string());
    assert_eq!(answer.status, 400, "{:#}", answer.body);
    let explained = explain(&cloud, &answer);
    assert!(!explained.to_string().contains("planted"), "{explained:#}");
    let user = &explained["corrected"]["body"]["auth"]["identity"]["password"]["user"];
    assert_eq!(user["password"], "<password>", "{explained:#}");
    assert!(user["domain"]["name"].is_string(), "{explained:#}");
}
