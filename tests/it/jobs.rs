//! What is under way, steered by a test: finished, failed, held and released, in each service.

mod ended;
mod points;

use crate::support::{Answer, PROJECT, config, send, send_text, start, text};
use papercloud::PaperCloud;
use serde_json::{Value, json};
use std::time::Duration;

const CLICKHOUSE: &str = "54e42160670e48e789af7075e1efea1fin16";
const TAURUSDB: &str = "2d39ea6ddc2a4bcd8e5f3f4b0a1c9d7ein07";
const DCS: &str = "d2c8399f-bdba-43c1-8069-3ff17a1a79d5";
const REASON: &str = "the quota is used up";

/// A cloud, and the calls that start something in it.
struct Tests {
    cloud: PaperCloud,
}

impl Tests {
    fn start() -> Self {
        Self { cloud: start(&config()) }
    }

    fn advance(&self, milliseconds: u64) {
        self.cloud.world(PROJECT).advance(Duration::from_millis(milliseconds));
    }

    fn get(&self, path: &str) -> Value {
        send(&self.cloud, "GET", &path.replace("{p}", PROJECT), None).expect(200)
    }

    #[expect(clippy::needless_pass_by_value, reason = "a body is written where it is sent")]
    fn post(&self, path: &str, body: Value) -> Answer {
        send(&self.cloud, "POST", &path.replace("{p}", PROJECT), Some(&body))
    }

    /// Sends a control request about something that is under way.
    fn steer(&self, id: &str, verb: &str, body: &str) -> Answer {
        let path = format!("/_paper/worlds/{PROJECT}/jobs/{id}/{verb}");
        send_text(&self.cloud, "POST", &path, &[], body)
    }

    fn fail(&self, id: &str) -> Value {
        self.steer(id, "fail", &json!({ "reason": REASON }).to_string()).expect(200)
    }

    fn under_way(&self) -> Value {
        self.get("/_paper/worlds/{p}/jobs")
    }

    /// Starts the mapping of two instances: its job, and the mapping itself.
    fn map(&self) -> (String, String) {
        let body = json!({ "source_instance_id": "source", "target_instance_id": "target" });
        let job = self.post("/v3/{p}/dbcache/mapping", body).text("/job_id");
        (job, text(&self.get("/v3/{p}/dbcache/mappings"), "/dbcache_mappings/0/id"))
    }

    /// The statuses of a mapping and of its job, and why that failed.
    fn mapped(&self, job: &str) -> [String; 3] {
        let job = self.get(&format!("/v3/{{p}}/jobs?id={job}"));
        let mappings = self.get("/v3/{p}/dbcache/mappings");
        [
            text(&job, "/jobs/0/status"),
            text(&mappings, "/dbcache_mappings/0/status"),
            text(&job, "/jobs/0/fail_reason"),
        ]
    }

    /// Starts an online migration: the job that prepares it, and the task.
    fn prepare(&self) -> (String, String) {
        let body = json!({
            "name": "move", "vpc_id": "vpc", "subnet_id": "subnet", "security_group_id": "group",
        });
        let created = self.post("/v2/{p}/migration/instance", body);
        (created.text("/job_id"), created.text("/instance_id"))
    }

    fn configure(&self, task: &str, method: &str) {
        let body = json!({
            "migration_method": method, "resume_mode": "auto",
            "source_instance": { "addrs": "192.168.1.1:6379" },
            "target_instance": { "id": DCS },
        });
        self.post(&format!("/v2/{{p}}/migration/{task}/task"), body).expect(200);
    }

    fn import(&self) -> String {
        let body = json!({
            "task_name": "import", "migration_type": "backupfile_import",
            "migration_method": "full_amount_migration",
            "backup_files": { "file_source": "backup_record", "backup_id": "record" },
            "target_instance": { "id": DCS },
        });
        self.post("/v2/{p}/migration-task", body).text("/id")
    }

    /// The status of a task, and what its list says about a failure.
    fn task(&self, id: &str) -> (String, Value) {
        let shown = self.get(&format!("/v2/{{p}}/migration-task/{id}"));
        let list = self.get("/v2/{p}/migration-tasks");
        let rows = list["migration_tasks"].as_array().expect("rows");
        let row = rows.iter().find(|row| row["task_id"] == id).expect("a row");
        assert_eq!(row["status"], shown["status"]);
        (text(&shown, "/status"), row["error_message"].clone())
    }

