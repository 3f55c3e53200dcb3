//! Checking the Table Settings of a Data Synchronization Task, before it is created.

use super::check_click_house_data_base_config::REMEMBERED;
use super::list_click_house_data_base_parameter::is_valid;
use super::service::{
    CLICKHOUSE_ID, MOST_TABLES, SCOPE, SERVICE, SETTING, SOURCE_NODE, TABLE_CHECK, TABLE_SETTING,
    find_sides,
};
use crate::cloud::{
    ListKind, ReplicationConfig, RequestContext, Setting, TableScope, TableSetting,
};
use crate::contract::{Contract, Field, Kind, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use axum::http::Method;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

static CONTRACT: Contract = Contract {
    id: "CheckClickHouseTableConfig",
    title: "Checking the Table Settings of a Data Synchronization Task",
    service: &SERVICE,
    source: Source::Companion("CheckClickHouseTableConfig"),
    method: Method::POST,
    path: "/v3/{project_id}/instances/{instance_id}/clickhouse/replication/table-check",
    path_parameters: &[CLICKHOUSE_ID],
    body: &[
        Field::mandatory("source_instance_id", Kind::TEXT).means("ID of the TaurusDB instance"),
        SOURCE_NODE,
        Field::mandatory("source_database_name", Kind::TEXT).means("the database"),
        Field::mandatory("db_configs", Kind::List(&SETTING, 100)).means("parameters to be set"),
        Field::mandatory("tables_configs", Kind::List(&TABLE_SETTING, MOST_TABLES))
            .means("clauses for single tables"),
        Field::mandatory("table_repl_config", Kind::Object(SCOPE))
            .means("the tables to be synchronized"),
    ],
    reply: &[
        Field::mandatory("source_database_name", Kind::TEXT).means("the database"),
        Field::mandatory("table_config_check_results", Kind::List(&TABLE_CHECK, MOST_TABLES))
            .means("one result for each table, in the order sent")
            .notes(&[Note {
                matter: "check_result is a word in one table and a sentence in the example.",
                decision: "success, or the example's sentence for a table that is not \
                           synchronized.",
            }]),
    ],
    notes: &[REMEMBERED],
    example: include_str!(
        "../../../fixtures/taurusdb/check_click_house_table_config/documented.json"
    ),
    changes_nothing: true,
    ..Contract::BLANK
};

/// The example's text for a table whose clauses cannot be applied.
const FAILED: &str = "Check Override Table Failed";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
    source_instance_id: String,
    source_node_id: Option<String>,
    source_database_name: String,
    db_configs: Vec<Setting>,
    tables_configs: Vec<TableSetting>,
    table_repl_config: TableScope,
}

#[derive(Serialize)]
pub struct Reply {
    source_database_name: String,
    table_config_check_results: Vec<Checked>,
}

#[derive(Serialize)]
struct Checked {
    #[serde(flatten)]
    setting: TableSetting,
    check_result: &'static str,
}

pub struct CheckClickHouseTableConfig;

impl Operation for CheckClickHouseTableConfig {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let source_database_name = request.source_database_name.clone();
        let node = request.source_node_id.as_deref();
        find_sides(&request.instance_id, &request.source_instance_id, node, context)?;
        let table_config_check_results = request.check();
        let passed = |table: &Checked| table.check_result == "success";
        if table_config_check_results.iter().all(passed) && request.db_configs.iter().all(is_valid)
        {
            request.remember(context);
        }
        Ok(Reply { source_database_name, table_config_check_results })
    }
}

impl Request {
    fn check(&self) -> Vec<Checked> {
        let TableScope { repl_type, tables } = &self.table_repl_config;
        let listed: HashSet<&str> = tables.iter().map(String::as_str).collect();
        let check = |setting: &TableSetting| {
            let is_listed = listed.contains(setting.table_name.as_str());
            let is_taken = is_listed == (*repl_type == ListKind::White);
            let check_result = if is_taken { "success" } else { FAILED };
            Checked { setting: setting.clone(), check_result }
        };
        self.tables_configs.iter().map(check).collect()
    }

    fn remember(self, context: &mut RequestContext<'_>) {
        let key = [self.instance_id, self.source_instance_id, self.source_database_name];
        let checked = ReplicationConfig {
            parameters: self.db_configs,
            tables: self.tables_configs,
            scope: self.table_repl_config,
        };
        context.state.checked.insert(key.map(Into::into), checked);
    }
}
