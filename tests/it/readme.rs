//! The README says what the program does: its generated tables are up to date.

use std::fs;

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

/// With `UPDATE_FIXTURES` set, writes the tables instead.
#[test]
fn the_generated_tables_are_up_to_date() {
    let mut text = fs::read_to_string(README).expect("a README");
    let before = text.clone();
    for name in papercloud::readme_sections() {
        let (open, close) = (format!("<!-- generated: {name} -->\n"), "<!-- end -->");
        let start = text.find(&open).unwrap_or_else(|| panic!("README lacks {open}")) + open.len();
        let length = text[start..].find(close).unwrap_or_else(|| panic!("{name} has no {close}"));
        text.replace_range(start..start + length, &papercloud::readme_section(name));
    }
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        fs::write(README, text).expect("the README is written");
        return;
    }
    assert!(before == text, "README.md is out of date: run UPDATE_FIXTURES=1 cargo test");
}
