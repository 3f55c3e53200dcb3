//! Signed requests, held to what should have been signed.

use super::{
    ANOTHER_PROJECT, BUILT_IN, MAPPING, NEW_YEAR, Signer, is_refused, is_refused_by_iam,
    mapping_of, verifying,
};
use crate::support::{PROJECT, config, send_text, start};
use papercloud::{AuthMode, Config};
use std::time::Duration;

#[test]
fn a_signed_look_up_and_the_call_after_it_are_verified() {
    let cloud = verifying();
    let list = BUILT_IN.send(&cloud, "GET", "/v3/projects?name=eu-mock-1", "", "").expect(200);
    let project_id = list["projects"][0]["id"].as_str().expect("text");
    let path = mapping_of(project_id);
    BUILT_IN.send(&cloud, "POST", &path, MAPPING, MAPPING).expect(202);
    let wrong = Signer { secret_key: "planted-key", ..BUILT_IN };
    let refused = wrong.send(&cloud, "GET", "/v3/projects?name=eu-mock-1", "", "");
    is_refused_by_iam(&refused, 401, "Unauthorized", "verify aksk signature fail");
}

#[test]
fn a_wrong_secret_and_a_changed_body_make_another_signature() {
    let cloud = verifying();
    let wrong = Signer { secret_key: "planted-key", ..BUILT_IN };
    let refused = wrong.create_mapping(&cloud);
    is_refused(&refused, "verify aksk signature fail: the secret key of MOCKACCESSKEY0000001");
    assert!(!refused.body.to_string().contains("planted"));
    let changed = MAPPING.replace("\"b\"", "\"c\"");
    let refused = BUILT_IN.send(&cloud, "POST", &mapping_of(PROJECT), MAPPING, &changed);
    is_refused(&refused, "verify aksk signature fail");
    let unknown = Signer { access_key: "NOBODY", ..BUILT_IN };
    is_refused(&unknown.create_mapping(&cloud), "Get secretKey failed,ak:NOBODY,err:ak not exist");
}

#[test]
fn the_date_of_a_signature_is_within_15_minutes_of_the_projects_clock() {
    let cloud = verifying();
    let world = cloud.world(PROJECT);
    world.advance(Duration::from_mins(15));
    BUILT_IN.create_mapping(&cloud).expect(202);
    world.advance(Duration::from_secs(1));
    let refused = BUILT_IN.create_mapping(&cloud);
    is_refused(&refused, "is 901 seconds behind the project's clock, which shows 20260101T001501Z");
    let ahead = Signer { date: "20260101T003002Z", ..BUILT_IN };
    is_refused(&ahead.create_mapping(&cloud), "is 901 seconds ahead of the project's clock");
    let odd = Signer { date: "yesterday", ..BUILT_IN };
    is_refused(&odd.create_mapping(&cloud), "X-Sdk-Date must be a time");
}

#[test]
fn a_temporary_key_is_good_only_with_its_token() {
    let access_keys = vec!["AK1:SK1:planted-token".into()];
    let cloud = start(&Config { auth: AuthMode::Verify, access_keys, ..config() });
    let key = Signer { access_key: "AK1", secret_key: "SK1", ..BUILT_IN };
    is_refused(&key.create_mapping(&cloud), "send its X-Security-Token");
    let other = Signer { security_token: Some("planted-other"), ..key };
    let refused = other.create_mapping(&cloud);
    is_refused(&refused, "X-Security-Token is not the one");
    assert!(!refused.body.to_string().contains("planted"), "{}", refused.body);
    let whole = Signer { security_token: Some("planted-token"), ..key };
    whole.create_mapping(&cloud).expect(202);
}

#[test]
fn the_project_that_is_named_beside_the_path_is_that_of_the_path() {
    let cloud = verifying();
    let headers = [
        (
            "Authorization",
            "SDK-HMAC-SHA256 Access=MOCKACCESSKEY0000001, SignedHeaders=x-sdk-date, Signature=00",
        ),
        ("X-Sdk-Date", NEW_YEAR),
        ("X-Project-Id", ANOTHER_PROJECT),
    ];
    let refused = send_text(&cloud, "POST", &mapping_of(PROJECT), &headers, MAPPING);
    is_refused(&refused, &format!("X-Project-Id is not {PROJECT}"));
}
