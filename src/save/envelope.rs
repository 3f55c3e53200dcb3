//! The world file as text: what somebody wrote, and the member `saved` beside it.

use crate::auth::hexadecimal;
use crate::world_file::line_at;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

/// The version that this program writes and reads.
pub const VERSION: u64 = 1;

/// The member that the state is.
pub const SAVED: &str = "saved";

/// A file without anything of its own.
const EMPTY: &str = "{\n  \"version\": 1\n}\n";

/// A world file, taken apart.
#[derive(Debug)]
pub struct Parts<'t> {
    /// Everything but the member `saved`, up to the bracket that ends the file.
    pub own: String,
    /// What was saved, if anything was; its digest holds.
    pub content: Option<&'t str>,
}

#[derive(Deserialize)]
struct Outer<'t> {
    #[serde(borrow)]
    saved: Option<&'t RawValue>,
}

/// What is looked at before everything else: a later version may have other members.
#[derive(Deserialize)]
struct Header {
    version: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'t> {
    #[serde(rename = "version")]
    _version: u64,
    #[serde(borrow)]
    content: &'t RawValue,
    digest: String,
}

impl<'t> Parts<'t> {
    /// Takes a file apart, and holds what was saved against its digest.
    pub fn of(text: &'t str) -> Result<Self, String> {
        let outer: Outer<'_> = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let Some(saved) = outer.saved else {
            return Ok(Self { own: opened(text).to_owned(), content: None });
        };
        let saved = saved.get();
        let content = content_of(saved)
            .map_err(|problem| format!("{problem} at line {}", line_of(text, saved)))?;
        Ok(Self { own: without(text, saved)?, content: Some(content) })
    }
}

/// What a file says itself where there is none yet.
pub fn of_nothing() -> String {
    opened(EMPTY).to_owned()
}

/// The line that a part of a text begins in.
pub fn line_of(text: &str, part: &str) -> usize {
    line_at(text, start_of(text, part))
}

/// A digest as it is written.
pub fn digits(digest: Sha256) -> String {
    format!("sha256:{}", hexadecimal(&digest.finalize()))
}

fn content_of(saved: &str) -> Result<&str, String> {
    let plain = |error: serde_json::Error| {
        let said = error.to_string();
        format!("{SAVED}: {}", said.split(" at line ").next().unwrap_or_default())
    };
    let Header { version } = serde_json::from_str(saved).map_err(plain)?;
    if version != VERSION {
        return Err(format!(
            "{SAVED}.version: this program reads version {VERSION}, got {version}"
        ));
    }
    let Envelope { content, digest, .. } = serde_json::from_str(saved).map_err(plain)?;
    let computed = digits(Sha256::new_with_prefix(content.get()));
    if digest != computed {
        return Err(format!(
            "{SAVED}.digest: is not that of {SAVED}.content, which was changed or damaged after it \
             was written; take out the member {SAVED} to start without it"
        ));
    }
    Ok(content.get())
}

/// A text without the member whose value this is.
fn without(text: &str, value: &str) -> Result<String, String> {
    let start = start_of(text, value);
    let name = format!("\"{SAVED}\"");
    let key = text[..start].trim_end().strip_suffix(':').map(str::trim_end);
    let before = key.and_then(|before| before.strip_suffix(name.as_str())).map(str::trim_end);
    let Some(before) = before else {
        return Err(format!("{SAVED}: its name must be written like this at line {}", {
            line_at(text, start)
        }));
    };
    let after = text[start + value.len()..].trim_start();
    let own = match before.strip_suffix(',') {
        Some(before) => format!("{before}{after}"),
        None => format!("{before}{}", after.strip_prefix(',').unwrap_or(after)),
    };
    Ok(opened(&own).to_owned())
}

/// A document without the bracket that ends it.
fn opened(text: &str) -> &str {
    let text = text.trim_end();
    text.strip_suffix('}').unwrap_or(text).trim_end()
}

fn start_of(text: &str, part: &str) -> usize {
    // A part of the text lies within it; anything else would be at its start.
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize).min(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(content: &str) -> String {
        let digest = digits(Sha256::new_with_prefix(content));
        format!("\"saved\": {{\"version\": 1, \"content\": {content}, \"digest\": \"{digest}\"}}")
    }

    #[test]
    fn what_the_file_says_itself_stays_wherever_the_state_stands() {
        let saved = saved("{\"a\":[1 ,2]}");
        for (text, own) in [
            (format!("{{\"version\": 1,\n {saved}\n}}\n"), "{\"version\": 1"),
            (format!("{{{saved}, \"version\": 1}}"), "{ \"version\": 1"),
            (
                format!("{{\"users\": [], {saved} ,\"version\": 1 }}"),
                "{\"users\": [],\"version\": 1",
            ),
            ("{ \"version\" : 1 }\n\n".to_owned(), "{ \"version\" : 1"),
        ] {
            let parts = Parts::of(&text).unwrap();
            assert_eq!(parts.own, own, "{text}");
            assert_eq!(parts.content.is_some(), text.contains("saved"));
        }
        assert_eq!(of_nothing(), "{\n  \"version\": 1");
    }

    #[test]
    fn what_was_changed_is_refused_with_its_line() {
        let whole = format!("{{\n\"version\": 1,\n{}}}", saved("{\"a\":[1,2]}"));
        assert_eq!(Parts::of(&whole).unwrap().content, Some("{\"a\":[1,2]}"));
        for (changed, said) in [
            (whole.replace("[1,2]", "[1,3]"), "saved.digest: is not that of saved.content"),
            (whole.replace("[1,2]", "[1, 2]"), "saved.digest: is not that of saved.content"),
            (whole.replace("sha256:", "sha256:0"), "saved.digest: is not that of saved.content"),
            (whole.replace("{\"version\": 1", "{\"version\": 2"), "reads version 1, got 2"),
            (whole.replace("\"digest\"", "\"digset\""), "saved: unknown field `digset`"),
            (whole.replace("\"saved\"", "\"s\\u0061ved\""), "saved: its name must be"),
        ] {
            let problem = Parts::of(&changed).unwrap_err();
            assert!(problem.contains(said) && problem.ends_with(" at line 3"), "{problem}");
        }
        for cut in 0..whole.len() {
            assert!(Parts::of(&whole[..cut]).is_err(), "{cut}");
        }
    }
}
