//! How messages show what somebody has sent: on one line, not at any length, and without what may be
//! a secret within it.
//!
//! Only what a contract declares, and does not call secret, comes here to be shown. A declared text
//! can still hide something: a document within it, or the user information of an address.

use serde_json::Value;
use std::borrow::Cow;
use std::fmt::{self, Write};

/// As many characters of an id or a word as a message shows: two ids with dashes, and a word between.
const MOST: usize = 80;

/// As many of a value between quotation marks, of which a message may have many.
const MOST_QUOTED: usize = 48;

/// A name has at most so many characters.
const LONGEST_NAME: usize = 40;

/// What somebody has sent, as a message shows it.
pub fn shown(sent: &str) -> String {
    let mut said = String::new();
    // Writing to a text does not fail.
    let _ = write(&mut said, sent, "", MOST);
    said
}

/// The same between quotation marks.
pub fn quoted(sent: &str) -> String {
    let mut said = String::new();
    let _ = write(&mut said, sent, "\"", MOST_QUOTED);
    said
}

/// A JSON value of any type: a text as [`quoted`] shows it, and no more than the type of an object or an
/// array.
pub fn json_value(sent: &Value) -> String {
    match sent {
        Value::String(text) => quoted(text),
        Value::Object(_) => "an object".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        other => other.to_string(),
    }
}

fn write(to: &mut String, sent: &str, mark: &str, most: usize) -> fmt::Result {
    let Some(open) = open(sent) else { return write!(to, "a string of {}", characters(sent)) };
    to.push_str(mark);
    let mut rest = open.char_indices();
    let end = rest.nth(most).map_or(open.len(), |(end, _)| end);
    // As Rust writes a text: quotation marks, control characters and what cannot be seen are escaped.
    let escaped = format!("{:?}", &open[..end]);
    to.push_str(&escaped[1..escaped.len() - 1]);
    to.push_str(mark);
    if end < open.len() { write!(to, "… ({})", characters(sent)) } else { Ok(()) }
}

/// So many characters, in words.
pub fn characters(text: &str) -> String {
    match text.chars().count() {
        1 => "1 character".to_owned(),
        count => format!("{count} characters"),
    }
}

/// A declared text without what it may hide: nothing of it where it is a document, such as JSON within
/// a string, and no user information and no query of an address.
pub fn open(text: &str) -> Option<Cow<'_, str>> {
    if !text.bytes().any(|byte| matches!(byte, b'"' | b'@' | b'?')) {
        return Some(Cow::Borrowed(text));
    }
    // A document, or a piece of one.
    if text.contains('"') && (text.contains(['{', '[']) || text.trim_start().starts_with('"')) {
        return None;
    }
    Some(match text.split_once('?') {
        Some((address, _)) if address.contains("://") => {
            Cow::Owned(format!("{}?***", without_user(address)))
        }
        _ => without_user(text),
    })
}

/// An address without its user information: `redis://***@host:6379`. Whatever stands before the last
/// `@` may be part of a password, so only the scheme is left of it. A text like `a@b` is an address
/// of another kind.
fn without_user(text: &str) -> Cow<'_, str> {
    let Some((before, host)) = text.rsplit_once('@') else { return Cow::Borrowed(text) };
    let (scheme, user) = match before.split_once("://") {
        Some((scheme, user)) => (scheme, user),
        None => ("", before),
    };
    if scheme.is_empty() && !user.contains(':') {
        return Cow::Borrowed(text);
    }
    let is_scheme = !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let scheme = if is_scheme { format!("{scheme}://") } else { String::new() };
    Cow::Owned(format!("{scheme}***@{host}"))
}

/// The name of something that no contract declares, as a message shows it: only where it reads like a
/// name, since a client may have put a value in the place of one.
pub fn name(sent: &str) -> Cow<'_, str> {
    if reads_like_a_name(sent) {
        return Cow::Borrowed(sent);
    }
    if sent.trim().is_empty() {
        return Cow::Owned(quoted(sent));
    }
    Cow::Owned(format!("<name of {}>", characters(sent)))
}

/// Whether a text reads like a name: words of letters, with few digits, joined by `_`, `-`, `.` or
/// capitals. What is drawn at random seldom does.
pub fn reads_like_a_name(text: &str) -> bool {
    const MOST_DIGITS: usize = 4;
    let is_joint = |byte: u8| matches!(byte, b'_' | b'-' | b'.');
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || is_joint(byte);
    let starts_well =
        text.starts_with(|character: char| character.is_ascii_alphabetic() || character == '_');
    if !starts_well || text.len() > LONGEST_NAME || !text.bytes().all(fits) {
        return false;
    }
    if text.bytes().filter(u8::is_ascii_digit).count() > MOST_DIGITS {
        return false;
    }
    let (mut words, mut letters, mut numbers) = (0, 0, 0);
    for part in text.split(|character: char| !character.is_ascii_alphanumeric()) {
        numbers += part
            .split(|character: char| !character.is_ascii_digit())
            .filter(|it| !it.is_empty())
            .count();
        for run in
            part.split(|character: char| character.is_ascii_digit()).filter(|run| !run.is_empty())
        {
            for word in of_capitals(run) {
                (words, letters) = (words + 1, letters + word.len());
                if !can_be_spoken(word) {
                    return false;
                }
            }
        }
    }
    // Capitals at random make many words of one or two letters.
    let fewest = if words > 3 { 3 * words } else { 2 * words };
    words > 0 && (words == 1 || letters >= fewest) && numbers <= 2
}

