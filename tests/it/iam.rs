//! IAM: logging in, looking projects up, and credentials that are verified; a file for each call.

mod keystone_create_user_token_by_password;
mod keystone_list_projects;
mod keystone_list_versions;
mod keystone_show_catalog;
mod keystone_validate_token;
mod signatures;

use crate::support::{Answer, PROJECT, config, send_text, start};
use hmac::{Hmac, KeyInit, Mac};
use papercloud::{AuthMode, Config, PaperCloud};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

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
