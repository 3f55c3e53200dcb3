//! Writes `JUnit` XML, which every CI system reads.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// Cases that belong together.
pub struct Suite {
    /// What they are about.
    pub name: String,
    /// The cases.
    pub cases: Vec<Case>,
}

/// Something that is as it should be, or not.
pub struct Case {
    /// Its name.
    pub name: String,
    /// Why it failed, in a sentence and in full, if it has.
    pub failure: Option<(String, String)>,
}

/// Writes the document to a file, or to standard output for -, and the lines for people to where
/// that leaves room.
pub fn write(
    file: Option<&Path>,
    command: &str,
    suites: &[Suite],
    lines: &str,
) -> Result<(), String> {
    match file {
        Some(file) if file.as_os_str() == "-" => {
            let _ = std::io::stderr().write_all(lines.as_bytes());
            super::print(&document(command, suites))
        }
        Some(file) => {
            super::print(lines)?;
            save(file, &document(command, suites))
        }
        None => super::print(lines),
    }
}

/// Writes a file.
pub fn save(file: &Path, text: &str) -> Result<(), String> {
    std::fs::write(file, text)
        .map_err(|error| format!("{} cannot be written: {error}", file.display()))
}

/// The document.
pub fn document(command: &str, suites: &[Suite]) -> String {
    let count = |suites: &[Suite]| {
        let cases = || suites.iter().flat_map(|suite| &suite.cases);
        let failed = cases().filter(|case| case.failure.is_some()).count();
        format!(r#"tests="{}" failures="{failed}" errors="0""#, cases().count())
    };
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(text, r#"<testsuites name="papercloud {command}" {}>"#, count(suites));
    for suite in suites {
        let suite_name = escaped(&suite.name);
        let counted = count(std::slice::from_ref(suite));
        let _ = writeln!(text, r#"  <testsuite name="{suite_name}" {counted}>"#);
        for case in &suite.cases {
            let name = escaped(&case.name);
            let _ = write!(text, r#"    <testcase classname="{suite_name}" name="{name}""#);
            let Some((reason, whole)) = &case.failure else {
                text.push_str("/>\n");
                continue;
            };
            let (reason, whole) = (escaped(reason), escaped(whole));
            let _ = writeln!(text, ">\n      <failure message=\"{reason}\">{whole}</failure>");
            text.push_str("    </testcase>\n");
        }
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

/// Text as XML takes it, in an attribute or outside. Most control characters cannot be written at
/// all.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            '\r' => escaped.push_str("&#13;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

#[test]
fn whatever_a_name_has_in_it_is_text() {
    assert_eq!(escaped("<a b=\"'&\n\u{1}"), "&lt;a b=&quot;&apos;&amp;&#10;\u{fffd}");
}
