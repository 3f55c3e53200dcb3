//! Fields that nobody reads, or should send no more.

use super::{report, request_id};
use crate::support::{PROJECT, config, send, start};
use serde_json::json;

#[test]
fn fields_that_nobody_reads_are_found_by_parameter() {
    let cloud = start(&config());
    let path = format!("/v2/{PROJECT}/migration-task");
    let body = json!({
        "task_name": "import", "migration_type": "backupfile_import",
        "migration_method": "full_amount_migration",
        "backup_files": {
            "file_source": "self_build_obs", "bucket_name": "bucket",
            "files": [{ "file_name": "a", "sise": "1" }, { "file_name": "b", "sise": "1" }],
        },
        "target_instance": { "id": "d2c8399f-bdba-43c1-8069-3ff17a1a79d5" },
        "descripton": "a typing error",
    });
    let created = send(&cloud, "POST", &path, Some(&body));
    let task = created.text("/id");
    cloud.world(PROJECT).finish(&task).unwrap();
    send(&cloud, "GET", &format!("/v2/{PROJECT}/migration-task/{task}"), None).expect(200);
    let findings = report(&cloud)["findings"].clone();
    let said = |at: usize| (findings[at]["sentence"].clone(), findings[at]["count"].clone());
    let sentence = "CreateMigrationTask: backup_files.files[].sise is not a parameter of this \
                    call; did you mean size?";
    assert_eq!(said(0), (json!(sentence), json!(2)));
    let sentence = "CreateMigrationTask: descripton is not a parameter of this call; did you mean \
                    description?";
    assert_eq!(said(1), (json!(sentence), json!(1)));
    assert_eq!(findings[1]["rule"], "unread-field");
    assert!(findings[1]["document"].as_str().unwrap().starts_with("document "), "{findings:#}");
    assert_eq!(findings[1]["examples"][0]["request_id"], request_id(&created));
}

#[test]
fn a_deprecated_field_is_found_with_what_is_to_be_sent_instead() {
    let cloud = start(&config());
    let body = json!({
        "task_name": "import", "migration_type": "backupfile_import",
        "migration_method": "full_amount_migration", "network_type": "vpc",
        "backup_files": {
            "file_source": "self_build_obs", "bucket_name": "bucket",
            "files": [{ "file_name": "a" }],
        },
        "source_instance": { "addrs": "a:1" },
        "target_instance": { "id": "d2c8399f-bdba-43c1-8069-3ff17a1a79d5" },
    });
    let created = send(&cloud, "POST", &format!("/v2/{PROJECT}/migration-task"), Some(&body));
    let task = created.text("/id");
    cloud.world(PROJECT).finish(&task).unwrap();
    send(&cloud, "GET", &format!("/v2/{PROJECT}/migration-task/{task}"), None).expect(200);
    let finding = |parameter: &str| {
        json!({
            "rule": "deprecated-field", "operation": "CreateMigrationTask", "count": 1,
            "sentence": format!(
                "CreateMigrationTask: {parameter} is deprecated: online migrations are created by \
                 CreateOnlineMigrationTask"
            ),
            "document": "document dcs-create-backup-import",
            "examples": [{
                "request_id": request_id(&created), "at": "2026-01-01T00:00:00.000Z",
            }],
        })
    };
    let expected = json!([finding("network_type"), finding("source_instance")]);
    assert_eq!(report(&cloud)["findings"], expected);
}
