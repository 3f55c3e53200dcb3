//! Deleting a Backup File: the record is gone from lists, and nothing can be restored from it.

use super::service::{INSTANCE_ID, SERVICE, instance};
use crate::cloud::RequestContext;
use crate::contract::{Contract, ErrorKind, Field, Kind, Refused, Source};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use axum::http::{Method, StatusCode};
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "DeleteBackupFile",
    title: "Deleting a Backup File",
    service: &SERVICE,
    source: Source::Companion("DeleteBackupFile"),
    method: Method::DELETE,
    path: "/v2/{project_id}/instances/{instance_id}/backups/{backup_id}",
    aliases: &["/v1.0/{project_id}/instances/{instance_id}/backups/{backup_id}"],
    path_parameters: &[
        INSTANCE_ID,
        Field::mandatory("backup_id", Kind::TEXT).means("ID of the backup record"),
    ],
    success: StatusCode::NO_CONTENT,
    refusals: &[
        Refused::new(UNKNOWN_BACKUP, StatusCode::BAD_REQUEST, "DCS.4031"),
        Refused::new(ErrorKind::WrongState, StatusCode::BAD_REQUEST, "DCS.4026").note(
            "Nothing says whether a backup that is being taken can be deleted.",
            "No: 400 DCS.4026.",
        ),
    ],
    example: include_str!("../../../fixtures/dcs/delete_backup_file/documented.json"),
    ..Contract::BLANK
};

const UNKNOWN_BACKUP: ErrorKind = ErrorKind::Declared(0);

/// Where a backup can be deleted.
const DELETABLE: &[&str] = &["succeed", "failed"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
    backup_id: String,
}

pub struct DeleteBackupFile;

impl Operation for DeleteBackupFile {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = ();

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<(), Refusal> {
        let Request { instance_id, backup_id: id } = request;
        instance(&instance_id, context)?;
        context.apply_reserved_id(&id, Resource::Backup)?;
        let backups = context.state.backups.of(&instance_id);
        let Some(backup) = backups.iter().find(|backup| *backup.id == *id) else {
            let english = format!("backup {id} does not exist");
            return Err(Refusal::own(UNKNOWN_BACKUP, english, format!("备份{id}不存在")));
        };
        let (state, activity) = (backup.phase(context.now).status, backup.run.activity);
        if !DELETABLE.contains(&state) {
            let resource = Resource::Backup;
            return Err(Refusal::WrongState { resource, id, state, allowed: DELETABLE });
        }
        context.state.backups.remove(&id);
        context.cut_short(activity);
        Ok(())
    }
}