    fn replicate(&self, database: &str) -> String {
        let body = json!({ "source_instance_id": TAURUSDB, "source_database": database });
        let path = format!("/v3/{{p}}/instances/{CLICKHOUSE}/clickhouse/replication");
        self.post(&path, body).text("/job_id")
    }

    /// Stage and status of a synchronisation, and how much of it is copied.
    fn replicated(&self) -> [String; 3] {
        let path = format!("/v3/{{p}}/instances/{CLICKHOUSE}/clickhouse/replication");
        let list = self.get(&path);
        ["stage", "status", "percentage"]
            .map(|member| text(&list, &format!("/replications/0/{member}")))
    }

    /// Orders a ClickHouse instance: its job, and the instance.
    fn order(&self) -> (String, String) {
        self.replicate("known");
        let body = json!({
            "name": "click-house-1", "engine": { "type": "click-house", "version": "2" },
            "ha": { "mode": "Single" }, "flavor_id": "gaussdb.clickhouse.xlarge.x86.4",
            "db_root_pwd": "Geheim-1234", "az_mode": "single",
            "volume": { "io_type": "SSD", "capacity_in_gb": 40 }, "az_code": "eu-mock-1a",
            "tags_info": {},
        });
        let created = self.post(&format!("/v3/{{p}}/instances/{TAURUSDB}/clickhouse"), body);
        (created.text("/job_id"), created.text("/instance/id"))
    }

    /// The status of a ClickHouse instance, and why its creation failed.
    fn ordered(&self, id: &str) -> [String; 2] {
        let list = self.get(&format!("/v3/{{p}}/instances/{TAURUSDB}/htap"));
        let rows = list["instances"].as_array().expect("rows");
        let row = rows.iter().find(|row| row["id"] == id).expect("a row");
        ["instance_status", "fail_message"]
            .map(|member| text(row, &format!("/instance_state/{member}")))
    }
}

fn strings<const N: usize>(expected: [&str; N]) -> [String; N] {
    expected.map(str::to_owned)
}

#[test]
fn what_is_under_way_is_listed_in_the_order_of_the_next_event() {
    let tests = Tests::start();
    assert_eq!(tests.under_way(), json!({ "count": 0, "jobs": [] }));
    let (job, mapping) = tests.map();
    tests.advance(500);
    let replication = tests.replicate("orders");
    let import = tests.import();
    let (preparation, task) = tests.prepare();
    tests.advance(250);
    let dashed = |id: &str| uuid(id);
    let expected = json!({ "count": 4, "jobs": [
        {
            "operation": "CreateClickHouseDataBaseReplication",
            "job_id": replication, "job_status": "Running",
            "resource_id": "orders", "resource_status": "Wait",
            "percent": 12, "started": "2026-01-01T00:00:00.500Z", "held": false,
        },
        {
            "operation": "CreateOnlineMigrationTask",
            "job_id": dashed(&preparation), "job_status": "INIT",
            "resource_id": task, "resource_status": "CREATING",
            "percent": 12, "started": "2026-01-01T00:00:00.500Z", "held": false,
        },
        {
            "operation": "CreateDbCacheMapping", "job_id": job, "job_status": "Running",
            "resource_id": mapping, "resource_status": "creating",
            "percent": 37, "started": "2026-01-01T00:00:00.000Z", "held": false,
        },
        {
            "operation": "CreateMigrationTask",
            "resource_id": import, "resource_status": "MIGRATING",
            "percent": 12, "started": "2026-01-01T00:00:00.500Z", "held": false,
        },
    ] });
    assert_eq!(tests.under_way(), expected);
    let one = tests.get(&format!("/_paper/worlds/{{p}}/jobs/{mapping}"));
    assert_eq!(one, expected["jobs"][2]);
    tests.advance(10_000);
    assert_eq!(tests.under_way(), json!({ "count": 0, "jobs": [] }));
}

/// A DCS job's id as the control API writes it.
fn uuid(plain: &str) -> String {
    let parts = [&plain[..8], &plain[8..12], &plain[12..16], &plain[16..20], &plain[20..]];
    parts.join("-")
}

