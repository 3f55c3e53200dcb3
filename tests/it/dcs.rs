//! DCS: migration tasks through all their states, and what is legal in each. Time is advanced.

use crate::support::{Answer, PROJECT, config, send, start, text};
use papercloud::PaperCloud;
use serde_json::{Value, json};
use std::time::Duration;

const TASK: &str = "90754308-a156-406f-a837-8f852f38a646";
const OTHER: &str = "1f4a9c7e-0b52-4f1d-8a63-5d9e2c7b4a10";
const SOURCE: &str = "6b1c8f0e-52d7-4f3a-9a84-2e7d1c0b9a35";
const TARGET: &str = "cf4a05df-1c38-47c5-bb5a-0a7b3673b3bd";

/// A cloud in which nothing runs by itself, and its calls in short.
struct Dcs(PaperCloud);

impl Dcs {
    fn start() -> Self {
        Self(start(&config()))
    }

    fn advance(&self, seconds: u64) {
        self.0.world(PROJECT).advance(Duration::from_secs(seconds));
    }

    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        send(&self.0, method, &format!("/v2/{PROJECT}{path}"), body)
    }

    fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None)
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, Some(body))
    }

    /// A call on a task that takes no body.
    fn tell(&self, task: &str, verb: &str) -> Answer {
        self.call("POST", &format!("/migration-task/{task}/{verb}"), None)
    }

    fn configure(&self, task: &str, method: &str) -> Answer {
        let sides = [json!({ "id": SOURCE }), json!({ "id": TARGET })];
        self.configure_between(task, method, &sides)
    }

    fn configure_between(&self, task: &str, method: &str, [source, target]: &[Value; 2]) -> Answer {
        let body = json!({
            "migration_method": method,
            "resume_mode": "auto",
            "source_instance": source,
            "target_instance": target,
        });
        self.post(&format!("/migration/{task}/task"), &body)
    }

    /// An incremental migration that follows its source.
    fn following(task: &str) -> Self {
        let dcs = Self::start();
        dcs.configure(task, "incremental_migration").expect(200);
        dcs.advance(2);
        assert_eq!(dcs.status(task), "INCRMIGEATING");
        dcs
    }

    /// A backup import, and its id.
    fn import(&self, backup_id: &str) -> Answer {
        let body = json!({
            "task_name": "import",
            "migration_type": "backupfile_import",
            "migration_method": "full_amount_migration",
            "backup_files": { "file_source": "backup_record", "backup_id": backup_id },
            "target_instance": { "id": TARGET },
        });
        self.post("/migration-task", &body)
    }

    /// A task that waits for its configuration.
    fn created(&self) -> String {
        let network = json!({
            "name": "move", "vpc_id": "vpc", "subnet_id": "subnet", "security_group_id": "group",
        });
        self.post("/migration/instance", &network).text("/instance_id")
    }

    fn detail(&self, task: &str) -> Value {
        self.get(&format!("/migration-task/{task}")).expect(200)
    }

    fn status(&self, task: &str) -> String {
        text(&self.detail(task), "/status")
    }

    fn stats(&self, task: &str) -> Value {
        self.get(&format!("/migration-task/{task}/stats")).expect(200)
    }

    fn logs(&self, task: &str, query: &str) -> Vec<String> {
        let logs = self.get(&format!("/migration-task/{task}/logs{query}")).expect(200);
        let logs = logs["migration_logs"].as_array().expect("logs").clone();
        logs.iter().map(|entry| text(entry, "/message")).collect()
    }

    fn delete(&self, tasks: &[&str]) -> Answer {
        self.call("DELETE", "/migration-tasks/delete", Some(&json!({ "task_id_list": tasks })))
    }
}

impl Answer {
    #[track_caller]
    fn refused(self, status: u16, code: &str) -> String {
        assert_eq!(self.text("/error_code"), code, "{:#}", self.body);
        let message = self.text("/error_msg");
        self.expect(status);
        message
    }
}

