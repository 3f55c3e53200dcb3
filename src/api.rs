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

    mod batch;
    mod known_instance;
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
    mod list_instances;
    mod list_migration_task;
    mod list_migration_task_logs;
    mod rollback_exchange_instance_ip;
    mod set_online_migration_task;
    mod show_instance;
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
    pub use list_instances::ListInstances;
    pub use list_migration_task::ListMigrationTask;
    pub use list_migration_task_logs::ListMigrationTaskLogs;
    pub use rollback_exchange_instance_ip::RollbackExchangeInstanceIp;
    pub use set_online_migration_task::SetOnlineMigrationTask;
    pub use show_instance::ShowInstance;
    pub use show_job_info::ShowJobInfo;
    pub use show_migration_task::ShowMigrationTask;
    pub use show_migration_task_stats::ShowMigrationTaskStats;
    pub use stop_migration_task::StopMigrationTask;
    pub use stop_migration_task_sync::StopMigrationTaskSync;
    pub use update_migration_task::UpdateMigrationTask;
}

mod taurusdb {
    pub mod service;

    mod create_click_house_data_base_replication;
    mod list_click_house_data_base_replication;
    mod show_gauss_my_sql_job_info;

    pub use create_click_house_data_base_replication::CreateClickHouseDataBaseReplication;
    pub use list_click_house_data_base_replication::ListClickHouseDataBaseReplication;
    pub use show_gauss_my_sql_job_info::ShowGaussMySqlJobInfo;
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
    Route::of::<dcs::ShowInstance>(),
    Route::of::<dcs::ListInstances>(),
    Route::of::<dcs::CopyInstance>(),
    Route::of::<dcs::ListBackupRecords>(),
    // TaurusDB
    Route::of::<taurusdb::CreateClickHouseDataBaseReplication>(),
    Route::of::<taurusdb::ListClickHouseDataBaseReplication>(),
    // GET /v3/{project_id}/jobs belongs to both; TaurusDB's claims its own jobs, and GeminiDB's
    // takes the rest, since an unknown job is an error only for TaurusDB.
    Route::of::<taurusdb::ShowGaussMySqlJobInfo>(),
    Route::of::<geminidb::ListJobs>(),
];