#[test]
fn a_mapping_is_steered_by_its_job_and_by_itself() {
    for by_itself in [false, true] {
        let tests = Tests::start();
        let (job, mapping) = tests.map();
        let id = if by_itself { &mapping } else { &job };
        tests.advance(500);
        let failed = tests.fail(id);
        let expected = json!({
            "operation": "CreateDbCacheMapping", "job_id": job, "job_status": "Failed",
            "resource_id": mapping, "resource_status": "createfail",
            "percent": 25, "started": "2026-01-01T00:00:00.000Z", "held": false,
            "ended": "2026-01-01T00:00:00.500Z", "reason": REASON,
        });
        assert_eq!(failed, expected);
        assert_eq!(tests.mapped(&job), strings(["Failed", "createfail", REASON]));

        let tests = Tests::start();
        let (job, mapping) = tests.map();
        let id = if by_itself { &mapping } else { &job };
        assert_eq!(tests.steer(id, "finish", "").expect(200)["percent"], 100);
        assert_eq!(tests.mapped(&job), strings(["Completed", "normal", ""]));
        tests.advance(10_000);
        let done = tests.get(&format!("/v3/{{p}}/jobs?id={job}"));
        assert_eq!(text(&done, "/jobs/0/end_time"), "2026-01-01T00:00:00+0000");
    }
}

#[test]
fn a_mapping_fails_when_it_has_come_so_far_and_no_sooner() {
    let tests = Tests::start();
    let (job, _) = tests.map();
    let asked = json!({ "reason": REASON, "percent": 40 }).to_string();
    assert_eq!(tests.steer(&job, "fail", &asked).expect(200)["job_status"], "Running");
    tests.advance(799);
    assert_eq!(tests.mapped(&job), strings(["Running", "creating", ""]));
    let shown = tests.get("/_paper/worlds/{p}/clock");
    assert_eq!(text(&shown, "/next_event"), "2026-01-01T00:00:00.800Z");
    tests.advance(1);
    assert_eq!(tests.mapped(&job), strings(["Failed", "createfail", REASON]));
}