#[test]
fn a_stopped_task_leaves_its_status_before_the_answer_and_ends_later() {
    let dcs = Dcs::following(TASK);
    let stopped = dcs.tell(TASK, "stop").expect(200);
    assert_eq!(text(&stopped, "/status"), "TERMINATING");
    assert_eq!(text(&stopped, "/task_id"), TASK);
    assert_eq!(stopped, dcs.detail(TASK));
    dcs.advance(1);
    assert_eq!(dcs.status(TASK), "TERMINATING");
    dcs.tell(TASK, "stop").refused(400, "DCS.4026");
    dcs.tell(TASK, "sync-stop").refused(400, "DCS.4026");
    dcs.advance(1);
    assert_eq!(dcs.status(TASK), "TERMINATED");
    let message = dcs.tell(TASK, "stop").refused(400, "DCS.4026");
    assert!(message.contains("is TERMINATED"), "{message}");
}

#[test]
fn a_task_is_terminated_when_the_synchronous_stop_returns() {
    let dcs = Dcs::start();
    dcs.configure(TASK, "full_amount_migration").expect(200);
    let stopped = dcs.tell(TASK, "sync-stop");
    assert!(!stopped.headers.contains_key("content-type"), "{:?}", stopped.headers);
    assert_eq!(stopped.expect(204), Value::Null);
    assert_eq!(dcs.status(TASK), "TERMINATED");
}

#[test]
fn a_body_that_a_stop_does_not_need_is_ignored() {
    let dcs = Dcs::following(TASK);
    let path = format!("/migration-task/{TASK}/stop");
    dcs.post(&path, &json!({ "reason": "none" })).expect(200);
}

#[test]
fn only_what_migrates_can_be_stopped() {
    let dcs = Dcs::start();
    dcs.tell(OTHER, "stop").refused(400, "DCS.4133");
    dcs.tell(OTHER, "sync-stop").refused(400, "DCS.4133");
    let waiting = dcs.created();
    dcs.tell(&waiting, "stop").refused(400, "DCS.4026");
    dcs.advance(2);
    dcs.tell(&waiting, "stop").refused(400, "DCS.4026");
    dcs.configure(&waiting, "full_amount_migration").expect(200);
    dcs.advance(2);
    assert_eq!(dcs.status(&waiting), "SUCCESS");
    dcs.tell(&waiting, "sync-stop").refused(400, "DCS.4026");
}

#[test]
fn a_backup_import_is_stopped_like_a_migration() {
    let dcs = Dcs::start();
    let import = dcs.import("record-1").text("/id");
    assert_eq!(text(&dcs.tell(&import, "stop").expect(200), "/status"), "TERMINATING");
    dcs.advance(2);
    assert_eq!(dcs.status(&import), "TERMINATED");
    assert_eq!(text(&dcs.detail(&import), "/released_at"), "202601010000");
    assert_eq!(dcs.logs(&import, "").len(), 3);
}

#[test]
fn an_endless_task_ends_when_it_is_told_to() {
    let endless = format!("00005100{}", &TASK[8..]);
    let dcs = Dcs::start();
    dcs.configure(&endless, "full_amount_migration").expect(200);
    dcs.advance(86_400);
    assert_eq!(dcs.status(&endless), "FULLMIGRATING");
    dcs.tell(&endless, "stop").expect(200);
    dcs.advance(2);
    assert_eq!(dcs.status(&endless), "TERMINATED");
}

#[test]
fn a_terminated_task_can_be_configured_again_and_leaves_its_status_at_once() {
    let dcs = Dcs::following(TASK);
    dcs.tell(TASK, "stop").expect(200);
    dcs.configure(TASK, "full_amount_migration").refused(400, "DCS.4957");
    dcs.advance(2);
    let again = dcs.configure(TASK, "full_amount_migration").expect(200);
    assert_eq!(text(&again, "/status"), "FULLMIGRATING");
    assert_eq!(dcs.stats(TASK)["full_migration_progress"], "0");
    dcs.advance(2);
    assert_eq!(dcs.status(TASK), "SUCCESS");
}

