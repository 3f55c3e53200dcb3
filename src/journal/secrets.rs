//! What of a request its journal shows.
//!
//! Only values that a contract declares, and does not call secret, are kept as they were sent, beside
//! the headers that every request has. All others are kept as their kind, their length and a digest
//! under the key of their world: nobody can read them, and equal ones are seen to be equal. A name
//! that no contract declares is kept where it reads like a name.

use crate::contract::check::Members;
use crate::contract::json::Json;
use crate::contract::{Contract, Field, Kind};
use crate::project_id::is_project_id;
use crate::text::{characters, open, reads_like_a_name};
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};

/// What stands between the kind of a value and its digest.
const MARK: &str = ", digest ";

/// Whether a text stands for a value that is not shown.
pub fn is_concealed(text: &str) -> bool {
    text.starts_with('<') && text.ends_with('>') && text.contains(MARK)
}

/// Digests of what is not shown, under the key of a world.
///
/// A client sends the same token with each request, so the last few are remembered by hashes under a
/// random key, which nobody can turn back into what was sent.
#[derive(Debug)]
pub struct Digests {
    key: u64,
    hashes: RandomState,
    recent: [(u64, Box<str>); 4],
    next: usize,
}

impl Digests {
    /// The digests of the world with this key.
    pub fn new(key: u64) -> Self {
        Self { key, hashes: RandomState::new(), recent: Default::default(), next: 0 }
    }

    pub fn key(&self) -> u64 {
        self.key
    }

    /// What stands for a secret of a kind: how it is described, and its digest.
    fn conceal_as(&mut self, kind: &str, secret: &str, describe: impl Fn() -> String) -> String {
        let hash = self.hashes.hash_one((kind, secret));
        if let Some((_, shown)) = self.recent.iter().find(|(known, _)| *known == hash) {
            return shown.as_ref().to_owned();
        }
        let digest =
            Sha256::new().chain_update(self.key.to_be_bytes()).chain_update(secret).finalize();
        let digest = digest.iter().take(4).fold(0, |start, byte| start << 8 | u32::from(*byte));
        let shown = format!("<{}{MARK}{digest:08x}>", describe());
        self.recent[self.next] = (hash, shown.as_str().into());
        self.next = (self.next + 1) % self.recent.len();
        shown
    }

    /// What stands for a text.
    pub fn text(&mut self, secret: &str) -> String {
        self.concealed("text", secret)
    }

    /// What stands for a number.
    pub fn number(&mut self, secret: &str) -> String {
        self.conceal_as("number", secret, || "number".to_owned())
    }

    fn concealed(&mut self, kind: &str, secret: &str) -> String {
        self.conceal_as(kind, secret, || format!("{kind} of {}", characters(secret)))
    }

