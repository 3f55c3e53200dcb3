//! The five calls, from their request to the end of what they start. Time is advanced.

use crate::support::{PROJECT, config, query, send, start, text};
use papercloud::PaperCloud;
use serde_json::{Value, json};
use std::time::Duration;

const SOURCE: &str = "356cf333ab77413f9d2526605227be08in01";
const TARGET: &str = "2bb234c7175c400aab91de7c62174c0ein12";
const TASK: &str = "90754308-a156-406f-a837-8f852f38a646";
const CLICKHOUSE: &str = "54e42160670e48e789af7075e1efea1fin16";

fn advance(cloud: &PaperCloud, seconds: u64) {
    cloud.world(PROJECT).advance(Duration::from_secs(seconds));
}

fn post(cloud: &PaperCloud, path: &str, body: &Value) -> crate::support::Answer {
    send(cloud, "POST", &path.replace("{project_id}", PROJECT), Some(body))
}

fn get(cloud: &PaperCloud, path: &str) -> crate::support::Answer {
    send(cloud, "GET", &path.replace("{project_id}", PROJECT), None)
}

fn job(cloud: &PaperCloud, id: &str) -> Value {
    get(cloud, &format!("/v3/{{project_id}}/jobs?id={id}")).expect(200)
}

#[test]
fn a_mapping_is_listed_as_creating_before_its_job_ends_and_normal_after() {
    let cloud = start(&config());
    let body = json!({ "source_instance_id": SOURCE, "target_instance_id": TARGET });
    let accepted = post(&cloud, "/v3/{project_id}/dbcache/mapping", &body);
    let job_id = accepted.text("/job_id");
    accepted.expect(202);
    let pair = query(&[("source_instance_id", SOURCE), ("target_instance_id", TARGET)]);
    let list = || get(&cloud, &format!("/v3/{{project_id}}/dbcache/mappings{pair}")).expect(200);

    assert_eq!(text(&list(), "/dbcache_mappings/0/status"), "creating");
    advance(&cloud, 1);
    let running = job(&cloud, &job_id);
    assert_eq!(text(&running, "/jobs/0/status"), "Running");
    assert_eq!(text(&running, "/jobs/0/progress"), "50%");
    assert_eq!(text(&running, "/job/process"), "50%");
    advance(&cloud, 1);
    let done = job(&cloud, &job_id);
    assert_eq!(text(&done, "/jobs/0/status"), "Completed");
    assert_eq!(text(&done, "/jobs/0/start_time"), "2026-01-01T00:00:00+0000");
    assert_eq!(text(&done, "/jobs/0/end_time"), "2026-01-01T00:00:02+0000");
    assert_eq!(text(&list(), "/dbcache_mappings/0/status"), "normal");
}

#[test]
fn a_pair_that_is_mapped_again_keeps_its_mapping_and_gets_a_new_job() {
    let cloud = start(&config());
    let body = json!({ "source_instance_id": SOURCE, "target_instance_id": TARGET });
    let first = post(&cloud, "/v3/{project_id}/dbcache/mapping", &body).text("/job_id");
    let again = post(&cloud, "/v3/{project_id}/dbcache/mapping", &body);
    let warning = again.headers["x-paper-warning"].to_str().unwrap().to_owned();
    assert!(warning.contains("are mapped already"), "{warning}");
    assert_ne!(first, again.text("/job_id"));
    let list = get(&cloud, "/v3/{project_id}/dbcache/mappings").expect(200);
    assert_eq!(list["total_count"], 1);
}

#[test]
fn a_doomed_mapping_fails_and_one_more_try_mends_it() {
    let cloud = start(&config());
    let doomed = format!("0000dead{}", &SOURCE[8..]);
    let body = json!({ "source_instance_id": doomed, "target_instance_id": TARGET });
    let job_id = post(&cloud, "/v3/{project_id}/dbcache/mapping", &body).text("/job_id");
    advance(&cloud, 2);
    let failed = job(&cloud, &job_id);
    assert_eq!(text(&failed, "/jobs/0/status"), "Failed");
    assert!(text(&failed, "/jobs/0/fail_reason").contains("0000dead"));
    let list = get(&cloud, "/v3/{project_id}/dbcache/mappings").expect(200);
    assert_eq!(text(&list, "/dbcache_mappings/0/status"), "createfail");
}

