//! The `Authorization` header of signing clients, taken apart and held against the request.

mod algorithm;
mod canonical;
#[cfg(test)]
#[path = "../../tests/unit/vectors.rs"]
mod vectors;

use super::{Arrival, refusal, text_of};
use crate::clock::Moment;
use crate::cloud::Clocks;
use crate::credentials::AccessKey;
use crate::error::{Computed, Refusal};
use crate::text;
pub use algorithm::hexadecimal;

use algorithm::Algorithm;
use canonical::Canonical;

/// How far `X-Sdk-Date` may be from the world's clock, in seconds.
const SKEW: u64 = 15 * 60;

/// A well-formed signature: `SDK-HMAC-SHA256 Access=…, SignedHeaders=…, Signature=…`, or with
/// `Credential=access key/date/region/service…` in place of `Access`.
#[derive(Debug, PartialEq, Eq)]
pub struct Signature<'a> {
    /// The algorithm, if it is one that can be verified.
    pub algorithm: Option<Algorithm>,
    /// `Access` or the first part of `Credential`.
    pub access_key: &'a str,
    /// The rest of `Credential`: date, region and service, which the key is derived from.
    pub scope: Option<&'a str>,
    /// Lower-case names, joined by semicolons.
    pub signed_headers: &'a str,
    /// Hexadecimal digits.
    pub signature: &'a str,
}

/// Takes an `Authorization` header apart, or says what is wrong with it without showing it.
pub fn read(header: &str) -> Result<Signature<'_>, String> {
    let (name, members) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
    let algorithm = Algorithm::named(name);
    // The SDKs have others, such as SDK-ECDSA-P256-SHA256 and SDK-SM2-SM3.
    if algorithm.is_none() && !is_of_sdk(name) {
        let known = Algorithm::names();
        return Err(format!("the Authorization header must start with one of {known}"));
    }
    let member = |name: &str| {
        let mut members = members.split(',').filter_map(|member| member.trim().split_once('='));
        let found = members.find(|(key, _)| *key == name).map(|(_, value)| value.trim());
        found.filter(|value| !value.is_empty())
    };
    let missing = |name: &str| format!("{name} is missing from the Authorization header");
    let credential = member("Credential").and_then(|credential| credential.split_once('/'));
    let (access_key, scope) = match member("Access") {
        Some(access_key) => (Some(access_key), None),
        None => (credential.map(|(key, _)| key), credential.map(|(_, scope)| scope)),
    };
    if algorithm == Some(Algorithm::Derived) && scope.is_none() {
        return Err(missing("Credential"));
    }
    let signature = member("Signature").ok_or_else(|| missing("Signature"))?;
    if !signature.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err("Signature must be hexadecimal".to_owned());
    }
    Ok(Signature {
        algorithm,
        access_key: access_key.filter(|key| !key.is_empty()).ok_or_else(|| missing("Access"))?,
        scope,
        signed_headers: member("SignedHeaders").ok_or_else(|| missing("SignedHeaders"))?,
        signature,
    })
}

/// Whether this reads like an algorithm that an SDK signs with.
fn is_of_sdk(name: &str) -> bool {
    let is_name_byte =
        |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-';
    ["SDK-", "V11-"].iter().any(|start| name.starts_with(start)) && name.bytes().all(is_name_byte)
}

/// Holds a signature against the request that it came with.
pub fn verify(signature: &Signature<'_>, arrival: &Arrival<'_>) -> Result<(), Refusal> {
    let credentials = &arrival.worlds.settings().credentials;
    let Some(algorithm) = signature.algorithm else {
        let known = Algorithm::names();
        return Err(refusal(format!("only signatures of {known} are verified")));
    };
    let Some(key) = credentials.access_key(signature.access_key) else {
        let shown = text::shown(signature.access_key);
        return Err(refusal(format!("Get secretKey failed,ak:{shown},err:ak not exist")));
    };
    let date = require_date(signature, arrival).map_err(refusal)?;
    require_security_token(key, arrival).map_err(refusal)?;
    require_project(key, arrival).map_err(refusal)?;
    require_match((signature, algorithm), date, key, arrival)
}

/// The date that is signed, if it is near enough to the world's clock.
fn require_date<'r>(signature: &Signature<'_>, arrival: &Arrival<'r>) -> Result<&'r str, String> {
    let date = text_of(&arrival.parts.headers, "x-sdk-date")
        .ok_or("X-Sdk-Date is missing, and every signature covers it")?;
    let sent = Moment::parse_basic_format(date)
        .ok_or("X-Sdk-Date must be a time such as 20260101T000000Z")?;
    if !signature.signed_headers.split(';').any(|name| name == "x-sdk-date") {
        return Err("SignedHeaders must have x-sdk-date".to_owned());
    }
    let day = signature.scope.and_then(|scope| scope.split('/').next());
    if day.is_some_and(|day| !date.starts_with(day) || day.len() != 8) {
        return Err(format!("Credential must have the day of X-Sdk-Date, {}", &date[..8]));
    }
    let now = arrival.worlds.now_in(arrival.project_id.unwrap_or_default());
    let (late, early) = (now.since(sent).as_secs(), sent.since(now).as_secs());
    if late.max(early) <= SKEW {
        return Ok(date);
    }
    let (by, side) = if late > early { (late, "behind") } else { (early, "ahead of") };
    let clock = if arrival.project_id.is_some() { "the project's clock" } else { "IAM's clock" };
    Err(format!(
        "verify aksk signature fail, signature expired: X-Sdk-Date {date} is {by} seconds {side} \
         {clock}, which shows {}; at most {SKEW} seconds are allowed",
        now.in_basic_format()
    ))
}

