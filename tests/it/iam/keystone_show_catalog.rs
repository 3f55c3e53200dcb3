//! The catalog, which leads back to the host that was asked.

use super::{ANOTHER_PROJECT, log_in};
use crate::support::{config, send_text, start};
use papercloud::Config;
use serde_json::json;

#[test]
fn the_catalog_leads_back_to_the_host_that_was_asked() {
    let cloud = start(&config());
    let answer = log_in(
        &cloud,
        Config::USER,
        Config::USER,
        &json!({ "project": { "id": ANOTHER_PROJECT } }),
    );
    let catalog = answer.body["token"]["catalog"].as_array().expect("a catalog");
    let url = |kind: &str| {
        let mut entries = catalog.iter().filter(|entry| entry["type"] == kind);
        let entry = entries.next().expect("an entry");
        assert!(entries.next().is_none(), "{kind} is twice");
        assert_eq!(entry["endpoints"][0]["interface"], "public");
        entry["endpoints"][0]["url"].as_str().expect("text").to_owned()
    };
    assert_eq!(url("identity"), format!("{}/v3", cloud.url()));
    assert_eq!(url("dcsv1"), format!("{}/v1.0/{ANOTHER_PROJECT}", cloud.url()));
    assert_eq!(url("volumev2"), format!("{}/v2/{ANOTHER_PROJECT}", cloud.url()));
    assert_eq!(url("network"), cloud.url());
    assert_eq!(url("vpc"), format!("{}/v1/{ANOTHER_PROJECT}", cloud.url()));
    assert_eq!(url("compute"), format!("{}/v2.1/{ANOTHER_PROJECT}", cloud.url()));
    let headers = [("X-Auth-Token", "t"), ("Host", "iam.localhost:1")];
    let own = send_text(&cloud, "GET", "/v3/auth/catalog", &headers, "").expect(200);
    assert_eq!(own["catalog"][0]["endpoints"][0]["url"], "http://iam.localhost:1/v3");
}
