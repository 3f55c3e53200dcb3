//! Finds the line of a mistake in a document.
//!
//! Mistakes are found in values, which have no lines. So the text is read again down to the field that
//! is wrong, and the first quoted string there that is also a word of the description marks the line.

use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The line in which the text of a document says what is wrong with a field of it.
pub fn line_of(text: &str, field: &str, problem: &str) -> usize {
    // A description may begin with the rest of the path, as in `faults[1]: nth must be …`.
    let (mut part, path) = (text, format!("{field}.{problem}"));
    let mut path = path.as_str();
    while let Some(step) = step(part, path) {
        (part, path) = step;
    }
    let start = part.as_ptr().addr() - text.as_ptr().addr();
    let problem = path.trim_start_matches(['.', ':', ' ']);
    let problem = problem.strip_prefix("the body is refused: ").unwrap_or(problem);
    let within = words(problem).find_map(|word| part.find(&format!("\"{word}\"")));
    text[..start + within.unwrap_or(0)].matches('\n').count() + 1
}

/// The member or element with which a path begins, and the rest of the path.
fn step<'t, 'p>(part: &'t str, path: &'p str) -> Option<(&'t str, &'p str)> {
    if let Some(rest) = path.strip_prefix('[') {
        let (index, rest) = rest.split_once(']')?;
        let elements: Vec<&RawValue> = serde_json::from_str(part).ok()?;
        return Some((elements.get(index.parse::<usize>().ok()?)?.get(), rest));
    }
    let path = path.strip_prefix('.').unwrap_or(path);
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(part).ok()?;
    // Names may have dots in them, so the longest that fits is meant.
    let rest = |name: &String| path.strip_prefix(name.as_str());
    let fits = |name: &&String| {
        rest(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', ':']))
    };
    let name = members.keys().filter(fits).max_by_key(|name| name.len())?;
    Some((members.get(name)?.get(), rest(name)?))
}

/// The words of a description: first those between quotation marks, which were sent; then all
/// others, of which the last part of `clock.scale` is the nearest.
fn words(problem: &str) -> impl Iterator<Item = &str> {
    let sent = problem.split('"').skip(1).step_by(2);
    let is_word = |character: char| character.is_alphanumeric() || "_-.:".contains(character);
    let others = problem.split(move |character| !is_word(character)).flat_map(|word| {
        let word = word.trim_matches(['.', ':']);
        [word].into_iter().chain(word.rsplit('.'))
    });
    sent.chain(others).filter(|word| !word.is_empty())
}
