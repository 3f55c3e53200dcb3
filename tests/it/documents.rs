//! The documents say what the program does: their generated tables are up to date, what they list works,
//! and their links lead somewhere.

#[cfg(feature = "tls")]
use crate::binary::PROGRAM;
use crate::support::{PROJECT, config, json, send, start};
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
#[cfg(feature = "tls")]
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A file of the repository.
pub fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Compares a document with what it has to be; with `UPDATE_FIXTURES` set, writes it instead.
pub fn hold(path: &str, expected: &str) {
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        fs::write(Path::new(ROOT).join(path), expected).expect("the document is written");
    }
    assert!(read(path) == expected, "{path} is out of date: run UPDATE_FIXTURES=1 cargo test");
}

/// A document with another text in the section `<!-- generated: name -->`.
pub fn with_section(document: &str, name: &str, section: &str) -> String {
    let (open, close) = (format!("<!-- generated: {name} -->\n"), "<!-- end -->");
    let (before, rest) = document.split_once(&open).unwrap_or_else(|| panic!("no {open}"));
    let (_, after) = rest.split_once(close).unwrap_or_else(|| panic!("{name} has no {close}"));
    format!("{before}{open}{section}{close}{after}")
}

#[test]
fn the_generated_tables_are_up_to_date() {
    let clients = Clients::read();
    for name in papercloud::generated_sections() {
        let path = match *name {
            "meanings" => "docs/faults.md".to_owned(),
            _ => format!("docs/{name}.md"),
        };
        let section =
            papercloud::generated_section(name, &|operation| clients.that_call(operation));
        hold(&path, &with_section(&read(&path), name, &section));
    }
}

#[cfg(feature = "tls")]
#[test]
fn the_flags_are_those_of_the_program() {
    let printed = Command::new(PROGRAM).arg("flags").env_clear().output().expect("it runs");
    let flags = String::from_utf8(printed.stdout).expect("UTF-8");
    assert!(printed.status.success() && flags.contains("`--job-seconds <SECONDS>`"), "{flags}");
    hold("docs/flags.md", &with_section(&read("docs/flags.md"), "flags", &flags));
}

#[test]
fn every_effect_of_the_table_can_be_armed() {
    let faults = read("docs/faults.md");
    let table = faults.split_once("\n| Effect |").expect("the table").1;
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

/// CI runs the blocks of the documents, and no table: so whatever the README's table offers has to stand
/// in a block, word for word.
#[test]
fn what_the_readme_offers_is_run_elsewhere() {
    let readme = read("README.md");
    let table = readme.split_once("\n| I want to … |").expect("the table").1;
    let rows: Vec<_> = table.lines().skip(2).take_while(|line| line.starts_with('|')).collect();
    assert_eq!(rows.len(), 12);
    let blocks = |fence: &str| -> String {
        let documents = documents().into_iter().filter(|path| path.starts_with("docs/"));
        let blocks = documents.map(|path| blocks_of(&read(&path), fence));
        blocks.collect()
    };
    let run = [blocks("sh"), blocks("python"), blocks("rust")];
    for row in rows {
        let cells: Vec<_> = row.split('`').skip(1).step_by(2).collect();
        assert_eq!(cells.len(), run.len(), "{row}");
        for (cell, blocks) in cells.iter().zip(&run) {
            assert!(blocks.contains(cell), "no block of docs/ has {cell}");
        }
    }
}

#[test]
fn the_readme_is_an_introduction() {
    let lines = read("README.md").lines().count();
    assert!(lines <= 180, "{lines} lines: what is more belongs to docs/");
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let mut broken = Vec::new();
    for path in documents() {
        let folder = Path::new(&path).parent().expect("a folder").to_owned();
        for link in links(&prose(&read(&path))) {
            let (file, heading) = link.split_once('#').unwrap_or((&link, ""));
            let target = if file.is_empty() { PathBuf::from(&path) } else { folder.join(file) };
            let exists = Path::new(ROOT).join(&target).exists();
            let is_found = exists
                && (heading.is_empty()
                    || headings(&read(&target.display().to_string())).contains(heading));
            if !is_found {
                broken.push(format!("{path}: {link}"));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere: {broken:#?}");
}

/// Every Markdown file that people read: the README, and those of docs, clients and examples.
fn documents() -> Vec<String> {
    fn gather(folder: &str, found: &mut Vec<String>) {
        let Ok(entries) = fs::read_dir(Path::new(ROOT).join(folder)) else { return };
        for entry in entries.map(|entry| entry.expect("an entry")) {
            let name = entry.file_name().into_string().expect("UTF-8");
            let path = format!("{folder}/{name}");
            let is_folder = entry.file_type().expect("a kind").is_dir();
            if is_folder && !["node_modules", "target"].contains(&&*name) {
                gather(&path, found);
            } else if Path::new(&name).extension().is_some_and(|ending| ending == "md") {
                found.push(path);
            }
        }
    }
    let mut found = vec!["README.md".to_owned()];
    for folder in ["docs", "clients", "examples"] {
        gather(folder, &mut found);
    }
    assert!(found.len() > 10, "{found:?}");
    found
}

/// The text of a document without its blocks.
fn prose(document: &str) -> String {
    document.split("\n```").step_by(2).collect()
}

/// The blocks of a document whose info string begins with this word, without those that are not run.
fn blocks_of(document: &str, language: &str) -> String {
    let blocks = document.split("\n```").skip(1).step_by(2);
    let run = blocks.filter(|block| {
        let info = block.lines().next().unwrap_or_default();
        info.split(' ').next() == Some(language) && !info.contains("skip-ci")
    });
    run.collect()
}

/// Where the links within the repository lead.
fn links(prose: &str) -> Vec<String> {
    let targets = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://")).map(str::to_owned).collect()
}

/// The anchors of a document's headings, as GitHub makes them.
fn headings(document: &str) -> BTreeSet<String> {
    let document = prose(document);
    let lines = document.lines().filter(|line| line.starts_with('#'));
    let anchor = |line: &str| -> String {
        let text = line.trim_start_matches('#').trim().to_lowercase();
        let kept = text
            .chars()
            .filter(|character| character.is_alphanumeric() || " -_".contains(*character));
        kept.map(|character| if character == ' ' { '-' } else { character }).collect()
    };
    lines.map(anchor).collect()
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
    for (at, character) in operation.char_indices() {
        if at > 0 && character.is_uppercase() {
            method.push('_');
        }
        method.extend(character.to_lowercase());
    }
    method
}

fn camel_case(operation: &str) -> String {
    let (first, rest) = operation.split_at(1);
    format!("{}{rest}", first.to_lowercase())
}
