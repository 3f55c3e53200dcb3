//! Paths that real clients use besides the documented ones.

use crate::support::{PROJECT, config, send, start};
use serde_json::json;

const CLICKHOUSE: &str = "54e42160670e48e789af7075e1efea1fin16";

#[test]
fn a_backup_import_can_be_created_at_the_path_of_the_older_version() {
    let cloud = start(&config());
    let body = json!({
        "task_name": "migration1",
        "migration_type": "backupfile_import",
        "migration_method": "full_amount_migration",
        "backup_files": { "file_source": "backup_record", "backup_id": "record-1" },
        "target_instance": { "id": "d2c8399f-bdba-43c1-8069-3ff17a1a79d5" },
    });
    let path = format!("/v1.0/{PROJECT}/migration-task");
    let created = send(&cloud, "POST", &path, Some(&body));
    let task = created.text("/id");
    created.expect(200);
    let shown = send(&cloud, "GET", &format!("/v2/{PROJECT}/migration-task/{task}"), None);
    assert_eq!(shown.text("/task_name"), "migration1");
    // The alias is the call's, not its service's.
    let list = send(&cloud, "GET", &format!("/v1.0/{PROJECT}/migration-tasks"), None);
    assert_eq!(list.text("/error_code"), "APIGW.0101");
}

#[test]
fn every_path_of_taurusdb_may_start_with_mysql() {
    let cloud = start(&config());
    let path = format!("/mysql/v3/{PROJECT}/instances/{CLICKHOUSE}/clickhouse/replication");
    let body = json!({ "source_instance_id": "taurus", "source_database": "orders" });
    let job_id = send(&cloud, "POST", &path, Some(&body)).text("/job_id");
    assert_eq!(send(&cloud, "GET", &path, None).expect(200)["total_count"], 1);
    let job = send(&cloud, "GET", &format!("/mysql/v3/{PROJECT}/jobs?id={job_id}"), None);
    assert_eq!(job.text("/job/status"), "Running");
    job.expect(200);
}

#[test]
fn behind_its_prefix_a_shared_path_belongs_to_taurusdb_alone() {
    let cloud = start(&config());
    let unknown = "jobs?id=18ef8ee3-b880-4851-8978-bb6acbd4e695";
    send(&cloud, "GET", &format!("/v3/{PROJECT}/{unknown}"), None).expect(200);
    let refused = send(&cloud, "GET", &format!("/mysql/v3/{PROJECT}/{unknown}"), None);
    assert_eq!(refused.text("/error_code"), "DBS.200543");
    refused.expect(400);
    let mappings = send(&cloud, "GET", &format!("/mysql/v3/{PROJECT}/dbcache/mappings"), None);
    assert_eq!(mappings.text("/error_code"), "APIGW.0101");
}

#[test]
fn an_alias_keeps_its_project_and_its_parameters_apart() {
    let cloud = start(&config());
    let path = "/mysql/v3/%7Bproject_id%7D/jobs?id=1";
    let refused = send(&cloud, "GET", path, None);
    assert!(refused.text("/error_msg").contains("{project_id}"), "{:#}", refused.body);
    let unknown = format!("/mysql/v3/{PROJECT}/instances/unknown/clickhouse/replication");
    let refused = send(&cloud, "GET", &unknown, None);
    assert!(refused.text("/error_msg").contains("instance_id"), "{:#}", refused.body);
    assert!(refused.text("/error_msg").contains("\"unknown\""), "{:#}", refused.body);
}

#[test]
fn only_documented_paths_are_published() {
    let document = papercloud::openapi();
    let paths = document["paths"].as_object().expect("paths");
    assert!(paths.contains_key("/v2/{project_id}/migration-task"));
    // LTS documents paths of its own below /v1.0, and there DCS takes and shows instances in other words.
    let own = ["/v1.0/{project_id}/instances", "/v1.0/{project_id}/instances/{instance_id}"];
    let is_alias = |path: &str| {
        let is_old = path.starts_with("/v1.0/{project_id}/") && !path.contains("/lts/");
        path.starts_with("/mysql") || (is_old && !own.contains(&path))
    };
    let aliases: Vec<_> = paths.keys().filter(|path| is_alias(path)).collect();
    assert!(aliases.is_empty(), "{aliases:?}");
}

