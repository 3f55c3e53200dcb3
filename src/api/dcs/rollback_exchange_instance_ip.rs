//! Rolling Back IP Address Switching: source and target get their own addresses back.

use super::exchange_instance_ip::IMPOSSIBLE;
use super::service::{SERVICE, TASK_ID, find_mut};
use crate::cloud::{EXCHANGED, Lifecycle, MigrationTask, ROLLBACK, RequestContext, Work};
use crate::contract::{Contract, Source};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use axum::http::{Method, StatusCode};
use serde::Deserialize;

static CONTRACT: Contract = Contract {
    id: "RollbackExchangeInstanceIp",
    title: "Rolling Back IP Address Switching",
    service: &SERVICE,
    source: Source::Companion("RollbackExchangeInstanceIp"),
    method: Method::POST,
    path: "/v2/{project_id}/migration-task/{task_id}/rollback-ip",
    path_parameters: &[TASK_ID],
    success: StatusCode::NO_CONTENT,
    refusals: &[IMPOSSIBLE],
    example: include_str!("../../../fixtures/dcs/rollback_exchange_instance_ip/documented.json"),
    undoes: true,
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    task_id: String,
}

pub struct RollbackExchangeInstanceIp;

impl Operation for RollbackExchangeInstanceIp {
    const CONTRACT: &'static Contract = &CONTRACT;
    const LIFECYCLES: &'static [&'static Lifecycle] = &[&ROLLBACK];
    type Request = Request;
    type Reply = ();

    fn call(Request { task_id }: Request, context: &mut RequestContext<'_>) -> Result<(), Refusal> {
        context.apply_reserved_id(&task_id, Resource::MigrationTask)?;
        let (now, back) = (context.now, context.start(&ROLLBACK, task_id.as_str()));
        let task = find_mut(&task_id, context)?;
        let state = task.task_status(now);
        let exchange = match &mut task.work {
            Work::Online(online) => online.exchange.as_mut(),
            Work::BackupImport(_) => None,
        };
        match exchange.filter(|_| state == Some(EXCHANGED)) {
            Some(exchange) => exchange.back = Some(back),
            None => return Err(not_exchanged(task, state)),
        }
        Ok(())
    }
}

fn not_exchanged(task: &MigrationTask, state: Option<&'static str>) -> Refusal {
    let (resource, id) = (Resource::MigrationTask, task.id.to_string());
    let state = state.unwrap_or("not switched");
    Refusal::WrongState { resource, id, state, allowed: &[EXCHANGED] }
}
