//! Secrets are kept as keyed digests: nobody can read them, and equal ones are seen to be equal.

mod json;
mod replies;
mod words;

pub use replies::reveals_nothing;
pub use words::{is_secret_header, may_conceal, names_a_secret, names_a_secret_parameter};

use super::entry::RequestRecord;
use crate::contract::Field;
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// What a digest starts with.
const MARK: &str = "digest:";

/// How long a digest is.
pub const DIGEST_LENGTH: usize = MARK.len() + 16;

/// Shorter text is found in messages by chance. No password of the emulated services is shorter.
const SHORTEST: usize = 8;

/// What stands for a secret in the world with this key: its mark and 16 hexadecimal digits.
pub fn digest(key: u64, secret: &[u8]) -> String {
    let hash = Sha256::new().chain_update(key.to_be_bytes()).chain_update(secret).finalize();
    let start = hash.iter().take(8).fold(0_u64, |start, byte| start << 8 | u64::from(*byte));
    format!("{MARK}{start:016x}")
}

/// Whether text stands for a secret.
pub fn is_digest(text: &str) -> bool {
    text.starts_with(MARK)
}

/// Takes the secrets out of one request and its answer.
#[derive(Debug)]
pub struct Mask {
    key: u64,
    /// What was taken out, to find it again where a message repeats it.
    found: Vec<String>,
}

impl Mask {
    /// A mask for the world with this key.
    pub fn new(key: u64) -> Self {
        Self { key, found: Vec::new() }
    }

    fn hide(&mut self, secret: &str) -> String {
        if secret.len() >= SHORTEST && !self.found.iter().any(|found| found == secret) {
            self.found.push(secret.to_owned());
        }
        digest(self.key, secret.as_bytes())
    }

