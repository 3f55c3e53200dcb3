//! DCS: what follows its calls, a file for each; what is legal in which state of a task. Time is
//! advanced.

mod batch_restart_online_migration_tasks;
mod batch_stop_migration_tasks;
mod copy_instance;
mod create_migration_task;
mod delete_migration_task;
mod exchange_instance_ip;
mod instance_rules;
mod list_instances;
mod list_migration_task_logs;
mod restore_instance;
mod set_online_migration_task;
mod show_migration_task;
mod show_migration_task_stats;
mod stop_migration_task;
mod stop_migration_task_sync;
mod update_migration_task;

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
