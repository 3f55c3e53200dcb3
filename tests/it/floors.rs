//! The floors of `src/lib.rs`: each module knows only those that are listed below it.

use std::fs;
use std::path::{Path, PathBuf};

/// The modules of the library, from the roof to the ground.
fn floors(root: &Path) -> Vec<String> {
    let list = fs::read_to_string(root.join("lib.rs")).expect("src/lib.rs");
    let modules = list.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    modules.filter(|name| *name != "sweep").map(str::to_owned).collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if !path.ends_with("tests") {
                files(&path, found);
            }
        } else if path.extension().is_some_and(|it| it == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

/// Every `crate::name` of a file outside comments and tests, with its line.
fn uses(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")).flat_map(
        |(at, line)| {
            line.split("crate::").skip(1).map(move |rest| {
                let end = rest.find(|it: char| !it.is_alphanumeric() && it != '_');
                (at + 1, &rest[..end.unwrap_or(rest.len())])
            })
        },
    )
}

#[test]
fn no_module_uses_one_that_stands_above_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let floors = floors(&root);
    let floor = |name: &str| floors.iter().position(|known| known == name);
    assert!(floors.len() > 20, "src/lib.rs lists the floors: {floors:?}");
    let (mut found, mut up) = (Vec::new(), Vec::new());
    files(&root, &mut found);
    for path in found {
        let inside = path.strip_prefix(&root).expect("below src");
        let own = inside.iter().next().and_then(|it| it.to_str()).unwrap_or_default();
        let own = own.trim_end_matches(".rs");
        let Some(own_floor) = floor(own) else { continue };
        let text = fs::read_to_string(&path).expect("a file");
        for (line, used) in uses(&text) {
            if floor(used).is_some_and(|at| at < own_floor) {
                let file = inside.display();
                up.push(format!(
                    "src/{file}:{line} uses {used}, which stands above {own}. Move the name down, \
                     hand the value in, or move the user up."
                ));
            }
        }
    }
    assert!(up.is_empty(), "{}", up.join("\n"));
}
