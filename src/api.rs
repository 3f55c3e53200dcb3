//! The table of contents: every operation is one file, and one line of [`ROUTES`].
//!
//! A file is named like the SDK's method for the call. One more operation is its file, its line
//! here, and its folder in `fixtures/`; what is forgotten fails the build or the sweep test
//! `every_operation_has_its_fixtures`.

mod job;
mod paging;

pub mod gateway;

mod geminidb {
    pub mod service;

    mod create_db_cache_mapping;
    mod create_gemini_db_dual_active;
    mod list_db_cache_mappings;
    mod list_jobs;

    pub use create_db_cache_mapping::CreateDbCacheMapping;
    pub use create_gemini_db_dual_active::CreateGeminiDbDualActive;
    pub use list_db_cache_mappings::ListDbCacheMappings;
    pub use list_jobs::ListJobs;
}

mod dcs {
    pub mod service;

    mod create_migration_task;
    mod create_online_migration_task;
    mod list_migration_task;
    mod set_online_migration_task;
    mod show_job_info;
    mod show_migration_task;

    pub use create_migration_task::CreateMigrationTask;
    pub use create_online_migration_task::CreateOnlineMigrationTask;
    pub use list_migration_task::ListMigrationTask;
    pub use set_online_migration_task::SetOnlineMigrationTask;
    pub use show_job_info::ShowJobInfo;
    pub use show_migration_task::ShowMigrationTask;
}

mod taurusdb {
    pub mod service;

    mod check_click_house_data_base_config;
    mod check_click_house_table_config;
    mod create_click_house_data_base_replication;
    mod create_click_house_instance;
    mod delete_click_house_data_base_config;
    mod delete_click_house_data_base_replication;
    mod delete_click_house_instance;
    mod delete_task_record;
    mod list_click_house_data_base;
    mod list_click_house_data_base_parameter;
    mod list_click_house_data_base_replication;
    mod list_click_house_data_base_replication_config;
    mod list_click_house_instance;
    mod list_click_house_instance_node;
    mod list_gauss_my_sql_database;
    mod list_gauss_my_sql_instances;
    mod list_htap_instance_info;
    mod list_immediate_jobs;
    mod reboot_click_house_instance;
    mod show_gauss_my_sql_instance_info;
    mod show_gauss_my_sql_job_info;
    mod update_click_house_data_base_config;

    pub use check_click_house_data_base_config::CheckClickHouseDataBaseConfig;
    pub use check_click_house_table_config::CheckClickHouseTableConfig;
    pub use create_click_house_data_base_replication::CreateClickHouseDataBaseReplication;
    pub use create_click_house_instance::CreateClickHouseInstance;
    pub use delete_click_house_data_base_config::DeleteClickHouseDataBaseConfig;
    pub use delete_click_house_data_base_replication::DeleteClickHouseDataBaseReplication;
    pub use delete_click_house_instance::DeleteClickHouseInstance;
    pub use delete_task_record::DeleteTaskRecord;
    pub use list_click_house_data_base::ListClickHouseDataBase;
    pub use list_click_house_data_base_parameter::ListClickHouseDataBaseParameter;
    pub use list_click_house_data_base_replication::ListClickHouseDataBaseReplication;
    pub use list_click_house_data_base_replication_config::ListClickHouseDataBaseReplicationConfig;
    pub use list_click_house_instance::ListClickHouseInstance;
    pub use list_click_house_instance_node::ListClickHouseInstanceNode;
    pub use list_gauss_my_sql_database::ListGaussMySqlDatabase;
    pub use list_gauss_my_sql_instances::ListGaussMySqlInstances;
    pub use list_htap_instance_info::ListHtapInstanceInfo;
    pub use list_immediate_jobs::ListImmediateJobs;
    pub use reboot_click_house_instance::RebootClickHouseInstance;
    pub use show_gauss_my_sql_instance_info::ShowGaussMySqlInstanceInfo;
    pub use show_gauss_my_sql_job_info::ShowGaussMySqlJobInfo;
    pub use update_click_house_data_base_config::UpdateClickHouseDataBaseConfig;
}

use crate::operation::Route;

/// Every operation.
pub static ROUTES: &[Route] = &[
    // GeminiDB
    Route::of::<geminidb::CreateDbCacheMapping>(),
    Route::of::<geminidb::ListDbCacheMappings>(),
    Route::of::<geminidb::CreateGeminiDbDualActive>(),
    // DCS
    Route::of::<dcs::CreateOnlineMigrationTask>(),
    Route::of::<dcs::SetOnlineMigrationTask>(),
    Route::of::<dcs::CreateMigrationTask>(),
    Route::of::<dcs::ShowMigrationTask>(),
    Route::of::<dcs::ListMigrationTask>(),
    Route::of::<dcs::ShowJobInfo>(),
    // TaurusDB
    Route::of::<taurusdb::CreateClickHouseDataBaseReplication>(),
    Route::of::<taurusdb::ListClickHouseDataBaseReplication>(),
    Route::of::<taurusdb::DeleteClickHouseDataBaseReplication>(),
    Route::of::<taurusdb::ListClickHouseDataBaseReplicationConfig>(),
    Route::of::<taurusdb::UpdateClickHouseDataBaseConfig>(),
    Route::of::<taurusdb::DeleteClickHouseDataBaseConfig>(),
    Route::of::<taurusdb::CheckClickHouseDataBaseConfig>(),
    Route::of::<taurusdb::CheckClickHouseTableConfig>(),
    Route::of::<taurusdb::ListClickHouseDataBaseParameter>(),
    Route::of::<taurusdb::ListClickHouseDataBase>(),
    Route::of::<taurusdb::ListClickHouseInstanceNode>(),
    Route::of::<taurusdb::ListHtapInstanceInfo>(),
    Route::of::<taurusdb::CreateClickHouseInstance>(),
    Route::of::<taurusdb::ListClickHouseInstance>(),
    Route::of::<taurusdb::DeleteClickHouseInstance>(),
    Route::of::<taurusdb::RebootClickHouseInstance>(),
    Route::of::<taurusdb::ListImmediateJobs>(),
    Route::of::<taurusdb::DeleteTaskRecord>(),
    Route::of::<taurusdb::ShowGaussMySqlInstanceInfo>(),
    Route::of::<taurusdb::ListGaussMySqlDatabase>(),
    // GET /v3/{project_id}/instances belongs to GeminiDB too, which takes what TaurusDB does not
    // claim.
    Route::of::<taurusdb::ListGaussMySqlInstances>(),
    // GET /v3/{project_id}/jobs belongs to both; TaurusDB's claims its own jobs, and GeminiDB's
    // takes the rest, since an unknown job is an error only for TaurusDB.
    Route::of::<taurusdb::ShowGaussMySqlJobInfo>(),
    Route::of::<geminidb::ListJobs>(),
];
