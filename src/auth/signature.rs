//! The `Authorization` header of signing clients, taken apart.

/// The algorithms that clients sign with.
const ALGORITHMS: &[&str] = &["SDK-HMAC-SHA256", "SDK-HMAC-SM3", "V11-HMAC-SHA256"];

/// A well-formed signature: `SDK-HMAC-SHA256 Access=…, SignedHeaders=…, Signature=…`, or with
/// `Credential=access key/date/region/service…` in place of `Access`.
#[derive(Debug, PartialEq, Eq)]
pub struct Signature<'a> {
    /// The algorithm.
    pub algorithm: &'a str,
    /// `Access` or the first part of `Credential`.
    pub access_key: &'a str,
    /// Lower-case names, joined by semicolons.
    pub signed_headers: &'a str,
    /// Hexadecimal digits.
    pub signature: &'a str,
}

/// Takes an `Authorization` header apart, or says what is wrong with it without showing it.
pub fn read(header: &str) -> Result<Signature<'_>, String> {
    let (algorithm, members) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
    if !ALGORITHMS.contains(&algorithm) {
        let known = ALGORITHMS.join(", ");
        return Err(format!("the Authorization header must start with one of {known}"));
    }
    let member = |name: &str| {
        let mut members = members.split(',').filter_map(|member| member.trim().split_once('='));
        let found = members.find(|(key, _)| *key == name).map(|(_, value)| value.trim());
        found.filter(|value| !value.is_empty())
    };
    let missing = |name: &str| format!("{name} is missing from the Authorization header");
    let credential = member("Credential").and_then(|credential| credential.split('/').next());
    let access_key = member("Access").or(credential).filter(|key| !key.is_empty());
    let signature = member("Signature").ok_or_else(|| missing("Signature"))?;
    if !signature.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err("Signature must be hexadecimal".to_owned());
    }
    Ok(Signature {
        algorithm,
        access_key: access_key.ok_or_else(|| missing("Access"))?,
        signed_headers: member("SignedHeaders").ok_or_else(|| missing("SignedHeaders"))?,
        signature,
    })
}

#[test]
fn both_forms_of_a_signature_are_read() {
    let plain = read("SDK-HMAC-SHA256 Access=AK1, SignedHeaders=host;x-sdk-date, Signature=0aF9");
    let scoped = "SDK-HMAC-SHA256 Credential=AK1/20240115///sdk_request, SignedHeaders=host, \
                  Signature=00";
    assert_eq!(plain.unwrap().access_key, "AK1");
    assert_eq!(read(scoped).unwrap().signed_headers, "host");
}

#[test]
fn what_is_wrong_is_said_and_the_header_is_not_shown() {
    let cases = [
        ("Bearer secret", "must start with one of"),
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
