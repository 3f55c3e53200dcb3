//! The table of contents: every operation is one file, one `mod` line, and one line of [`ROUTES`].
//!
//! A file is named like the SDK's method for the call. One more operation is its file, its two lines
//! here, and its folder in `fixtures/`; what is forgotten fails the build or the sweep test
//! `every_operation_has_its_fixtures`.

mod declared;
pub mod find;
mod job;
pub mod known;
pub mod nearest;
mod paging;
pub mod shared;

mod geminidb {
    pub mod service;

    pub mod create_db_cache_mapping;
    pub mod create_db_cache_rule;
    pub mod create_gemini_db_dual_active;
    pub mod delete_db_cache_mapping;
    pub mod delete_db_cache_rule;
    pub mod delete_gemini_db_dual_active;
    pub mod list_biactive_instance_candidates;
    pub mod list_db_cache_mappings;
    pub mod list_db_cache_rules;
    pub mod list_jobs;
    pub mod show_api_version;
    pub mod show_instance_biactive_regions;
    pub mod show_instance_role;
    mod shown;
    pub mod update_db_cache_rule;

    pub use shown::{biactive_actions, dual_active, groups};
}

mod dcs {
    pub mod service;

    mod batch;
    mod stopping;
    mod task_detail;

    pub mod batch_restart_online_migration_tasks;
    pub mod batch_stop_migration_tasks;
    pub mod create_migration_task;
    pub mod create_online_migration_task;
    pub mod delete_migration_task;
    pub mod exchange_instance_ip;
    pub mod list_migration_task;
    pub mod list_migration_task_logs;
    pub mod rollback_exchange_instance_ip;
    pub mod set_online_migration_task;
    pub mod show_job_info;
    pub mod show_migration_task;
    pub mod show_migration_task_stats;
    pub mod stop_migration_task;
    pub mod stop_migration_task_sync;
    pub mod update_migration_task;
}

mod taurusdb {
    pub mod service;

    pub mod check_click_house_data_base_config;
    pub mod check_click_house_table_config;
    pub mod create_click_house_data_base_replication;
    pub mod delete_click_house_data_base_config;
    pub mod delete_click_house_data_base_replication;
    pub mod delete_task_record;
    pub mod list_click_house_data_base;
    pub mod list_click_house_data_base_parameter;
    pub mod list_click_house_data_base_replication;
    pub mod list_click_house_data_base_replication_config;
    pub mod list_gauss_my_sql_database;
    pub mod list_immediate_jobs;
    pub mod show_gauss_my_sql_job_info;
    pub mod update_click_house_data_base_config;
}

mod iam {
    pub mod account;
    pub mod service;
    mod token;

    pub mod keystone_create_user_token_by_password;
    pub mod keystone_validate_token;
}

pub use declared::kinds as record_kinds;

use crate::operation::Route;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The operations of each method and path.
pub fn by_method_and_path() -> impl Iterator<Item = &'static [Route]> {
    routes().chunk_by(|left, right| {
        (left.head.method, left.head.path) == (right.head.method, right.head.path)
    })
}

/// Every operation; those that share a method and a path stand together.
pub fn routes() -> &'static [Route] {
    static ALL: LazyLock<Vec<Route>> = LazyLock::new(|| {
        let mut routes = ROUTES.to_vec();
        routes.extend(declared::routes());
        let mut first = HashMap::new();
        for (at, Route { head, .. }) in routes.iter().enumerate() {
            first.entry((head.method, head.path)).or_insert(at);
        }
        routes.sort_by_key(|route| first[&(route.head.method, route.head.path)]);
        routes
    });
    &ALL
}

/// The operations that have a documented example.
pub fn routes_with_examples() -> impl Iterator<Item = &'static Route> {
    routes().iter().filter(|route| !route.head.example.is_empty())
}

