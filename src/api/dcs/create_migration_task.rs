//! Creating a Backup Import Task: fills an instance from backup files.

use super::service::{SERVICE, TASK, Task};
use crate::cloud::{
    BackupFile, BackupImport, IMPORT, Lifecycle, MigrationMethod, MigrationTask, Records,
    RequestContext, Work,
};
use crate::contract::{
    Certainty, Contract, ErrorKind, Field, InstanceKind, Kind, Note, Refused, Source, format,
};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use axum::http::{Method, StatusCode};
use serde::Deserialize;
use serde::de::IgnoredAny;

static CONTRACT: Contract = Contract {
    id: "CreateMigrationTask",
    title: "Creating a Backup Import Task",
    service: &SERVICE,
    source: Source::Document("dcs-create-backup-import"),
    method: Method::POST,
    path: "/v2/{project_id}/migration-task",
    aliases: &["/v1.0/{project_id}/migration-task"],
    body: &[
        Field::mandatory("task_name", Kind::TEXT).means("name of the task"),
        Field::optional("description", Kind::TEXT).means("description of the task"),
        Field::mandatory("migration_type", Kind::OneOf(&["backupfile_import", "online_migration"]))
            .means("what is imported")
            .known_from(Certainty::Client)
            .notes(&[
                BLANK_OPTIONS,
                Note {
                    matter: "online_migration can no longer be created by this call, though its \
                             fields are still listed.",
                    decision: "400 DCS.4913; the message names the call to use.",
                },
            ]),
        Field::mandatory("migration_method", Kind::OneOf(MigrationMethod::WORDS))
            .means("full migration or incremental migration")
            .known_from(Certainty::Client)
            .notes(&[Note {
                matter: "An incremental import of backup files makes no sense, but is not excluded.",
                decision: "Accepted.",
            }]),
        Field::mandatory_when(
            "backup_files",
            Kind::Object(BACKUP_FILES),
            ("migration_type", "backupfile_import"),
        )
        .means("the files to import"),
        Field::optional("network_type", Kind::OneOf(&["vpc", "vpn"]))
            .means("network of an online migration")
            .known_from(Certainty::Client)
            .deprecated("online migrations are created by CreateOnlineMigrationTask"),
        Field::optional("source_instance", Kind::Object(SOURCE))
            .means("source of an online migration")
            .deprecated("online migrations are created by CreateOnlineMigrationTask")
            .notes(&[Note {
                matter: "addrs is mandatory in an optional object, and gopher-style clients send \
                         the object with empty members.",
                decision: "An object whose members are all empty is absent.",
            }]),
        Field::mandatory("target_instance", Kind::Object(TARGET)).means("where the data go to"),
    ],
    reply: TASK,
    refusals: &[
        Refused::new(ErrorKind::Retired, StatusCode::BAD_REQUEST, "DCS.4913"),
        Refused::new(ErrorKind::WrongState, StatusCode::BAD_REQUEST, "DCS.4087").note(
            "Nothing says what importing a backup does that is not done.",
            "400 DCS.4087, the published code for a backup record in a wrong state.",
        ),
    ],
    notes: &[
        Note {
            matter: "gophertelekomcloud sends the call to the path of the older version, \
                     /v1.0/{project_id}/migration-task.",
            decision: "Answered there too; only the documented path is published.",
        },
        Note {
            matter: "The page lists 401 in the form of the service's own errors.",
            decision: "The gateway answers 401, in its envelope, before the service is asked.",
        },
    ],
    example: include_str!("../../../fixtures/dcs/create_migration_task/documented.json"),
    ..Contract::BLANK
};

const BLANK_OPTIONS: Note = Note {
    matter: "The option lists of migration_type, migration_method, file_source and network_type \
             are blank in the page.",
    decision: "The values of the SDK and the published description.",
};

/// `BackupFilesBody`.
const BACKUP_FILES: &[Field] = &[
    Field::inferred(
        "file_source",
        Kind::OneOf(&["self_build_obs", "backup_record"]),
        &[("bucket_name", "self_build_obs"), ("backup_id", "backup_record")],
    )
    .means("an OBS bucket or a backup record")
    .known_from(Certainty::Client)
    .notes(&[Note {
        matter: "file_source is mandatory in the page and optional in the SDK.",
        decision: "Inferred with a warning where exactly one of bucket_name and backup_id is \
                   given, otherwise mandatory.",
    }]),
    Field::mandatory_when("bucket_name", Kind::TEXT, ("file_source", "self_build_obs"))
        .means("the OBS bucket"),
    Field::mandatory_when("files", Kind::List(&FILE, 1000), ("file_source", "self_build_obs"))
        .means("the files in the bucket")
        .notes(&[
            Note {
                matter: "files is marked mandatory and explained as mandatory for an OBS bucket only.",
                decision: "Mandatory for self_build_obs.",
            },
            Note {
                matter: "Nothing says what an import of no files does.",
                decision: "An empty list is none: 400 for self_build_obs.",
            },
        ]),
    Field::mandatory_when("backup_id", Kind::TEXT, ("file_source", "backup_record"))
        .means("the backup record"),
];

