//! Querying HTAP Instances: those that stand beside a TaurusDB instance.

use super::service::{ACTION, ListedAction, SERVICE, TAURUSDB_ID, find_taurusdb};
use crate::cloud::assumed::{
    CLICKHOUSE_PORTS, CREATE_FAIL_CODE, MOST_HTAP_INSTANCES, TAURUSDB_ENTERPRISE_PROJECT,
    TAURUSDB_SECURITY_GROUP, TAURUSDB_SUBNET, TAURUSDB_VPC,
};
use crate::cloud::{ClickHouse, Instance, Node, RequestContext};
use crate::contract::{Awaits, Contract, Field, Kind, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};
use serde_json::Value;

static CONTRACT: Contract = Contract {
    id: "ListHtapInstanceInfo",
    title: "Querying HTAP Instances",
    service: &SERVICE,
    source: Source::Companion("ListHtapInstanceInfo"),
    path: "/v3/{project_id}/instances/{instance_id}/htap",
    path_parameters: &[TAURUSDB_ID],
    reply: &[
        Field::optional("total", Kind::Integer(0, i64::MAX)).means("how many there are"),
        Field::optional("instances", Kind::List(&INSTANCE, 10_000)).means("all of them").notes(&[
            Note {
                matter: "The example spells enter_prise_project_id and data_ips, the table \
                         enterprise_project_id and readable_node_infos.",
                decision: "As in the table.",
            },
        ]),
        Field::optional("max_htap_instance_num_of_taurus", Kind::Integer(0, i64::MAX))
            .means("how many there can be; it is not enforced"),
    ],
    notes: &[Note {
        matter: "An adopted ClickHouse instance was created by no call that names its TaurusDB \
                 instance.",
        decision: "It belongs to the source of the first synchronization that named it.",
    }],
    awaits: Awaits::All,
    example: include_str!("../../../fixtures/taurusdb/list_htap_instance_info/documented.json"),
    ..Contract::BLANK
};

static INSTANCE: Kind = Kind::Object(&[
    Field::optional("id", Kind::TEXT).means("its ID").names("clickhouse_instance_id"),
    Field::optional("name", Kind::TEXT).means("its name"),
    Field::optional("engine_name", Kind::OneOf(&["click-house", "star-rocks"])).means("its engine"),
    Field::optional("engine_version", Kind::TEXT).means("its version"),
    Field::optional("project_id", Kind::TEXT).means("its project"),
    Field::optional("instance_state", Kind::Object(STATE)).means("its status"),
    Field::optional("create_at", Kind::Integer(0, i64::MAX)).means("creation, in milliseconds"),
    Field::optional("is_frozen", Kind::Boolean).means("always false"),
    Field::optional("ha_mode", Kind::OneOf(&["Single", "Ha", "Cluster"])).means("its deployment"),
    Field::optional("pay_model", Kind::OneOf(&["0", "1"])).means("how it is paid"),
    Field::optional("data_vip", Kind::TEXT).means("its address"),
    Field::optional("readable_node_infos", Kind::List(&NODE, 20)).means("its nodes"),
    Field::optional("proxy_ips", Kind::List(&Kind::TEXT, 100)).means("always empty"),
    Field::optional("port", Kind::Integer(0, 65_535)).means("its port"),
    Field::optional("available_zones", Kind::List(&ZONE, 100)).means("its availability zones"),
    Field::optional("current_actions", Kind::List(&ACTION, 1)).means("what it is doing"),
    Field::optional("volume_type", Kind::TEXT).means("kind of its storage"),
    Field::optional("enterprise_project_id", Kind::TEXT).means("its enterprise project"),
    Field::optional("network", Kind::Object(NETWORK)).means("its network"),
    Field::optional("ch_master_node_id", Kind::TEXT).means("ID of its master node"),
    Field::optional("node_num", Kind::Integer(1, 20)).means("how many nodes it has"),
]);

