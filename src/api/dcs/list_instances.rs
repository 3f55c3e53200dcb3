//! Querying Instances: the DCS instances of a context, or those that a filter fits.

use super::known_instance::{COMMON, KnownInstance, and, is_at};
use super::service::SERVICE;
use crate::api::paging::{OFFSET, limit, page};
use crate::cloud::assumed::dcs;
use crate::cloud::{Instance, RequestContext};
use crate::contract::{Certainty, Contract, Engine, Field, Kind, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "ListInstances",
    title: "Querying Instances",
    service: &SERVICE,
    source: Source::Companion("ListInstances"),
    path: "/v2/{project_id}/instances",
    query: &[
        Field::optional("instance_id", Kind::TEXT).means("only the instance with this ID"),
        Field::optional("name", Kind::TEXT).means("only instances with this in their name"),
        Field::optional("name_equal", BOOLEAN)
            .means("whether name is the whole name")
            .default("false"),
        Field::optional("status", Kind::TEXT).means("only instances in this status"),
        Field::optional("ip", Kind::TEXT)
            .means("only the instance at this address")
            .known_from(Certainty::Inferred),
        Field::optional("tags", Kind::TEXT).means("only instances with these tags").notes(&[
            Note {
                matter: "Nothing says how several tags are written in one parameter.",
                decision: "No instance has tags, so none fits.",
            },
        ]),
        Field::optional("include_failure", BOOLEAN)
            .means("whether instances that could not be created are listed; there are none"),
        Field::optional("include_delete", BOOLEAN)
            .means("whether deleted instances are listed; there are none"),
        OFFSET,
        limit(1000, "10"),
    ],
    reply: &[
        Field::mandatory("instance_num", Kind::Integer(0, i64::MAX)).means("how many fit"),
        Field::mandatory("instances", Kind::List(&INSTANCE, 1000)).means("one page of them"),
    ],
    example: include_str!("../../../fixtures/dcs/list_instances/documented.json"),
    ..Contract::BLANK
};

/// True or false as the table has it, a string.
const BOOLEAN: Kind = Kind::OneOf(&["true", "false"]);

static INSTANCE: Kind = Kind::Object(&MEMBERS);

static MEMBERS: [Field; COMMON.len() + 1] =
    and(
        [Field::mandatory("updated_at", Kind::TEXT).means("last change, yyyy-MM-ddTHH:mm:ss.SSSZ")],
    );

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: Option<String>,
    name: Option<String>,
    name_equal: Option<String>,
    status: Option<String>,
    ip: Option<String>,
    tags: Option<String>,
    #[serde(rename = "include_failure")]
    _include_failure: Option<String>,
    #[serde(rename = "include_delete")]
    _include_delete: Option<String>,
    offset: Option<usize>,
    limit: Option<usize>,
}

#[derive(Serialize)]
pub struct Reply {
    instance_num: usize,
    instances: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    common: KnownInstance,
    updated_at: &'static str,
}

pub struct ListInstances;

impl Operation for ListInstances {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let instances = context.state.instances.values();
        let fitting = instances.filter(|instance| request.fits(instance));
        let (page, instance_num) = page(fitting, request.offset, request.limit.unwrap_or(10));
        let listed =
            |instance| Listed { common: KnownInstance::of(instance), updated_at: dcs::CREATED_AT };
        Ok(Reply { instance_num, instances: page.into_iter().map(listed).collect() })
    }
}

impl Request {
    fn fits(&self, instance: &Instance) -> bool {
        let whole = self.name_equal.as_deref() == Some("true");
        let named = |name: &String| {
            if whole { instance.name == *name } else { instance.name.contains(name.as_str()) }
        };
        instance.engine == Engine::DcsRedis
            && self.tags.is_none()
            && self.instance_id.as_ref().is_none_or(|id| *instance.id == **id)
            && self.name.as_ref().is_none_or(named)
            && self.status.as_ref().is_none_or(|status| *status == dcs::STATUS)
            && self.ip.as_ref().is_none_or(|ip| is_at(instance, ip))
    }
}
