//! The table of contents: every operation is one file, and one line of [`ROUTES`].
//!
//! A file is named like the SDK's method for the call. One more operation is its file, its line
//! here, and its folder in `fixtures/`; what is forgotten fails the build or the sweep test
//! `every_operation_has_its_fixtures`.

mod declared;
pub mod find;
mod job;
pub mod nearest;
mod paging;

mod geminidb {
    pub mod service;

    mod create_db_cache_mapping;
    mod create_db_cache_rule;
    mod create_gemini_db_dual_active;
    mod delete_db_cache_mapping;
    mod delete_db_cache_rule;
    mod delete_gemini_db_dual_active;
    mod list_api_version;
    mod list_biactive_instance_candidates;
    mod list_db_cache_mappings;
    mod list_db_cache_rules;
    mod list_jobs;
    mod show_api_version;
    mod show_instance_biactive_regions;
    mod show_instance_role;
    mod shown;
    mod update_db_cache_rule;

    pub use create_db_cache_mapping::CreateDbCacheMapping;
    pub use create_db_cache_rule::CreateDbCacheRule;
    pub use create_gemini_db_dual_active::CreateGeminiDbDualActive;
    pub use delete_db_cache_mapping::DeleteDbCacheMapping;
    pub use delete_db_cache_rule::DeleteDbCacheRule;
    pub use delete_gemini_db_dual_active::DeleteGeminiDbDualActive;
    pub use list_api_version::ListApiVersion;
    pub use list_biactive_instance_candidates::ListBiactiveInstanceCandidates;
    pub use list_db_cache_mappings::ListDbCacheMappings;
    pub use list_db_cache_rules::ListDbCacheRules;
    pub use list_jobs::ListJobs;
    pub use show_api_version::ShowApiVersion;
    pub use show_instance_biactive_regions::ShowInstanceBiactiveRegions;
    pub use show_instance_role::ShowInstanceRole;
    pub use shown::{biactive_actions, dual_active, groups};
    pub use update_db_cache_rule::UpdateDbCacheRule;
}

mod dcs {
    pub mod service;

    mod batch;
    mod stopping;
    mod task_detail;

    mod batch_restart_online_migration_tasks;
    mod batch_stop_migration_tasks;
    mod copy_instance;
    mod create_migration_task;
    mod create_online_migration_task;
    mod delete_migration_task;
    mod exchange_instance_ip;
    mod list_backup_records;
    mod list_migration_task;
    mod list_migration_task_logs;
    mod rollback_exchange_instance_ip;
    mod set_online_migration_task;
    mod show_job_info;
    mod show_migration_task;
    mod show_migration_task_stats;
    mod stop_migration_task;
    mod stop_migration_task_sync;
    mod update_migration_task;

    pub use batch_restart_online_migration_tasks::BatchRestartOnlineMigrationTasks;
    pub use batch_stop_migration_tasks::BatchStopMigrationTasks;
    pub use copy_instance::CopyInstance;
    pub use create_migration_task::CreateMigrationTask;
    pub use create_online_migration_task::CreateOnlineMigrationTask;
    pub use delete_migration_task::DeleteMigrationTask;
    pub use exchange_instance_ip::ExchangeInstanceIp;
    pub use list_backup_records::ListBackupRecords;
    pub use list_migration_task::ListMigrationTask;
    pub use list_migration_task_logs::ListMigrationTaskLogs;
    pub use rollback_exchange_instance_ip::RollbackExchangeInstanceIp;
    pub use set_online_migration_task::SetOnlineMigrationTask;
    pub use show_job_info::ShowJobInfo;
    pub use show_migration_task::ShowMigrationTask;
    pub use show_migration_task_stats::ShowMigrationTaskStats;
    pub use stop_migration_task::StopMigrationTask;
    pub use stop_migration_task_sync::StopMigrationTaskSync;
    pub use update_migration_task::UpdateMigrationTask;
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
    mod list_htap_instance_info;
    mod list_immediate_jobs;
    mod reboot_click_house_instance;
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
    pub use list_htap_instance_info::ListHtapInstanceInfo;
    pub use list_immediate_jobs::ListImmediateJobs;
    pub use reboot_click_house_instance::RebootClickHouseInstance;
    pub use show_gauss_my_sql_job_info::ShowGaussMySqlJobInfo;
    pub use update_click_house_data_base_config::UpdateClickHouseDataBaseConfig;
}

mod iam {
    mod catalog;
    mod project;
    pub mod service;
    mod token;
    mod version;

    mod get_caller_identity;
    mod keystone_create_user_token_by_password;
    mod keystone_list_auth_domains;
    mod keystone_list_auth_projects;
    mod keystone_list_projects;
    mod keystone_list_regions;
    mod keystone_list_versions;
    mod keystone_show_catalog;
    mod keystone_show_project;
    mod keystone_show_version;
    mod keystone_validate_token;
    mod list_service_types;

