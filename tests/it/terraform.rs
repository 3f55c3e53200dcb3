//! The requests that terraform-provider-huaweicloud makes, in its order and with its waiting:
//! apply, refresh and destroy of the three resources whose calls are emulated.
//!
//! The provider signs its requests, accepts certain statuses only, polls after a delay, and takes
//! every other final state for an error; [`Provider`] does the same, on a clock that it advances.

use crate::support::{PROJECT, config, query, send_text, start, text};
use papercloud::PaperCloud;
use serde_json::{Value, json};
use std::time::Duration;

/// Header names as the provider signs them: without host and content type.
const SIGNATURE: &str = "SDK-HMAC-SHA256 Access=MOCKACCESSKEY0000001, \
                         SignedHeaders=user-agent;x-sdk-date, Signature=00ff";

struct Provider {
    cloud: PaperCloud,
}

impl Provider {
    fn new() -> Self {
        Self { cloud: start(&config()) }
    }

    fn request(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let headers = [
            ("Authorization", SIGNATURE),
            ("X-Sdk-Date", "20260101T000000Z"),
            ("X-Project-Id", PROJECT),
            ("User-Agent", "terraform-provider-iac golangsdk/2.0.0"),
        ];
        let path = path.replace("{project_id}", PROJECT);
        let answer = send_text(&self.cloud, method, &path, &headers, body);
        (answer.status, answer.body)
    }

    /// A request whose status has to be one that the provider accepts for the method.
    #[track_caller]
    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let accepted: &[u16] = match method {
            "GET" => &[200],
            "DELETE" => &[200, 202, 204],
            _ => &[200, 201, 202],
        };
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let (status, answer) = self.request(method, path, &text);
        assert!(accepted.contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    #[track_caller]
    fn get(&self, path: &str) -> Value {
        self.call("GET", path, &Value::Null)
    }

    fn pass(&self, seconds: u64) {
        self.cloud.world(PROJECT).advance(Duration::from_secs(seconds));
    }

    /// Polls after a delay and then every ten seconds, until the look ends the waiting.
    #[track_caller]
    fn wait(&self, delay: u64, look: impl Fn() -> Wait) {
        self.pass(delay);
        for _ in 0..180 {
            match look() {
                Wait::Done => return,
                Wait::Failed(why) => panic!("the provider gives up: {why}"),
                Wait::Pending => self.pass(10),
            }
        }
        panic!("the provider's time-out of thirty minutes is over");
    }

    /// A GeminiDB job until it has ended.
    #[track_caller]
    fn wait_for_job(&self, id: &str) {
        self.wait(5, || {
            let jobs = self.get(&format!("/v3/{{project_id}}/jobs?id={id}"));
            match jobs.pointer("/jobs/0/status").and_then(Value::as_str) {
                Some("Completed") => Wait::Done,
                Some("Failed") | None => Wait::Failed(jobs.to_string()),
                Some(_) => Wait::Pending,
            }
        });
    }

    /// A migration task until it is in the wanted state; any other final state is an error.
    #[track_caller]
    fn wait_for_task(&self, id: &str, wanted: &str) {
        const FINAL: &[&str] = &[
            "SUCCESS",
            "FAILED",
            "TERMINATED",
            "INCRMIGEATING",
            "MIGRATION_FAILED",
            "RELEASED",
            "DELETED",
        ];
        self.wait(10, || {
            let task = self.get(&format!("/v2/{{project_id}}/migration-task/{id}"));
            let status = text(&task, "/status");
            match status.as_str() {
                status if status == wanted => Wait::Done,
                status if FINAL.contains(&status) => Wait::Failed(task.to_string()),
                _ => Wait::Pending,
            }
        });
    }

    /// The ids of all tasks: page after page, until one is empty.
    fn task_ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        for _ in 0..100 {
            let offset =
                if ids.is_empty() { String::new() } else { format!("?offset={}", ids.len()) };
            let list = self.get(&format!("/v2/{{project_id}}/migration-tasks{offset}"));
            let page = list["migration_tasks"].as_array().expect("an array, never null");
            if page.is_empty() {
                return ids;
            }
            ids.extend(page.iter().map(|task| text(task, "/task_id")));
        }
        panic!("the pager never ends: {ids:?}");
    }