    /// Path and query.
    pub fn target<'t>(&mut self, target: &'t str) -> Cow<'t, str> {
        let Some((path, query)) = target.split_once('?') else { return Cow::Borrowed(target) };
        match self.query(query) {
            Cow::Borrowed(_) => Cow::Borrowed(target),
            Cow::Owned(query) => Cow::Owned(format!("{path}?{query}")),
        }
    }

    fn query<'q>(&mut self, query: &'q str) -> Cow<'q, str> {
        let is_secret = |pair: &str| {
            let name = pair.split_once('=').map_or(pair, |(name, _)| name);
            names_a_secret_parameter(&decode(name))
        };
        if !query.split('&').any(is_secret) {
            return Cow::Borrowed(query);
        }
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, value)) if is_secret(pair) && !value.is_empty() => {
                // A message about a value that cannot be decoded shows it as it was sent.
                self.hide(value);
                format!("{name}={}", self.hide(&decode(value)))
            }
            _ => pair.to_owned(),
        });
        Cow::Owned(pairs.collect::<Vec<_>>().join("&"))
    }

    /// The value of a header, by its name in lower-case letters.
    pub fn header<'v>(&mut self, name: &str, value: &'v [u8]) -> Cow<'v, str> {
        let text = String::from_utf8_lossy(value);
        if text.is_empty() || !is_secret_header(name) {
            return text;
        }
        match name {
            "authorization" => Cow::Owned(self.authorization(&text)),
            _ => Cow::Owned(self.hide(&text)),
        }
    }

    /// Who signed and what, but not the signature; of other credentials, their scheme.
    fn authorization(&mut self, value: &str) -> String {
        let Some((scheme, rest)) = value.split_once(' ') else { return self.hide(value) };
        let of_signature = ["SDK-", "V4-", "V11-"].iter().any(|start| scheme.starts_with(start));
        if !of_signature {
            let known = ["Basic", "Bearer", "Digest"].contains(&scheme);
            return if known { format!("{scheme} {}", self.hide(rest)) } else { self.hide(value) };
        }
        let parts = rest.split(',').map(str::trim).map(|part| match part.split_once('=') {
            Some(("Access" | "Credential" | "SignedHeaders", _)) => part.to_owned(),
            Some((name @ "Signature", value)) => format!("{name}={}", self.hide(value)),
            _ => self.hide(part),
        });
        format!("{scheme} {}", parts.collect::<Vec<_>>().join(", "))
    }

    /// A body whose members are these.
    pub fn body<'b>(&mut self, body: &'b [u8], fields: &'static [Field]) -> Cow<'b, [u8]> {
        if !may_conceal(body) {
            return Cow::Borrowed(body);
        }
        let masked = json::masked(self, body, fields);
        Cow::Owned(masked.unwrap_or_else(|| {
            let (bytes, digest) = (body.len(), digest(self.key, body));
            format!(r#"{{"unreadable":{{"bytes":{bytes},"digest":"{digest}"}}}}"#).into_bytes()
        }))
    }

    /// A message that may repeat what was taken out.
    pub fn message(&self, message: &mut String) {
        for secret in &self.found {
            if !message.contains(plain_part(secret)) {
                continue;
            }
            for form in forms(secret) {
                if message.contains(&form) {
                    *message = message.replace(&form, &digest(self.key, secret.as_bytes()));
                }
            }
        }
    }

    /// The end of what is written, from here on, where it may repeat what was taken out.
    pub fn repeated(&self, written: &mut Vec<u8>, from: usize) {
        if self.found.is_empty() {
            return;
        }
        if let Ok(text) = std::str::from_utf8(&written[from..]) {
            let mut text = text.to_owned();
            self.message(&mut text);
            written.truncate(from);
            written.extend_from_slice(text.as_bytes());
        }
    }

    /// What was noted on the way.
    pub fn draft(&mut self, draft: &mut RequestRecord) {
        for violation in &mut draft.violations {
            if let Some(got) = &mut violation.got {
                self.message(got);
            }
        }
        for warning in &mut draft.warnings {
            self.message(&mut warning.message);
        }
        if let Some(computed) = &mut draft.computed {
            computed.canonical_request = self.canonical_request(&computed.canonical_request);
        }
    }

    /// Method, path, query, headers with their values, names of the headers, hash: a line each.
    fn canonical_request(&mut self, text: &str) -> String {
        let mut in_headers = true;
        let lines = text.split('\n').enumerate().map(|(at, line)| {
            in_headers &= at < 3 || !line.is_empty();
            match line.split_once(':') {
                _ if at == 2 => self.query(line),
                Some((name, value)) if at > 2 && in_headers && value != "***" => {
                    Cow::Owned(format!("{name}:{}", self.header(name, value.as_bytes())))
                }
                _ => Cow::Borrowed(line),
            }
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// In a query, `+` is a space.
fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// A part of a secret that every form of it has as it is: what no quoting changes, of its start.
/// Looking for it alone tells of nearly every message that it repeats nothing.
fn plain_part(secret: &str) -> &str {
    let start = secret.char_indices().nth(FEWEST_SHOWN).map_or(secret, |(end, _)| &secret[..end]);
    let runs = start.split(|sign: char| !sign.is_ascii_alphanumeric());
    runs.max_by_key(|run| run.len()).unwrap_or_default()
}

/// How many characters of a value a message shows at least, where it shows any.
const FEWEST_SHOWN: usize = 48;

/// How a message may show a value: whole or only its start, quoted, and as text of JSON.
fn forms(secret: &str) -> impl Iterator<Item = String> {
    let start = |length| secret.chars().take(length).collect::<String>();
    let mut forms = Vec::with_capacity(18);
    for text in [secret.to_owned(), start(64), start(FEWEST_SHOWN)] {
        // Only one of the two leaves an apostrophe as it is.
        let (escaped, quoted) = (text.escape_debug().to_string(), format!("{text:?}"));
        let quoted = quoted[1..quoted.len() - 1].to_owned();
        let in_json = |text: &str| {
            let text = serde_json::Value::from(text).to_string();
            text[1..text.len() - 1].to_owned()
        };
        forms.extend([in_json(&quoted), in_json(&escaped), in_json(&text)]);
        forms.extend([quoted, escaped, text]);
    }
    forms.dedup();
    forms.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLANT: &str = "plant-3f\"'9c";

    fn digested() -> String {
        digest(7, PLANT.as_bytes())
    }

    #[test]
    fn equal_secrets_have_equal_digests_in_one_world() {
        assert_eq!(digest(7, b"a"), digest(7, b"a"));
        assert_ne!(digest(7, b"a"), digest(7, b"b"));
        assert_ne!(digest(7, b"a"), digest(8, b"a"));
        assert_eq!(digest(7, b"a").len(), 23);
    }

    #[test]
    fn a_query_keeps_everything_but_its_secrets() {
        let mut mask = Mask::new(7);
        assert_eq!(mask.target("/v3/a?limit=1"), "/v3/a?limit=1");
        let expected = format!("/v3/a?limit=1&my_pass%77ord={}&b", digested());
        assert_eq!(mask.target("/v3/a?limit=1&my_pass%77ord=plant-3f%22%279c&b"), expected);
        assert!(mask.target("/a?X-Sdk-Signature=x").contains("=digest:"));
    }

    #[test]
    fn an_authorization_keeps_who_signed_what() {
        let mut mask = Mask::new(7);
        let signed = "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=0123";
        let expected = format!(
            "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature={}",
            digest(7, b"0123")
        );
        assert_eq!(mask.header("authorization", signed.as_bytes()), expected);
        assert_eq!(
            mask.header("authorization", b"Bearer abc"),
            format!("Bearer {}", digest(7, b"abc"))
        );
        assert_eq!(mask.header("authorization", b"my token"), digest(7, b"my token"));
        assert_eq!(mask.header("host", b"a:1"), "a:1");
    }

    #[test]
    fn a_message_that_repeats_a_secret_is_masked_too() {
        let mut mask = Mask::new(7);
        let body = serde_json::json!({ "password": PLANT }).to_string();
        let masked = mask.body(body.as_bytes(), &[]).into_owned();
        assert_eq!(
            String::from_utf8(masked).unwrap(),
            format!(r#"{{"password":"{}"}}"#, digested())
        );
        let escaped = PLANT.escape_debug();
        for shown in [format!("got {PLANT}"), format!("got {PLANT:?}"), format!("{escaped}")] {
            let mut message = serde_json::json!({ "error_msg": shown }).to_string();
            mask.message(&mut message);
            assert!(message.contains(&digested()) && !message.contains("3f"), "{message}");
            serde_json::from_str::<serde_json::Value>(&message).expect("still JSON");
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_kept() {
        let mut mask = Mask::new(7);
        for body in ["password=plant", r#"{"password":"plant""#, r#""the password is plant""#] {
            let masked = mask.body(body.as_bytes(), &[]).into_owned();
            let masked = String::from_utf8(masked).unwrap();
            assert!(masked.starts_with(r#"{"unreadable":{"bytes":"#), "{masked}");
        }
        assert_eq!(&*mask.body(b"{ not json", &[]), b"{ not json");
    }
}