/// The words in letters that are told apart by capitals: `clusterId`, `APIKey`.
fn of_capitals(letters: &str) -> Vec<&str> {
    let bytes = letters.as_bytes();
    let begins = |at: &usize| {
        let at = *at;
        let after_small = bytes[at - 1].is_ascii_lowercase();
        let before_small = bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        bytes[at].is_ascii_uppercase() && (after_small || before_small)
    };
    let mut words = Vec::new();
    let mut start = 0;
    for end in (1..letters.len()).filter(begins).chain([letters.len()]) {
        words.push(&letters[start..end]);
        start = end;
    }
    words
}

/// Whether a word can be spoken: not too long, and with a vowel every now and then.
fn can_be_spoken(word: &str) -> bool {
    const LONGEST: usize = 20;
    const MOST_CONSONANTS: usize = 5;
    let is_vowel = |character: char| {
        matches!(character.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
    };
    let consonants = word.split(is_vowel).map(str::len).max().unwrap_or_default();
    word.len() <= LONGEST && consonants <= MOST_CONSONANTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_on_one_line_and_not_at_any_length() {
        assert_eq!(shown("a\nb\u{7}\u{2028}c"), r"a\nb\u{7}\u{2028}c");
        assert_eq!(quoted("it's \"x\""), r#""it's \"x\"""#);
        assert_eq!(quoted(&"ü".repeat(48)), format!("\"{}\"", "ü".repeat(48)));
        assert_eq!(quoted(&"ü".repeat(49)), format!("\"{}\"… (49 characters)", "ü".repeat(48)));
        assert_eq!(shown(""), "");
    }

    #[test]
    fn a_json_value_is_shown_as_it_is_written_or_by_its_type() {
        let said = |value: Value| json_value(&value);
        assert_eq!(said(serde_json::json!("a\nb")), r#""a\nb""#);
        assert_eq!(said(serde_json::json!(-1)), "-1");
        assert_eq!(said(Value::Null), "null");
        assert_eq!(said(serde_json::json!({ "secret": "x" })), "an object");
        assert_eq!(said(serde_json::json!(["x"])), "an array");
    }

    #[test]
    fn a_document_within_a_text_is_not_shown() {
        for text in [r#"{"password":"x"}"#, r#" [{"a": 1}]"#, r#"data={"password":"x"}"#] {
            assert_eq!(shown(text), format!("a string of {}", characters(text)));
            assert_eq!(quoted(text), shown(text));
        }
        assert_eq!(shown("{project_id}"), "{project_id}");
    }

    #[test]
    fn an_address_is_shown_without_its_user() {
        for (sent, expected) in [
            ("redis://:pass@host:6379", "redis://***@host:6379"),
            ("redis://user:pa/ss@w:ord@host:6379", "redis://***@host:6379"),
            ("user:pa,ss@host:6379,other:6379", "***@host:6379,other:6379"),
            ("pa ss://:pass@host", "***@host"),
            ("somebody@example.com", "somebody@example.com"),
            ("host:6379", "host:6379"),
            ("https://host/a?signature=x", "https://host/a?***"),
            ("what?", "what?"),
        ] {
            assert_eq!(shown(sent), expected, "{sent}");
        }
    }

    #[test]
    fn a_name_reads_like_one_and_a_value_seldom_does() {
        for name in [
            "x",
            "id",
            "traget_instance_id",
            "clusterId",
            "X-My-Token",
            "APIKey",
            "utf8mb4",
            "v1.0",
            "extend_param",
            "X-Sdk-Date",
            "_id",
            "ipv6",
            "HTTPServer",
            "enter_prise_project_id",
        ] {
            assert!(reads_like_a_name(name), "{name}");
        }
        for value in [
            "",
            "0123",
            "9f3c2b1a",
            "hunter-20260101",
            "s3cr3t",
            "aGVsbG8gd29ybGQ",
            "a b",
            "ключ",
            "qxzkvwpt",
            "AbCdEfGh",
            "AKIAIOSFODNN7EXAMPLE1234",
            "a/b",
            "planted-7f3a9c2e51",
            "8aa6999e71cb638b0171f485f5266ef0",
            "cf4a05df-1c38-47c5-bb5a-0a7b3673b3bd",
        ] {
            assert!(!reads_like_a_name(value), "{value}");
        }
        assert!(!reads_like_a_name(&"name_".repeat(20)));
        assert_eq!(name("9f3c2b1a"), "<name of 8 characters>");
    }
}
