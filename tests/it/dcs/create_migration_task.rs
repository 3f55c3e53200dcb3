//! Importing a backup that nobody has taken here.

use super::Dcs;

#[test]
fn a_backup_that_was_never_seen_is_let_pass_unless_resources_are_enforced() {
    let dcs = Dcs::start();
    let imported = dcs.import("record-1");
    let warnings: Vec<_> = imported.headers.get_all("x-paper-warning").iter().collect();
    assert!(warnings.iter().any(|one| one.to_str().unwrap().contains("record-1")), "{warnings:?}");
    imported.expect(200);
}
