//! TaurusDB's dialect: hosts, envelope and codes, after the published code list; and what several
//! of its operations look for.

use crate::clock::Moment;
use crate::cloud::{
    Action, ClickHouse, JobKind, ListKind, Owner, RUNNING, Replication, RequestContext, Setting,
    Tag,
};
use crate::contract::{
    Envelope, ErrorKind, Field, InstanceKind, Kind, Note, Refused, Service, format,
};
use crate::error::{Refusal, Resource};
use axum::http::StatusCode;
use serde::Serialize;
use uuid::Uuid;

/// TaurusDB, formerly GaussDB(for MySQL).
pub static SERVICE: Service = Service {
    name: "TaurusDB",
    hosts: &["gaussdb", "gaussdbformysql", "gaussdb-mysql"],
    prefix_aliases: &["/mysql"],
    envelope: Envelope::Plain,
    speaks_chinese: true,
    refusals: &[
        Refused::new(ErrorKind::MalformedProjectId, StatusCode::BAD_REQUEST, "DBS.280001"),
        Refused::new(ErrorKind::EmptyBody, StatusCode::BAD_REQUEST, "DBS.200006"),
        Refused::new(ErrorKind::MalformedBody, StatusCode::BAD_REQUEST, "DBS.280001"),
        Refused::new(ErrorKind::InvalidParameter, StatusCode::BAD_REQUEST, "DBS.280001"),
        Refused::new(ErrorKind::MalformedId, StatusCode::BAD_REQUEST, "DBS.280404"),
        Refused::new(ErrorKind::UnknownInstance, StatusCode::NOT_FOUND, "DBS.200002"),
        Refused::new(ErrorKind::UnknownJob, StatusCode::BAD_REQUEST, "DBS.200543"),
        Refused::new(ErrorKind::WrongEngine, StatusCode::BAD_REQUEST, "DBS.280235"),
        Refused::new(ErrorKind::Forbidden, StatusCode::FORBIDDEN, "DBS.200044"),
        Refused::new(ErrorKind::Busy, StatusCode::CONFLICT, "DBS.200047"),
        Refused::new(ErrorKind::WrongState, StatusCode::CONFLICT, "DBS.280406"),
        Refused::new(ErrorKind::Internal, StatusCode::INTERNAL_SERVER_ERROR, "DBS.200005"),
    ],
};

/// A missing synchronisation.
pub const UNKNOWN_REPLICATION: Refused = as_of_starrocks(
    ErrorKind::UnknownReplication,
    "DBS.270022",
    "The code of StarRocks: 400 DBS.270022 for a synchronization.",
);

/// A missing synchronisation that is to be deleted.
pub const NOTHING_TO_DELETE: Refused = as_of_starrocks(
    ErrorKind::UnknownReplication,
    "DBS.05000091",
    "The code of StarRocks: 400 DBS.05000091 for a synchronization that is to be deleted.",
);

/// A missing HTAP instance.
pub const UNKNOWN_HTAP: Refused = as_of_starrocks(
    ErrorKind::UnknownHtapInstance,
    "DBS.05000044",
    "The code of StarRocks: 400 DBS.05000044 for an HTAP instance.",
);

/// The pages of ClickHouse list no codes for what does not exist.
const fn as_of_starrocks(
    error_kind: ErrorKind,
    code: &'static str,
    decision: &'static str,
) -> Refused {
    let matter = "No code is published for what ClickHouse does not have, but one for StarRocks, \
                  the standard edition.";
    Refused::new(error_kind, StatusCode::BAD_REQUEST, code).note(matter, decision)
}

/// The parameter `instance_id` of a path under a ClickHouse instance.
pub const CLICKHOUSE_ID: Field =
    Field::mandatory("instance_id", Kind::Format(&format::CLICKHOUSE_ID))
        .means("ID of the ClickHouse instance");

/// The parameter `instance_id` of a path under a TaurusDB instance, which is of any form, since a
/// synchronisation adopts an instance by any id.
pub const TAURUSDB_ID: Field =
    Field::mandatory("instance_id", Kind::TEXT).means("ID of the TaurusDB instance");

/// The parameter `source_node_id`.
pub const SOURCE_NODE: Field = Field::optional("source_node_id", Kind::TEXT)
    .means("ID of the read replica; left blank, the primary node is read")
    .default("the primary node");

/// Settings of a database, as the checks are sent them.
pub static SETTING: Kind = Kind::Object(&[
    Field::mandatory("param_name", Kind::TEXT).means("name of a parameter"),
    Field::mandatory("value", Kind::TEXT).means("its value, always a string"),
]);