#[test]
fn the_older_version_of_dcs_sees_the_same_instances_and_backups() {
    let cloud = start(&config());
    let old = |rest: &str| format!("/v1.0/{PROJECT}/instances{rest}");
    let body = json!({
        "name": "older", "engine": "Redis", "engine_version": "5.0", "capacity": 1,
        "spec_code": "redis.ha.xu1.large.r2.1", "az_codes": ["eu-mock-1a", "eu-mock-1b"],
        "vpc_id": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
        "subnet_id": "1b2c3d4e-5f6a-4b7c-8d8e-0f1a2b3c4d5e", "no_password_access": true,
    });
    let created = send(&cloud, "POST", &old(""), Some(&body));
    let id = created.text("/instances/0/instance_id");
    created.expect(200);
    cloud.world(PROJECT).advance(std::time::Duration::from_mins(1));
    assert_eq!(send(&cloud, "GET", &old(&format!("/{id}")), None).text("/status"), "RUNNING");
    let backups = old(&format!("/{id}/backups"));
    let backup = send(&cloud, "POST", &backups, Some(&json!({}))).text("/backup_id");
    cloud.world(PROJECT).advance(std::time::Duration::from_mins(1));
    send(&cloud, "DELETE", &format!("{backups}/{backup}"), None).expect(204);
    assert_eq!(send(&cloud, "GET", &backups, None).expect(200)["total_num"], 0);
    let gone = send(&cloud, "DELETE", &format!("{backups}/{backup}"), None);
    assert_eq!(gone.text("/error_code"), "DCS.4031");
    for list in ["/status", "/statistic"] {
        send(&cloud, "GET", &old(list), None).expect(200);
    }
    send(&cloud, "DELETE", &old(&format!("/{id}")), None).expect(204);
}

#[test]
fn the_older_version_of_dcs_takes_products_and_ids_of_zones() {
    let cloud = start(&config());
    let old = |rest: &str| format!("/v1.0/{PROJECT}/instances{rest}");
    let zones = send(&cloud, "GET", "/v1.0/availableZones", None).expect(200);
    let zone = &zones["available_zones"][1];
    let products = send(&cloud, "GET", "/v1.0/products", None).expect(200);
    let products = products["products"].as_array().expect("products").iter();
    let product = products.clone().find(|one| one["spec_code"] == "redis.ha.xu1.large.r2.1");
    let body = json!({
        "name": "older", "engine": "Redis", "engine_version": "5.0", "capacity": 1,
        "product_id": product.expect("it is sold")["product_id"], "available_zones": [zone["id"]],
        "vpc_id": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
        "subnet_id": "1b2c3d4e-5f6a-4b7c-8d8e-0f1a2b3c4d5e", "no_password_access": "true",
        "private_ips": ["192.168.0.77"], "port": "6380",
    });
    let id = send(&cloud, "POST", &old(""), Some(&body)).text("/instance_id");
    cloud.world(PROJECT).advance(std::time::Duration::from_mins(1));
    let shown = send(&cloud, "GET", &old(&format!("/{id}")), None).expect(200);
    assert_eq!(shown["az_codes"], json!([zone["code"]]));
    assert_eq!(shown["available_zones"], json!([zone["id"]]));
    assert_eq!(shown["resource_spec_code"], "redis.ha.xu1.large.r2.1");
    assert_eq!((&shown["ip"], &shown["port"]), (&json!("192.168.0.77"), &json!(6380)));
    assert_eq!(shown["no_password_access"], "true");
    // The newer version sees the same.
    let newer = send(&cloud, "GET", &format!("/v2/{PROJECT}/instances/{id}"), None).expect(200);
    assert_eq!((&newer["spec_code"], &newer["ip"]), (&shown["spec_code"], &shown["ip"]));
    let listed = |query: &str| {
        let listed = send(&cloud, "GET", &old(query), None).expect(200);
        listed["instances"].as_array().map(Vec::len)
    };
    assert_eq!((listed("?start=1&limit=1"), listed("?start=2")), (Some(1), Some(0)));
    assert_eq!((listed("?name=old"), listed("?name=old&exactMatchName=true")), (Some(1), Some(0)));
    let mut nothing = body;
    nothing.as_object_mut().expect("an object").remove("product_id");
    let refused = send(&cloud, "POST", &old(""), Some(&nothing));
    assert!(refused.text("/error_msg").contains("/v1.0/products"), "{:#}", refused.body);
}