#[test]
fn an_endless_job_stays_in_progress() {
    let cloud = start(&config());
    let endless = format!("00005100{}", &TARGET[8..]);
    let body = json!({ "source_instance_id": SOURCE, "target_instance_id": endless });
    let job_id = post(&cloud, "/v3/{project_id}/dbcache/mapping", &body).text("/job_id");
    advance(&cloud, 86_400);
    let running = job(&cloud, &job_id);
    assert_eq!(text(&running, "/jobs/0/status"), "Running");
    assert_eq!(text(&running, "/jobs/0/progress"), "99%");
}

#[test]
fn active_active_instances_are_built_by_a_job() {
    let cloud = start(&config());
    let path = "/v3/{project_id}/instances/a4d8ea2584e047439a667703c0684119in06\
                /dual-active-relationship";
    let other = "b5d8ea2584e047439a667703c0684119in06";
    let body = json!({
        "destination_region": "ap-southeast-1",
        "destination_instance_id": other,
        "tables": ["keyspace.table"],
    });
    let accepted = post(&cloud, path, &body);
    let job_id = accepted.text("/job_id");
    accepted.expect(202);
    advance(&cloud, 2);
    let done = job(&cloud, &job_id);
    assert_eq!(text(&done, "/jobs/0/name"), "BuildBiActiveInstance");
    assert_eq!(text(&done, "/jobs/0/status"), "Completed");
}

#[test]
fn an_online_migration_is_created_configured_and_followed_to_its_end() {
    let cloud = start(&config());
    let network = json!({
        "name": "move", "vpc_id": "vpc", "subnet_id": "subnet", "security_group_id": "group",
    });
    let created = post(&cloud, "/v2/{project_id}/migration/instance", &network);
    let (task, preparing) = (created.text("/instance_id"), created.text("/job_id"));
    let status = || {
        let shown = get(&cloud, &format!("/v2/{{project_id}}/migration-task/{task}")).expect(200);
        text(&shown, "/status")
    };
    let preparation = || {
        let shown = get(&cloud, &format!("/v2/{{project_id}}/jobs/{preparing}")).expect(200);
        text(&shown, "/status")
    };
    let configure = |method: &str| {
        let body = json!({
            "migration_method": method,
            "resume_mode": "manual",
            "source_instance": { "addrs": "192.168.1.1:6379" },
            "target_instance": { "id": "cf4a05df-1c38-47c5-bb5a-0a7b3673b3bd" },
        });
        post(&cloud, &format!("/v2/{{project_id}}/migration/{task}/task"), &body)
    };

    assert_eq!((status(), preparation()), ("CREATING".to_owned(), "INIT".to_owned()));
    let early = configure("full_amount_migration");
    assert_eq!(early.text("/error_code"), "DCS.4957");
    assert!(early.text("/error_msg").contains("is CREATING; the operation is allowed only in"));
    advance(&cloud, 1);
    assert_eq!(preparation(), "RUNNING");
    advance(&cloud, 1);
    assert_eq!((status(), preparation()), ("RUNNING".to_owned(), "SUCCESS".to_owned()));

    assert_eq!(text(&configure("full_amount_migration").expect(200), "/status"), "FULLMIGRATING");
    let equal = configure("full_amount_migration").expect(200);
    assert_eq!(text(&equal, "/status"), "FULLMIGRATING");
    assert_eq!(configure("incremental_migration").text("/error_code"), "DCS.4957");
    advance(&cloud, 2);
    assert_eq!(status(), "SUCCESS");

    configure("incremental_migration").expect(200);
    assert_eq!(status(), "FULLMIGRATING");
    advance(&cloud, 3600);
    assert_eq!(status(), "INCRMIGEATING");
}

#[test]
fn an_unseen_task_is_adopted_with_a_warning_and_refused_where_resources_are_enforced() {
    let body = json!({
        "migration_method": "full_amount_migration",
        "resume_mode": "auto",
        "bandwidth_limit_mb": "10240",
        "source_instance": { "addrs": "192.168.1.1:6379", "password": "geheim" },
        "target_instance": { "addrs": "192.168.1.2:6379" },
    });
    let path = format!("/v2/{{project_id}}/migration/{TASK}/task");
    let cloud = start(&config());
    let adopted = post(&cloud, &path, &body);
    assert!(adopted.headers["x-paper-warning"].to_str().unwrap().contains(TASK));
    adopted.expect(200);
    let shown = get(&cloud, &format!("/v2/{{project_id}}/migration-task/{TASK}")).expect(200);
    assert_eq!(text(&shown, "/bandwidth_limit_mb"), "10240");
    assert!(!shown.to_string().contains("geheim"), "{shown}");

    let strict = papercloud::Config { strict: true, ..config() };
    let refused = post(&start(&strict), &path, &body);
    assert_eq!(refused.text("/error_code"), "DCS.4133");
    refused.expect(404);
}