/// Clauses for a table, as the check is sent them.
pub static TABLE_SETTING: Kind = Kind::Object(&[
    Field::mandatory("table_name", Kind::TEXT).means("the table"),
    Field::mandatory("table_config", Kind::TEXT)
        .means("clauses: PARTITION BY, COLUMNS, ORDER BY, SAMPLE BY, PRIMARY KEY, TTL"),
]);

/// Most tables or databases in one array; the documents give no bound.
pub const MOST_TABLES: usize = 10_000;

/// Which tables are synchronised.
pub const SCOPE: &[Field] = &[
    Field::mandatory("repl_type", Kind::OneOf(ListKind::WORDS))
        .means("whether the list names the tables that are taken or those that are left out"),
    Field::mandatory("tables", Kind::List(&Kind::TEXT, MOST_TABLES))
        .means("the list; an empty black_list takes every table")
        .notes(&[Note {
            matter: "The table of a white_list must not be empty, but the example of the table \
                     check sends an empty one.",
            decision: "Accepted: an empty white_list takes no table, and the check of a table \
                       outside the list fails as in the example.",
        }]),
];

/// A parameter's check.
pub static SETTING_CHECK: Kind = Kind::Object(&[
    Field::mandatory("param_name", Kind::TEXT).means("name of the parameter"),
    Field::mandatory("value", Kind::TEXT).means("its value"),
    Field::mandatory("check_result", Kind::OneOf(&["success", "fail"]))
        .means("whether the parameter exists and its value is within its range"),
]);

/// A parameter's check.
#[derive(Serialize)]
pub struct SettingCheck {
    param_name: String,
    value: String,
    check_result: &'static str,
}

impl SettingCheck {
    /// The result of a check.
    pub fn of(setting: Setting, passed: bool) -> Self {
        let Setting { param_name, value } = setting;
        Self { param_name, value, check_result: if passed { "success" } else { "fail" } }
    }
}

/// The check of a table's clauses.
pub static TABLE_CHECK: Kind = Kind::Object(&[
    Field::mandatory("table_name", Kind::TEXT).means("the table"),
    Field::mandatory("table_config", Kind::TEXT).means("its clauses"),
    Field::mandatory("check_result", Kind::TEXT).means("success, or what is wrong"),
]);

/// What instances do, as they list it.
pub static ACTION: Kind = Kind::Object(&[
    Field::optional("id", Kind::TEXT).means("ID of the action: that of its job"),
    Field::optional("action", Kind::TEXT).means("what is done"),
    Field::optional("object_id", Kind::TEXT).means("ID of the instance"),
    Field::optional("type", Kind::TEXT).means("kind of the object"),
    Field::optional("job_id", Kind::Format(&format::DASHED_UUID)).means("ID of the job"),
    Field::optional("status", Kind::TEXT).means("status of the job"),
    Field::optional("created_at", Kind::Integer(0, i64::MAX)).means("start, in milliseconds"),
    Field::optional("updated_at", Kind::Integer(0, i64::MAX)).means("start, in milliseconds"),
]);

/// What an instance does, as it lists it.
#[derive(Serialize)]
pub struct ListedAction {
    id: Uuid,
    action: &'static str,
    object_id: String,
    r#type: &'static str,
    job_id: Uuid,
    status: &'static str,
    created_at: i64,
    updated_at: i64,
}

impl ListedAction {
    /// What an instance does now: nothing or one thing.
    pub fn current(id: &str, clickhouse: &ClickHouse, context: &RequestContext<'_>) -> Vec<Self> {
        let listed = |action: &Action| Self {
            id: action.job_id,
            action: action.name,
            object_id: id.to_owned(),
            r#type: "instance",
            job_id: action.job_id,
            status: RUNNING.phase(&action.run, context.now).status,
            created_at: action.run.started.milliseconds(),
            updated_at: action.run.started.milliseconds(),
        };
        clickhouse.action(context.now).map(listed).into_iter().collect()
    }
}

/// Tags of an instance.
pub const TAGS: &[Field] = &[
    Field::optional("tags", Kind::List(&TAG, 100)).means("the user's"),
    Field::optional("sys_tags", Kind::List(&TAG, 100)).means("the system's"),
];

pub static TAG: Kind = Kind::Object(&[
    Field::optional("key", Kind::TEXT).means("key"),
    Field::optional("value", Kind::TEXT).means("value"),
]);

/// Tags of an instance.
#[derive(Serialize)]
pub struct Tags {
    tags: Vec<Tag>,
    sys_tags: Vec<Tag>,
}

