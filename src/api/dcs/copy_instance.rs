//! Backing Up an Instance: makes a record that a backup import can be created from.

use super::service::{INSTANCE_ID, SERVICE, instance};
use crate::cloud::assumed::BACKUP_FORMAT;
use crate::cloud::{BACKUP, Backup, Lifecycle, Records, RequestContext};
use crate::contract::{Certainty, Contract, ErrorKind, Field, Kind, Refused, Source, format};
use crate::error::Refusal;
use crate::operation::Operation;
use axum::http::{Method, StatusCode};
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "CopyInstance",
    title: "Backing Up an Instance",
    service: &SERVICE,
    source: Source::Companion("CopyInstance"),
    method: Method::POST,
    path: "/v2/{project_id}/instances/{instance_id}/backups",
    aliases: &["/v1.0/{project_id}/instances/{instance_id}/backups"],
    path_parameters: &[INSTANCE_ID],
    body: &[
        Field::optional("remark", Kind::Text(128)).means("what is noted about the backup"),
        Field::optional("backup_format", Kind::OneOf(&["aof", "rdb"]))
            .means("form of the backup file")
            .default(BACKUP_FORMAT),
    ],
    body_is_optional: true,
    reply: &[Field::mandatory("backup_id", Kind::Format(&format::DASHED_UUID))
        .means("ID of the backup record")
        .known_from(Certainty::Example)],
    refusals: &[Refused::new(ErrorKind::Busy, StatusCode::BAD_REQUEST, "DCS.4096").note(
        "The page does not say whether an instance has more than one backup at a time; a code is \
         published for a backup that is running.",
        "One at a time; the next is 400 DCS.4096.",
    )],
    example: include_str!("../../../fixtures/dcs/copy_instance/documented.json"),
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
    remark: Option<String>,
    backup_format: Option<String>,
}

#[derive(Serialize)]
pub struct Reply {
    backup_id: String,
}

pub struct CopyInstance;

impl Operation for CopyInstance {
    const CONTRACT: &'static Contract = &CONTRACT;
    const LIFECYCLES: &'static [&'static Lifecycle] = &[&BACKUP];
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let Request { instance_id, remark, backup_format } = request;
        instance(&instance_id, context)?;
        let last = context.state.backups.of(&instance_id).last();
        if last.is_some_and(|last| last.phase(context.now).ended.is_none()) {
            return Err(Refusal::Busy { id: instance_id });
        }
        context.make_room(Records::Backups)?;
        let backup_id = context.new_backup_id().to_string();
        let run = context.start(&BACKUP, backup_id.as_str());
        context.state.backups.insert(Backup {
            id: backup_id.as_str().into(),
            instance_id: instance_id.into(),
            remark,
            format: backup_format.unwrap_or_else(|| BACKUP_FORMAT.to_owned()),
            run,
        });
        Ok(Reply { backup_id })
    }
}