#[test]
fn a_batch_stops_what_can_be_stopped_and_says_why_the_rest_cannot() {
    let dcs = Dcs::following(TASK);
    let waiting = dcs.created();
    let import = dcs.import("record-1").text("/id");
    let tasks = json!({ "migration_tasks": [TASK, waiting, import, OTHER, TASK] });
    let results = dcs.post("/migration-task/batch-stop", &tasks).expect(200);
    let results = results["migration_tasks"].as_array().unwrap();
    let shown: Vec<_> = results
        .iter()
        .map(|one| (one["result"].as_str().unwrap(), one["error_code"].as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            ("success", None),
            ("failed", Some("DCS.4026")),
            ("success", None),
            ("failed", Some("DCS.4855")),
            ("failed", Some("DCS.4026")),
        ]
    );
    assert!(text(&results[1], "/error_msg").contains("is CREATING"));
    assert_eq!(dcs.status(TASK), "TERMINATING");
    assert_eq!(dcs.status(&import), "TERMINATING");
}

#[test]
fn a_batch_whose_every_task_fails_is_still_answered() {
    let dcs = Dcs::start();
    let waiting = dcs.created();
    for path in ["/migration-task/batch-stop", "/migration-tasks/batch-restart"] {
        let results = dcs.post(path, &json!({ "migration_tasks": [waiting] })).expect(200);
        assert_eq!(text(&results, "/migration_tasks/0/result"), "failed");
    }
}

#[test]
fn a_list_that_names_no_task_is_refused() {
    let dcs = Dcs::following(TASK);
    for path in ["/migration-task/batch-stop", "/migration-tasks/batch-restart"] {
        let unknown = json!({ "migration_tasks": [OTHER] });
        let message = dcs.post(path, &unknown).refused(400, "DCS.4855");
        assert!(message.contains(OTHER), "{message}");
        let malformed = json!({ "migration_tasks": [TASK, "task-1"] });
        let message = dcs.post(path, &malformed).refused(400, "DCS.4855");
        assert!(message.contains("migration_tasks[1]"), "{message}");
    }
    assert_eq!(dcs.status(TASK), "INCRMIGEATING");
}

#[test]
fn a_restarted_task_leaves_its_status_at_once_and_starts_over() {
    let dcs = Dcs::following(TASK);
    let tasks = json!({ "migration_tasks": [TASK] });
    let restart = || dcs.post("/migration-tasks/batch-restart", &tasks).expect(200);
    let running = restart();
    assert_eq!(text(&running, "/migration_tasks/0/error_code"), "dcs.41.0001");
    dcs.tell(TASK, "sync-stop").expect(204);
    assert_eq!(text(&restart(), "/migration_tasks/0/result"), "success");
    assert_eq!(dcs.status(TASK), "FULLMIGRATING");
    dcs.advance(2);
    assert_eq!(dcs.status(TASK), "INCRMIGEATING");
}

#[test]
fn a_restart_of_a_failed_task_fails_by_the_ids_that_let_it_fail_and_by_no_others() {
    let doomed = format!("0000dead{}", &TASK[8..]);
    let dcs = Dcs::start();
    dcs.configure(&doomed, "full_amount_migration").expect(200);
    dcs.configure(TASK, "full_amount_migration").expect(200);
    dcs.tell(TASK, "sync-stop").expect(204);
    dcs.advance(2);
    assert_eq!(dcs.status(&doomed), "MIGRATION_FAILED");
    let tasks = json!({ "migration_tasks": [doomed, TASK] });
    dcs.post("/migration-tasks/batch-restart", &tasks).expect(200);
    assert_eq!(dcs.status(&doomed), "FULLMIGRATING");
    dcs.advance(2);
    assert_eq!(dcs.status(&doomed), "MIGRATION_FAILED");
    assert_eq!(dcs.status(TASK), "SUCCESS");
}