    pub use get_caller_identity::GetCallerIdentity;
    pub use keystone_create_user_token_by_password::KeystoneCreateUserTokenByPassword;
    pub use keystone_list_auth_domains::KeystoneListAuthDomains;
    pub use keystone_list_auth_projects::KeystoneListAuthProjects;
    pub use keystone_list_projects::KeystoneListProjects;
    pub use keystone_list_regions::KeystoneListRegions;
    pub use keystone_list_versions::KeystoneListVersions;
    pub use keystone_show_catalog::KeystoneShowCatalog;
    pub use keystone_show_project::KeystoneShowProject;
    pub use keystone_show_version::KeystoneShowVersion;
    pub use keystone_validate_token::KeystoneValidateToken;
    pub use list_service_types::ListServiceTypes;
}

use crate::operation::Route;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Every operation; those that share a method and a path stand together.
pub fn routes() -> &'static [Route] {
    static ALL: LazyLock<Vec<Route>> = LazyLock::new(|| {
        let coded = ROUTES.iter().map(Route::again);
        let mut routes: Vec<_> = coded.chain(declared::routes()).collect();
        let mut first = HashMap::new();
        for (at, Route { head, .. }) in routes.iter().enumerate() {
            first.entry((head.method, head.path)).or_insert(at);
        }
        routes.sort_by_key(|route| first[&(route.head.method, route.head.path)]);
        routes
    });
    &ALL
}

/// Every operation that is written in Rust.
pub static ROUTES: &[Route] = &[
    // GeminiDB
    Route::of::<geminidb::CreateDbCacheMapping>(),
    Route::of::<geminidb::ListDbCacheMappings>(),
    Route::of::<geminidb::DeleteDbCacheMapping>(),
    Route::of::<geminidb::CreateDbCacheRule>(),
    Route::of::<geminidb::ListDbCacheRules>(),
    Route::of::<geminidb::UpdateDbCacheRule>(),
    Route::of::<geminidb::DeleteDbCacheRule>(),
    Route::of::<geminidb::CreateGeminiDbDualActive>(),
    Route::of::<geminidb::DeleteGeminiDbDualActive>(),
    Route::of::<geminidb::ListBiactiveInstanceCandidates>(),
    Route::of::<geminidb::ShowInstanceBiactiveRegions>(),
    Route::of::<geminidb::ShowInstanceRole>(),
    Route::of::<geminidb::ShowApiVersion>(),
    // DCS
    Route::of::<dcs::CreateOnlineMigrationTask>(),
    Route::of::<dcs::SetOnlineMigrationTask>(),
    Route::of::<dcs::CreateMigrationTask>(),
    Route::of::<dcs::ShowMigrationTask>(),
    Route::of::<dcs::ListMigrationTask>(),
    Route::of::<dcs::ShowMigrationTaskStats>(),
    Route::of::<dcs::ListMigrationTaskLogs>(),
    Route::of::<dcs::StopMigrationTask>(),
    Route::of::<dcs::StopMigrationTaskSync>(),
    Route::of::<dcs::BatchStopMigrationTasks>(),
    Route::of::<dcs::BatchRestartOnlineMigrationTasks>(),
    Route::of::<dcs::UpdateMigrationTask>(),
    Route::of::<dcs::ExchangeInstanceIp>(),
    Route::of::<dcs::RollbackExchangeInstanceIp>(),
    Route::of::<dcs::DeleteMigrationTask>(),
    Route::of::<dcs::ShowJobInfo>(),
    Route::of::<dcs::CopyInstance>(),
    Route::of::<dcs::ListBackupRecords>(),
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
    Route::of::<taurusdb::ListGaussMySqlDatabase>(),
    // GET /v3/{project_id}/jobs belongs to both; TaurusDB's claims its own jobs, and GeminiDB's
    // takes the rest, since an unknown job is an error only for TaurusDB.
    Route::of::<taurusdb::ShowGaussMySqlJobInfo>(),
    Route::of::<geminidb::ListJobs>(),
    // IAM, and what clients ask of its neighbours at their start
    // GET / is also GeminiDB's, where the host says so.
    Route::of::<geminidb::ListApiVersion>(),
    Route::of::<iam::KeystoneListVersions>(),
    Route::of::<iam::KeystoneShowVersion>(),
    Route::of::<iam::KeystoneCreateUserTokenByPassword>(),
    Route::of::<iam::KeystoneValidateToken>(),
    Route::of::<iam::KeystoneShowCatalog>(),
    Route::of::<iam::KeystoneListAuthDomains>(),
    Route::of::<iam::KeystoneListAuthProjects>(),
    Route::of::<iam::KeystoneListProjects>(),
    Route::of::<iam::KeystoneShowProject>(),
    Route::of::<iam::KeystoneListRegions>(),
    Route::of::<iam::GetCallerIdentity>(),
    Route::of::<iam::ListServiceTypes>(),
];