#[test]
fn a_backup_import_is_shown_and_listed_with_its_own_name() {
    let cloud = start(&config());
    let body = json!({
        "task_name": "migration1",
        "migration_type": "backupfile_import",
        "migration_method": "full_amount_migration",
        "backup_files": { "backup_id": "record-1" },
        "target_instance": { "id": "d2c8399f-bdba-43c1-8069-3ff17a1a79d5", "name": "dcs-test" },
    });
    let created = post(&cloud, "/v2/{project_id}/migration-task", &body);
    let warning = created.headers["x-paper-warning"].to_str().unwrap().to_owned();
    assert!(warning.contains("taken as backup_record because backup_id is given"), "{warning}");
    let task = created.text("/id");
    assert_eq!(created.text("/name"), "migration1");
    assert_eq!(task.len(), 32);
    advance(&cloud, 2);
    let shown = get(&cloud, &format!("/v2/{{project_id}}/migration-task/{task}")).expect(200);
    assert_eq!(text(&shown, "/status"), "SUCCESS");
    assert_eq!(text(&shown, "/target_instance/name"), "dcs-test");
    assert_eq!(text(&shown, "/backup_files/backup_record/backup_id"), "record-1");
    assert_eq!(text(&shown, "/released_at"), "202601010000");
    let listed = get(&cloud, "/v2/{project_id}/migration-tasks?name=gration").expect(200);
    assert_eq!(listed["count"], 1);
    let past = get(&cloud, "/v2/{project_id}/migration-tasks?offset=1").expect(200);
    assert_eq!(past["migration_tasks"], json!([]));
    get(&cloud, "/v2/{project_id}/migration-task/unknown").expect(400);
}

#[test]
fn a_synchronisation_copies_and_then_follows() {
    let cloud = start(&config());
    let path = format!("/v3/{{project_id}}/instances/{CLICKHOUSE}/clickhouse/replication");
    get(&cloud, &path).expect(404);
    let body = json!({ "source_instance_id": "taurus", "source_database": "orders" });
    let job_id = post(&cloud, &path, &body).text("/job_id");
    let stage = || {
        let list = get(&cloud, &path).expect(200);
        let percentage = text(&list, "/replications/0/percentage");
        format!("{} {percentage}", text(&list, "/replications/0/stage"))
    };
    assert_eq!(stage(), "Wait 0");
    advance(&cloud, 1);
    assert_eq!(stage(), "Full 33");
    assert_eq!(text(&job(&cloud, &job_id), "/job/status"), "Running");
    advance(&cloud, 1);
    assert_eq!(stage(), "Incremental 100");
    let done = job(&cloud, &job_id);
    assert_eq!(text(&done, "/job/status"), "Completed");
    assert_eq!(text(&done, "/job/ended"), "2026-01-01T00:00:02+0000");
}

#[test]
fn a_shared_path_answers_in_the_dialect_of_the_service_that_the_host_names() {
    let cloud = start(&config());
    let unknown = format!("/v3/{PROJECT}/jobs?id=18ef8ee3-b880-4851-8978-bb6acbd4e695");
    let ask = |host: &str| {
        let headers = [("X-Auth-Token", "t"), ("Host", host)];
        crate::support::send_text(&cloud, "GET", &unknown, &headers, "")
    };
    assert_eq!(ask("127.0.0.1").expect(200), json!({ "jobs": [], "total_count": 0 }));
    let refused = ask("gaussdb.eu-mock-1.myhuaweicloud.com");
    assert_eq!(refused.text("/error_code"), "DBS.200543");
    refused.expect(400);
    ask("gaussdb-nosql.eu-mock-1.myhuaweicloud.com").expect(200);
}

