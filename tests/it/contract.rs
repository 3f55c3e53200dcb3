//! `fixtures/contract.txt`: the operations that SDKs and Terraform's provider need. None is left out; one
//! that is leaves the list, with the reason in its place as a comment.

use crate::documents::read;
use serde_json::Value;
use std::collections::HashSet;

/// A line of the list without the names of its parameters, which two descriptions of one path may
/// differ in.
fn nameless(line: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "{}" } else { part }.to_owned();
    let words = line.split(' ').map(|word| word.split('/').map(part).collect::<Vec<_>>().join("/"));
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn every_operation_of_the_contract_is_emulated() {
    let line = |operation: &Value| {
        let words = ["method", "path", "operation"].map(|name| operation[name].as_str());
        nameless(&words.map(|word| word.expect("a word")).join(" "))
    };
    let listed = papercloud::operations();
    let emulated: HashSet<String> = listed.as_array().expect("a list").iter().map(line).collect();
    let list = read("fixtures/contract.txt");
    let wanted: Vec<_> = list.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(wanted.len() > 330, "{}", wanted.len());
    let is_missing = |line: &&&str| !emulated.contains(&nameless(line));
    let missing: Vec<_> = wanted.iter().filter(is_missing).copied().collect();
    assert!(
        missing.is_empty(),
        "{} of {} operations are emulated; these are not:\n{}",
        wanted.len() - missing.len(),
        wanted.len(),
        missing.join("\n")
    );
}