    /// A name that no contract declares.
    fn name<'n>(&mut self, name: &'n str) -> Cow<'n, str> {
        if reads_like_a_name(name) {
            return Cow::Borrowed(name);
        }
        Cow::Owned(self.concealed("name", name))
    }

    /// A declared text: whole, or without the user information of an address; not at all where it is
    /// a document.
    fn declared<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        open(text).unwrap_or_else(|| Cow::Owned(self.text(text)))
    }

    /// Path and query of a request for an operation, or for what is none.
    pub fn target<'t>(
        &mut self,
        target: &'t str,
        contract: Option<&'static Contract>,
    ) -> Cow<'t, str> {
        let (path, query) =
            target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
        let path = match contract {
            // What is declared is in it, and the words of its template.
            Some(_) if is_open_path(path) => Cow::Borrowed(path),
            Some(_) => self.path(path, |digests, segment| digests.declared(segment).into_owned()),
            None => self.path(path, |digests, segment| {
                if is_known_word(segment) { segment.to_owned() } else { digests.text(segment) }
            }),
        };
        let Some(query) = query else { return path };
        let fields = contract.map_or(&[][..], |contract| contract.query);
        if matches!(path, Cow::Borrowed(_)) && query.split('&').all(|pair| is_plain(pair, fields)) {
            return Cow::Borrowed(target);
        }
        Cow::Owned([&*path, "?", &self.query(query, fields)].concat())
    }

    /// A path, segment by segment; one that is shown stays as it was sent.
    fn path<'p>(
        &mut self,
        path: &'p str,
        mut show: impl FnMut(&mut Self, &str) -> String,
    ) -> Cow<'p, str> {
        let segments = path.split('/').map(|sent| {
            let segment = percent_decode_str(sent).decode_utf8_lossy();
            let shown = if segment.is_empty() { String::new() } else { show(self, &segment) };
            if *shown == *segment { sent.to_owned() } else { shown }
        });
        Cow::Owned(segments.collect::<Vec<_>>().join("/"))
    }

    fn query(&mut self, query: &str, fields: &[Field]) -> String {
        let pairs = query.split('&').map(|pair| {
            let (sent_name, sent) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(sent_name);
            let field = fields.iter().find(|field| field.name == name);
            let shown_name = match field {
                Some(_) => Cow::Borrowed(sent_name),
                None if reads_like_a_name(&name) => Cow::Borrowed(sent_name),
                None if name.is_empty() => Cow::Borrowed(""),
                None => Cow::Owned(self.concealed("name", &name)),
            };
            let value = decode(sent);
            let shown = match field {
                _ if value.is_empty() => Cow::Borrowed(""),
                Some(field) if !field.secret => match self.declared(&value) {
                    Cow::Borrowed(_) => Cow::Borrowed(sent),
                    Cow::Owned(other) => Cow::Owned(other),
                },
                _ => Cow::Owned(self.text(&value)),
            };
            let joint = if pair.contains('=') { "=" } else { "" };
            [&*shown_name, joint, &*shown].concat()
        });
        pairs.collect::<Vec<_>>().join("&")
    }

    /// The value of a header, by its name in lower-case letters.
    pub fn header<'v>(&mut self, name: &str, value: &'v [u8], fields: &[Field]) -> Cow<'v, str> {
        let text = str::from_utf8(value);
        let text = text.map_or_else(|_| String::from_utf8_lossy(value), Cow::Borrowed);
        let is_declared =
            || fields.iter().any(|it| !it.secret && it.name.eq_ignore_ascii_case(name));
        match name {
            _ if text.is_empty() => text,
            "authorization" => Cow::Owned(self.authorization(&text)),
            "x-project-id" | "x-domain-id" if is_project_id(&text) => text,
            name if is_open_header(name) || is_declared() => match self.declared(&text) {
                Cow::Borrowed(_) => text,
                Cow::Owned(other) => Cow::Owned(other),
            },
            _ => Cow::Owned(self.text(&text)),
        }
    }

    /// The name of a header: one that is looked at only where it reads like a name.
    pub fn header_name<'n>(&mut self, name: &'n str) -> Cow<'n, str> {
        if is_open_header(name) || CREDENTIALS.contains(&name) {
            Cow::Borrowed(name)
        } else {
            self.name(name)
        }
    }

    /// Who signed and what, but not the signature; of other credentials, their scheme.
    fn authorization(&mut self, value: &str) -> String {
        let Some((scheme, rest)) = value.split_once(' ') else { return self.text(value) };
        let of_signature = ["SDK-", "V4-", "V11-"].iter().any(|start| scheme.starts_with(start));
        if !of_signature || scheme.len() > LONGEST_SCHEME {
            let known = ["Basic", "Bearer", "Digest"].contains(&scheme);
            return if known { format!("{scheme} {}", self.text(rest)) } else { self.text(value) };
        }
        let parts = rest.split(',').map(str::trim).map(|part| match part.split_once('=') {
            Some(("Access" | "Credential" | "SignedHeaders", _)) => part.to_owned(),
            Some((name @ "Signature", value)) => format!("{name}={}", self.text(value)),
            _ => self.text(part),
        });
        format!("{scheme} {}", parts.collect::<Vec<_>>().join(", "))
    }

    /// A body whose members are these.
    pub fn body(&mut self, body: &[u8], fields: &'static [Field]) -> Vec<u8> {
        if body.is_empty() {
            return Vec::new();
        }
        let text = std::str::from_utf8(body).ok();
        match text.and_then(|text| Json::parse(text).ok()) {
            Some(Json::Object(members)) => self.members(&members, fields),
            Some(Json::List(values)) => {
                let mut written = Vec::with_capacity(body.len());
                self.list(&values, None, &mut written);
                written
            }
            _ => self.text(&String::from_utf8_lossy(body)).into_bytes(),
        }
    }

    /// The members of a body, as JSON.
    pub fn members(&mut self, members: &Members<'_>, fields: &'static [Field]) -> Vec<u8> {
        let mut written = Vec::with_capacity(USUAL_BODY);
        self.object(members, fields, &mut written);
        written
    }

    /// A value of a declared kind, or of none, as JSON.
    pub fn value(&mut self, json: &Json<'_>, kind: Option<&'static Kind>, to: &mut Vec<u8>) {
        match (json, kind) {
            (Json::Object(members), Some(Kind::Object(fields))) => self.object(members, fields, to),
            (Json::Object(members), _) => self.object(members, &[], to),
            (Json::List(values), kind) => {
                let of = match kind {
                    Some(Kind::List(of, _)) => Some(*of),
                    _ => None,
                };
                self.list(values, of, to);
            }
            (scalar, Some(kind)) if kind.is_scalar() => self.scalar(scalar, kind, to),
            (scalar, Some(Kind::List(of, _))) if of.is_scalar() => self.scalar(scalar, of, to),
            (scalar, _) => self.conceal(scalar, to),
        }
    }

    fn object(&mut self, members: &Members<'_>, fields: &'static [Field], to: &mut Vec<u8>) {
        to.push(b'{');
        for (at, (name, value)) in members.iter().enumerate() {
            if at > 0 {
                to.push(b',');
            }
            let field = fields.iter().find(|field| field.name == name);
            match field {
                Some(_) => write_text(name, to),
                None => write_text(&self.name(name), to),
            }
            to.push(b':');
            let kind = field.filter(|field| !field.secret).map(|field| &field.kind);
            self.value(value, kind, to);
        }
        to.push(b'}');
    }

    fn list(&mut self, values: &[Json<'_>], of: Option<&'static Kind>, to: &mut Vec<u8>) {
        to.push(b'[');
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                to.push(b',');
            }
            self.value(value, of, to);
        }
        to.push(b']');
    }

    fn scalar(&mut self, scalar: &Json<'_>, kind: &Kind, to: &mut Vec<u8>) {
        match (scalar, kind) {
            // A text whose form is that of a document.
            (Json::Text(text), Kind::Format(format)) if (format.accepts)(text) => {
                write_text(text, to);
            }
            (Json::Text(text), _) => write_text(&self.declared(text), to),
            (other, _) => write_plain(other, to),
        }
    }

    /// An empty text, null and a truth value tell nothing.
    fn conceal(&mut self, scalar: &Json<'_>, to: &mut Vec<u8>) {
        match scalar {
            Json::Text(text) if !text.is_empty() => write_text(&self.text(text), to),
            Json::Integer(number) => write_text(&self.number(&number.to_string()), to),
            Json::Float(number) => write_text(&self.number(&number.to_string()), to),
            other => write_plain(other, to),
        }
    }
}

