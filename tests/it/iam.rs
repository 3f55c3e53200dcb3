//! Logging in, looking projects up, and credentials that are verified.

use crate::support::{Answer, PROJECT, config, send, send_text, start};
use hmac::{Hmac, KeyInit, Mac};
use papercloud::{AuthMode, Config, PaperCloud};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::Duration;

const ANOTHER_PROJECT: &str = "00000000000000000000000000000007";

const MAPPING: &str = r#"{"source_instance_id":"a","target_instance_id":"b"}"#;

const NEW_YEAR: &str = "20260101T000000Z";

pub fn verifying() -> PaperCloud {
    start(&Config { auth: AuthMode::Verify, ..config() })
}

fn mapping_of(project_id: &str) -> String {
    format!("/v3/{project_id}/dbcache/mapping")
}

/// Logs a user in, as openstacksdk does.
pub fn log_in(cloud: &PaperCloud, name: &str, password: &str, scope: &Value) -> Answer {
    let domain = json!({ "name": "papercloud" });
    let user = json!({ "name": name, "password": password, "domain": domain });
    let identity = json!({ "methods": ["password"], "password": { "user": user } });
    let auth = json!({ "auth": { "identity": identity, "scope": scope } });
    send_text(cloud, "POST", "/v3/auth/tokens", &[], &auth.to_string())
}

/// A token of the built-in user for a project.
fn token_for(cloud: &PaperCloud, project_id: &str) -> String {
    let scope = json!({ "project": { "id": project_id } });
    let answer = log_in(cloud, Config::USER, Config::USER, &scope);
    assert_eq!(answer.status, 201, "{}", answer.body);
    subject_token(&answer)
}

pub fn subject_token(answer: &Answer) -> String {
    answer.headers["x-subject-token"].to_str().expect("ASCII").to_owned()
}

fn with_token(cloud: &PaperCloud, token: &str, path: &str) -> Answer {
    send_text(cloud, "POST", path, &[("X-Auth-Token", token)], MAPPING)
}

/// A signing client, after the description of the algorithm.
pub struct Signer<'a> {
    pub access_key: &'a str,
    pub secret_key: &'a str,
    pub security_token: Option<&'a str>,
    pub date: &'a str,
}

pub const BUILT_IN: Signer<'static> = Signer {
    access_key: Config::ACCESS_KEY,
    secret_key: Config::SECRET_KEY,
    security_token: None,
    date: NEW_YEAR,
};

impl Signer<'_> {
    /// Signs one body, and sends another.
    fn send(
        &self,
        cloud: &PaperCloud,
        method: &str,
        path: &str,
        signed: &str,
        sent: &str,
    ) -> Answer {
        let Self { access_key, secret_key, date, .. } = self;
        let (uri, query) = path.split_once('?').unwrap_or((path, ""));
        let canonical = format!(
            "{method}\n{uri}/\n{query}\nx-sdk-date:{date}\n\nx-sdk-date\n{}",
            hexadecimal(&Sha256::digest(signed))
        );
        let to_sign =
            format!("SDK-HMAC-SHA256\n{date}\n{}", hexadecimal(&Sha256::digest(canonical)));
        let mac = Hmac::<Sha256>::new_from_slice(secret_key.as_bytes()).expect("a key");
        let signature = hexadecimal(&mac.chain_update(to_sign).finalize().into_bytes());
        let authorization = format!(
            "SDK-HMAC-SHA256 Access={access_key}, SignedHeaders=x-sdk-date, Signature={signature}"
        );
        let mut headers = vec![("Authorization", authorization.as_str()), ("X-Sdk-Date", date)];
        headers.extend(self.security_token.map(|token| ("X-Security-Token", token)));
        send_text(cloud, method, path, &headers, sent)
    }

    pub fn create_mapping(&self, cloud: &PaperCloud) -> Answer {
        self.send(cloud, "POST", &mapping_of(PROJECT), MAPPING, MAPPING)
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Refused by the gateway, with a reason.
#[track_caller]
fn is_refused(answer: &Answer, said: &str) {
    assert_eq!(answer.status, 401, "{}", answer.body);
    assert_eq!(answer.text("/error_code"), "APIGW.0301");
    let message = answer.text("/error_msg");
    assert!(message.contains(said), "{message} lacks {said}");
    assert!(!message.contains(Config::SECRET_KEY), "{message}");
}

/// Refused by IAM, in its own envelope.
#[track_caller]
fn is_refused_by_iam(answer: &Answer, status: u16, title: &str, said: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.body["error"]["code"], status, "{}", answer.body);
    assert_eq!(answer.text("/error/title"), title);
    let message = answer.text("/error/message");
    assert!(message.contains(said), "{message} lacks {said}");
    assert_eq!(answer.headers["x-iam-trace-id"], answer.headers["x-request-id"]);
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
    let headers = [("X-Auth-Token", "t"), ("Host", "iam.example:1")];
    let own = send_text(&cloud, "GET", "/v3/auth/catalog", &headers, "").expect(200);
    assert_eq!(own["catalog"][0]["endpoints"][0]["url"], "http://iam.example:1/v3");
}

#[test]
fn exactly_one_project_is_named_like_the_region() {
    let cloud = start(&Config { region: "eu-de".to_owned(), ..config() });
    let ids = |query: &str| {
        let list = send(&cloud, "GET", &format!("/v3/projects?{query}"), None).expect(200);
        let projects = list["projects"].as_array().expect("projects").iter();
        projects.map(|one| one["id"].as_str().expect("text").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids("name=eu-de"), [PROJECT]);
    assert_eq!(ids(&format!("name=eu-de_{ANOTHER_PROJECT}")), [ANOTHER_PROJECT]);
    assert_eq!(ids("name=eu-mock-1"), [""; 0]);
    assert_eq!(ids("page=2&per_page=1"), [""; 0]);
    assert_eq!(ids("is_domain=true"), [""; 0]);
    assert_eq!(ids("domain_id=another"), [""; 0]);
    let path = format!("/v3/projects/{ANOTHER_PROJECT}");
    let shown = send(&cloud, "GET", &path, None).expect(200);
    assert_eq!(shown["project"]["name"], format!("eu-de_{ANOTHER_PROJECT}"));
    let refused = send(&cloud, "GET", "/v3/projects/%7Bproject_id%7D", None);
    is_refused_by_iam(&refused, 404, "Not Found", "project {project_id} does not exist");
}

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