/// A temporary key holds only together with its token.
fn require_security_token(key: &AccessKey, arrival: &Arrival<'_>) -> Result<(), String> {
    let sent = text_of(&arrival.parts.headers, "x-security-token");
    match (&key.security_token, sent) {
        (Some(_), None) => {
            Err(format!("{} is a temporary key; send its X-Security-Token", key.access_key))
        }
        (Some(token), Some(sent)) if !token.is(sent) => {
            Err(format!("X-Security-Token is not the one of the temporary key {}", key.access_key))
        }
        (None, Some(_)) => {
            Err(format!("{} is a permanent key and has no X-Security-Token", key.access_key))
        }
        _ => Ok(()),
    }
}

/// The key has to be good for the project of the path, and a project named beside it is that one.
fn require_project(key: &AccessKey, arrival: &Arrival<'_>) -> Result<(), String> {
    let Some(wanted) = arrival.project_id else { return Ok(()) };
    let named = text_of(&arrival.parts.headers, "x-project-id");
    if named.is_some_and(|named| named != wanted) {
        return Err(format!("X-Project-Id is not {wanted}, the project that the URL names"));
    }
    if key.projects.include(wanted) {
        return Ok(());
    }
    Err(format!("the access key {} is not good for project {wanted}", key.access_key))
}

/// The signature has to be what the secret key makes of the request, in one of the ways that
/// clients write its path.
fn require_match(
    (signature, algorithm): (&Signature<'_>, Algorithm),
    date: &str,
    key: &AccessKey,
    arrival: &Arrival<'_>,
) -> Result<(), Refusal> {
    let Signature { access_key, scope, .. } = *signature;
    let canonical = Canonical::read(signature, algorithm, arrival).map_err(refusal)?;
    let signing_key = algorithm.signing_key(access_key, key.secret_key.reveal(), scope);
    let mut first = None;
    for uri in &canonical.uris {
        let string_to_sign = algorithm.string_to_sign(date, scope, &canonical.text(uri));
        if algorithm.signed(&signing_key, &string_to_sign, signature.signature) {
            return Ok(());
        }
        let computed = || Computed { canonical_request: canonical.shown(uri), string_to_sign };
        first.get_or_insert_with(computed);
    }
    let computed = Box::new(first.expect("a path has at least one canonical form"));
    let reason = format!(
        "verify aksk signature fail: the secret key of {} makes another signature of \
         this request; {}",
        text::shown(access_key),
        canonical.likely_cause()
    );
    Err(Refusal::SignatureMismatch { reason, computed })
}

#[test]
fn both_forms_of_a_signature_are_read() {
    let plain =
        read("SDK-HMAC-SHA256 Access=AK1, SignedHeaders=host;x-sdk-date, Signature=0aF9").unwrap();
    let scoped = "SDK-HMAC-SHA256 Credential=AK1/20240115///sdk_request, SignedHeaders=host, \
                  Signature=00";
    let scoped = read(scoped).unwrap();
    assert_eq!((plain.access_key, plain.scope), ("AK1", None));
    assert_eq!((scoped.access_key, scoped.scope), ("AK1", Some("20240115///sdk_request")));
    assert_eq!(scoped.signed_headers, "host");
}

#[test]
fn algorithms_that_are_not_verified_are_read_all_the_same() {
    for name in ["SDK-ECDSA-P256-SHA256", "SDK-SM2-SM3"] {
        let header = format!("{name} Access=AK1, SignedHeaders=host;x-sdk-date, Signature=3045");
        let read = read(&header).unwrap();
        assert_eq!((read.algorithm, read.access_key), (None, "AK1"), "{name}");
    }
}

#[test]
fn what_is_wrong_is_said_and_the_header_is_not_shown() {
    let cases = [
        ("Bearer secret", "must start with one of"),
        ("SDK-secret Access=AK,SignedHeaders=host,Signature=00", "must start with one of"),
        ("SDK-SM2-SM3 Access=AK,SignedHeaders=host", "Signature is missing"),
        ("SDK-HMAC-SHA256", "Signature is missing"),
        ("SDK-HMAC-SHA256 Access=AK,SignedHeaders=host,Signature=xyz", "must be hexadecimal"),
        ("SDK-HMAC-SHA256 Access=,SignedHeaders=host,Signature=00", "Access is missing"),
        ("SDK-HMAC-SHA256 Access=AK,Signature=00", "SignedHeaders is missing"),
    ];
    for (header, said) in cases {
        let problem = read(header).unwrap_err();
        assert!(problem.contains(said), "{header}: {problem}");
        assert!(!problem.contains("secret"), "{problem}");
    }
}
