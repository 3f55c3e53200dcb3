//! The target of a request: path parameters and query, percent-decoded.

use crate::contract::check::Members;
use crate::contract::json::Json;
use crate::contract::template::{PROJECT_ID, Template};
use crate::contract::{Rule, Violation};
use crate::error::Refusal;
use crate::project_id::Form;
use crate::text;
use axum::http::Uri;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// The target of a request for an operation.
#[derive(Debug)]
pub struct Target<'a> {
    /// The project, whatever it looks like; none where the template is about none.
    project: Option<(Cow<'a, str>, Form)>,
    /// The template's other parameters.
    pub path: Members<'a>,
    pub query: Members<'a>,
}

impl<'a> Target<'a> {
    /// Reads a URI that fits the template.
    pub fn read(uri: &'a Uri, template: &Template) -> Result<Self, Refusal> {
        let (mut project, mut path) = (None, Members::new());
        for (name, sent) in template.values(uri.path()) {
            let value = decode(sent, || format!("{name} in the path"))?;
            if name == PROJECT_ID && template.is_of_project {
                let form = Form::of(&value);
                project = Some((value, form));
            } else {
                path.push((Cow::Borrowed(name), Json::Text(value)));
            }
        }
        let mut query = Members::new();
        for pair in uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode_query(name, || "a name in the query".to_owned())?;
            let place = || format!("the value of {} in the query", text::name(&name));
            let value = decode_query(value, place)?;
            query.push((name, Json::Text(value)));
        }
        Ok(Self { project, path, query })
    }

    /// The project that a path names, if it is well-formed, whatever else is wrong with the URI.
    pub fn project_of(uri: &'a Uri, template: &Template) -> Option<Cow<'a, str>> {
        let mut values = template.values(uri.path()).filter(|_| template.is_of_project);
        let (_, sent) = values.find(|(name, _)| *name == PROJECT_ID)?;
        decode(sent, String::new).ok().filter(|id| Form::of(id) != Form::Malformed)
    }

    /// The project, if it is well-formed.
    pub fn project_id(&self) -> Option<Cow<'a, str>> {
        let well_formed = self.project.as_ref().filter(|(_, form)| *form != Form::Malformed);
        well_formed.map(|(id, _)| id.clone())
    }

    /// Any id is accepted as a project, except a placeholder that was never filled in.
    pub fn require_project_id(&self) -> Result<(), Refusal> {
        let Some((id, Form::Malformed)) = &self.project else { return Ok(()) };
        let placeholder = id.starts_with(['{', '<', '$', ':']) || id.contains(PROJECT_ID);
        Err(Refusal::MalformedProjectId { got: text::shown(id), placeholder })
    }

    /// What is odd about the target, but no reason to refuse it.
    pub fn remarks(&self) -> Option<Violation> {
        let (id, _) = self.project.as_ref().filter(|(_, form)| *form != Form::Usual)?;
        let (path, got) = (PROJECT_ID.to_owned(), Some(text::shown(id)));
        Some(Violation { path, rule: Rule::ProjectId, got })
    }
}

/// Decodes a part of the target: a lone `%` and text that is not UTF-8 are errors, not replaced. What
/// cannot be decoded is not shown, as nobody knows what it is: only the place where it stands.
fn decode(sent: &str, place: impl Fn() -> String) -> Result<Cow<'_, str>, Refusal> {
    let malformed =
        |problem: &str| Refusal::MalformedRequest { reason: format!("{problem} in {}", place()) };
    if !sent.contains('%') {
        return Ok(Cow::Borrowed(sent));
    }
    let mut rest = sent;
    while let Some(at) = rest.find('%') {
        let digits = rest.get(at + 1..at + 3);
        if !digits.is_some_and(|two| two.bytes().all(|digit| digit.is_ascii_hexdigit())) {
            return Err(malformed("% is not followed by two hexadecimal digits"));
        }
        rest = &rest[at + 3..];
    }
    percent_decode_str(sent).decode_utf8().map_err(|_| malformed("bytes that are not UTF-8"))
}

/// In a query, `+` is a space: every client writes a plus as `%2B`.
fn decode_query(sent: &str, place: impl Fn() -> String) -> Result<Cow<'_, str>, Refusal> {
    if !sent.contains('+') {
        return decode(sent, place);
    }
    let spaced = sent.replace('+', " ");
    Ok(Cow::Owned(decode(&spaced, place)?.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "/v3/{project_id}/instances/{instance_id}/clickhouse/replication";

    fn read(uri: &'static str) -> Result<Target<'static>, Refusal> {
        Target::read(Box::leak(Box::new(Uri::from_static(uri))), &Template::new(TEMPLATE))
    }

    #[test]
    fn an_encoded_slash_stays_within_its_segment() {
        let target = read("/v3/p/instances/a%2Fb%20c/clickhouse/replication?x=1+2%2B&y").unwrap();
        assert_eq!(target.project_id().as_deref(), Some("p"));
        assert_eq!(target.path[0].1.as_text(), Some("a/b c"));
        assert_eq!(target.query[0].1.as_text(), Some("1 2+"));
        assert_eq!(target.query[1].1.as_text(), Some(""));
    }

    #[test]
    fn bad_percent_encoding_is_refused() {
        for segment in ["/v3/p/instances/%zz/x/y", "/v3/p/instances/%f/x/y", "/v3/%ff/i/i/x/y"] {
            assert!(matches!(read(segment), Err(Refusal::MalformedRequest { .. })), "{segment}");
        }
        assert!(read("/v3/p/instances/i/x/y?a=%").is_err());
    }

    #[test]
    fn a_forgotten_placeholder_is_told_from_a_bad_id() {
        let problem = |uri| match read(uri).unwrap().require_project_id() {
            Err(Refusal::MalformedProjectId { placeholder, .. }) => Some(placeholder),
            _ => None,
        };
        assert_eq!(problem("/v3/%7Bproject_id%7D/instances/i/x/y"), Some(true));
        assert_eq!(problem("/v3/a%20b/instances/i/x/y"), Some(false));
        assert_eq!(problem("/v3/test-1_x/instances/i/x/y"), None);
    }
}