#[test]
fn a_port_of_its_own_tells_a_service_from_the_others() {
    let cloud = start(&papercloud::Config { service_ports: true, ..config() });
    let names: Vec<_> = cloud.service_addresses().iter().map(|(service, _)| *service).collect();
    assert_eq!(names, ["GeminiDB", "DCS", "TaurusDB", "IAM"]);
    let ask = |service: &str| {
        let address = cloud.service_addresses().iter().find(|(name, _)| *name == service);
        let (_, address) = address.expect("a service");
        let url = format!("http://{address}/v3/{PROJECT}/jobs?id=unknown");
        let answer = ureq::get(url).header("X-Auth-Token", "t").call();
        answer.map(|answer| answer.status().as_u16()).map_err(|error| error.to_string())
    };
    assert_eq!(ask("GeminiDB"), Ok(200));
    assert_eq!(ask("TaurusDB"), Err("http status: 400".to_owned()));
    let mut full = papercloud::Config { service_ports: true, ..config() };
    full.endpoint.port = 65_533;
    let refused = PaperCloud::start_with(&full).expect_err("no room").to_string();
    assert!(refused.contains("65533"), "{refused}");
}

#[test]
fn a_project_sees_nothing_of_another_and_both_repeat_themselves() {
    let (first, second) = (start(&config()), start(&config()));
    let body = json!({ "source_instance_id": SOURCE, "target_instance_id": TARGET });
    let create = |cloud: &PaperCloud, project: &str| {
        send(cloud, "POST", &format!("/v3/{project}/dbcache/mapping"), Some(&body)).text("/job_id")
    };
    let jobs = |cloud: &PaperCloud, project: &str| {
        send(cloud, "GET", &format!("/v3/{project}/jobs"), None).expect(200)
    };
    let other = "23a50154cf494ec9ad6883979a12db0a";
    let alone = create(&first, PROJECT);
    create(&second, other);
    create(&second, other);
    let among_others = create(&second, PROJECT);

    assert_eq!(alone, among_others, "ids follow from the project, not from the order of requests");
    assert_eq!(jobs(&first, PROJECT), jobs(&second, PROJECT));
    assert_eq!(jobs(&first, other)["total_count"], 0);
}

/// A DCS instance in the default network; returns its id.
fn create_dcs_instance(cloud: &PaperCloud, charging_mode: &str) -> String {
    let body = json!({
        "name": "paper-cache", "engine": "Redis", "engine_version": "6.0", "capacity": 1,
        "spec_code": "redis.ha.xu1.large.r2.1", "az_codes": ["eu-mock-1a", "eu-mock-1b"],
        "vpc_id": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
        "subnet_id": "1b2c3d4e-5f6a-4b7c-8d8e-0f1a2b3c4d5e", "password": "Paper_Cache_1",
        "bss_param": { "charging_mode": charging_mode },
    });
    text(&post(cloud, "/v2/{project_id}/instances", &body).expect(200), "/instances/0/instance_id")
}

#[test]
fn an_order_without_its_project_is_found_and_cancelled() {
    let cloud = start(&config());
    let instance_id = create_dcs_instance(&cloud, "prePaid");
    let show = || get(&cloud, &format!("/v2/{{project_id}}/instances/{instance_id}"));
    let order_id = show().text("/order_id");
    let status = || {
        let order = get(&cloud, &format!("/v2/orders/customer-orders/details/{order_id}"));
        order.expect(200)["order_info"]["status"].clone()
    };
    assert_eq!(status(), 3);
    advance(&cloud, 10);
    assert_eq!(status(), 5);
    get(&cloud, "/v2/orders/customer-orders/details/CS2600000000UNKNOWN").expect(400);

    let cancelled = json!({ "resource_ids": [instance_id], "unsubscribe_type": 1 });
    post(&cloud, "/v2/orders/subscriptions/resources/unsubscribe", &cancelled).expect(200);
    show().expect(404);
    let asked = cloud.world(PROJECT).requests().operation("ShowCustomerOrderDetails").count();
    assert_eq!(asked, 2, "an order is asked for in the world of what was ordered");
}

#[test]
fn a_look_at_an_instance_that_is_being_created_moves_a_clock_that_moves_by_looks() {
    let cloud = start(&config());
    let instance_id = create_dcs_instance(&cloud, "postPaid");
    cloud.world(PROJECT).auto_advance(true);
    let show = || get(&cloud, &format!("/v2/{{project_id}}/instances/{instance_id}"));
    let statuses: Vec<_> = (0..3).map(|_| show().text("/status")).collect();
    assert!(statuses.contains(&"RUNNING".to_owned()), "{statuses:?}");
}
