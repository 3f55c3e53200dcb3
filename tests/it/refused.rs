//! `fixtures/*/*/refused.json`: what each documented call refuses, with the whole answer.
//!
//! `UPDATE_FIXTURES=1 cargo test` writes the answers; their change is read in review.

use crate::support::{Answer, config, send_text, start};
use papercloud::PaperCloud;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Fewest cases of a documented call.
const FEWEST: usize = 15;

/// With `UPDATE_FIXTURES` set, the answers are written instead. What is wrong is told at the end.
#[test]
fn every_refused_request_is_answered_with_its_whole_body() {
    let files = refused_files();
    assert!(files.len() >= 5, "one file for each documented call: {files:?}");
    let wrong: Vec<String> = files.iter().flat_map(|file| hold(file)).collect();
    assert!(wrong.is_empty(), "{} cases are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Sends the cases of a file, each to a cloud of its own: what is wrong with them.
fn hold(file: &Path) -> Vec<String> {
    let read = (try_read(&file.with_file_name("documented.json")), try_read(file));
    let (Ok(documented), Ok(mut cases)) = read else {
        return [read.0.err(), read.1.err()].into_iter().flatten().collect();
    };
    let mut wrong = Vec::new();
    let there = cases.as_array_mut().expect("an array of cases");
    if there.len() < FEWEST {
        wrong.push(format!("{}: fewer than {FEWEST} cases", file.display()));
    }
    for case in there {
        let answer = send_case(&start(&config()), &documented["request"], case);
        let answered = json!({ "status": answer.status, "body": answer.body });
        let what = format!("{}: {}", file.display(), case["case"]);
        if answer.status < 400 {
            wrong.push(format!("{what}: it is accepted: {answered}"));
        } else if std::env::var_os("UPDATE_FIXTURES").is_some() {
            case["response"] = answered;
        } else if case["response"] != answered {
            wrong.push(format!("{what}: answered {answered}, not {}", case["response"]));
        }
    }
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        fs::write(file, format!("{cases:#}\n")).expect("the fixture is written");
    }
    wrong
}

/// Sends the documented request with what a case changes.
pub fn send_case(cloud: &PaperCloud, documented: &Value, case: &Value) -> Answer {
    let method = documented["method"].as_str().expect("a method");
    let path = case.get("path").unwrap_or(&documented["path"]).as_str().expect("a path");
    let body = match case.get("text") {
        Some(text) => text.as_str().expect("text").to_owned(),
        None => case["body"].to_string(),
    };
    let mut headers = vec![("X-Auth-Token", "test-token")];
    for (name, value) in case["headers"].as_object().into_iter().flatten() {
        headers.retain(|(known, _)| known != name);
        headers.extend(value.as_str().map(|value| (name.as_str(), value)));
    }
    send_text(cloud, method, path, &headers, &body)
}

pub fn refused_files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let folders = |path: &Path| {
        let entries =
            fs::read_dir(path).expect("a folder").map(|entry| entry.expect("entry").path());
        entries.filter(|path| path.is_dir()).collect::<Vec<_>>()
    };
    let operations = folders(&root).into_iter().flat_map(|service| folders(&service));
    let mut files: Vec<_> = operations.map(|folder| folder.join("refused.json")).collect();
    files.retain(|file| file.is_file());
    files.sort();
    files
}

pub fn read(path: &Path) -> Value {
    try_read(path).unwrap_or_else(|problem| panic!("{problem}"))
}

fn try_read(path: &Path) -> Result<Value, String> {
    let named = |problem: &dyn std::fmt::Display| format!("{}: {problem}", path.display());
    let text = fs::read_to_string(path).map_err(|error| named(&error))?;
    serde_json::from_str(&text).map_err(|error| named(&error))
}
