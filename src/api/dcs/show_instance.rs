//! Querying an Instance: everything about one DCS instance.

use super::known_instance::{KnownInstance, NUMBER, and};
use super::service::{INSTANCE_ID, SERVICE, instance};
use crate::cloud::assumed::dcs;
use crate::cloud::{Instance, RequestContext};
use crate::contract::{Contract, Field, Kind, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "ShowInstance",
    title: "Querying an Instance",
    service: &SERVICE,
    source: Source::Companion("ShowInstance"),
    path: "/v2/{project_id}/instances/{instance_id}",
    path_parameters: &[INSTANCE_ID],
    reply: &REPLY,
    notes: &[Note {
        matter: "The change of an instance is update_at in its details and updated_at in the list.",
        decision: "Each as its table has it.",
    }],
    example: include_str!("../../../fixtures/dcs/show_instance/documented.json"),
    ..Contract::BLANK
};

static REPLY: [Field; 56] = and([
    Field::mandatory("security_group_name", Kind::TEXT).means("name of its security group"),
    Field::mandatory("subnet_name", Kind::TEXT).means("name of its subnet"),
    Field::mandatory("subnet_cidr", Kind::TEXT).means("addresses of its subnet"),
    Field::mandatory("available_zones", Kind::List(&Kind::TEXT, 10))
        .means("IDs of the zones of its nodes"),
    Field::mandatory("update_at", Kind::TEXT).means("last change, yyyy-MM-ddTHH:mm:ss.SSSZ"),
    Field::mandatory("launched_at", Kind::TEXT).means("first start, yyyy-MM-ddTHH:mm:ss.SSSZ"),
    Field::mandatory("backend_addrs", Kind::TEXT).means("address of the node behind it"),
    Field::mandatory("transparent_client_ip_enable", Kind::Boolean)
        .means("whether the address of clients is passed on"),
    Field::mandatory("enterprise_project_name", Kind::TEXT).means("name of the enterprise project"),
    Field::mandatory("product_type", Kind::OneOf(&["generic", "enterprise"])).means("edition"),
    Field::mandatory("storage_type", Kind::TEXT).means("where the data are kept"),
    Field::mandatory(
        "cache_mode",
        Kind::OneOf(&["single", "ha", "ha_rw_split", "proxy", "cluster"]),
    )
    .means("type of the instance"),
    Field::mandatory("support_slow_log_flag", Kind::TEXT)
        .means("true where slow queries are logged"),
    Field::mandatory("db_number", NUMBER).means("databases in it"),
    Field::mandatory("replica_count", NUMBER).means("replicas of a shard"),
    Field::mandatory("sharding_count", NUMBER).means("shards"),
    Field::mandatory("cloud_service_type_code", Kind::TEXT)
        .means("type of the service, for billing"),
    Field::mandatory("cloud_resource_type_code", Kind::TEXT)
        .means("type of the resource, for billing"),
    Field::mandatory("inquery_spec_code", Kind::TEXT).means("specification, for billing"),
]);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
}

#[derive(Serialize)]
pub struct Reply {
    #[serde(flatten)]
    common: KnownInstance,
    security_group_name: &'static str,
    subnet_name: &'static str,
    subnet_cidr: &'static str,
    available_zones: [&'static str; 1],
    update_at: &'static str,
    launched_at: &'static str,
    backend_addrs: String,
    transparent_client_ip_enable: bool,
    enterprise_project_name: &'static str,
    product_type: &'static str,
    storage_type: &'static str,
    cache_mode: &'static str,
    support_slow_log_flag: &'static str,
    db_number: u32,
    replica_count: u32,
    sharding_count: u32,
    cloud_service_type_code: &'static str,
    cloud_resource_type_code: &'static str,
    inquery_spec_code: &'static str,
}

pub struct ShowInstance;

impl Operation for ShowInstance {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(
        Request { instance_id }: Request,
        context: &mut RequestContext<'_>,
    ) -> Result<Reply, Refusal> {
        Ok(Reply::of(instance(&instance_id, context)?))
    }
}

impl Reply {
    fn of(instance: &Instance) -> Self {
        Self {
            common: KnownInstance::of(instance),
            security_group_name: dcs::SECURITY_GROUP_NAME,
            subnet_name: dcs::SUBNET_NAME,
            subnet_cidr: dcs::SUBNET_CIDR,
            available_zones: [dcs::ZONE_ID],
            update_at: dcs::CREATED_AT,
            launched_at: dcs::CREATED_AT,
            backend_addrs: instance.address(),
            transparent_client_ip_enable: false,
            enterprise_project_name: dcs::ENTERPRISE_PROJECT_NAME,
            product_type: dcs::PRODUCT_TYPE,
            storage_type: dcs::STORAGE_TYPE,
            cache_mode: dcs::CACHE_MODE,
            support_slow_log_flag: dcs::SUPPORT_SLOW_LOG,
            db_number: dcs::DATABASES,
            replica_count: dcs::REPLICAS,
            sharding_count: dcs::SHARDS,
            cloud_service_type_code: dcs::SERVICE_TYPE_CODE,
            cloud_resource_type_code: dcs::RESOURCE_TYPE_CODE,
            inquery_spec_code: dcs::SPEC_CODE,
        }
    }
}
