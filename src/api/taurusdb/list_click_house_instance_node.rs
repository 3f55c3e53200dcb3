//! Querying the Nodes of a ClickHouse Instance.

use super::service::{CLICKHOUSE_ID, SERVICE, find_clickhouse};
use crate::cloud::{Node, RequestContext};
use crate::contract::{Contract, Field, Kind, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "ListClickHouseInstanceNode",
    title: "Querying the Nodes of a ClickHouse Instance",
    service: &SERVICE,
    source: Source::Companion("ListClickHouseInstanceNode"),
    path: "/v3/{project_id}/instances/{instance_id}/clickhouse/nodes",
    path_parameters: &[CLICKHOUSE_ID],
    reply: &[Field::mandatory("node_list", Kind::List(&NODE, 100)).means("all of them")],
    example: include_str!(
        "../../../fixtures/taurusdb/list_click_house_instance_node/documented.json"
    ),
    ..Contract::BLANK
};

static NODE: Kind = Kind::Object(&[
    Field::mandatory("node_id", Kind::TEXT).means("its ID"),
    Field::mandatory("node_name", Kind::TEXT).means("its name"),
    Field::mandatory("role", Kind::OneOf(&["master", "slave"])).means("its role"),
]);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
}

#[derive(Serialize)]
pub struct Reply {
    node_list: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    node_id: String,
    node_name: String,
    role: &'static str,
}

pub struct ListClickHouseInstanceNode;

impl Operation for ListClickHouseInstanceNode {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(
        Request { instance_id }: Request,
        context: &mut RequestContext<'_>,
    ) -> Result<Reply, Refusal> {
        let clickhouse = find_clickhouse(&instance_id, context)?.clone();
        let nodes = clickhouse.nodes(context.instance(&instance_id)?);
        let listed = |Node { id, name, role, .. }| Listed { node_id: id, node_name: name, role };
        Ok(Reply { node_list: nodes.into_iter().map(listed).collect() })
    }
}