    /// Deletes a task and waits until no list has it any more.
    fn delete_task(&self, id: &str) {
        let path = "/v2/{project_id}/migration-tasks/delete";
        let deleted = self.call("DELETE", path, &json!({ "task_id_list": [id] }));
        assert_eq!(text(&deleted, "/task_id_list/0"), id);
        self.wait(10, || {
            if self.task_ids().iter().any(|known| known == id) { Wait::Pending } else { Wait::Done }
        });
        let (status, answer) =
            self.request("GET", &format!("/v2/{{project_id}}/migration-task/{id}"), "");
        assert_eq!((status, answer["error_code"].as_str()), (400, Some("DCS.4133")), "{answer}");
    }
}

enum Wait {
    Done,
    Pending,
    Failed(String),
}

#[test]
fn a_memory_mapping_is_applied_refreshed_and_destroyed() {
    let provider = Provider::new();
    let pair = [
        ("source_instance_id", "356cf333ab77413f9d2526605227be08in01"),
        ("target_instance_id", "2bb234c7175c400aab91de7c62174c0ein12"),
    ];
    let body: Value = pair.iter().map(|(name, id)| ((*name).to_owned(), json!(id))).collect();
    let created = provider.call("POST", "/v3/{project_id}/dbcache/mapping", &body);
    let listed = provider.get(&format!("/v3/{{project_id}}/dbcache/mappings{}", query(&pair)));
    let id = text(&listed, "/dbcache_mappings/0/id");
    provider.wait_for_job(&text(&created, "/job_id"));

    let refresh = || provider.get(&format!("/v3/{{project_id}}/dbcache/mappings?id={id}"));
    let mapping = refresh();
    for (name, value) in pair {
        assert_eq!(text(&mapping, &format!("/dbcache_mappings/0/{name}")), value);
    }
    for name in ["name", "source_instance_name", "target_instance_name", "created", "updated"] {
        assert!(!text(&mapping, &format!("/dbcache_mappings/0/{name}")).is_empty(), "{mapping}");
    }
    assert_eq!(text(&mapping, "/dbcache_mappings/0/status"), "normal");

    let path = "/v3/{project_id}/dbcache/mapping";
    let deleted = provider.call("DELETE", path, &json!({ "id": id }));
    provider.wait_for_job(&text(&deleted, "/job_id"));
    assert_eq!(refresh()["dbcache_mappings"], json!([]));
    let (status, gone) = provider.request("DELETE", path, &json!({ "id": id }).to_string());
    assert_eq!((status, gone["error_code"].as_str()), (400, Some("DBS.03050010")));
}

#[test]
fn a_backup_import_task_is_applied_refreshed_and_destroyed() {
    let provider = Provider::new();
    let body = json!({
        "task_name": "import",
        "description": "",
        "migration_type": "backupfile_import",
        "migration_method": "full_amount_migration",
        "backup_files": {
            "file_source": "self_build_obs",
            "bucket_name": "bucket",
            "files": [{
                "file_name": "dump.rdb",
                "size": "0.09KB",
                "update_at": "2025-07-22T11:57:24.401Z",
            }],
        },
        "target_instance": { "id": "d2c8399f-bdba-43c1-8069-3ff17a1a79d5", "name": "dcs-test" },
    });
    let created = provider.call("POST", "/v2/{project_id}/migration-task", &body);
    let id = text(&created, "/id");
    provider.wait_for_task(&id, "SUCCESS");

    let task = provider.get(&format!("/v2/{{project_id}}/migration-task/{id}"));
    assert!(provider.task_ids().contains(&id), "a task that succeeded has to be listed");
    for (pointer, value) in [
        ("/task_name", "import"),
        ("/migration_type", "backupfile_import"),
        ("/migration_method", "full_amount_migration"),
        ("/backup_files/file_source", "self_build_obs"),
        ("/backup_files/bucket_name", "bucket"),
        ("/backup_files/files/0/file_name", "dump.rdb"),
        ("/backup_files/files/0/size", "0.09KB"),
        ("/backup_files/files/0/update_at", "2025-07-22T11:57:24.401Z"),
        ("/target_instance/id", "d2c8399f-bdba-43c1-8069-3ff17a1a79d5"),
        ("/target_instance/name", "dcs-test"),
    ] {
        assert_eq!(text(&task, pointer), value);
    }
    for pointer in ["/created_at", "/updated_at", "/released_at"] {
        assert!(!text(&task, pointer).is_empty(), "{task}");
    }
    provider.delete_task(&id);
}

