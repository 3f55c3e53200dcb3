//! Creating a Data Synchronization Task: a ClickHouse instance follows a TaurusDB database.

use super::check_click_house_data_base_config::REMEMBERED;
use super::service::{SERVICE, job, require_idle, require_staying};
use crate::api::job::{JobStarted, STARTED};
use crate::cloud::assumed::CREATE_REPLICATION_JOB;
use crate::cloud::{
    JobKind, Lifecycle, REPLICATION_LIFECYCLE, Replication, RequestContext, Texts, value_of,
};
use crate::contract::{Contract, ErrorKind, Field, InstanceKind, Kind, Note, Source, format};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use crate::text::shown;
use axum::http::Method;
use serde::Deserialize;
use std::sync::Arc;

static CONTRACT: Contract = Contract {
    id: "CreateClickHouseDataBaseReplication",
    title: "Creating a Data Synchronization Task",
    service: &SERVICE,
    source: Source::Document("taurusdb-create-clickhouse-replication"),
    method: Method::POST,
    path: "/v3/{project_id}/instances/{instance_id}/clickhouse/replication",
    path_parameters: &[Field::mandatory("instance_id", Kind::Format(&format::CLICKHOUSE_ID))
        .means("ID of the ClickHouse instance")
        .notes(&[Note {
            matter: "The page calls instance_id compliant with the UUID format; its example is 32 \
                     hexadecimal digits and in16.",
            decision: "Either form is accepted, anything else is 400 DBS.280404.",
        }])],
    body: &[
        Field::mandatory("source_instance_id", Kind::Instance(SOURCES))
            .means("ID of the TaurusDB instance")
            .notes(&[Note {
                matter: "The example sends the literal names of the fields as their values.",
                decision: "Any text is accepted as an ID.",
            }]),
        Field::optional("source_node_id", Kind::TEXT)
            .means("ID of the read replica; left blank, the primary node is read")
            .default("the primary node"),
        Field::mandatory("source_database", Kind::TEXT).means("the database"),
    ],
    reply: STARTED,
    notes: &[
        Note {
            matter: "The call is asynchronous and answers 200, where its siblings answer 202.",
            decision: "200, as the page says.",
        },
        Note {
            matter: "No code is published for a database that is synchronised already.",
            decision: "Accepted with a warning: a new job, and the synchronisation starts again. \
                       With resources enforced: 409 DBS.200047.",
        },
        REMEMBERED,
    ],
    example: include_str!(
        "../../../fixtures/taurusdb/create_click_house_data_base_replication/documented.json"
    ),
    ..Contract::BLANK
};

const SOURCES: &[InstanceKind] = &[InstanceKind::TAURUSDB];
const TARGETS: &[InstanceKind] = &[InstanceKind::CLICKHOUSE];

static JOB: JobKind = job(CREATE_REPLICATION_JOB);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
    source_instance_id: String,
    source_node_id: Option<String>,
    source_database: String,
}

pub struct CreateClickHouseDataBaseReplication;

impl Operation for CreateClickHouseDataBaseReplication {
    const CONTRACT: &'static Contract = &CONTRACT;
    const JOB: Option<&'static JobKind> = Some(&JOB);
    const LIFECYCLES: &'static [&'static Lifecycle] = &[&REPLICATION_LIFECYCLE];
    type Request = Request;
    type Reply = JobStarted;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<JobStarted, Refusal> {
        require_idle(&request.instance_id, context)?;
        context.instance_or_adopt(&request.instance_id, TARGETS)?;
        context.instance_or_adopt(&request.source_instance_id, SOURCES)?;
        if let Some(node) = &request.source_node_id {
            context.apply_reserved_id(node, Resource::Node)?;
        }
        refuse_second(&request.instance_id, &request.source_database, context)?;
        let job_id = context.start_job(&JOB, &request.instance_id);
        request.begin(context);
        Ok(JobStarted { job_id })
    }
}

fn refuse_second(
    instance_id: &str,
    database: &str,
    context: &mut RequestContext<'_>,
) -> Result<(), Refusal> {
    let replications = context.state.replications.get(instance_id);
    let known = replications.and_then(|known| known.get(database));
    let Some(there) = known.filter(|known| !known.is_gone(context.now)) else { return Ok(()) };
    require_staying(there, context.now)?;
    let database = shown(database);
    let english = format!("database {database} is synchronised already");
    let chinese = format!("数据库 {database} 已在同步");
    context.refuse_or_warn(Refusal::own(ErrorKind::Busy, english, chinese))
}

impl Request {
    /// Records the synchronisation, and what is known of instances and databases through it.
    fn begin(self, context: &mut RequestContext<'_>) {
        let (target, source) = (self.instance_id, self.source_instance_id);
        let node = self.source_node_id.unwrap_or_else(|| context.primary_node(&source));
        let key = Texts([&target, &source, &self.source_database]);
        let configuration = context.state.checked.get(&key).cloned().unwrap_or_default();
        let database = Arc::<str>::from(self.source_database);
        let run = context.start(&REPLICATION_LIFECYCLE, Arc::clone(&database));
        context.stand_beside(&target, &source);
        let state = &mut *context.state;
        let databases = value_of(&mut state.source_databases, &source);
        databases.insert(Arc::clone(&database));
        let replication = Replication {
            source_instance_id: source.into(),
            source_node_id: node,
            database: Arc::clone(&database),
            run,
            configuration,
            change: None,
            removal: None,
        };
        value_of(&mut state.replications, &target).insert(database, replication);
    }
}
