//! How JSON documents are read into types.
//!
//! Everything that is written down for a test is read here, with one kind of deserializer, since
//! each type is compiled anew for each kind that it is read with.

mod tracked;

use serde::Deserialize;
use serde_json::Value;
use std::fmt;
use tracked::{Tracked, Trail};

/// How many characters of what was sent a message of `serde` keeps.
const SHOWN: usize = 64;

/// A message that shows what was sent between its first mark and its last, cut.
fn cut(message: &str) -> String {
    let marks = ['`', '"'];
    let (Some(first), Some(last)) = (message.find(marks), message.rfind(marks)) else {
        return message.to_owned();
    };
    let sent = message.get(first + 1..last).unwrap_or_default();
    match sent.char_indices().nth(SHOWN) {
        None => message.to_owned(),
        Some((end, _)) => {
            format!("{}{}…{}", &message[..=first], &sent[..end], &message[last..])
        }
    }
}

/// What is wrong with a document.
#[derive(Debug)]
pub struct Wrong {
    /// The field, unless it is the document as a whole.
    pub field: Option<String>,
    /// What is wrong with it.
    pub problem: String,
    /// The line that says so; 0 where there is no text to have lines.
    pub line: usize,
    column: usize,
}

impl Wrong {
    fn at(field: Option<String>, error: &serde_json::Error) -> Self {
        let said = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let problem = in_terms_of_json(said.strip_suffix(&place).unwrap_or(&said));
        Self { field, problem, line: error.line(), column: error.column() }
    }

    fn no_text(text: &[u8], error: std::str::Utf8Error) -> Self {
        let mut lines = text[..error.valid_up_to()].split(|byte| *byte == b'\n');
        let line = lines.clone().count();
        let column = lines.next_back().map_or(0, <[u8]>::len) + 1;
        Self { field: None, problem: "invalid unicode code point".to_owned(), line, column }
    }
}

impl Wrong {
    /// Without a line, for what is no text of its own.
    #[must_use]
    pub fn without_line(self) -> Self {
        Self { line: 0, ..self }
    }

    pub fn in_field(&self) -> String {
        match &self.field {
            Some(field) => format!("{field}: {self}"),
            None => self.to_string(),
        }
    }
}

/// Without its field.
impl fmt::Display for Wrong {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.problem)?;
        if self.line == 0 {
            return Ok(());
        }
        write!(formatter, " at line {} column {}", self.line, self.column)
    }
}

/// A message of `serde` with JSON's names of types instead of Rust's.
fn in_terms_of_json(problem: &str) -> String {
    // What was sent comes before what was expected, and may have any words in it.
    let Some((got, expected)) = problem.rsplit_once(", expected ") else {
        return cut(problem);
    };
    let got = cut(got);
    let got = match got.as_str() {
        "invalid type: sequence" => "invalid type: array",
        "invalid type: map" => "invalid type: object",
        other => other,
    };
    let whole = |highest: u64| format!("a whole number from 0 to {highest}");
    let expected = match expected {
        "u8" => whole(u8::MAX.into()),
        "u16" => whole(u16::MAX.into()),
        "u32" => whole(u32::MAX.into()),
        "u64" | "usize" => whole(u64::MAX),
        "i64" => "a whole number".to_owned(),
        "f64" => "a number".to_owned(),
        "a map" => "an object".to_owned(),
        "a sequence" => "an array".to_owned(),
        name if name.starts_with("struct ") => "an object".to_owned(),
        other => other.to_owned(),
    };
    format!("{got}, expected {expected}")
}

/// Reads a text.
pub fn read<'t, T: Deserialize<'t>>(text: &'t str) -> Result<T, Wrong> {
    let mut json = serde_json::Deserializer::from_str(text);
    let trail = Trail::default();
    let read = T::deserialize(Tracked::new(&mut json, &trail))
        .map_err(|error| Wrong::at(tracked::field(&trail.take()), &error))?;
    json.end().map_err(|error| Wrong::at(None, &error))?;
    Ok(read)
}

/// Reads bytes that should be a text.
pub fn read_bytes<'t, T: Deserialize<'t>>(bytes: &'t [u8]) -> Result<T, Wrong> {
    read(std::str::from_utf8(bytes).map_err(|error| Wrong::no_text(bytes, error))?)
}

