//! Requests with their signatures, as the official signers made them.

use super::super::{Arrival, AuthMode, authenticate};
use super::algorithm::Algorithm;
use super::canonical::Canonical;
use super::read;
use crate::clock::Moment;
use crate::cloud::Settings;
use crate::contract::Strictness;
use crate::credentials::{Credentials, PROJECT_ID, Projects, SECRET_KEY};
use crate::error::Refusal;
use crate::selftest::example_app;
use crate::worlds::{WorldSettings, Worlds};
use axum::http::Request;
use axum::http::request::Parts;

const BODY: &str = "{\"source_instance_id\": \"356cf333ab77413f9d2526605227be08in01\", \
                    \"target_instance_id\": \"2bb234c7175c400aab91de7c62174c0ein12\"}";

const SIGNED: &str = "content-type;host;user-agent;x-project-id;x-sdk-date";

const MAPPING: &str = "/v3/054e292c9880d4992f02c0196d3ea468/dbcache/mapping";

/// A request with the headers that all of them have.
fn request(method: &str, target: &str, more: &[(&str, &str)]) -> Parts {
    let mut request = Request::builder()
        .method(method)
        .uri(target)
        .header("Host", "127.0.0.1:8080")
        .header("User-Agent", "vector-test/1.0")
        .header("X-Sdk-Date", "20240115T083000Z");
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    request.body(()).expect("a request").into_parts().0
}

/// Request A: a POST with a body.
fn mapping(authorization: &str) -> Parts {
    let more = [
        ("Content-Type", "application/json"),
        ("X-Project-Id", PROJECT_ID),
        ("Authorization", authorization),
    ];
    request("POST", MAPPING, &more)
}

fn cloud(security_token: Option<&str>) -> Worlds {
    let mut credentials = Credentials::built_in("eu-mock-1");
    credentials.access_keys[0].security_token = security_token.map(Into::into);
    let settings = Settings {
        seed: 0,
        region: "eu-mock-1".to_owned(),
        job_milliseconds: 0,
        strictness: Strictness::default(),
        spell_incrmigrating: false,
        credentials,
        max_jobs: 10,
    };
    let worlds = WorldSettings {
        frozen_at: Moment::parse_basic_format("20240115T083000Z"),
        ..example_app().worlds.world_settings().clone()
    };
    Worlds::new(settings, worlds)
}

fn verify(cloud: &Worlds, parts: &Parts, body: &str) -> Result<(), Refusal> {
    let project_id = parts.uri.path().contains(PROJECT_ID).then_some(PROJECT_ID);
    let arrival = Arrival { worlds: cloud, parts, body: body.as_bytes(), project_id };
    authenticate(AuthMode::Verify, &arrival).map(drop)
}

#[track_caller]
fn canonical_hash(parts: &Parts, body: &str) -> String {
    let cloud = cloud(None);
    let arrival = Arrival { worlds: &cloud, parts, body: body.as_bytes(), project_id: None };
    let authorization = parts.headers["authorization"].to_str().unwrap();
    let signature = read(authorization).unwrap();
    let algorithm = signature.algorithm.unwrap();
    let canonical = Canonical::read(&signature, algorithm, &arrival).unwrap();
    algorithm.hash(canonical.text(&canonical.uris[0]).as_bytes())
}

fn signed_a() -> String {
    format!(
        "SDK-HMAC-SHA256 Access=MOCKACCESSKEY0000001, SignedHeaders={SIGNED}, \
         Signature=1f4e7444d5fcca12c479b64d785d503d664d547fda82c31f621614ae9f1bb7b4"
    )
}

#[test]
fn a_a_post_with_a_body() {
    let parts = mapping(&signed_a());
    let hash = "84d7ef418ec81a004b17fa1e0186f8b1489a3fd9173318902e31d368f5e11877";
    assert_eq!(canonical_hash(&parts, BODY), hash);
    verify(&cloud(None), &parts, BODY).unwrap();
}

