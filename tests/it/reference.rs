//! The table of the control API: it has every call, with what it takes, as the service says it when it is
//! sent something else. What a call does is written by hand.

use crate::documents::{hold, read, with_section};
use crate::support::{Answer, PROJECT, config, send, send_text, start};
use papercloud::{PaperCloud, control_calls};
use serde_json::json;
use std::fmt::Write;

const DOCUMENT: &str = "docs/control-api.md";

#[test]
fn the_table_has_every_call_and_what_it_takes() {
    let cloud = start(&config());
    let before = read(DOCUMENT);
    let mut table = String::from("| Call | Takes | Does |\n| --- | --- | --- |\n");
    let mut calls = control_calls();
    calls.sort_by_key(|call| call.split(' ').next_back().map(str::to_owned));
    for call in calls {
        let (method, template) = call.split_once(' ').expect("a method and a path");
        let shown = call.replace("/_paper/worlds/{project_id}", "$world");
        let is_import = shown == "PUT $world";
        let takes = if is_import {
            "an export".to_owned()
        } else {
            let names = taken_by(&cloud, method, template);
            names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        let row = before.lines().find(|line| line.starts_with(&format!("| `{shown}` |")));
        let does = row.and_then(|row| row.rsplit(" | ").next()?.strip_suffix(" |"));
        let does = does.unwrap_or("TODO");
        writeln!(table, "| `{shown}` | {takes} | {does} |").expect("a string takes everything");
    }
    assert!(!table.contains("TODO"), "say in {DOCUMENT} what each call does:\n{table}");
    hold(DOCUMENT, &with_section(&before, "control-api", &table));
}

/// What is between backticks.
fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// What a call says that it takes, when it is sent something else.
fn taken_by(cloud: &PaperCloud, method: &str, template: &str) -> Vec<String> {
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
        return if takes == "none" { Vec::new() } else { names(takes) };
    }
    if said.contains("takes no body") || said.contains("there are no fields") {
        return Vec::new();
    }
    let (_, expected) = said.split_once(", expected ").unwrap_or_else(|| panic!("{said}"));
    let mut names: Vec<_> = spans(expected).map(str::to_owned).collect();
    if template.ends_with("/verify") {
        // Several claims are told from one by their name.
        let claims = json!({ "checks": [{ "no_such_member": 1 }] });
        let said = send(cloud, method, &path, Some(&claims)).text("/error_msg");
        assert!(said.contains("checks[0]"), "{said}");
        names.insert(0, "checks".to_owned());
    }
    names
}
