//! The line of a scenario that a mistake in it is in.
//!
//! What is wrong with a scenario is found in its values, which have no lines. So the text is read
//! again, down to the scenario or to the rule that is meant, and the mistake is where the first word
//! of its description is written there that is written there at all.

use super::line_at;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct File<'t> {
    #[serde(borrow)]
    scenarios: BTreeMap<String, &'t RawValue>,
}

#[derive(Deserialize)]
struct Scenario<'t> {
    #[serde(borrow)]
    faults: Vec<&'t RawValue>,
}

/// The line of the text of a world file that says what is wrong with one of its scenarios.
pub fn line_in_scenario(text: &str, name: &str, problem: &str) -> Option<usize> {
    let file: File<'_> = serde_json::from_str(text).ok()?;
    let scenario = file.scenarios.get(name)?.get();
    let (part, problem) = rule(scenario, problem).unwrap_or((scenario, problem));
    let problem = problem.strip_prefix("the body is refused: ").unwrap_or(problem);
    let start = part.as_ptr().addr() - text.as_ptr().addr();
    let within = words(problem).find_map(|word| part.find(&format!("\"{word}\"")));
    Some(line_at(text, start + within.unwrap_or(0)))
}

/// The rule that is meant where a problem begins with `faults[0]: `, and what is wrong with it.
fn rule<'t, 'p>(scenario: &'t str, problem: &'p str) -> Option<(&'t str, &'p str)> {
    let (at, problem) = problem.strip_prefix("faults[")?.split_once("]: ")?;
    let scenario: Scenario<'t> = serde_json::from_str(scenario).ok()?;
    Some((scenario.faults.get(at.parse::<usize>().ok()?)?.get(), problem))
}

/// The words of a description: first those between quotation marks, which were sent; then all
/// others, of which the last part of `clock.scale` is the nearest.
fn words(problem: &str) -> impl Iterator<Item = &str> {
    let sent = problem.split('"').skip(1).step_by(2);
    let is_word = |sign: char| sign.is_alphanumeric() || "_.-:".contains(sign);
    let others = problem.split(move |sign| !is_word(sign)).flat_map(|word| {
        let word = word.trim_matches(['.', ':']);
        [word].into_iter().chain(word.rsplit('.'))
    });
    sent.chain(others).filter(|word| !word.is_empty())
}
