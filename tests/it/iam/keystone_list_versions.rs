//! Versions, which need no credentials.

use super::{BUILT_IN, is_refused, is_refused_by_iam, verifying};
use crate::support::send_text;

#[test]
fn versions_need_no_credentials_and_everything_else_of_iam_does() {
    let cloud = verifying();
    for path in ["/", "/v3"] {
        send_text(&cloud, "GET", path, &[], "").expect(200);
    }
    for path in [
        "/v3/auth/catalog",
        "/v3/auth/domains",
        "/v3/auth/projects",
        "/v3/auth/tokens",
        "/v3/projects",
        "/v3/regions",
    ] {
        let refused = send_text(&cloud, "GET", path, &[], "");
        is_refused_by_iam(&refused, 401, "Unauthorized", "no credentials");
    }
    for path in ["/v5/caller-identity", "/v2/products/service-types?limit=1"] {
        is_refused(&send_text(&cloud, "GET", path, &[], ""), "no credentials");
        BUILT_IN.send(&cloud, "GET", path, "", "").expect(200);
    }
}