/// `Files`.
static FILE: Kind = Kind::Object(&[
    Field::mandatory("file_name", Kind::TEXT).means("name of the file"),
    Field::optional("size", Kind::TEXT).means("size of the file").notes(&[Note {
        matter: "size is said to be in bytes; the example sends 754.0MB.",
        decision: "Free text, kept as it was sent.",
    }]),
    Field::optional("update_at", Kind::TEXT)
        .means("when the file last changed")
        .advised(&format::DATE_AND_TIME)
        .notes(&[Note {
            matter: "update_at is said to be YYYY-MM-DD HH:MM:SS; clients send other forms.",
            decision: "Another form is kept as it was sent, with a warning.",
        }]),
]);

/// `SourceInstanceBody`.
const SOURCE: &[Field] = &[
    Field::mandatory("addrs", Kind::TEXT).means("addresses of the source"),
    PASSWORD,
    TASK_STATUS,
    Field::optional("id", Kind::TEXT).means("ID of the source"),
    IP,
    PORT,
    Field::optional("name", Kind::TEXT).means("name of the source"),
    PROXY_MULTI_DB,
    DB,
];

/// `TargetInstanceBody`.
const TARGET: &[Field] = &[
    Field::mandatory("id", Kind::Instance(TARGETS)).means("ID of the target"),
    Field::optional("name", Kind::TEXT).means("name of the target"),
    PASSWORD,
    TASK_STATUS,
    IP,
    PORT,
    Field::optional("addrs", Kind::TEXT).means("addresses of the target"),
    PROXY_MULTI_DB,
    DB,
];

const PASSWORD: Field =
    Field::optional("password", Kind::TEXT).means("its password, where it has one").secret();
const TASK_STATUS: Field = Field::optional("task_status", Kind::TEXT).means("status of the task");
const IP: Field = Field::optional("ip", Kind::TEXT).means("its IP address");
const PORT: Field = Field::optional("port", Kind::TEXT).means("its port");
const PROXY_MULTI_DB: Field = Field::optional("proxy_multi_db", Kind::Boolean)
    .means("whether a Proxy Cluster instance has multi-DB enabled");
const DB: Field = Field::optional("db", Kind::TEXT).means("its database");

const TARGETS: &[InstanceKind] = &[InstanceKind::DCS_REDIS];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    task_name: String,
    description: Option<String>,
    migration_type: String,
    migration_method: MigrationMethod,
    backup_files: Option<BackupFiles>,
    #[serde(rename = "network_type")]
    _network_type: Option<IgnoredAny>,
    #[serde(rename = "source_instance")]
    _source_instance: Option<IgnoredAny>,
    target_instance: Target,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BackupFiles {
    file_source: String,
    bucket_name: Option<String>,
    #[serde(default)]
    files: Vec<BackupFile>,
    backup_id: Option<String>,
}

/// Only what the import needs; the rest is checked and let go.
#[derive(Deserialize)]
struct Target {
    id: String,
    name: Option<String>,
}

pub struct CreateMigrationTask;

impl Operation for CreateMigrationTask {
    const CONTRACT: &'static Contract = &CONTRACT;
    const LIFECYCLES: &'static [&'static Lifecycle] = &[&IMPORT];
    type Request = Request;
    type Reply = Task;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Task, Refusal> {
        let (Some(source), "backupfile_import") =
            (request.backup_files, request.migration_type.as_str())
        else {
            return Err(online_is_another_call());
        };
        let target = request.target_instance;
        context.instance_or_adopt(&target.id, TARGETS)?;
        if let Some(name) = &target.name {
            context.name_adopted(&target.id, name);
        }
        if let Some(record) = &source.backup_id {
            require_backup(record, context)?;
        }
        context.make_room(Records::Tasks)?;
        let id = context.new_task_id().simple().to_string();
        let import = BackupImport {
            method: request.migration_method,
            file_source: source.file_source,
            bucket_name: source.bucket_name,
            files: source.files,
            backup_id: source.backup_id,
            target_instance_id: target.id.into(),
            target_instance_name: target.name,
            run: context.start(&IMPORT, id.as_str()),
        };
        let work = Work::BackupImport(import.into());
        let (name, description) = (request.task_name, request.description);
        let task = MigrationTask::new(&id, name, description, context.now, work);
        let reply = Task::of(&task, context);
        context.state.migration_tasks.insert(task);
        Ok(reply)
    }
}

fn online_is_another_call() -> Refusal {
    const WHAT: &str = "migration_type online_migration";
    const INSTEAD: &str = "CreateOnlineMigrationTask (POST /v2/{project_id}/migration/instance)";
    let english = format!("{WHAT} is no longer supported by this call; call {INSTEAD} instead");
    Refusal::own(ErrorKind::Retired, english, format!("该接口不再支持 {WHAT}，请调用 {INSTEAD}"))
}

/// A backup has to be done. One that was never seen is let pass with a warning, since a client may
/// name a backup from before its tests.
fn require_backup(id: &str, context: &mut RequestContext<'_>) -> Result<(), Refusal> {
    const UNFINISHED: [&str; 3] = ["waiting", "backuping", "failed"];
    context.apply_reserved_id(id, Resource::Backup)?;
    let record = context.state.records.get("dcs.backup", id);
    let (resource, id) = (Resource::Backup, id.to_owned());
    let Some(backup) = record.and_then(|backup| backup.shown(context.now)) else {
        return context.refuse_or_warn(Refusal::NotFound { resource, id });
    };
    match UNFINISHED.into_iter().find(|state| backup["status"] == *state) {
        Some(state) => Err(Refusal::WrongState { resource, id, state, allowed: &["succeed"] }),
        None => Ok(()),
    }
}