/// A capacity that most bodies fit into.
const USUAL_BODY: usize = 512;

/// Headers whose names every client sends and whose values are not shown.
const CREDENTIALS: [&str; 3] = ["authorization", "x-auth-token", "x-security-token"];

/// The names of the algorithms are no longer.
const LONGEST_SCHEME: usize = 32;

fn write_text(text: &str, to: &mut Vec<u8>) {
    // Writing to memory does not fail.
    let _ = serde_json::to_writer(to, text);
}

fn write_plain(scalar: &Json<'_>, to: &mut Vec<u8>) {
    let _ = match scalar {
        Json::Boolean(value) => serde_json::to_writer(to, value),
        Json::Integer(number) => serde_json::to_writer(to, number),
        Json::Float(number) => serde_json::to_writer(to, number),
        Json::Text(text) => serde_json::to_writer(to, text),
        Json::Null | Json::List(_) | Json::Object(_) => serde_json::to_writer(to, &()),
    };
}

/// Whether a pair of a query is shown as it was sent, since it is declared and its value hides nothing.
fn is_plain(pair: &str, fields: &[Field]) -> bool {
    let Some((name, value)) = pair.split_once('=') else { return false };
    let is_open = |field: &Field| field.name == name && !field.secret;
    fields.iter().any(is_open)
        && !value.bytes().any(|byte| matches!(byte, b'+' | b'%' | b'"' | b'@' | b'?'))
}

/// In a query, `+` is a space.
fn decode(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| matches!(byte, b'+' | b'%')) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned())
}

/// Whether a segment of a path that leads nowhere can be shown: it is a word, or looks like the id of a
/// project.
pub fn is_known_word(segment: &str) -> bool {
    let is_id = segment.len() == 32 && segment.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_id || reads_like_a_name(segment)
}

