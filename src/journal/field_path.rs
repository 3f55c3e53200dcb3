//! Dotted paths to what was sent and answered: `source_instance.id`, `headers.x-language`.

use serde_json::Value;
use std::fmt;

/// A dotted path to a part of a request, or of its answer.
///
/// `body.`, `query.`, `headers.`, `answer.body.` and `answer.headers.` say where to look. Any other
/// path begins with the name of a parameter, which the documents use only once in an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPath {
    /// Where to look.
    pub root: Root,
    /// The steps from there.
    pub steps: Vec<Step>,
    text: String,
}

/// Where a path starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// A parameter: a member of the body, or in the query, the path or a header.
    Parameter,
    Body,
    Query,
    Headers,
    AnswerBody,
    AnswerHeaders,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Member(String),
    /// To an element of an array.
    Element(usize),
}

const ROOTS: &[(&str, Root)] = &[
    ("answer.body.", Root::AnswerBody),
    ("answer.headers.", Root::AnswerHeaders),
    ("body.", Root::Body),
    ("query.", Root::Query),
    ("headers.", Root::Headers),
];

impl FieldPath {
    /// Reads a path such as `backup_files.files[0].size`.
    pub fn parse(text: &str) -> Result<Self, String> {
        const LONGEST: usize = 1024;
        if text.len() > LONGEST {
            return Err(format!("a path must have at most {LONGEST} bytes"));
        }
        let rooted =
            ROOTS.iter().find_map(|(start, root)| Some((*root, text.strip_prefix(start)?)));
        let (root, rest) = rooted.unwrap_or((Root::Parameter, text));
        let mut steps = Vec::new();
        for part in rest.split('.') {
            let (name, mut brackets) = part.find('[').map_or((part, ""), |at| part.split_at(at));
            if name.is_empty() {
                return Err(format!("{text:?} must be names with dots between them"));
            }
            steps.push(Step::Member(name.to_owned()));
            while !brackets.is_empty() {
                // Any element, as without brackets.
                if let Some(rest) = brackets.strip_prefix("[]") {
                    brackets = rest;
                    continue;
                }
                let index = brackets.strip_prefix('[').and_then(|rest| rest.split_once(']'));
                let index = index.and_then(|(index, rest)| Some((index.parse().ok()?, rest)));
                let (index, rest) =
                    index.ok_or_else(|| format!("{text:?} must have a number between [ and ]"))?;
                steps.push(Step::Element(index));
                brackets = rest;
            }
        }
        Ok(Self { root, steps, text: text.to_owned() })
    }

    /// The values at the end of some steps. A member of a list is that of each of its elements.
    pub fn walk<'v>(value: &'v Value, steps: &[Step]) -> Vec<&'v Value> {
        let Some((step, rest)) = steps.split_first() else { return vec![value] };
        let next: Vec<&Value> = match (step, value) {
            (Step::Member(name), Value::Array(values)) => match name.parse::<usize>() {
                Ok(index) => values.get(index).into_iter().collect(),
                Err(_) => values.iter().filter_map(|value| value.get(name)).collect(),
            },
            (Step::Member(name), value) => value.get(name).into_iter().collect(),
            (Step::Element(index), value) => value.get(index).into_iter().collect(),
        };
        next.into_iter().flat_map(|value| Self::walk(value, rest)).collect()
    }

    /// The name that it starts with, and the steps from there.
    pub fn start(&self) -> (&str, &[Step]) {
        match self.steps.split_first() {
            Some((Step::Member(name), rest)) => (name, rest),
            _ => ("", &[]),
        }
    }

    /// The parameter that it begins with, if it does not say where to look, and the members on the
    /// way from there, with dots between them.
    pub fn parameter(&self) -> Option<String> {
        let is_name = |name: &&str| name.parse::<usize>().is_err();
        (self.root == Root::Parameter)
            .then(|| self.names().filter(is_name).collect::<Vec<_>>().join("."))
            .filter(|name| !name.is_empty())
    }

    /// The names on it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(|step| match step {
            Step::Member(name) => Some(name.as_str()),
            Step::Element(_) => None,
        })
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ROUTES;
    use serde_json::json;

    #[test]
    fn a_path_leads_through_members_and_elements() {
        let body = json!({ "a": { "b": [{ "c": 1 }, { "c": 3 }, [2]] } });
        let at = |text: &str| {
            let path = FieldPath::parse(text).unwrap();
            FieldPath::walk(&body, &path.steps).into_iter().cloned().collect::<Vec<_>>()
        };
        assert_eq!(at("a.b[0].c"), [json!(1)]);
        assert_eq!(at("a.b.0.c"), [json!(1)]);
        assert_eq!(at("a.b[2][0]"), [json!(2)]);
        assert_eq!(at("a.b.c"), [json!(1), json!(3)]);
        assert_eq!(at("a.b[].c"), [json!(1), json!(3)]);
        for none in ["a.c", "a.b[3]", "a.b.d", "a.b[0].c.d"] {
            assert!(at(none).is_empty(), "{none}");
        }
        let answer = FieldPath::parse("answer.headers.x-request-id").unwrap();
        assert_eq!((answer.root, answer.start().0), (Root::AnswerHeaders, "x-request-id"));
        assert_eq!(FieldPath::parse("bodyguard").unwrap().root, Root::Parameter);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["", ".", "a.", ".a", "a..b", "a[", "a[x]", "a[1", "a[0]b", "[0]", "body."] {
            assert!(FieldPath::parse(text).is_err(), "{text}");
        }
        assert!(FieldPath::parse(&"a".repeat(2_000)).is_err());
    }

    /// Otherwise a parameter could not be named without saying where it is.
    #[test]
    fn no_parameter_is_called_like_a_place() {
        for (place, field) in ROUTES.iter().flat_map(|route| route.contract().parameters()) {
            let taken =
                ROOTS.iter().any(|(start, _)| start.starts_with(&format!("{}.", field.name)));
            assert!(!taken, "{place:?} {}", field.name);
        }
    }
}