/// Every operation that is written in Rust.
pub static ROUTES: &[Route] = &[
    // GeminiDB
    Route::of::<geminidb::create_db_cache_mapping::CreateDbCacheMapping>(),
    Route::of::<geminidb::list_db_cache_mappings::ListDbCacheMappings>(),
    Route::of::<geminidb::delete_db_cache_mapping::DeleteDbCacheMapping>(),
    Route::of::<geminidb::create_db_cache_rule::CreateDbCacheRule>(),
    Route::of::<geminidb::list_db_cache_rules::ListDbCacheRules>(),
    Route::of::<geminidb::update_db_cache_rule::UpdateDbCacheRule>(),
    Route::of::<geminidb::delete_db_cache_rule::DeleteDbCacheRule>(),
    Route::of::<geminidb::create_gemini_db_dual_active::CreateGeminiDbDualActive>(),
    Route::of::<geminidb::delete_gemini_db_dual_active::DeleteGeminiDbDualActive>(),
    Route::of::<geminidb::list_biactive_instance_candidates::ListBiactiveInstanceCandidates>(),
    Route::of::<geminidb::show_instance_biactive_regions::ShowInstanceBiactiveRegions>(),
    Route::of::<geminidb::show_instance_role::ShowInstanceRole>(),
    Route::of::<geminidb::show_api_version::ShowApiVersion>(),
    // DCS
    Route::of::<dcs::create_online_migration_task::CreateOnlineMigrationTask>(),
    Route::of::<dcs::set_online_migration_task::SetOnlineMigrationTask>(),
    Route::of::<dcs::create_migration_task::CreateMigrationTask>(),
    Route::of::<dcs::show_migration_task::ShowMigrationTask>(),
    Route::of::<dcs::list_migration_task::ListMigrationTask>(),
    Route::of::<dcs::show_migration_task_stats::ShowMigrationTaskStats>(),
    Route::of::<dcs::list_migration_task_logs::ListMigrationTaskLogs>(),
    Route::of::<dcs::stop_migration_task::StopMigrationTask>(),
    Route::of::<dcs::stop_migration_task_sync::StopMigrationTaskSync>(),
    Route::of::<dcs::batch_stop_migration_tasks::BatchStopMigrationTasks>(),
    Route::of::<dcs::batch_restart_online_migration_tasks::BatchRestartOnlineMigrationTasks>(),
    Route::of::<dcs::update_migration_task::UpdateMigrationTask>(),
    Route::of::<dcs::exchange_instance_ip::ExchangeInstanceIp>(),
    Route::of::<dcs::rollback_exchange_instance_ip::RollbackExchangeInstanceIp>(),
    Route::of::<dcs::delete_migration_task::DeleteMigrationTask>(),
    Route::of::<dcs::show_job_info::ShowJobInfo>(),
    // TaurusDB
    Route::of::<taurusdb::create_click_house_data_base_replication::CreateClickHouseDataBaseReplication>(),
    Route::of::<taurusdb::list_click_house_data_base_replication::ListClickHouseDataBaseReplication>(),
    Route::of::<taurusdb::delete_click_house_data_base_replication::DeleteClickHouseDataBaseReplication>(),
    Route::of::<taurusdb::list_click_house_data_base_replication_config::ListClickHouseDataBaseReplicationConfig>(),
    Route::of::<taurusdb::update_click_house_data_base_config::UpdateClickHouseDataBaseConfig>(),
    Route::of::<taurusdb::delete_click_house_data_base_config::DeleteClickHouseDataBaseConfig>(),
    Route::of::<taurusdb::check_click_house_data_base_config::CheckClickHouseDataBaseConfig>(),
    Route::of::<taurusdb::check_click_house_table_config::CheckClickHouseTableConfig>(),
    Route::of::<taurusdb::list_click_house_data_base_parameter::ListClickHouseDataBaseParameter>(),
    Route::of::<taurusdb::list_click_house_data_base::ListClickHouseDataBase>(),
    Route::of::<taurusdb::list_immediate_jobs::ListImmediateJobs>(),
    Route::of::<taurusdb::delete_task_record::DeleteTaskRecord>(),
    Route::of::<taurusdb::list_gauss_my_sql_database::ListGaussMySqlDatabase>(),
    // GET /v3/{project_id}/jobs belongs to both; TaurusDB's claims its own jobs, and GeminiDB's
    // takes the rest, since an unknown job is an error only for TaurusDB.
    Route::of::<taurusdb::show_gauss_my_sql_job_info::ShowGaussMySqlJobInfo>(),
    Route::of::<geminidb::list_jobs::ListJobs>(),
    // IAM
    Route::of::<iam::keystone_create_user_token_by_password::KeystoneCreateUserTokenByPassword>(),
    Route::of::<iam::keystone_validate_token::KeystoneValidateToken>(),
];