#[test]
fn a_backup_import_cannot_be_restarted() {
    let dcs = Dcs::start();
    let import = dcs.import("record-1").text("/id");
    dcs.tell(&import, "sync-stop").expect(204);
    let tasks = json!({ "migration_tasks": [import] });
    let results = dcs.post("/migration-tasks/batch-restart", &tasks).expect(200);
    assert_eq!(text(&results, "/migration_tasks/0/error_code"), "dcs.41.0001");
    assert_eq!(dcs.status(&import), "TERMINATED");
}

#[test]
fn a_deleted_task_is_gone_and_stays_so() {
    let dcs = Dcs::following(TASK);
    dcs.tell(TASK, "sync-stop").expect(204);
    let waiting = dcs.created();
    let deleted = dcs.delete(&[TASK, OTHER]).expect(200);
    assert_eq!(deleted, json!({ "task_id_list": [TASK, OTHER] }));
    let list = dcs.get("/migration-tasks").expect(200);
    assert_eq!((&list["count"], text(&list, "/migration_tasks/0/task_id")), (&json!(1), waiting));
    dcs.get(&format!("/migration-task/{TASK}")).refused(400, "DCS.4133");
    dcs.configure(TASK, "full_amount_migration").refused(404, "DCS.4133");
    dcs.delete(&[TASK]).expect(200);
}

#[test]
fn a_task_that_moves_data_cannot_be_deleted_nor_any_other_of_its_list() {
    let dcs = Dcs::following(TASK);
    let idle = dcs.created();
    let import = dcs.import("record-1").text("/id");
    dcs.delete(&[&idle, TASK]).refused(400, "DCS.4957");
    dcs.delete(&[&import]).refused(400, "DCS.4957");
    dcs.tell(TASK, "stop").expect(200);
    dcs.delete(&[TASK]).refused(400, "DCS.4957");
    dcs.advance(2);
    dcs.detail(&idle);
    dcs.delete(&[&idle, TASK, &import]).expect(200);
    assert_eq!(dcs.get("/migration-tasks").expect(200)["count"], 0);
}

#[test]
fn the_way_to_reconnect_is_stored_for_online_tasks() {
    let dcs = Dcs::following(TASK);
    let path = format!("/migration-task/{TASK}");
    let shown = || text(&dcs.detail(TASK), "/resume_mode");
    let updated = dcs.call("PUT", &path, Some(&json!({ "resume_mode": "manual" })));
    assert_eq!(updated.expect(200), Value::Null);
    assert_eq!(shown(), "manual");
    // What was configured is unchanged, so an equal configuration still is.
    dcs.configure(TASK, "incremental_migration").expect(200);
    assert_eq!(shown(), "manual");
    dcs.call("PUT", &path, Some(&json!({}))).expect(200);
    assert_eq!(shown(), "auto");
    let wrong = dcs.call("PUT", &path, Some(&json!({ "resume_mode": "never" })));
    wrong.refused(400, "111400063");
    let body = json!({ "resume_mode": "auto" });
    let import = dcs.import("record-1").text("/id");
    for other in [OTHER, import.as_str()] {
        let path = format!("/migration-task/{other}");
        dcs.call("PUT", &path, Some(&body)).refused(400, "DCS.4133");
    }
}

