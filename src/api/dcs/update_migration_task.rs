//! Modifying a Migration Task: says whether a broken connection is made again by itself.

use super::service::{SERVICE, TASK_ID, find_mut, unknown};
use crate::cloud::{RequestContext, Work};
use crate::contract::{Contract, ErrorKind, Field, Kind, Note, Refused, Source, WholeReply};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use axum::http::{Method, StatusCode};
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "UpdateMigrationTask",
    title: "Modifying a Migration Task",
    service: &SERVICE,
    source: Source::Companion("UpdateMigrationTask"),
    method: Method::PUT,
    path: "/v2/{project_id}/migration-task/{task_id}",
    path_parameters: &[TASK_ID],
    body: &[Field::optional("resume_mode", Kind::OneOf(&["auto", "manual"]))
        .means("whether a broken connection is made again by itself")
        .default("auto")],
    // The SDK's model has a text; nobody knows which, so it is empty.
    whole_reply: Some(WholeReply::JsonString),
    refusals: &[Refused::new(ErrorKind::InvalidParameter, StatusCode::BAD_REQUEST, "111400063")],
    notes: &[
        Note {
            matter: "The page describes another call: a copy that was not adapted.",
            decision: "The call stores resume_mode, the only member of its body.",
        },
        Note {
            matter: "A backup import has no connection that could be made again.",
            decision: "400 DCS.4133: the call knows online migrations only.",
        },
    ],
    example: include_str!("../../../fixtures/dcs/update_migration_task/documented.json"),
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    task_id: String,
    resume_mode: Option<String>,
}

pub struct UpdateMigrationTask;

impl Operation for UpdateMigrationTask {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = &'static str;

    fn call(
        Request { task_id, resume_mode }: Request,
        context: &mut RequestContext<'_>,
    ) -> Result<&'static str, Refusal> {
        context.apply_reserved_id(&task_id, Resource::MigrationTask)?;
        let Work::Online(online) = &mut find_mut(&task_id, context)?.work else {
            return Err(unknown(&task_id));
        };
        let resume_mode = Some(resume_mode.unwrap_or_else(|| "auto".to_owned()));
        if online.resume_mode == resume_mode {
            context.leave_unchanged();
        } else {
            online.resume_mode = resume_mode;
        }
        Ok("")
    }
}
