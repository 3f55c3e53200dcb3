//! The README's table of the control API: it has every call, and for each of them what it takes, as
//! the service says it when it refuses something else.

use crate::support::{Answer, PROJECT, config, send, send_text, start};
use papercloud::{PaperCloud, control_calls};
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A row: its calls, and what they take.
struct Row {
    calls: Vec<(String, String)>,
    takes: BTreeSet<String>,
}

fn rows() -> Vec<Row> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(readme).expect("a README");
    let section =
        readme.split("\n### The control API, call by call\n").nth(1).expect("the section");
    let table = section.lines().skip_while(|line| !line.starts_with("| Call |")).skip(2);
    let table = table.take_while(|line| line.starts_with('|'));
    let row = |line: &str| {
        let cells: Vec<_> = line.split(" | ").collect();
        let named = spans(cells[0]).map(|call| {
            let (method, path) = call.split_once(' ').expect("a method and a path");
            (method.to_owned(), path.replace("$world", "/_paper/worlds/{project_id}"))
        });
        let takes = cells[1].split('|').next().unwrap_or_default();
        Row { calls: named.collect(), takes: spans(takes).map(str::to_owned).collect() }
    };
    table.map(row).collect()
}

/// What is between backticks.
fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_call_has_its_row() {
    let listed = rows().into_iter().flat_map(|row| row.calls);
    let listed: Vec<_> = listed.map(|(method, path)| format!("{method} {path}")).collect();
    let there_are: BTreeSet<_> = control_calls().into_iter().collect();
    let once: BTreeSet<_> = listed.iter().cloned().collect();
    assert_eq!(once.len(), listed.len(), "a call is listed twice");
    assert_eq!(once, there_are);
}

#[test]
fn every_row_says_what_its_calls_take() {
    let cloud = start(&config());
    for row in rows() {
        for (method, template) in &row.calls {
            if template.ends_with("/worlds/{project_id}") && method != "DELETE" {
                // What it takes is another world's export.
                continue;
            }
            let taken = taken_by(&cloud, method, template);
            assert_eq!(taken, row.takes, "{method} {template}");
        }
    }
}

/// What a call says that it takes, when it is sent something else.
fn taken_by(cloud: &PaperCloud, method: &str, template: &str) -> BTreeSet<String> {
    let path = template.replace("{project_id}", PROJECT).replace("{id}", "x");
    let path = path.replace("{name}", "x").replace("{request_id}", &"0".repeat(32));
    let reads = method == "GET" || method == "DELETE";
    let refused: Answer = if reads {
        send_text(cloud, method, &format!("{path}?no_such_parameter=1"), &[], "")
    } else {
        send(cloud, method, &path, Some(&json!({ "no_such_member": 1 })))
    };
    let said = refused.text("/error_msg");
    assert_eq!(refused.status, 400, "{method} {path}: {said}");
    let names = |list: &str| list.split(", ").map(str::to_owned).collect();
    if reads {
        let (_, takes) = said.split_once(" takes ").unwrap_or_else(|| panic!("{said}"));
        return if takes == "none" { BTreeSet::new() } else { names(takes) };
    }
    if said.contains("takes no body") || said.contains("there are no fields") {
        return BTreeSet::new();
    }
    let (_, expected) = said.split_once(", expected ").unwrap_or_else(|| panic!("{said}"));
    let mut names: BTreeSet<_> = spans(expected).map(str::to_owned).collect();
    if template.ends_with("/verify") {
        // Several claims are told from one by their name.
        let claims = json!({ "checks": [{ "no_such_member": 1 }] });
        let said = send(cloud, method, &path, Some(&claims)).text("/error_msg");
        assert!(said.contains("checks[0]"), "{said}");
        names.insert("checks".to_owned());
    }
    names
}
