//! The emulated cloud: what a project has, and what holds for all of them. It knows nothing of
//! tests, and nothing of HTTP beyond statuses.
//!
//! A [`State`] is everything that one project has; an [`Account`] is what all projects share.
//! Statuses are computed from the clock when somebody looks, so nothing runs in the background.

mod access;
mod account;
pub mod assumed;
mod dual_active;
#[cfg(test)]
pub mod failpoint;
mod ids;
mod instance;
mod job;
mod lifecycle;
mod maps;
mod memory_mapping;
mod memory_rule;
mod migration_task;
mod quota;
pub mod record;
mod replication;
mod request_context;
mod state;
mod stored;
mod timeline;
mod token;
pub mod words;

pub use access::{Access, Caller, Clocks};
pub use account::{Account, RecordCounts, Settings};
pub use dual_active::{Relationship, Stage};
pub use ids::{
    Drawn, ReservedId, ScatteredIds, digest, draw, ordinal_of_request, request_id, world_key,
};
pub use instance::{Instance, Instances};
pub use job::{Job, JobKind, Jobs, Owner};
pub use lifecycle::{Execution, Lifecycle, Outcome};
pub use maps::{Map, Texts, value_of};
pub use memory_mapping::{
    CREATION as MAPPING_CREATION, DELETION as MAPPING_DELETION, MemoryMapping,
};
pub use memory_rule::{Clash, MemoryRule, MemoryRules, start_of_keys};
pub use migration_task::{
    BackupFile, BackupImport, Configuration, EXCHANGE, EXCHANGED, Event, Exchange, FULL_MIGRATION,
    IMPORT, INCREMENTAL, INCREMENTAL_MIGRATION, MIGRATING, MigrationMethod, MigrationTask,
    MigrationTasks, Network, OnlineMigration, PREPARATION, ROLLBACK, Side, TERMINATION, TaskEvent,
    Work,
};
pub use quota::{Call, LimitReached, Records};
pub use replication::{
    Checked, FOLLOWING, LIFECYCLE as REPLICATION_LIFECYCLE, ListKind, RUNNING, Replication,
    ReplicationConfig, ScopeChange, Setting, TableScope, TableSetting,
};
pub use request_context::{Effects, Plan, RequestContext, Warning};
pub use state::{PollTarget, State};
pub use timeline::{Activity, Due, Timeline};
pub use token::{Grant, Identity, SavedTokens, Scope, Token};