/// Whether nothing is encoded in a path, or could be a document or an address with a user.
fn is_open_path(path: &str) -> bool {
    let path = path.as_bytes();
    memchr::memchr3(b'%', b'{', b'[', path).is_none() && memchr::memchr(b'@', path).is_none()
}

/// Whether a header is one that every request or answer may have, and carries no secret.
pub fn is_open_header(name: &str) -> bool {
    matches!(
        name,
        "host"
            | "user-agent"
            | "content-type"
            | "content-length"
            | "accept"
            | "accept-encoding"
            | "accept-language"
            | "allow"
            | "connection"
            | "content-encoding"
            | "date"
            | "expect"
            | "location"
            | "retry-after"
            | "transfer-encoding"
            | "x-iam-trace-id"
            | "x-language"
            | "x-paper-basis"
            | "x-paper-clock"
            | "x-paper-explain"
            | "x-paper-fault"
            | "x-paper-scenario"
            | "x-paper-warning"
            | "x-request-id"
            | "x-sdk-content-sha256"
            | "x-sdk-date"
    )
}

/// Whether no member of a table is a secret, whatever is sent.
pub fn are_open(fields: &[Field]) -> bool {
    fields.iter().all(is_open)
}

fn is_open(field: &Field) -> bool {
    !field.secret && has_open_members(&field.kind)
}