#[test]
fn addresses_are_switched_and_switched_back() {
    let dcs = Dcs::following(TASK);
    let exchange = format!("/migration-task/{TASK}/exchange-ip");
    let task_status = || text(&dcs.detail(TASK), "/task_status");
    assert_eq!(dcs.detail(TASK).get("task_status"), None);
    dcs.tell(TASK, "rollback-ip").refused(400, "DCS.4990");
    // Terraform leaves out what is empty or false.
    assert_eq!(dcs.post(&exchange, &json!({})).expect(204), Value::Null);
    assert_eq!(
        (task_status().as_str(), dcs.status(TASK).as_str()),
        ("EXCHANGING", "INCRMIGEATING")
    );
    dcs.post(&exchange, &json!({})).refused(400, "DCS.4990");
    dcs.tell(TASK, "rollback-ip").refused(400, "DCS.4990");
    dcs.advance(2);
    assert_eq!(task_status(), "EXCHANGE_SUCCESS");
    assert_eq!(dcs.status(TASK), "TERMINATED");
    assert_eq!(dcs.stats(TASK)["is_migrating"], false);
    dcs.post(&exchange, &json!({})).refused(400, "DCS.4990");
    dcs.tell(TASK, "rollback-ip").expect(204);
    assert_ne!(task_status(), "EXCHANGE_SUCCESS");
    dcs.tell(TASK, "rollback-ip").refused(400, "DCS.4990");
    dcs.advance(2);
    assert_eq!(task_status(), "ROLLBACK_SUCCESS");
    dcs.tell(TASK, "rollback-ip").refused(400, "DCS.4990");
}

#[test]
fn addresses_are_switched_only_while_a_migration_follows_its_source() {
    let dcs = Dcs::start();
    let body = json!({ "exchanged_ip": [], "is_exchange_domain": true });
    let exchange = |task: &str| dcs.post(&format!("/migration-task/{task}/exchange-ip"), &body);
    exchange(OTHER).refused(400, "DCS.4133");
    dcs.tell(OTHER, "rollback-ip").refused(400, "DCS.4133");
    let import = dcs.import("record-1").text("/id");
    exchange(&import).refused(400, "DCS.4990");
    dcs.tell(&import, "rollback-ip").refused(400, "DCS.4990");
    dcs.configure(TASK, "full_amount_migration").expect(200);
    exchange(TASK).refused(400, "DCS.4990");
    dcs.advance(2);
    exchange(TASK).refused(400, "DCS.4990");
    let path = format!("/migration-task/{TASK}/exchange-ip");
    dcs.post(&path, &json!({ "is_exchange_domain": "no" })).refused(400, "111400063");
}

#[test]
fn addresses_are_switched_only_between_two_instances_with_equal_ports() {
    let dcs = Dcs::start();
    let foreign = [json!({ "addrs": "192.168.1.1:6379" }), json!({ "id": TARGET })];
    let other_port =
        [json!({ "id": SOURCE, "addrs": "192.168.1.1:6380" }), json!({ "id": TARGET })];
    dcs.configure_between(TASK, "incremental_migration", &foreign).expect(200);
    dcs.configure_between(OTHER, "incremental_migration", &other_port).expect(200);
    dcs.advance(2);
    let exchange = |task: &str| {
        dcs.post(&format!("/migration-task/{task}/exchange-ip"), &json!({}))
            .refused(400, "DCS.4990")
    };
    let message = exchange(TASK);
    assert!(message.contains("source_instance must be DCS Redis"), "{message}");
    let message = exchange(OTHER);
    assert!(message.contains("same port, got 6380 and 6379"), "{message}");
}

#[test]
fn statistics_follow_the_clock_of_the_status_and_are_text() {
    let dcs = Dcs::start();
    dcs.get(&format!("/migration-task/{TASK}/stats")).refused(400, "DCS.4133");
    let waiting = dcs.created();
    dcs.advance(1);
    assert_eq!(dcs.stats(&waiting)["full_migration_progress"], "0");
    dcs.configure(TASK, "incremental_migration").expect(200);
    dcs.advance(1);
    let half = dcs.stats(TASK);
    assert_eq!((&half["full_migration_progress"], &half["offset"]), (&json!("50"), &json!("0")));
    assert_eq!((&half["target_dbsize"], &half["is_migrating"]), (&json!("500"), &json!(true)));
    dcs.advance(11);
    let following = dcs.stats(TASK);
    assert_eq!(following["full_migration_progress"], "100");
    assert_eq!(following["offset"], "640");
    dcs.tell(TASK, "stop").expect(200);
    dcs.advance(60);
    let stopped = dcs.stats(TASK);
    assert_eq!((&stopped["offset"], &stopped["is_migrating"]), (&json!("640"), &json!(false)));
    assert_eq!(stopped["target_ops"], "0");
}

