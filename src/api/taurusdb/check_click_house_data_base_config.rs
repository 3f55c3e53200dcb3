//! Checking the Database Parameters of a Data Synchronization Task, before it is created.

use super::list_click_house_data_base_parameter::is_valid;
use super::service::{
    CLICKHOUSE_ID, SCOPE, SERVICE, SETTING, SETTING_CHECK, SOURCE_NODE, SettingCheck, find_sides,
};
use crate::cloud::{RequestContext, Setting, TableScope};
use crate::contract::{Contract, Field, Kind, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use axum::http::Method;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "CheckClickHouseDataBaseConfig",
    title: "Checking the Database Parameters of a Data Synchronization Task",
    service: &SERVICE,
    source: Source::Companion("CheckClickHouseDataBaseConfig"),
    method: Method::POST,
    path: "/v3/{project_id}/instances/{instance_id}/clickhouse/replication/database-check",
    path_parameters: &[CLICKHOUSE_ID],
    body: &[
        Field::mandatory("source_instance_id", Kind::TEXT).means("ID of the TaurusDB instance"),
        SOURCE_NODE,
        Field::mandatory("source_database_name", Kind::TEXT).means("the database"),
        Field::mandatory("db_configs", Kind::List(&SETTING, 100)).means("parameters to be set"),
        Field::mandatory_unless("table_repl_config", Kind::Object(SCOPE), "table_replconfig")
            .means("the tables to be synchronized")
            .notes(&[Note {
                matter: "The example spells table_repl_config as table_replconfig.",
                decision: "Either is accepted, the misspelling with a warning; table_repl_config \
                           wins.",
            }]),
        Field::mandatory_unless("table_replconfig", Kind::Object(SCOPE), "table_repl_config")
            .means("the same, as the example spells it")
            .deprecated("a misspelling of table_repl_config"),
    ],
    reply: &[
        Field::mandatory("database_name", Kind::TEXT).means("the database"),
        Field::mandatory("db_config_check_results", Kind::List(&SETTING_CHECK, 100))
            .means("one result for each parameter, in the order sent"),
    ],
    notes: &[REMEMBERED],
    example: include_str!(
        "../../../fixtures/taurusdb/check_click_house_data_base_config/documented.json"
    ),
    changes_nothing: true,
    ..Contract::BLANK
};

/// What the two checks are for, said once for both.
pub const REMEMBERED: Note = Note {
    matter: "The call that creates a synchronization has no parameter for its tables and settings, \
             though the checks before it are sent them.",
    decision: "What a check was sent and has passed is kept, for the next synchronization of the \
               same database from the same instance; without a check every table is taken.",
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
    source_instance_id: String,
    source_node_id: Option<String>,
    source_database_name: String,
    db_configs: Vec<Setting>,
    table_repl_config: Option<TableScope>,
    table_replconfig: Option<TableScope>,
}

#[derive(Serialize)]
pub struct Reply {
    database_name: String,
    db_config_check_results: Vec<SettingCheck>,
}

pub struct CheckClickHouseDataBaseConfig;

impl Operation for CheckClickHouseDataBaseConfig {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let database_name = request.source_database_name.clone();
        let node = request.source_node_id.as_deref();
        find_sides(&request.instance_id, &request.source_instance_id, node, context)?;
        if request.db_configs.iter().all(is_valid) {
            request.remember(context);
        }
        let result = |setting: &Setting| SettingCheck::of(setting.clone(), is_valid(setting));
        let db_config_check_results = request.db_configs.iter().map(result).collect();
        Ok(Reply { database_name, db_config_check_results })
    }
}

impl Request {
    /// Keeps parameters and tables; clauses that the other check was sent stay.
    fn remember(&self, context: &mut RequestContext<'_>) {
        let key = [&self.instance_id, &self.source_instance_id, &self.source_database_name];
        let checked = context.state.checked.entry(key.map(|id| id.as_str().into())).or_default();
        checked.parameters.clone_from(&self.db_configs);
        let scope = self.table_repl_config.as_ref().or(self.table_replconfig.as_ref());
        checked.scope = scope.cloned().unwrap_or_default();
    }
}