const STATE: &[Field] = &[
    Field::optional("instance_status", Kind::OneOf(ClickHouse::STATUSES)).means("status"),
    Field::optional("create_fail_error_code", Kind::TEXT).means("empty unless its creation failed"),
    Field::optional("fail_message", Kind::TEXT).means("empty unless its creation failed"),
    Field::optional("wait_restart_for_params", Kind::Boolean).means("always false"),
];

static NODE: Kind = Kind::Object(&[
    Field::optional("data_ip", Kind::TEXT).means("its address"),
    Field::optional("node_id", Kind::TEXT).means("its ID"),
    Field::optional("node_name", Kind::TEXT).means("its name"),
]);

static ZONE: Kind = Kind::Object(&[
    Field::optional("code", Kind::TEXT).means("code"),
    Field::optional("description", Kind::TEXT).means("the same"),
    Field::optional("az_type", Kind::TEXT).means("kind"),
]);

const NETWORK: &[Field] = &[
    Field::optional("vpc_id", Kind::TEXT).means("VPC"),
    Field::optional("sub_net_id", Kind::TEXT).means("subnet"),
    Field::optional("security_group_id", Kind::TEXT).means("security group"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
}

#[derive(Serialize)]
pub struct Reply {
    total: usize,
    instances: Vec<Listed>,
    max_htap_instance_num_of_taurus: u32,
}

#[derive(Serialize)]
struct Listed {
    id: String,
    name: String,
    engine_name: &'static str,
    engine_version: String,
    project_id: String,
    instance_state: State,
    create_at: i64,
    is_frozen: bool,
    ha_mode: String,
    pay_model: String,
    data_vip: String,
    readable_node_infos: Vec<ReadableNode>,
    proxy_ips: [String; 0],
    port: u16,
    available_zones: Vec<Zone>,
    current_actions: Vec<ListedAction>,
    volume_type: String,
    enterprise_project_id: &'static str,
    network: Network,
    ch_master_node_id: String,
    node_num: usize,
}

#[derive(Serialize)]
struct State {
    instance_status: String,
    create_fail_error_code: &'static str,
    fail_message: String,
    wait_restart_for_params: bool,
}

#[derive(Serialize)]
struct ReadableNode {
    data_ip: String,
    node_id: String,
    node_name: String,
}

#[derive(Serialize)]
struct Zone {
    code: String,
    description: String,
    az_type: &'static str,
}

#[derive(Serialize)]
struct Network {
    vpc_id: String,
    sub_net_id: String,
    security_group_id: String,
}

pub struct ListHtapInstanceInfo;

impl Operation for ListHtapInstanceInfo {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(
        Request { instance_id }: Request,
        context: &mut RequestContext<'_>,
    ) -> Result<Reply, Refusal> {
        find_taurusdb(&instance_id, context)?;
        let known = context.state.clickhouses.of(&instance_id);
        let there = known.filter(|(_, clickhouse)| !clickhouse.is_gone(context.now));
        let listed = there.filter_map(|(id, clickhouse)| {
            Some(Listed::of(context.state.instances.get(id)?, clickhouse, context))
        });
        let mut instances: Vec<_> = listed.collect();
        let records = context.state.records.of("taurus.starrocks");
        let own = records.filter(|(_, record)| *record.parent == *instance_id);
        instances.extend(own.filter_map(|(id, record)| {
            let shown = record.shown(context.now)?;
            Some(Listed::of_starrocks(id, &shown, context))
        }));
        let total = instances.len();
        Ok(Reply { total, instances, max_htap_instance_num_of_taurus: MOST_HTAP_INSTANCES })
    }
}

impl Listed {
    fn of(instance: &Instance, clickhouse: &ClickHouse, context: &RequestContext<'_>) -> Self {
        let order = &clickhouse.order;
        let nodes = clickhouse.nodes(instance);
        let zones = order.az_code.split(',').map(|zone| Zone {
            code: zone.trim().to_owned(),
            description: zone.trim().to_owned(),
            az_type: "dec",
        });
        Self {
            id: instance.id.to_string(),
            name: instance.name.clone(),
            engine_name: "click-house",
            engine_version: order.version.clone(),
            project_id: context.state.project_id.to_string(),
            instance_state: State::of(clickhouse, context),
            create_at: clickhouse.created_at().milliseconds(),
            is_frozen: false,
            ha_mode: order.ha_mode.clone(),
            pay_model: order.pay_model.clone(),
            data_vip: instance.data_address(),
            port: CLICKHOUSE_PORTS.tep,
            proxy_ips: [],
            available_zones: zones.collect(),
            current_actions: ListedAction::current(&instance.id, clickhouse, context),
            volume_type: order.io_type.clone(),
            enterprise_project_id: TAURUSDB_ENTERPRISE_PROJECT,
            network: Network {
                vpc_id: TAURUSDB_VPC.to_owned(),
                sub_net_id: TAURUSDB_SUBNET.to_owned(),
                security_group_id: TAURUSDB_SECURITY_GROUP.to_owned(),
            },
            ch_master_node_id: instance.primary_node(),
            node_num: nodes.len(),
            readable_node_infos: nodes.into_iter().map(ReadableNode::of).collect(),
        }
    }

    /// A StarRocks instance, whose operations are declared.
    fn of_starrocks(id: &str, shown: &Value, context: &RequestContext<'_>) -> Self {
        let text = |of: &Value| of.as_str().unwrap_or_default().to_owned();
        let of_groups = shown["groups"].as_array().into_iter().flatten();
        let nodes: Vec<_> =
            of_groups.flat_map(|group| group["nodes"].as_array().into_iter().flatten()).collect();
        let first = nodes.first().copied().unwrap_or(&Value::Null);
        let zone = text(&first["az_code"]);
        Self {
            id: id.to_owned(),
            name: text(&shown["name"]),
            engine_name: "star-rocks",
            engine_version: text(&first["datastore"]["version"]),
            project_id: context.state.project_id.to_string(),
            instance_state: State {
                instance_status: text(&shown["status"]),
                create_fail_error_code: "",
                fail_message: String::new(),
                wait_restart_for_params: false,
            },
            create_at: shown["made"].as_i64().unwrap_or_default(),
            is_frozen: false,
            ha_mode: text(&shown["cluster_mode"]),
            pay_model: text(&shown["pay_model"]),
            data_vip: text(&shown["data_vip"]),
            port: 3306,
            proxy_ips: [],
            available_zones: vec![Zone { code: zone.clone(), description: zone, az_type: "dec" }],
            current_actions: Vec::new(),
            volume_type: text(&first["volume"]["type"]),
            enterprise_project_id: TAURUSDB_ENTERPRISE_PROJECT,
            network: Network {
                vpc_id: text(&first["vpc_id"]),
                sub_net_id: text(&first["subnet_id"]),
                security_group_id: text(&first["sg_id"]),
            },
            ch_master_node_id: text(&first["id"]),
            node_num: nodes.len(),
            readable_node_infos: nodes
                .iter()
                .map(|node| ReadableNode {
                    data_ip: text(&node["traffic_ip"]),
                    node_id: text(&node["id"]),
                    node_name: text(&node["name"]),
                })
                .collect(),
        }
    }
}

impl State {
    fn of(clickhouse: &ClickHouse, context: &RequestContext<'_>) -> Self {
        let instance_status = clickhouse.status(context.now).to_owned();
        let failed = clickhouse.failed_creation(context.now);
        Self {
            instance_status,
            create_fail_error_code: if failed.is_some() { CREATE_FAIL_CODE } else { "" },
            fail_message: failed.map_or_else(String::new, |run| context.reason(run).to_owned()),
            wait_restart_for_params: false,
        }
    }
}

impl ReadableNode {
    fn of(node: Node) -> Self {
        Self { data_ip: node.address, node_id: node.id, node_name: node.name }
    }
}