/// Reads a value that was parsed before. It is written out as text for that: few are read so, and they are
/// short.
pub fn read_value<T: for<'t> Deserialize<'t>>(value: &Value) -> Result<T, Wrong> {
    read(&value.to_string()).map_err(Wrong::without_line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Document {
        #[expect(dead_code, reason = "only its reading is looked at")]
        names: Vec<String>,
        #[serde(default)]
        #[expect(dead_code, reason = "only its reading is looked at")]
        inner: Vec<Inner>,
        #[expect(dead_code, reason = "only its reading is looked at")]
        kind: Option<Kind>,
        #[serde(default)]
        #[expect(dead_code, reason = "only its reading is looked at")]
        keyed: BTreeMap<u32, bool>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only its reading is looked at")]
        count: Option<u8>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        #[expect(dead_code, reason = "only its reading is looked at")]
        Named(Inner),
    }

    #[test]
    fn what_is_wrong_is_said_with_its_field_and_its_place() {
        let said = |text: &[u8]| {
            let wrong = read_bytes::<Document>(text).unwrap_err();
            (wrong.field.clone().unwrap_or_default(), wrong.to_string())
        };
        let (field, problem) = said(b"{\"names\":[\"a\",\n1]}");
        assert_eq!(field, "names[1]");
        assert_eq!(problem, "invalid type: integer `1`, expected a string at line 2 column 1");
        let (field, problem) = said(br#"{"names":[],"inner":[{},[1]]}"#);
        assert_eq!(field, "inner[1]");
        assert_eq!(problem, "invalid type: array, expected an object at line 1 column 24");
        let (field, problem) = said(br#"{"names":[],"inner":[{"count":-1}]}"#);
        assert_eq!(field, "inner[0].count");
        let expected = "invalid value: integer `-1`, expected a whole number from 0 to 255";
        assert_eq!(problem, format!("{expected} at line 1 column 32"));
        let (field, problem) = said(br#"{"names":[],"kind":{"named":{"count":"1"}}}"#);
        assert_eq!(field, "kind.named.count");
        assert!(problem.starts_with("invalid type: string \"1\", expected a whole number"));
        let (field, _) = said(br#"{"names":[],"kind":{"other":1}}"#);
        assert_eq!(field, "kind");
        let (field, _) = said(br#"{"names":[],"keyed":{"1":true,"x":true}}"#);
        assert_eq!(field, "keyed.x");
        let (field, _) = said(br#"{"nams":[]}"#);
        assert_eq!(field, "nams");
        let whole = |text: &[u8], problem: &str| {
            assert_eq!(said(text), (String::new(), problem.to_owned()));
        };
        for (text, field) in [
            (br#"{"names":[],"names":[]}"#, "names"),
            (br#"{"keyed":{"1":true,"1":1}}"#, "keyed.1"),
        ] as [(&[u8], _); 2]
        {
            let (said, problem) = said(text);
            assert_eq!(said, field);
            assert!(problem.starts_with("is there twice at line 1 column "), "{problem}");
        }
        whole(b"{\"names\":[]", "EOF while parsing an object at line 1 column 11");
        whole(b"{}", "missing field `names` at line 1 column 2");
        whole(b"{\"names\":[]} x", "trailing characters at line 1 column 14");
        whole(b"{\n\"\xFF\":1}", "invalid unicode code point at line 2 column 2");
    }

    #[test]
    fn no_value_has_a_member_twice() {
        let read = |text| read::<Value>(text).map_err(|wrong| wrong.in_field());
        assert_eq!(read(r#"{"a":{"b":1},"b":[{"b":2}]}"#).unwrap()["b"][0]["b"], 2);
        let said = "a[1].b: is there twice at line 1 column 20";
        assert_eq!(
            read(r#"{"a":[1,{"b":1,"\u0062":2}]}"#).unwrap_err().split(" at").next(),
            said.split(" at").next()
        );
    }

    #[test]
    fn what_was_read_before_has_no_lines() {
        let wrong = read_value::<Document>(&json!({ "names": [true] })).unwrap_err();
        assert_eq!(wrong.field.as_deref(), Some("names[0]"));
        assert_eq!(wrong.to_string(), "invalid type: boolean `true`, expected a string");
    }
}