#[test]
fn b_a_get_with_a_query_and_a_temporary_key() {
    let target = "/v2/054e292c9880d4992f02c0196d3ea468/migration-tasks\
                  ?limit=10&name=a%20b%2F%2A~%26&offset=0";
    let authorization = format!(
        "SDK-HMAC-SHA256 Access=MOCKACCESSKEY0000001, SignedHeaders={SIGNED};x-security-token, \
         Signature=283004732166253cda780beae769c124722b961fa742960c7fbbd3cc1a10a718"
    );
    let more = [
        ("Content-Type", "application/json"),
        ("X-Project-Id", PROJECT_ID),
        ("X-Security-Token", "tok/abc+="),
        ("Authorization", &authorization),
    ];
    let parts = request("GET", target, &more);
    let hash = "0db356b12ca7294c04392ce3ecd506fdaaebb616f435a692257855eb33d87609";
    assert_eq!(canonical_hash(&parts, ""), hash);
    verify(&cloud(Some("tok/abc+=")), &parts, "").unwrap();
}

#[test]
fn c_a_key_derived_for_a_region_and_a_service() {
    let parts = mapping(&format!(
        "V11-HMAC-SHA256 Credential=MOCKACCESSKEY0000001/20240115/eu-de/dcs, \
         SignedHeaders={SIGNED}, \
         Signature=0b03e6427697f0b8f8be6f843b4183555ef6eb51e136764d8aa9c4232f422972"
    ));
    verify(&cloud(None), &parts, BODY).unwrap();
}

#[test]
fn d_the_hash_sm3() {
    let parts = mapping(&format!(
        "SDK-HMAC-SM3 Access=MOCKACCESSKEY0000001, SignedHeaders={SIGNED}, \
         Signature=900f7a6bbc25a3e07367cbcca81280902aa70ef3f971c81b78aaedf32b241331"
    ));
    let body_hash = "9594c48e8a10e6bb6e9e144d35e70c19352f767ad8c8a82ef052b5f669e20981";
    assert_eq!(Algorithm::Sm3.hash(BODY.as_bytes()), body_hash);
    let hash = "46ef41961cd66f5fc9960216568c83ce335d6447a9d31db4cf99b9e9c6614c24";
    assert_eq!(canonical_hash(&parts, BODY), hash);
    verify(&cloud(None), &parts, BODY).unwrap();
}

#[test]
fn e_the_scoped_form() {
    let authorization = "SDK-HMAC-SHA256 \
         Credential=MOCKACCESSKEY0000001/20240115///sdk_request, \
         SignedHeaders=accept;host;user-agent;x-sdk-date, \
         Signature=7d388d8ba2912b28c6ed847159eafc4dda0157dee8ed95cf634b816b18224f73";
    let more = [("Accept", "application/json"), ("Authorization", authorization)];
    let parts = request("GET", "/v3/auth/catalog", &more);
    let hash = "519e81ee01cb0d5849d3a1dd2fd6b3d2e1901722a7de01a021f8575f9ec7dc1a";
    assert_eq!(canonical_hash(&parts, ""), hash);
    verify(&cloud(None), &parts, "").unwrap();
}

#[test]
fn a_mismatch_keeps_what_was_computed_and_no_secret() {
    let parts = mapping(&signed_a());
    let Err(Refusal::SignatureMismatch { reason, computed }) = verify(&cloud(None), &parts, "{}")
    else {
        panic!("another body has another signature")
    };
    assert!(computed.canonical_request.starts_with("POST\n/v3/054e"), "{computed:?}");
    assert!(computed.string_to_sign.starts_with("SDK-HMAC-SHA256\n20240115T083000Z\n"));
    assert!(!format!("{reason} {computed:?}").contains(SECRET_KEY));
}

#[test]
fn a_signed_header_that_did_not_arrive_is_named() {
    let mut parts = mapping(&signed_a());
    parts.headers.remove("user-agent");
    let refusal = verify(&cloud(None), &parts, BODY).unwrap_err();
    assert!(refusal.to_string().contains("user-agent, which did not arrive"), "{refusal}");
}

