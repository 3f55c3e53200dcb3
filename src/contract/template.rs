//! Path templates: which paths fit one, and how far a path is from one.

use std::borrow::Cow;

/// The name that every template gives to the project.
pub const PROJECT_ID: &str = "project_id";

/// In every template about something in a project. One that ends in a project's id is about the project
/// itself.
const OF_PROJECT: &str = "/{project_id}/";

/// Whether requests with this template belong to a project. All others belong to the account.
pub fn is_of_project(template: &str) -> bool {
    template.contains(OF_PROJECT)
}

/// The segments of a path.
pub fn segments(path: &str) -> impl Iterator<Item = &str> + Clone {
    let mut rest = Some(path);
    std::iter::from_fn(move || {
        let path = rest?;
        let end = memchr::memchr(b'/', path.as_bytes());
        rest = end.map(|end| &path[end + 1..]);
        Some(end.map_or(path, |end| &path[..end]))
    })
}

/// A template whose parameters were found once, so that no request has to look for them.
#[derive(Debug)]
pub struct Template {
    pub text: &'static str,
    /// Whether requests with it belong to a project.
    pub is_of_project: bool,
    /// The number of each parameter's segment, and its name.
    parameters: Vec<(usize, &'static str)>,
}

impl Template {
    pub fn new(text: &'static str) -> Self {
        let parameters = segments(text).enumerate();
        let parameters = parameters.filter_map(|(at, part)| Some((at, parameter_name(part)?)));
        Self { text, is_of_project: is_of_project(text), parameters: parameters.collect() }
    }

    /// How many parameters it has.
    pub fn parameters(&self) -> usize {
        self.parameters.len()
    }

    /// The parameters in a path that fits, by their names, as they were sent.
    pub fn values<'p>(&self, path: &'p str) -> impl Iterator<Item = (&'static str, &'p str)> {
        let (mut segments, mut passed) = (segments(path), 0);
        self.parameters.iter().map_while(move |&(at, name)| {
            let sent = segments.nth(at - passed)?;
            passed = at + 1;
            Some((name, sent))
        })
    }
}

/// The name of the parameter that a segment of a template stands for.
pub fn parameter_name(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// The templates besides its own path that an operation answers at: its aliases, and the path behind each
/// prefix of its service.
pub fn aliases(
    path: &'static str,
    aliases: &'static [&'static str],
    prefixes: &'static [&'static str],
) -> impl Iterator<Item = Cow<'static, str>> {
    let behind = move |prefix| Cow::Owned(format!("{prefix}{path}"));
    aliases.iter().map(|alias| Cow::Borrowed(*alias)).chain(prefixes.iter().map(behind))
}

/// Whether a path has the segments of a template; for a parameter it must have something.
pub fn fits(path: &str, template: &str) -> bool {
    let mut path = segments(path);
    let is_taken = |part: &str, sent: &str| {
        if part.starts_with('{') { !sent.is_empty() } else { sent == part }
    };
    segments(template).all(|part| path.next().is_some_and(|sent| is_taken(part, sent)))
        && path.next().is_none()
}

/// A word that is cut short after `FEWEST_LETTERS` or more costs at most `A_BEGINNING`.
const A_BEGINNING: usize = 3;
const FEWEST_LETTERS: usize = 6;

/// What another word costs, besides its letters.
const ANOTHER_WORD: usize = 4;

/// How many letters two paths differ in, if these are at most so many; a segment that fits a
/// parameter costs nothing.
pub fn distance(path: &str, template: &str, most: usize) -> Option<usize> {
    let (path, template) = (path.trim_matches('/'), template.trim_matches('/'));
    let apart = segments(path).take(32).count().abs_diff(segments(template).count()) * 6;
    let pairs = segments(path).take(32).zip(segments(template));
    let segment = |(sent, known): (&str, &str)| match known.strip_prefix('{') {
        Some(_) => 0,
        None if sent == known => 0,
        None if sent.len() >= FEWEST_LETTERS && known.starts_with(sent) => {
            A_BEGINNING.min(known.len() - sent.len())
        }
        None if sent.len() > 64 => known.len(),
        None => {
            let letters = strsim::osa_distance(sent, known);
            // Another word altogether is no slip, however short both are.
            if letters * 2 > sent.len().max(known.len()) { letters + ANOTHER_WORD } else { letters }
        }
    };
    let within = |distance: &usize| *distance <= most;
    let add = |sum, pair| Some(sum).filter(within).map(|sum| sum + segment(pair));
    pairs.into_iter().try_fold(apart, add).filter(within)
}
