//! TaurusDB's dialect: hosts, envelope and codes, after the published code list; and what several
//! of its operations look for.

use crate::clock::Moment;
use crate::cloud::record::CLICKHOUSE;
use crate::cloud::{
    Instance, JobKind, ListKind, Owner, RUNNING, Replication, RequestContext, Setting,
};
use crate::contract::{
    Envelope, ErrorKind, Field, InstanceKind, Kind, Note, Refused, Service, format,
};
use crate::error::{Refusal, Resource};
use axum::http::StatusCode;
use serde::Serialize;

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

/// A job of TaurusDB.
pub const fn job(name: &'static str) -> JobKind {
    JobKind { name, owner: Owner::TaurusDb, lifecycle: &RUNNING }
}

const TAURUSDB: &[InstanceKind] = &[InstanceKind::TAURUSDB];
const CLICKHOUSES: &[InstanceKind] = &[InstanceKind::CLICKHOUSE];

/// Finds a TaurusDB instance.
pub fn find_taurusdb(id: &str, context: &mut RequestContext<'_>) -> Result<(), Refusal> {
    find(id, TAURUSDB, context).map(drop)
}

/// Finds a ClickHouse instance by its own id.
pub fn find_clickhouse(id: &str, context: &mut RequestContext<'_>) -> Result<(), Refusal> {
    let known = find(id, CLICKHOUSES, context)?;
    if known.taurusdb_id.is_some() { Ok(()) } else { Err(unknown(id)) }
}

fn unknown(id: &str) -> Refusal {
    Refusal::NotFound { resource: Resource::Instance, id: id.to_owned() }
}

fn find<'p>(
    id: &str,
    wanted: &'static [InstanceKind],
    context: &'p mut RequestContext<'_>,
) -> Result<&'p Instance, Refusal> {
    let known = context.instance(id)?;
    if known.is_any_of(wanted) {
        return Ok(known);
    }
    Err(Refusal::WrongEngine { id: id.to_owned(), is: known.describe(), wanted })
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

/// Refuses what cannot be done with a ClickHouse instance that is not normal, that does something, or that
/// was deleted: nobody adopts that again.
pub fn require_idle(id: &str, context: &RequestContext<'_>) -> Result<(), Refusal> {
    let records = &context.state.records;
    if records.name_of_gone(id).is_some() {
        return Err(unknown(id));
    }
    let record = records.get(CLICKHOUSE, id);
    let Some(shown) = record.and_then(|it| it.shown(context.now)) else { return Ok(()) };
    if let Some(state) = ["creating", "createfail"].into_iter().find(|it| shown["status"] == *it) {
        let (resource, id) = (Resource::Instance, id.to_owned());
        return Err(Refusal::WrongState { resource, id, state, allowed: &["normal"] });
    }
    let is_busy = shown["actions"].as_array().is_some_and(|actions| !actions.is_empty());
    if is_busy { Err(Refusal::Busy { id: id.to_owned() }) } else { Ok(()) }
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
