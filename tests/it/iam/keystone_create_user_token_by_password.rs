//! Logging in, and for how long and for what a token is good.

use super::{
    ANOTHER_PROJECT, BUILT_IN, MAPPING, Signer, is_refused, is_refused_by_iam, log_in, mapping_of,
    subject_token, token_for, verifying,
};
use crate::support::{Answer, PROJECT, config, send, send_text, start};
use papercloud::{AuthMode, Config, PaperCloud};
use serde_json::{Value, json};
use std::time::Duration;

fn with_token(cloud: &PaperCloud, token: &str, path: &str) -> Answer {
    send_text(cloud, "POST", path, &[("X-Auth-Token", token)], MAPPING)
}

#[test]
fn a_token_opens_the_project_it_is_scoped_to_and_no_other() {
    let cloud = verifying();
    let token = token_for(&cloud, PROJECT);
    with_token(&cloud, &token, &mapping_of(PROJECT)).expect(202);
    let refused = with_token(&cloud, &token, &mapping_of(ANOTHER_PROJECT));
    is_refused(&refused, &format!("scoped to project {PROJECT}"));
    is_refused(&refused, &format!("names project {ANOTHER_PROJECT}"));
    let of_the_account = subject_token(&log_in(
        &cloud,
        Config::USER,
        Config::USER,
        &json!({ "domain": { "name": "papercloud" } }),
    ));
    let refused = with_token(&cloud, &of_the_account, &mapping_of(PROJECT));
    is_refused(&refused, "scoped to a domain");
}

#[test]
fn a_token_that_was_not_issued_is_refused_and_not_shown() {
    let cloud = verifying();
    let refused = with_token(&cloud, "planted-token", &mapping_of(PROJECT));
    is_refused(&refused, "was not issued here");
    assert!(!refused.body.to_string().contains("planted"), "{}", refused.body);
}

#[test]
fn a_token_expires_after_24_hours_of_its_projects_clock() {
    let cloud = verifying();
    let token = token_for(&cloud, PROJECT);
    let world = cloud.world(PROJECT);
    // The clocks of the account and of other projects have nothing to do with it.
    cloud.world(ANOTHER_PROJECT).advance(Duration::from_hours(48));
    world.advance(Duration::from_secs(24 * 3600 - 1));
    with_token(&cloud, &token, &mapping_of(PROJECT)).expect(202);
    world.advance(Duration::from_secs(1));
    let refused = with_token(&cloud, &token, &mapping_of(PROJECT));
    is_refused(&refused, "expired at 2026-01-02T00:00:00.000Z");
    let another = token_for(&cloud, PROJECT);
    assert_ne!(another, token);
    with_token(&cloud, &another, &mapping_of(PROJECT)).expect(202);
}

#[test]
fn a_placeholder_that_was_never_filled_is_named_though_the_token_is_for_another_project() {
    let cloud = verifying();
    let token = token_for(&cloud, PROJECT);
    let answer = with_token(&cloud, &token, &mapping_of("%7Bproject_id%7D"));
    assert!(answer.text("/error_msg").contains("never filled in"), "{}", answer.body);
    answer.expect(400);
}

#[test]
fn a_wrong_password_is_401_in_iams_envelope() {
    let scope = json!({ "project": { "id": PROJECT } });
    for cloud in [verifying(), start(&config())] {
        let refused = log_in(&cloud, Config::USER, "planted-password", &scope);
        is_refused_by_iam(&refused, 401, "Unauthorized", "the user name or password is wrong");
        assert!(!refused.body.to_string().contains("planted"), "{}", refused.body);
        assert!(!refused.headers.contains_key("x-subject-token"));
    }
}

#[test]
fn an_unknown_user_is_adopted_with_a_warning_unless_credentials_are_verified() {
    let scope = json!({ "project": { "name": "eu-mock-1" } });
    let refused = log_in(&verifying(), "bob", "pw", &scope);
    is_refused_by_iam(&refused, 401, "Unauthorized", "the user name or password is wrong");
    let strict = start(&Config { strict: true, ..config() });
    log_in(&strict, "bob", "pw", &scope).expect(401);
    let adopted = log_in(&start(&config()), "bob", "pw", &scope);
    let warning = adopted.headers["x-paper-warning"].to_str().expect("ASCII");
    assert!(warning.contains("user \"bob\" is not known"), "{warning}");
    assert_eq!(adopted.text("/token/user/name"), "bob");
    assert_eq!(adopted.text("/token/project/id"), PROJECT);
    adopted.expect(201);
}

