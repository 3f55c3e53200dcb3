//! TaurusDB: what follows its calls, a file for each: synchronisations, ClickHouse instances, jobs.

mod check_click_house_data_base_config;
mod create_click_house_instance;
mod delete_click_house_data_base_config;
mod delete_click_house_data_base_replication;
mod delete_task_record;
mod list_click_house_instance;
mod list_gauss_my_sql_instances;
mod list_htap_instance_info;
mod list_immediate_jobs;
mod update_click_house_data_base_config;

use crate::support::{Answer, PROJECT, config, send, send_text, start};
use papercloud::{Config, PaperCloud};
use serde_json::{Value, json};
use std::time::Duration;

const CLICKHOUSE: &str = "54e42160670e48e789af7075e1efea1fin16";
const TAURUSDB: &str = "2d39ea6ddc2a4bcd8e5f3f4b0a1c9d7ein07";

/// A cloud that knows both instances, through a synchronisation of the database `known`.
struct Tests {
    cloud: PaperCloud,
}

impl Tests {
    fn start() -> Self {
        Self::with(&config())
    }

    fn with(config: &Config) -> Self {
        let tests = Self { cloud: start(config) };
        tests.synchronise("known").expect(200);
        tests
    }

    fn advance(&self, seconds: u64) {
        self.cloud.world(PROJECT).advance(Duration::from_secs(seconds));
    }

    /// Sends a request to a path below the project.
    #[expect(clippy::needless_pass_by_value, reason = "a body is written where it is sent")]
    fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        send(&self.cloud, method, &format!("/v3/{PROJECT}{path}"), body.as_ref())
    }

    /// Sends a request to a path below the ClickHouse instance.
    fn clickhouse(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.call(method, &format!("/instances/{CLICKHOUSE}/clickhouse{path}"), body)
    }

    /// Sends a request to a path below the TaurusDB instance.
    fn taurusdb(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.call(method, &format!("/instances/{TAURUSDB}{path}"), body)
    }

    fn synchronise(&self, database: &str) -> Answer {
        let body = json!({ "source_instance_id": TAURUSDB, "source_database": database });
        self.clickhouse("POST", "/replication", Some(body))
    }

    fn change(&self, database: &str, value: &str) -> Answer {
        let body = json!({
            "source_instance_id": TAURUSDB, "database": database, "value": value,
        });
        self.clickhouse("PUT", "/databases/replication/config", Some(body))
    }

    fn cancel(&self, database: &str) -> Answer {
        let path = format!("/databases/replication/config?database={database}");
        self.clickhouse("DELETE", &path, None)
    }

    fn unsynchronise(&self, database: &str) -> Answer {
        self.clickhouse("DELETE", &format!("/replication/{database}"), None)
    }

    fn shown(&self, database: &str) -> Answer {
        let path = format!("/replication/config?database_name={database}");
        self.clickhouse("GET", &path, None)
    }

    fn tables(&self, database: &str) -> Value {
        self.shown(database).expect(200)["table_repl_config"].clone()
    }

    fn databases(&self) -> Value {
        let listed = self.clickhouse("GET", "/replication", None).expect(200);
        let listed = listed["replications"].as_array().expect("an array").iter();
        listed.map(|one| one["source_database"].clone()).collect()
    }

    fn job(&self, id: &str) -> Answer {
        let path = format!("/v3/{PROJECT}/jobs?id={id}");
        let host = [("X-Auth-Token", "t"), ("Host", "gaussdb.eu-mock-1.myhuaweicloud.com")];
        send_text(&self.cloud, "GET", &path, &host, "")
    }

    /// A ClickHouse instance that was created, and is normal or not.
    fn created(&self) -> String {
        let created = self.taurusdb("POST", "/clickhouse", Some(order()));
        let id = created.text("/instance/id");
        created.expect(202);
        id
    }
}

trait Refused {
    /// The status and code that are expected; the message is returned.
    fn expect_refusal(self, status: u16, code: &str) -> String;
}

impl Refused for Answer {
    #[track_caller]
    fn expect_refusal(self, status: u16, code: &str) -> String {
        assert_eq!((self.status, self.text("/error_code").as_str()), (status, code), "{self:?}");
        self.text("/error_msg")
    }
}

fn order() -> Value {
    json!({
        "name": "click-house-1",
        "engine": { "type": "click-house", "version": "2" },
        "ha": { "mode": "Single" },
        "flavor_id": "gaussdb.clickhouse.xlarge.x86.4",
        "db_root_pwd": "Geheim-1234",
        "az_mode": "single",
        "volume": { "io_type": "SSD", "capacity_in_gb": 40 },
        "az_code": "eu-mock-1a",
        "tags_info": {},
    })
}

fn check(database: &str, parameters: &Value, tables: &Value) -> Value {
    json!({
        "source_instance_id": TAURUSDB,
        "source_database_name": database,
        "db_configs": parameters,
        "table_repl_config": tables,
    })
}