impl Tags {
    /// The system tags that an instance was created with; the call takes no others.
    pub fn of(clickhouse: &ClickHouse) -> Self {
        Self { tags: Vec::new(), sys_tags: clickhouse.order.tags.clone() }
    }
}

/// A job of TaurusDB.
pub const fn job(name: &'static str) -> JobKind {
    JobKind { name, owner: Owner::TaurusDb, lifecycle: &RUNNING }
}

const TAURUSDB: &[InstanceKind] = &[InstanceKind::TAURUSDB];
const CLICKHOUSE: &[InstanceKind] = &[InstanceKind::CLICKHOUSE];

/// Finds a TaurusDB instance.
pub fn find_taurusdb(id: &str, context: &mut RequestContext<'_>) -> Result<(), Refusal> {
    find(id, TAURUSDB, context)
}

/// Finds a ClickHouse instance by its own id.
pub fn find_clickhouse<'p>(
    id: &str,
    context: &'p mut RequestContext<'_>,
) -> Result<&'p ClickHouse, Refusal> {
    find(id, CLICKHOUSE, context)?;
    let there = context.state.clickhouses.get(id).filter(|known| !known.is_gone(context.now));
    there.ok_or_else(|| Refusal::NotFound { resource: Resource::Instance, id: id.to_owned() })
}

fn find(
    id: &str,
    wanted: &'static [InstanceKind],
    context: &mut RequestContext<'_>,
) -> Result<(), Refusal> {
    let known = context.instance(id)?;
    if known.is_any_of(wanted) {
        return Ok(());
    }
    Err(Refusal::WrongEngine { id: id.to_owned(), is: known.describe(), wanted })
}

/// Finds a ClickHouse instance of a TaurusDB instance.
pub fn find_htap<'p>(
    taurusdb_id: &str,
    id: &str,
    context: &'p mut RequestContext<'_>,
) -> Result<&'p ClickHouse, Refusal> {
    find_taurusdb(taurusdb_id, context)?;
    context.apply_reserved_id(id, Resource::HtapInstance)?;
    let known = context.state.clickhouses.get(id);
    let there = known.filter(|it| *it.taurusdb_id == *taurusdb_id && !it.is_gone(context.now));
    there.ok_or_else(|| Refusal::NotFound { resource: Resource::HtapInstance, id: id.to_owned() })
}

/// Finds both sides of a synchronisation, and does what the id of a node means.
pub fn find_sides(
    clickhouse: &str,
    taurusdb: &str,
    node: Option<&str>,
    context: &mut RequestContext<'_>,
) -> Result<(), Refusal> {
    find_clickhouse(clickhouse, context)?;
    find_taurusdb(taurusdb, context)?;
    node.map_or(Ok(()), |node| context.apply_reserved_id(node, Resource::Node))
}

/// Refuses what cannot be done with a ClickHouse instance in its status, or while it is restarted
/// or deleted.
pub fn require_status(
    id: &str,
    allowed: &'static [&'static str],
    context: &RequestContext<'_>,
) -> Result<(), Refusal> {
    let Some(clickhouse) = context.state.clickhouses.get(id) else { return Ok(()) };
    if clickhouse.is_gone(context.now) {
        return Err(Refusal::NotFound { resource: Resource::Instance, id: id.to_owned() });
    }
    let state = clickhouse.status(context.now);
    if !allowed.contains(&state) {
        let (resource, id) = (Resource::Instance, id.to_owned());
        return Err(Refusal::WrongState { resource, id, state, allowed });
    }
    match clickhouse.action(context.now) {
        Some(_) => Err(Refusal::Busy { id: id.to_owned() }),
        None => Ok(()),
    }
}

/// Finds the synchronisation of a database.
pub fn find_replication<'p>(
    instance_id: &str,
    database: &str,
    context: &'p mut RequestContext<'_>,
) -> Result<&'p mut Replication, Refusal> {
    let now = context.now;
    let known = context.state.replications.get_mut(instance_id);
    let known = known.and_then(|known| known.get_mut(database));
    let unknown = || Refusal::NotFound { resource: Resource::Replication, id: database.to_owned() };
    known.filter(|replication| !replication.is_gone(now)).ok_or_else(unknown)
}

/// Refuses what cannot be done with a synchronisation that is being deleted.
pub fn require_staying(replication: &Replication, now: Moment) -> Result<(), Refusal> {
    if replication.is_going(now) {
        let id = replication.database.to_string();
        return Err(Refusal::Busy { id });
    }
    Ok(())
}