#[test]
fn configured_users_and_keys_replace_the_built_in_ones() {
    let cloud = start(&Config {
        auth: AuthMode::Verify,
        users: vec!["alice:wonder:queen".into(), "bob:pw".into()],
        access_keys: vec!["AK1:SK1".into()],
        ..config()
    });
    log_in(&cloud, Config::USER, Config::USER, &Value::Null).expect(401);
    // Alice is in another account than the one she is looked for in.
    log_in(&cloud, "alice", "wonder", &Value::Null).expect(401);
    let token = log_in(&cloud, "bob", "pw", &Value::Null);
    assert_eq!(token.text("/token/domain/name"), "papercloud");
    is_refused(&BUILT_IN.create_mapping(&cloud), "ak:MOCKACCESSKEY0000001,err:ak not exist");
    let own = Signer { access_key: "AK1", secret_key: "SK1", ..BUILT_IN };
    own.create_mapping(&cloud).expect(202);
    let identity = own.send(&cloud, "GET", "/v5/caller-identity", "", "").expect(200);
    assert!(identity["principal_urn"].as_str().is_some_and(|urn| urn.ends_with(":user:alice")));
}

#[test]
fn a_credential_that_cannot_be_read_is_an_error_without_the_secret() {
    for config in [
        Config { access_keys: vec!["planted".into()], ..config() },
        Config { users: vec!["planted:".into()], ..config() },
    ] {
        let problem = PaperCloud::start_with(&config).unwrap_err().to_string();
        assert!(problem.contains("must be") && !problem.contains("planted"), "{problem}");
        assert!(!format!("{config:?}").contains("planted"));
    }
}

#[test]
fn a_token_is_exchanged_for_one_with_another_scope() {
    let cloud = verifying();
    let exchange = |text: &str| {
        let identity = json!({ "methods": ["token"], "token": { "id": text } });
        let scope = json!({ "project": { "name": format!("eu-mock-1_{ANOTHER_PROJECT}") } });
        let auth = json!({ "auth": { "identity": identity, "scope": scope } });
        send_text(&cloud, "POST", "/v3/auth/tokens", &[], &auth.to_string())
    };
    let exchanged = exchange(&token_for(&cloud, PROJECT));
    assert_eq!(exchanged.body["token"]["methods"], json!(["token"]));
    assert_eq!(exchanged.text("/token/user/name"), Config::USER);
    let token = subject_token(&exchanged);
    with_token(&cloud, &token, &mapping_of(ANOTHER_PROJECT)).expect(202);
    let refused = exchange("planted-token");
    is_refused_by_iam(&refused, 401, "Unauthorized", "was not issued here");
}

#[test]
fn a_method_wants_its_member() {
    let cloud = start(&config());
    for method in ["password", "token"] {
        let auth = json!({ "auth": { "identity": { "methods": [method] } } });
        let refused = send(&cloud, "POST", "/v3/auth/tokens", Some(&auth));
        let said = format!("auth.identity.{method} is mandatory when methods is {method}");
        is_refused_by_iam(&refused, 400, "Bad Request", &said);
    }
}

#[test]
fn a_project_that_does_not_exist_is_no_scope() {
    let cloud = start(&config());
    for project in [json!({ "name": "cn-north-4" }), json!({ "id": "{project_id}" })] {
        let scope = json!({ "project": project });
        let refused = log_in(&cloud, Config::USER, Config::USER, &scope);
        is_refused_by_iam(&refused, 404, "Not Found", "does not exist");
    }
    let scope = json!({ "domain": { "name": "another" } });
    let refused = log_in(&cloud, Config::USER, Config::USER, &scope);
    is_refused_by_iam(&refused, 403, "Forbidden", "no permission");
}