#[test]
fn what_fails_without_a_reason_says_who_asked() {
    let tests = Tests::start();
    let (job, _) = tests.map();
    tests.advance(1_000);
    let failed = tests.steer(&job, "fail", r#"{"percent":50}"#).expect(200);
    assert_eq!((&failed["percent"], &failed["job_status"]), (&json!(50), &json!("Failed")));
    let reason = "a test asked for this failure";
    assert_eq!(tests.mapped(&job), strings(["Failed", "createfail", reason]));
}

#[test]
fn what_fails_now_ends_now_to_the_millisecond() {
    let tests = Tests::start();
    let (job, _) = tests.map();
    tests.advance(1_999);
    let failed = tests.fail(&job);
    let shown = (&failed["percent"], &failed["ended"]);
    assert_eq!(shown, (&json!(99), &json!("2026-01-01T00:00:01.999Z")));
    // An import keeps it.
    let world = tests.cloud.world(PROJECT);
    let document = world.export();
    world.import(&document).expect("what was exported");
    assert_eq!(world.export(), document);
    let job = tests.get("/v3/{p}/jobs");
    assert_eq!(text(&job, "/jobs/0/end_time"), "2026-01-01T00:00:01+0000");
}

#[test]
fn a_mapping_stands_still_while_it_is_held_and_loses_no_time() {
    let tests = Tests::start();
    let (job, _) = tests.map();
    tests.advance(500);
    let held = tests.steer(&job, "hold", "{}").expect(200);
    assert_eq!((&held["held"], &held["percent"]), (&json!(true), &json!(25)));
    tests.advance(100 * 86_400_000);
    assert_eq!(tests.mapped(&job), strings(["Running", "creating", ""]));
    assert_eq!(tests.get("/_paper/worlds/{p}/clock").get("next_event"), None);
    assert_eq!(tests.steer(&job, "release", "").expect(200)["held"], false);
    tests.advance(1_499);
    assert_eq!(tests.mapped(&job), strings(["Running", "creating", ""]));
    tests.advance(1);
    assert_eq!(tests.mapped(&job), strings(["Completed", "normal", ""]));
}

#[test]
fn what_is_held_can_be_finished_and_failed() {
    for (verb, status) in [("finish", "normal"), ("fail", "createfail")] {
        let tests = Tests::start();
        let (job, mapping) = tests.map();
        tests.steer(&mapping, "hold", "").expect(200);
        tests.advance(60_000);
        assert_eq!(tests.steer(&job, verb, "").expect(200)["resource_status"], status);
        assert_eq!(tests.mapped(&job)[1], status);
    }
}

#[test]
fn an_online_migration_is_steered_by_its_job_while_it_is_prepared() {
    let tests = Tests::start();
    let (job, task) = tests.prepare();
    tests.fail(&job);
    let shown = tests.get(&format!("/v2/{{p}}/jobs/{job}"));
    assert_eq!(text(&shown, "/status"), "FAIL");
    assert_eq!(text(&shown, "/fail_reason"), REASON);
    assert_eq!(tests.task(&task), ("ERROR".to_owned(), json!(REASON)));

    let (job, task) = tests.prepare();
    tests.steer(&uuid(&job), "finish", "").expect(200);
    assert_eq!(text(&tests.get(&format!("/v2/{{p}}/jobs/{job}")), "/status"), "SUCCESS");
    assert_eq!(tests.task(&task).0, "RUNNING");
}

#[test]
fn a_migration_is_steered_by_its_task_once_it_is_configured() {
    let tests = Tests::start();
    let (_, task) = tests.prepare();
    tests.steer(&task, "finish", "").expect(200);
    tests.configure(&task, "incremental_migration");
    tests.steer(&task, "hold", "").expect(200);
    tests.advance(60_000);
    assert_eq!(tests.task(&task).0, "FULLMIGRATING");
    tests.fail(&task);
    assert_eq!(tests.task(&task), ("MIGRATION_FAILED".to_owned(), json!(REASON)));
    let logs = tests.get(&format!("/v2/{{p}}/migration-task/{task}/logs"));
    assert_eq!(text(&logs, "/migration_logs/0/log_level"), "ERROR");

    tests.configure(&task, "incremental_migration");
    tests.steer(&task, "finish", "").expect(200);
    assert_eq!(tests.task(&task).0, "INCRMIGEATING");
}

#[test]
fn a_migration_that_a_client_has_stopped_is_no_longer_under_way() {
    let tests = Tests::start();
    let (_, task) = tests.prepare();
    tests.advance(2_000);
    tests.configure(&task, "full_amount_migration");
    tests.advance(1_000);
    tests.post(&format!("/v2/{{p}}/migration-task/{task}/stop"), json!({})).expect(200);
    let under_way = tests.under_way();
    assert_eq!(under_way["count"], 1, "{under_way:#}");
    assert_eq!(under_way["jobs"][0]["resource_status"], "TERMINATING");
    let due = tests.cloud.world(PROJECT).advance(Duration::from_secs(10));
    let due = serde_json::to_value(due).unwrap();
    assert_eq!(due.as_array().unwrap().len(), 1, "{due:#}");
    assert_eq!(due[0]["resource_status"], "TERMINATED");
    assert_eq!(tests.task(&task).0, "TERMINATED");
}

#[test]
fn a_backup_import_is_steered_by_its_task() {
    let tests = Tests::start();
    let task = tests.import();
    tests
        .steer(&task, "fail", &json!({ "stage": "MIGRATING", "reason": REASON }).to_string())
        .expect(200);
    assert_eq!(tests.task(&task), ("FAILED".to_owned(), json!(REASON)));
    let task = tests.import();
    tests.steer(&task, "finish", "").expect(200);
    assert_eq!(tests.task(&task).0, "SUCCESS");
}

#[test]
fn a_backup_is_steered_by_its_record() {
    let tests = Tests::start();
    tests.import();
    let path = format!("/v2/{{p}}/instances/{DCS}/backups");
    let copy = || tests.post(&path, json!({})).text("/backup_id");
    let record = || tests.get(&path)["backup_record_response"][0].clone();
    let backup = copy();
    tests.steer(&backup, "hold", "").expect(200);
    tests.advance(60_000);
    assert_eq!(text(&record(), "/status"), "waiting");
    tests.fail(&backup);
    assert_eq!(text(&record(), "/status"), "failed");
    assert!(record()["error_code"].is_string(), "{:#}", record());
    tests.advance(1_000);
    let backup = copy();
    tests.steer(&backup, "finish", "").expect(200);
    let records = tests.get(&path);
    let records = records["backup_record_response"].as_array().unwrap();
    assert!(records.iter().any(|one| one["backup_id"] == backup && one["status"] == "succeed"));
}

#[test]
fn a_synchronisation_is_taken_through_its_stages_one_by_one() {
    let tests = Tests::start();
    let job = tests.replicate("orders");
    tests.steer(&job, "hold", "").expect(200);
    tests.advance(60_000);
    assert_eq!(tests.replicated(), strings(["Wait", "normal", "0"]));
    tests.steer(&job, "release", "").expect(200);
    tests.cloud.world(PROJECT).advance_to_next_event();
    assert_eq!(tests.replicated(), strings(["Full", "normal", "0"]));
    tests.steer(&job, "hold", "").expect(200);
    tests.advance(60_000);
    assert_eq!(tests.replicated(), strings(["Full", "normal", "0"]));
    tests.steer("orders", "finish", "").expect(200);
    assert_eq!(tests.replicated(), strings(["Incremental", "normal", "100"]));
    let shown = tests.get(&format!("/v3/{{p}}/jobs?id={job}"));
    assert_eq!(text(&shown, "/job/status"), "Completed");
}

#[test]
fn a_synchronisation_fails_when_a_stage_begins() {
    let tests = Tests::start();
    let job = tests.replicate("orders");
    let asked = json!({ "stage": "Full", "reason": REASON }).to_string();
    tests.steer(&job, "fail", &asked).expect(200);
    assert_eq!(tests.replicated()[0], "Wait");
    tests.advance(500);
    assert_eq!(tests.replicated(), strings(["Failed", "abnormal", "0"]));
    let shown = tests.get(&format!("/v3/{{p}}/jobs?id={job}"));
    assert_eq!(text(&shown, "/job/status"), "Failed");
    assert_eq!(text(&shown, "/job/fail_reason"), REASON);
}

#[test]
fn the_creation_of_an_instance_is_steered_by_its_job_and_by_the_instance() {
    let tests = Tests::start();
    let (job, instance) = tests.order();
    tests.fail(&instance);
    assert_eq!(tests.ordered(&instance), strings(["createfail", REASON]));
    let shown = tests.get(&format!("/v3/{{p}}/jobs?id={job}"));
    assert_eq!(text(&shown, "/job/fail_reason"), REASON);
    let (job, instance) = tests.order();
    assert_eq!(tests.ordered(&instance)[0], "creating");
    tests.steer(&job, "finish", "").expect(200);
    assert_eq!(tests.ordered(&instance), strings(["normal", ""]));
}

#[test]
fn a_steering_that_cannot_be_is_refused_and_changes_nothing() {
    let tests = Tests::start();
    let (job, _) = tests.map();
    let before = tests.under_way();
    for (verb, body, said) in [
        ("fail", r#"{"percent":101}"#, "percent must be from 0 to 100, got 101"),
        ("fail", r#"{"percent":-1}"#, "percent must be from 0 to 100, got -1"),
        ("fail", r#"{"percent":300}"#, "percent must be from 0 to 100, got 300"),
        ("fail", r#"{"percent":40.5}"#, "percent: invalid type"),
        ("fail", r#"{"percent":1,"stage":"Running"}"#, "takes either percent or stage"),
        ("fail", r#"{"stage":"Full","reason":"x"}"#, "stage must be one of Running, creating"),
        ("fail", r#"{"reson":"x"}"#, "did you mean reason?"),
        ("fail", r#"{"reason":1}"#, "reason: invalid type"),
        ("fail", "[]", "the body is refused"),
        ("finish", r#"{"percent":1}"#, "unknown field `percent`"),
        ("hold", "x", "the body is refused"),
        ("release", r#"{"at":"noon"}"#, "unknown field `at`"),
    ] {
        let refused = tests.steer(&job, verb, body);
        assert_eq!(refused.text("/error_code"), "PAPER.0400", "{verb} {body}");
        assert!(refused.text("/error_msg").contains(said), "{verb} {body}: {}", refused.body);
        refused.expect(400);
    }
    assert_eq!(tests.under_way(), before);
    tests.advance(2_000);
    assert_eq!(tests.mapped(&job), strings(["Completed", "normal", ""]));
}