#[test]
fn a_log_tells_what_happened_the_newest_first() {
    let doomed = format!("0000dead{}", &TASK[8..]);
    let dcs = Dcs::following(TASK);
    dcs.tell(TASK, "sync-stop").expect(204);
    let messages = dcs.logs(TASK, "");
    assert_eq!(messages[0], "The migration task is stopped.");
    assert_eq!(messages.last().unwrap(), "The migration task is created.");
    assert_eq!(dcs.logs(TASK, "?limit=1&offset=1"), messages[1..2]);
    assert_eq!(dcs.logs(TASK, "?log_level=error"), Vec::<String>::new());
    assert_eq!(dcs.logs(TASK, "?log_level=info"), messages);

    dcs.configure(&doomed, "full_amount_migration").expect(200);
    dcs.advance(2);
    assert_eq!(dcs.logs(&doomed, "?log_level=Error"), ["The migration task failed."]);
    let path = format!("/migration-task/{TASK}/logs");
    dcs.get(&format!("{path}?log_level=WARN")).refused(400, "111400063");
    dcs.get(&format!("/migration-task/{OTHER}/logs")).refused(400, "DCS.4133");
    let entry = dcs.get(&format!("{path}?limit=1")).expect(200);
    assert_eq!(text(&entry, "/migration_logs/0/created_at"), "2026-01-01T00:00:02.000Z");
    assert_eq!(entry["log_num"], 6);
}

#[test]
fn ids_with_a_meaning_are_heeded_by_every_call_on_a_task() {
    let dcs = Dcs::start();
    let forbidden = format!("00000403{}", &TASK[8..]);
    for verb in ["stop", "sync-stop", "rollback-ip"] {
        dcs.tell(&forbidden, verb).refused(403, "DCS.2003");
    }
    for part in ["", "/stats", "/logs"] {
        let busy = format!("/migration-task/00000409{}{part}", &TASK[8..]);
        dcs.get(&busy).refused(400, "DCS.4026");
    }
    let tasks = json!({ "migration_tasks": [forbidden] });
    let results = dcs.post("/migration-task/batch-stop", &tasks).expect(200);
    assert_eq!(text(&results, "/migration_tasks/0/error_code"), "DCS.2003");
    dcs.delete(&[&forbidden]).refused(403, "DCS.2003");
    dcs.delete(&[&format!("00000404{}", &TASK[8..])]).expect(200);
}

#[test]
fn instances_are_shown_and_listed_once_a_documented_call_has_named_them() {
    let dcs = Dcs::start();
    let shown = |id: &str| dcs.get(&format!("/instances/{id}"));
    shown(TARGET).refused(404, "DCS.3022");
    dcs.configure(TASK, "incremental_migration").expect(200);
    let instance = shown(TARGET).expect(200);
    assert_eq!(text(&instance, "/status"), "RUNNING");
    assert_eq!(instance["port"], 6379);
    assert!(text(&instance, "/ip").starts_with("198.51.100."), "{instance}");
    let listed = |query: &str| {
        let list = dcs.get(&format!("/instances{query}")).expect(200);
        let (shown, count) = (list["instances"].as_array().unwrap().len(), &list["instance_num"]);
        assert_eq!(*count, shown, "{list:#}");
        shown
    };
    let name = text(&instance, "/name");
    assert_eq!(listed(""), 2);
    assert_eq!(listed("?status=RUNNING&include_delete=true&include_failure=true"), 2);
    assert_eq!(listed("?status=FROZEN"), 0);
    assert_eq!(listed(&format!("?instance_id={TARGET}")), 1);
    assert_eq!(listed("?name=redis"), 2);
    assert_eq!(listed("?name=redis&name_equal=true"), 0);
    assert_eq!(listed(&format!("?name={name}&name_equal=true")), 1);
    assert_eq!(listed(&format!("?ip={}", text(&instance, "/ip"))), 1);
    assert_eq!(listed("?tags=owner"), 0);
    dcs.get("/instances?limit=1001").refused(400, "DCS.4800");
}

