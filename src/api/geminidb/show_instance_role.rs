//! Querying the Role of an Instance: whether it is the master or the slave of a pair.

use super::service::SERVICE;
use crate::cloud::RequestContext;
use crate::cloud::assumed::DUAL_ACTIVE_ROLES;
use crate::contract::{Awaits, Contract, Field, Kind, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "ShowInstanceRole",
    title: "Querying the Role of an Instance",
    service: &SERVICE,
    source: Source::Companion("ShowInstanceRole"),
    path: "/v3/{project_id}/instances/{instance_id}/instance-role",
    path_parameters: &[Field::mandatory("instance_id", Kind::TEXT).means("instance ID")],
    reply: &[Field::mandatory("role", Kind::OneOf(&["master", "slave"])).means("its role").notes(
        &[Note {
            matter: "The page speaks of Redis instances for disaster recovery, which no call here \
                     makes.",
            decision: "The role in an active-active relationship; master where there is none.",
        }],
    )],
    awaits: Awaits::All,
    example: include_str!("../../../fixtures/geminidb/show_instance_role/documented.json"),
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
}

#[derive(Serialize)]
pub struct Reply {
    role: &'static str,
}

pub struct ShowInstanceRole;

impl Operation for ShowInstanceRole {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(
        Request { instance_id }: Request,
        context: &mut RequestContext<'_>,
    ) -> Result<Reply, Refusal> {
        context.instance(&instance_id)?;
        let relationship = context.state.relationships.of(&instance_id, context.now);
        let role = relationship.map_or(DUAL_ACTIVE_ROLES.0, |(relationship, _)| relationship.role);
        Ok(Reply { role })
    }
}