#[test]
fn a_token_in_a_signed_header_is_replaced_where_it_is_shown() {
    let authorization = signed_a().replace("x-sdk-date", "x-sdk-date;x-security-token");
    let mut parts = mapping(&authorization);
    parts.headers.insert("x-security-token", "planted".parse().unwrap());
    let refusal = verify(&cloud(Some("planted")), &parts, BODY).unwrap_err();
    assert!(matches!(refusal, Refusal::SignatureMismatch { .. }), "{refusal}");
    assert!(!format!("{refusal:?}").contains("planted"), "{refusal:?}");
}

#[test]
fn a_body_that_is_not_signed_may_be_any_and_the_hash_of_another_is_refused() {
    let cloud = cloud(None);
    let mut unsigned = mapping("");
    unsigned.headers.insert("x-sdk-content-sha256", "UNSIGNED-PAYLOAD".parse().unwrap());
    sign(&mut unsigned, &cloud);
    verify(&cloud, &unsigned, BODY).unwrap();
    verify(&cloud, &unsigned, "{\"another\": 1}").unwrap();
    unsigned.headers.insert("x-sdk-content-sha256", "0".repeat(64).parse().unwrap());
    let refusal = verify(&cloud, &unsigned, BODY).unwrap_err();
    assert!(refusal.to_string().contains("is not the hash of the body"), "{refusal}");
}

#[test]
fn a_path_with_encoded_signs_may_be_signed_in_each_way_that_clients_write_it() {
    let (cloud, target) = (cloud(None), format!("/v3/{PROJECT_ID}/db%20one%2Ftwo"));
    let header = |signature: &str| {
        format!(
            "SDK-HMAC-SHA256 Access=MOCKACCESSKEY0000001, SignedHeaders=x-sdk-date, \
             Signature={signature}"
        )
    };
    let parts = request("GET", &target, &[]);
    let arrival = Arrival { worlds: &cloud, parts: &parts, body: b"", project_id: None };
    let unsigned = header("00");
    let unsigned = read(&unsigned).unwrap();
    let canonical = Canonical::read(&unsigned, unsigned.algorithm.unwrap(), &arrival).unwrap();
    assert_eq!(canonical.uris.len(), 3);
    for uri in &canonical.uris {
        let algorithm = Algorithm::Sha256;
        let text = algorithm.string_to_sign("20240115T083000Z", None, &canonical.text(uri));
        let signature = algorithm.sign(SECRET_KEY.as_bytes(), &text);
        let signed = request("GET", &target, &[("Authorization", &header(&signature))]);
        verify(&cloud, &signed, "").unwrap();
    }
}

#[test]
fn a_key_may_be_good_for_some_projects_only() {
    let with = |project_id: &str| {
        let known = cloud(None);
        let mut settings = known.settings().clone();
        let ids = vec![project_id.to_owned()];
        settings.credentials.access_keys[0].projects = Projects::Only(ids);
        verify(&Worlds::new(settings, known.world_settings().clone()), &mapping(&signed_a()), BODY)
    };
    with(PROJECT_ID).unwrap();
    let refusal = with("another").unwrap_err();
    assert!(refusal.to_string().contains("is not good for project 054e"), "{refusal}");
}

/// Signs a request the way that the service says it should have been.
fn sign(parts: &mut Parts, cloud: &Worlds) {
    let header = |signature: &str| {
        let header = format!(
            "SDK-HMAC-SHA256 Access=MOCKACCESSKEY0000001, SignedHeaders={SIGNED}, \
             Signature={signature}"
        );
        header.parse().unwrap()
    };
    parts.headers.insert("authorization", header("00"));
    let Err(Refusal::SignatureMismatch { computed, .. }) = verify(cloud, parts, BODY) else {
        panic!("00 is no signature")
    };
    let signature = Algorithm::Sha256.sign(SECRET_KEY.as_bytes(), &computed.string_to_sign);
    parts.headers.insert("authorization", header(&signature));
}
