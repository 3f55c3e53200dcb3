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

#[test]
fn every_refused_request_is_answered_with_its_whole_body() {
    let files = refused_files();
    assert_eq!(files.len(), 5, "one file for each documented call: {files:?}");
    for file in files {
        let documented = read(&file.with_file_name("documented.json"));
        let mut cases = read(&file);
        let cases_of_file = cases.as_array_mut().expect("an array of cases");
        assert!(cases_of_file.len() >= FEWEST, "{}", file.display());
        for case in cases_of_file {
            let answered = answer(&documented["request"], case);
            if std::env::var_os("UPDATE_FIXTURES").is_some() {
                case["response"] = answered;
            } else {
                let name = format!("{}: {}", file.display(), case["case"]);
                assert_eq!(case["response"], answered, "{name}\n{answered:#}");
            }
        }
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            fs::write(&file, format!("{cases:#}\n")).expect("the fixture is written");
        }
    }
}

/// Sends a case to a cloud of its own.
fn answer(documented: &Value, case: &Value) -> Value {
    let answer = send_case(&start(&config()), documented, case);
    json!({ "status": answer.status, "body": answer.body })
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
    let answer = send_text(cloud, method, path, &headers, &body);
    assert!(answer.status >= 400, "{} is accepted: {}", case["case"], answer.body);
    answer
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
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