fn has_open_members(kind: &Kind) -> bool {
    match kind {
        // Without a table any name may come.
        Kind::Object([]) | Kind::Map | Kind::Any => false,
        Kind::Object(members) => are_open(members),
        Kind::List(values, _) => has_open_members(values),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ROUTES;
    use crate::contract::format::SCOPE_CHANGE;
    use crate::operation::Route;

    static TABLE: &[Field] = &[
        Field::optional("user", Kind::Object(USER)),
        Field::optional("names", Kind::List(&Kind::TEXT, 9)),
        Field::optional("scope", Kind::Format(&SCOPE_CHANGE)),
    ];
    static USER: &[Field] = &[
        Field::optional("name", Kind::TEXT),
        Field::optional("id", Kind::Integer(0, 9)),
        Field::optional("password", Kind::TEXT).secret(),
    ];

    fn digests() -> Digests {
        Digests::new(7)
    }

    fn text(secret: &str) -> String {
        digests().text(secret)
    }

    #[track_caller]
    fn assert_kept(body: &str, expected: &str) {
        let kept = digests().body(body.as_bytes(), TABLE);
        let [a, one] = [text("a"), digests().number("1")];
        let expected = expected.replace("$a", &a).replace("$1", &one);
        assert_eq!(String::from_utf8(kept).unwrap(), expected);
    }

    #[test]
    fn equal_secrets_have_equal_digests_in_one_world() {
        assert_eq!(text("a"), text("a"));
        assert_ne!(text("a"), text("b"));
        assert_ne!(Digests::new(8).text("a"), text("a"));
        assert!(text("abc").starts_with("<text of 3 characters, digest "), "{}", text("abc"));
        assert!(is_concealed(&text("a")) && !is_concealed("<a>"));
        let mut digests = digests();
        let first: Vec<_> = (0..9).map(|number| digests.text(&number.to_string())).collect();
        let again: Vec<_> = (0..9).map(|number| digests.text(&number.to_string())).collect();
        assert_eq!(first, again);
    }

    #[test]
    fn only_what_is_declared_and_no_secret_is_kept() {
        assert_kept(
            r#"{"user":{"name":"a","id":1,"password":"a"},"names":["a",1],"b":"a"}"#,
            r#"{"user":{"name":"a","id":1,"password":"$a"},"names":["a",1],"b":"$a"}"#,
        );
        assert_kept(
            r#"{"x":[{"y":"a","n":1,"t":true,"e":"","z":null}]}"#,
            r#"{"x":[{"y":"$a","n":"$1","t":true,"e":"","z":null}]}"#,
        );
        assert_kept(r#"[{"user":"a"}]"#, r#"[{"user":"$a"}]"#);
        assert_kept(r#"{"user":"a","names":"a"}"#, r#"{"user":"$a","names":"a"}"#);
        assert_kept(r#"{"user":{"name":{"x":"a"}}}"#, r#"{"user":{"name":{"x":"$a"}}}"#);
        assert_kept(
            r#"{"user":{"password":["a",{"x":1}]}}"#,
            r#"{"user":{"password":["$a",{"x":"$1"}]}}"#,
        );
        let scope = r#"{"scope":"{\"white_list\":\"a\"}"}"#;
        assert_kept(scope, scope);
    }

    #[test]
    fn what_a_declared_text_may_hide_is_not_kept() {
        let kept = |body: &str| String::from_utf8(digests().body(body.as_bytes(), TABLE)).unwrap();
        let document =
            r#"{"user":{"name":"{\"password\":\"plant\"}"},"names":["redis://:plant@h:1"]}"#;
        let kept = kept(document);
        assert!(!kept.contains("plant") && kept.contains("redis://***@h:1"), "{kept}");
    }

    #[test]
    fn a_name_that_is_a_value_is_not_kept() {
        let kept = digests().body(br#"{"plant-7f3a9c2e51":1}"#, TABLE);
        let kept = String::from_utf8(kept).unwrap();
        assert!(kept.starts_with(r#"{"<name of 16 characters, digest "#), "{kept}");
    }

    #[test]
    fn what_cannot_be_read_is_not_kept() {
        for body in ["password=plant", r#"{"password":"plant""#, r#""the plant""#, "{ not json"] {
            let kept = String::from_utf8(digests().body(body.as_bytes(), TABLE)).unwrap();
            assert_eq!(kept, text(body));
        }
        assert_eq!(digests().body(b"", TABLE), b"");
    }

    #[test]
    fn a_target_keeps_what_is_declared() {
        let contract = ROUTES.iter().map(Route::contract);
        let mut contract = contract.filter(|contract| contract.id == "ListDbCacheMappings");
        let contract = contract.next();
        let kept = |target: &str| digests().target(target, contract).into_owned();
        assert_eq!(kept("/v3/p/dbcache/mappings?limit=1"), "/v3/p/dbcache/mappings?limit=1");
        let expected = format!("/v3/p/dbcache/mappings?limit=1&my_pass%77ord={}&b", text("a\""));
        assert_eq!(kept("/v3/p/dbcache/mappings?limit=1&my_pass%77ord=a%22&b"), expected);
        let nowhere = digests().target("/v9/no%20where/such/plant-7f3a9c2e?a=b", None).into_owned();
        let [first, second, value] = [text("no where"), text("plant-7f3a9c2e"), text("b")];
        assert_eq!(nowhere, format!("/v9/{first}/such/{second}?a={value}"));
    }

    #[test]
    fn an_authorization_keeps_who_signed_what() {
        let header =
            |name: &str, value: &str| digests().header(name, value.as_bytes(), &[]).into_owned();
        let signed = "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=0123";
        let expected = signed.replace("0123", &text("0123"));
        assert_eq!(header("authorization", signed), expected);
        assert_eq!(header("authorization", "Bearer abc"), format!("Bearer {}", text("abc")));
        assert_eq!(header("authorization", "my token"), text("my token"));
        assert_eq!(header("host", "a:1"), "a:1");
        assert_eq!(header("x-anything", "a"), text("a"));
        assert_eq!(header("x-project-id", "a"), "a");
        assert_eq!(header("x-project-id", "a b"), text("a b"));
    }

    #[test]
    fn jobs_and_tasks_have_no_secrets_and_tokens_may() {
        let open = |id: &str| {
            let route = ROUTES.iter().find(|route| route.contract().id == id);
            are_open(route.expect("an operation").contract().reply)
        };
        for id in ["CreateDbCacheMapping", "ListMigrationTask", "ListJobs"] {
            assert!(open(id), "{id}");
        }
    }

    /// A secret that no contract calls one would be shown.
    #[test]
    fn every_declared_password_and_token_is_called_a_secret() {
        fn look(fields: &'static [Field], seen: &mut usize) {
            for field in fields {
                let name = field.name.to_lowercase();
                let words = ["password", "passwd", "pwd", "secret", "subject-token"];
                let names_one = words.iter().any(|word| name.ends_with(word));
                let is_text = field.kind.is_scalar() && !matches!(field.kind, Kind::Boolean);
                assert!(field.secret || !(names_one && is_text), "{} is no secret", field.name);
                *seen += usize::from(field.secret);
                look(field.kind.members(), seen);
            }
        }
        let mut seen = 0;
        for contract in ROUTES.iter().map(Route::contract) {
            for (_, field) in contract.parameters() {
                assert!(reads_like_a_name(field.name), "{}", field.name);
                look(std::slice::from_ref(field), &mut seen);
            }
            look(contract.reply, &mut seen);
            look(contract.reply_headers, &mut seen);
        }
        assert!(seen > 4, "{seen}");
    }
}
