//! Switching the IP Addresses of Source and Target: an incremental migration ends with it.

use super::service::{End, SERVICE, TASK_ID, allow_in, find, find_mut, unknown};
use crate::clock::Moment;
use crate::cloud::{
    EXCHANGE, Exchange, INCREMENTAL, Lifecycle, MigrationTask, RequestContext, Side, Work,
};
use crate::contract::{Contract, ErrorKind, Field, InstanceKind, Kind, Note, Refused, Source};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use crate::text::shown;
use axum::http::{Method, StatusCode};
use serde::Deserialize;
use serde::de::IgnoredAny;

static CONTRACT: Contract = Contract {
    id: "ExchangeInstanceIp",
    title: "Switching the IP Addresses of Source and Target",
    service: &SERVICE,
    source: Source::Companion("ExchangeInstanceIp"),
    method: Method::POST,
    path: "/v2/{project_id}/migration-task/{task_id}/exchange-ip",
    path_parameters: &[TASK_ID],
    body: &[
        Field::optional("exchanged_ip", Kind::List(&Kind::TEXT, 1000))
            .means("the addresses to switch")
            .notes(&[OMITTED]),
        Field::optional("is_exchange_domain", Kind::Boolean)
            .means("whether the domain names are switched too")
            .default("false")
            .notes(&[OMITTED]),
    ],
    success: StatusCode::NO_CONTENT,
    refusals: &[
        Refused::new(ErrorKind::InvalidParameter, StatusCode::BAD_REQUEST, "111400063"),
        IMPOSSIBLE,
        Refused::new(ErrorKind::WrongEngine, StatusCode::BAD_REQUEST, "DCS.4990"),
    ],
    example: include_str!("../../../fixtures/dcs/exchange_instance_ip/documented.json"),
    ..Contract::BLANK
};

const OMITTED: Note = Note {
    matter: "exchanged_ip and is_exchange_domain are mandatory in the table; Terraform leaves \
             them out when they are empty or false.",
    decision: "Both may be absent.",
};

/// Addresses cannot be switched, or not switched back, in this state.
pub const IMPOSSIBLE: Refused =
    Refused::new(ErrorKind::WrongState, StatusCode::BAD_REQUEST, "DCS.4990");

const SIDES: &[InstanceKind] = &[InstanceKind::DCS_REDIS];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    task_id: String,
    #[serde(rename = "exchanged_ip")]
    _exchanged_ip: Option<IgnoredAny>,
    #[serde(rename = "is_exchange_domain")]
    _is_exchange_domain: Option<IgnoredAny>,
}

pub struct ExchangeInstanceIp;

impl Operation for ExchangeInstanceIp {
    const CONTRACT: &'static Contract = &CONTRACT;
    const LIFECYCLES: &'static [&'static Lifecycle] = &[&EXCHANGE];
    type Request = Request;
    type Reply = ();

    fn call(
        Request { task_id, .. }: Request,
        context: &mut RequestContext<'_>,
    ) -> Result<(), Refusal> {
        context.apply_reserved_id(&task_id, Resource::MigrationTask)?;
        let task = find(&task_id, context)?;
        require_following(task, context.now)?;
        require_two_instances(task, context)?;
        let there = context.start(&EXCHANGE, task_id.as_str());
        let Work::Online(online) = &mut find_mut(&task_id, context)?.work else {
            return Err(unknown(&task_id));
        };
        online.exchange = Some(Exchange { there, back: None });
        Ok(())
    }
}

/// The target must have the source's data, and no switching may be under way.
fn require_following(task: &MigrationTask, now: Moment) -> Result<(), Refusal> {
    const ALLOWED: &[&str] = &[INCREMENTAL];
    allow_in(task, ALLOWED, now)?;
    let Some(state) = task.task_status(now) else { return Ok(()) };
    let (resource, id) = (Resource::MigrationTask, task.id.to_string());
    Err(Refusal::WrongState { resource, id, state, allowed: ALLOWED })
}

/// Addresses are switched between two DCS instances that listen on the same port.
fn require_two_instances(
    task: &MigrationTask,
    context: &RequestContext<'_>,
) -> Result<(), Refusal> {
    let configured = task.online().and_then(|online| online.configured.as_ref());
    let (configuration, _) = configured.ok_or_else(|| unknown(&task.id))?;
    let of_source = port("source_instance", &configuration.source, context)?;
    let of_target = port("target_instance", &configuration.target, context)?;
    if of_source == of_target {
        return Ok(());
    }
    let (of_source, of_target) = (shown(&of_source), shown(&of_target));
    let english = format!(
        "source_instance and target_instance must have the same port, got {of_source} and \
         {of_target}"
    );
    let chinese = format!(
        "source_instance 和 target_instance 的端口必须相同，实际为 {of_source} 和 {of_target}"
    );
    Err(Refusal::own(ErrorKind::WrongState, english, chinese))
}

fn port(name: &str, side: &Side, context: &RequestContext<'_>) -> Result<String, Refusal> {
    let End { addrs, id, .. } = End::of(side, context);
    if id.is_none() {
        return Err(Refusal::WrongEngine { id: name.to_owned(), is: addrs, wanted: SIDES });
    }
    let first = addrs.split(',').next().unwrap_or_default();
    Ok(first.rsplit(':').next().unwrap_or_default().to_owned())
}