#[test]
fn an_online_migration_task_is_applied_changed_refreshed_and_destroyed() {
    let provider = Provider::new();
    let network = json!({
        "name": "move",
        "vpc_id": "vpc-1",
        "subnet_id": "subnet-1",
        "security_group_id": "group-1",
    });
    let created = provider.call("POST", "/v2/{project_id}/migration/instance", &network);
    let (id, job) = (text(&created, "/instance_id"), text(&created, "/job_id"));
    provider.wait(2, || {
        let shown = provider.get(&format!("/v2/{{project_id}}/jobs/{job}"));
        match text(&shown, "/status").as_str() {
            "SUCCESS" => Wait::Done,
            "FAIL" => Wait::Failed(shown.to_string()),
            _ => Wait::Pending,
        }
    });
    let configure = |method: &str, bandwidth: &str| {
        let body = json!({
            "migration_method": method,
            "resume_mode": "auto",
            "bandwidth_limit_mb": bandwidth,
            "source_instance": { "addrs": "192.168.1.1:6379", "password": "p" },
            "target_instance": { "id": "cf4a05df-1c38-47c5-bb5a-0a7b3673b3bd", "password": "q" },
        });
        provider.call("POST", &format!("/v2/{{project_id}}/migration/{id}/task"), &body);
    };
    configure("full_amount_migration", "500");
    provider.wait_for_task(&id, "SUCCESS");
    // A change of the resource is the same call again: the old final state must be gone at once.
    configure("incremental_migration", "600");
    let task = provider.get(&format!("/v2/{{project_id}}/migration-task/{id}"));
    assert_eq!(text(&task, "/status"), "FULLMIGRATING");
    provider.wait_for_task(&id, "INCRMIGEATING");

    let task = provider.get(&format!("/v2/{{project_id}}/migration-task/{id}"));
    for (pointer, value) in [
        ("/task_name", "move"),
        ("/tenant_vpc_id", "vpc-1"),
        ("/tenant_subnet_id", "subnet-1"),
        ("/tenant_security_group_id", "group-1"),
        ("/migration_method", "incremental_migration"),
        ("/resume_mode", "auto"),
        ("/bandwidth_limit_mb", "600"),
        ("/source_instance/addrs", "192.168.1.1:6379"),
        ("/target_instance/id", "cf4a05df-1c38-47c5-bb5a-0a7b3673b3bd"),
    ] {
        assert_eq!(text(&task, pointer), value);
    }
    for pointer in ["/ecs_tenant_private_ip", "/network_type", "/version", "/created_at"] {
        assert!(!text(&task, pointer).is_empty(), "{task}");
    }
    assert!(!task["supported_features"].as_array().expect("an array").is_empty());

    let stopped = provider.call(
        "POST",
        &format!("/v2/{{project_id}}/migration-task/{id}/stop"),
        &Value::Null,
    );
    assert_eq!(text(&stopped, "/status"), "TERMINATING");
    provider.wait_for_task(&id, "TERMINATED");
    provider.delete_task(&id);
}