#[test]
fn an_instance_of_another_service_is_no_dcs_instance() {
    let dcs = Dcs::start();
    let redis = "2bb234c7175c400aab91de7c62174c0ein12";
    let body = json!({
        "source_instance_id": "356cf333ab77413f9d2526605227be08in01",
        "target_instance_id": redis,
    });
    send(&dcs.0, "POST", &format!("/v3/{PROJECT}/dbcache/mapping"), Some(&body)).expect(202);
    dcs.get(&format!("/instances/{redis}")).refused(404, "DCS.3022");
    assert_eq!(dcs.get("/instances").expect(200)["instance_num"], 0);
}

#[test]
fn a_backup_is_taken_by_the_clock_and_can_then_be_imported() {
    let dcs = Dcs::start();
    let path = format!("/instances/{TARGET}/backups");
    dcs.post(&path, &json!({})).refused(404, "DCS.3022");
    dcs.get(&path).refused(404, "DCS.3022");
    dcs.configure(TASK, "incremental_migration").expect(200);
    assert_eq!(dcs.get(&path).expect(200), json!({ "total_num": 0, "backup_record_response": [] }));

    let backup = dcs.call("POST", &path, None).text("/backup_id");
    let status = || text(&dcs.get(&path).expect(200), "/backup_record_response/0/status");
    assert_eq!(status(), "waiting");
    dcs.advance(1);
    assert_eq!(status(), "backuping");
    let message = dcs.import(&backup).refused(400, "DCS.4087");
    assert!(message.contains("is backuping"), "{message}");
    dcs.post(&path, &json!({ "backup_format": "aof" })).refused(400, "DCS.4096");
    dcs.advance(1);
    assert_eq!(status(), "succeed");
    let imported = dcs.import(&backup);
    assert!(!imported.headers.contains_key("x-paper-warning"), "{:?}", imported.headers);
    imported.expect(200);
    dcs.post(&path, &json!({ "backup_format": "aof" })).expect(200);
    let found = |query: &str| dcs.get(&format!("{path}?{query}")).expect(200)["total_num"].clone();
    assert_eq!(found("begin_time=20260101000001"), 1);
    assert_eq!(found("end_time=20260101000001"), 1);
    assert_eq!(found("limit=1"), 2);
    dcs.get(&format!("{path}?begin_time=yesterday")).refused(400, "DCS.4800");
}

#[test]
fn a_backup_of_a_doomed_instance_fails() {
    let doomed = format!("0000dead{}", &TARGET[8..]);
    let dcs = Dcs::start();
    let sides = [json!({ "addrs": "192.168.1.1:6379" }), json!({ "id": doomed })];
    dcs.configure_between(TASK, "full_amount_migration", &sides).expect(200);
    let path = format!("/instances/{doomed}/backups");
    let backup = dcs.post(&path, &json!({})).text("/backup_id");
    dcs.advance(2);
    let records = dcs.get(&path).expect(200);
    assert_eq!(text(&records, "/backup_record_response/0/status"), "failed");
    assert_eq!(text(&records, "/backup_record_response/0/is_support_restore"), "FALSE");
    dcs.import(&backup).refused(400, "DCS.4087");
}

#[test]
fn a_backup_that_was_never_seen_is_let_pass_unless_resources_are_enforced() {
    let dcs = Dcs::start();
    let imported = dcs.import("record-1");
    let warnings: Vec<_> = imported.headers.get_all("x-paper-warning").iter().collect();
    assert!(warnings.iter().any(|one| one.to_str().unwrap().contains("record-1")), "{warnings:?}");
    imported.expect(200);
}
