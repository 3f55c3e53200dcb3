//! Versions, which need no credentials.

use super::refused;
use crate::support::{config, send_text, start, text};

#[test]
fn versions_are_shown_without_credentials_and_other_paths_stay_unknown() {
    let cloud = start(&config());
    let ask = |path: &str| {
        let headers = [("Host", "gaussdb-nosql.eu-mock-1.myhuaweicloud.com")];
        send_text(&cloud, "GET", path, &headers, "")
    };
    assert_eq!(text(&ask("/").expect(200), "/versions/0/id"), "v3");
    assert_eq!(text(&ask("/v3").expect(200), "/version/status"), "CURRENT");
    for unknown in ["/v9", "/favicon.ico"] {
        let message = refused(ask(unknown), 404, "APIGW.0101");
        assert!(message.ends_with(unknown), "{message}");
    }
}
