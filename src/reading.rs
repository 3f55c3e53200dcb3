//! How JSON documents are read into types.
//!
//! Everything that is written down for a test is read here, with one kind of deserializer, since
//! each type is compiled anew for each kind that it is read with.

use serde::Deserialize;
use serde_json::Value;
use std::fmt;

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
        let problem = said.strip_suffix(&place).unwrap_or(&said).to_owned();
        Self { field, problem, line: error.line(), column: error.column() }
    }

    fn no_text(text: &[u8], error: std::str::Utf8Error) -> Self {
        let mut lines = text[..error.valid_up_to()].split(|byte| *byte == b'\n');
        let line = lines.clone().count();
        let column = lines.next_back().map_or(0, <[u8]>::len) + 1;
        Self { field: None, problem: "invalid unicode code point".to_owned(), line, column }
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

/// Reads a text.
pub fn read<'t, T: Deserialize<'t>>(text: &'t str) -> Result<T, Wrong> {
    let mut json = serde_json::Deserializer::from_str(text);
    let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        // A question mark stands for a name that was never read.
        let field = path.trim_end_matches(['.', '?']);
        Wrong::at((!field.is_empty()).then(|| field.to_owned()), error.inner())
    })?;
    json.end().map_err(|error| Wrong::at(None, &error))?;
    Ok(read)
}

/// Reads bytes that should be a text.
pub fn read_bytes<'t, T: Deserialize<'t>>(bytes: &'t [u8]) -> Result<T, Wrong> {
    read(std::str::from_utf8(bytes).map_err(|error| Wrong::no_text(bytes, error))?)
}

/// Reads what was read before. It is written out for that: few are, and they are short.
pub fn read_value<T: for<'t> Deserialize<'t>>(value: &Value) -> Result<T, Wrong> {
    read(&value.to_string()).map_err(|wrong| Wrong { line: 0, ..wrong })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Document {
        #[expect(dead_code, reason = "only its reading is looked at")]
        names: Vec<String>,
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
        let whole = |text: &[u8], problem: &str| {
            assert_eq!(said(text), (String::new(), problem.to_owned()));
        };
        whole(b"{\"names\":[]", "EOF while parsing an object at line 1 column 11");
        whole(b"{}", "missing field `names` at line 1 column 2");
        whole(b"{\"names\":[]} x", "trailing characters at line 1 column 14");
        whole(b"{\n\"\xFF\":1}", "invalid unicode code point at line 2 column 2");
    }

    #[test]
    fn what_was_read_before_has_no_lines() {
        let wrong = read_value::<Document>(&json!({ "names": [true] })).unwrap_err();
        assert_eq!(wrong.field.as_deref(), Some("names[0]"));
        assert_eq!(wrong.to_string(), "invalid type: boolean `true`, expected a string");
    }
}
