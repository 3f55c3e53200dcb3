//! Querying the Configuration of a Data Synchronization Task: its parameters and its tables.

use super::service::{
    CLICKHOUSE_ID, MOST_TABLES, SCOPE, SERVICE, SETTING_CHECK, SettingCheck, TABLE_CHECK,
    UNKNOWN_REPLICATION, find_clickhouse, find_replication,
};
use crate::cloud::{Replication, RequestContext, TableScope, TableSetting};
use crate::contract::{Awaits, Contract, Field, Kind, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

static CONTRACT: Contract = Contract {
    id: "ListClickHouseDataBaseReplicationConfig",
    title: "Querying the Configuration of a Data Synchronization Task",
    service: &SERVICE,
    source: Source::Companion("ListClickHouseDataBaseReplicationConfig"),
    path: "/v3/{project_id}/instances/{instance_id}/clickhouse/replication/config",
    path_parameters: &[CLICKHOUSE_ID],
    query: &[Field::mandatory("database_name", Kind::TEXT).means("the database")],
    reply: &[
        Field::mandatory("source_instance_id", Kind::TEXT).means("ID of the TaurusDB instance"),
        Field::mandatory("source_node_id", Kind::TEXT).means("ID of the node that is read"),
        Field::mandatory("database_info", Kind::Object(DATABASE)).means("the database"),
        Field::mandatory("table_infos", Kind::List(&TABLE_CHECK, MOST_TABLES))
            .means("clauses for single tables, as they were checked"),
        Field::mandatory("table_repl_config", Kind::Object(SCOPE))
            .means("the tables that are synchronized"),
        Field::mandatory("is_tables_change", Kind::Boolean)
            .means("whether a change of the tables is under way"),
        Field::mandatory("new_table_repl_config", Kind::Object(SCOPE))
            .means("the tables after that change")
            .notes(&[Note {
                matter: "new_table_repl_config is always there, and nothing says what it is while \
                         no change is under way.",
                decision: "The same as table_repl_config.",
            }]),
        Field::mandatory("last_error_of_alter_table", Kind::TEXT)
            .means("why the last change failed; empty unless it did"),
    ],
    refusals: &[UNKNOWN_REPLICATION],
    awaits: Awaits::All,
    example: include_str!(
        "../../../fixtures/taurusdb/list_click_house_data_base_replication_config/documented.json"
    ),
    ..Contract::BLANK
};

const DATABASE: &[Field] = &[
    Field::mandatory("database_name", Kind::TEXT).means("its name"),
    Field::mandatory("db_config_check_results", Kind::List(&SETTING_CHECK, 100))
        .means("its parameters, as they were checked"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
    database_name: String,
}

#[derive(Serialize)]
pub struct Reply {
    source_instance_id: String,
    source_node_id: String,
    database_info: Database,
    table_infos: Vec<CheckedTable>,
    table_repl_config: TableScope,
    is_tables_change: bool,
    new_table_repl_config: TableScope,
    last_error_of_alter_table: String,
}

#[derive(Serialize)]
struct Database {
    database_name: Arc<str>,
    db_config_check_results: Vec<SettingCheck>,
}

#[derive(Serialize)]
struct CheckedTable {
    #[serde(flatten)]
    setting: TableSetting,
    check_result: &'static str,
}

pub struct ListClickHouseDataBaseReplicationConfig;

impl Operation for ListClickHouseDataBaseReplicationConfig {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        find_clickhouse(&request.instance_id, context)?;
        let replication = find_replication(&request.instance_id, &request.database_name, context)?;
        let replication = replication.clone();
        Ok(Reply::of(&replication, context))
    }
}

impl Reply {
    /// Only what has passed its check is kept, so every result is a success.
    fn of(replication: &Replication, context: &RequestContext<'_>) -> Self {
        let now = context.now;
        let failed = replication.failed_change(now);
        let scope = replication.scope(now);
        let pending = replication.pending_change(now);
        let after = pending.map(|change| TableScope { tables: change.tables.clone(), ..scope });
        let parameters = replication.configuration.parameters.iter().cloned();
        let tables = replication.configuration.tables.iter().cloned();
        Self {
            source_instance_id: replication.source_instance_id.to_string(),
            source_node_id: replication.source_node_id.clone(),
            database_info: Database {
                database_name: replication.database.clone(),
                db_config_check_results: parameters.map(|it| SettingCheck::of(it, true)).collect(),
            },
            table_infos: tables
                .map(|setting| CheckedTable { setting, check_result: "success" })
                .collect(),
            is_tables_change: after.is_some(),
            new_table_repl_config: after.unwrap_or_else(|| replication.scope(now)),
            table_repl_config: replication.scope(now),
            last_error_of_alter_table: failed
                .map_or_else(String::new, |run| context.reason(run).to_owned()),
        }
    }
}
