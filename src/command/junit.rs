//! Findings as `JUnit` XML, which every CI system reads.

use super::verify::Suite;
use std::fmt::Write;

/// The document: a suite for each project, a case for each claim.
pub fn document(suites: &[Suite]) -> String {
    let count = |suites: &[Suite]| {
        let findings = || suites.iter().flat_map(|suite| &suite.findings);
        let failed = findings().filter(|finding| !finding.passed).count();
        format!(r#"tests="{}" failures="{failed}" errors="0""#, findings().count())
    };
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(text, r#"<testsuites name="papercloud verify" {}>"#, count(suites));
    for suite in suites {
        let project = escaped(&suite.project_id);
        let counted = count(std::slice::from_ref(suite));
        let _ = writeln!(text, r#"  <testsuite name="{project}" {counted}>"#);
        for finding in &suite.findings {
            let name = escaped(&finding.name);
            let _ = write!(text, r#"    <testcase classname="{project}" name="{name}""#);
            if finding.passed {
                text.push_str("/>\n");
                continue;
            }
            let (reason, whole) = (escaped(&finding.reason), escaped(&finding.to_string()));
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
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
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
