//! The README says what the program does: its generated tables are up to date, and the effects that
//! it lists can be armed.

use crate::support::{PROJECT, config, json, send, start};
use serde_json::json;
use std::fs;
use std::path::Path;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// With `UPDATE_FIXTURES` set, writes the tables instead.
#[test]
fn the_generated_tables_are_up_to_date() {
    let readme = Path::new(ROOT).join("README.md");
    let mut text = fs::read_to_string(&readme).expect("a README");
    let before = text.clone();
    let clients = Clients::read();
    for name in papercloud::readme_sections() {
        let (open, close) = (format!("<!-- generated: {name} -->\n"), "<!-- end -->");
        let start = text.find(&open).unwrap_or_else(|| panic!("README lacks {open}")) + open.len();
        let length = text[start..].find(close).unwrap_or_else(|| panic!("{name} has no {close}"));
        let section = papercloud::readme_section(name, &|operation| clients.that_call(operation));
        text.replace_range(start..start + length, &section);
    }
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        fs::write(&readme, text).expect("the README is written");
        return;
    }
    assert!(before == text, "README.md is out of date: run UPDATE_FIXTURES=1 cargo test");
}

#[test]
fn every_effect_of_the_table_can_be_armed() {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).expect("a README");
    let table = readme.split_once("\n| Effect |").expect("the table").1;
    let rows = table.lines().skip(2).take_while(|line| line.starts_with("| `{"));
    let effects = rows.flat_map(|row| row.split('`')).filter(|text| text.starts_with('{'));
    let effects: Vec<_> = effects.map(json).collect();
    assert!(effects.len() > 10, "{effects:?}");
    let cloud = start(&config());
    let path = format!("/_paper/worlds/{PROJECT}/faults");
    for effect in effects {
        let arm = |operation: &str| {
            let rule = json!({ "operation": operation, "effect": effect });
            send(&cloud, "POST", &path, Some(&rule)).status
        };
        // No operation documents every error.
        let statuses = ["CreateDbCacheMapping", "UpdateClickHouseDataBaseConfig"].map(arm);
        assert!(statuses.contains(&201), "{effect}: {statuses:?}");
    }
}

/// The tests that official SDKs run, as text.
struct Clients {
    python: String,
    node: String,
    go: String,
    java: String,
}

impl Clients {
    fn read() -> Self {
        Self {
            python: sources("python", "py"),
            node: sources("node", "mjs"),
            go: sources("go", "go"),
            java: sources("java/src/test/java/papercloud", "java"),
        }
    }

    /// The SDKs whose tests call an operation, by the name that each gives its method.
    fn that_call(&self, operation: &str) -> String {
        let (snake, camel) = (snake_case(operation), camel_case(operation));
        let calls = |text: &str, method: &str| {
            text.contains(&format!(".{method}(")) || text.contains(&format!(".{method},"))
        };
        let mut clients = Vec::new();
        if calls(&self.python, &snake) {
            clients.push("Python");
        }
        if calls(&self.node, &camel) {
            clients.push("Node");
        }
        if calls(&self.go, operation) {
            clients.push("Go");
        }
        if calls(&self.java, &camel) {
            clients.push("Java");
        }
        clients.join(", ")
    }
}

fn sources(folder: &str, ending: &str) -> String {
    let folder = Path::new(ROOT).join("tests/clients").join(folder);
    let Ok(entries) = fs::read_dir(&folder) else { return String::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let sources = paths.filter(|path| path.extension().is_some_and(|it| it == ending));
    sources.map(|path| fs::read_to_string(path).expect("a source")).collect()
}

fn snake_case(operation: &str) -> String {
    let mut method = String::new();
    for (at, sign) in operation.char_indices() {
        if at > 0 && sign.is_uppercase() {
            method.push('_');
        }
        method.extend(sign.to_lowercase());
    }
    method
}

fn camel_case(operation: &str) -> String {
    let (first, rest) = operation.split_at(1);
    format!("{}{rest}", first.to_lowercase())
}
