//! Creating a Data Synchronization Task: a ClickHouse instance follows a TaurusDB database.

use super::service::SERVICE;
use crate::api::job::{self, JobStarted};
use crate::cloud::undocumented::CREATE_REPLICATION_JOB;
use crate::cloud::{JobKind, Lifecycle, Owner, Project, Replication};
use crate::contract::{Contract, Field, InstanceKind, Kind, Note, Source, format};
use crate::error::{Business, Refusal, Resource};
use crate::operation::Operation;
use axum::http::Method;
use serde::Deserialize;

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
    reply: job::STARTED,
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
    ],
    example: include_str!(
        "../../../fixtures/taurusdb/create_click_house_data_base_replication/documented.json"
    ),
    ..Contract::BLANK
};

const SOURCES: &[InstanceKind] = &[InstanceKind::TAURUSDB];
const TARGETS: &[InstanceKind] = &[InstanceKind::CLICKHOUSE];

static JOB: JobKind = JobKind {
    name: CREATE_REPLICATION_JOB,
    owner: Owner::TaurusDb,
    lifecycle: &Lifecycle { stages: &[("Running", 1.0)], ends: "Completed", fails: "Failed" },
};

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
    type Request = Request;
    type Reply = JobStarted;

    fn call(request: Request, project: &mut Project<'_>) -> Result<JobStarted, Refusal> {
        let Request { instance_id, source_instance_id, source_database: database, .. } = request;
        project.instance_or_adopt(&instance_id, TARGETS)?;
        project.instance_or_adopt(&source_instance_id, SOURCES)?;
        if let Some(node) = &request.source_node_id {
            project.heed(node, Resource::Node)?;
        }
        let replications = project.world.replications.get(instance_id.as_str());
        if replications.is_some_and(|known| known.contains_key(&database)) {
            let with = Business::SameDatabase;
            project.object(Refusal::Busy { id: database.clone(), with })?;
        }
        let job_id = project.start_job(&JOB, &instance_id);
        let primary = || project.primary_node(&source_instance_id);
        let replication = Replication {
            source_node_id: request.source_node_id.unwrap_or_else(primary),
            source_instance_id: source_instance_id.into(),
            database: database.clone(),
            run: project.start(),
        };
        let replications = project.world.replications.entry(instance_id.into()).or_default();
        replications.insert(database, replication);
        Ok(JobStarted { job_id })
    }
}
