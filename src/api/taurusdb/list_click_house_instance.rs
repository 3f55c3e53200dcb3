//! Querying a ClickHouse Instance: everything about one of them.

use super::service::{
    ACTION, ListedAction, SERVICE, TAGS, TAURUSDB_ID, Tags, UNKNOWN_HTAP, find_htap,
};
use crate::cloud::assumed::{
    CLICKHOUSE_PORTS, CLICKHOUSE_STORAGE_USED, NODE_SIZE, ROOT, TAURUSDB_ENTERPRISE_PROJECT,
    TAURUSDB_MAINTENANCE, TAURUSDB_SECURITY_GROUP, TAURUSDB_SUBNET, TAURUSDB_VPC,
};
use crate::cloud::{ClickHouse, Instance, Node, RequestContext};
use crate::contract::{Awaits, Contract, Field, Kind, Source, format};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "ListClickHouseInstance",
    title: "Querying a ClickHouse Instance",
    service: &SERVICE,
    source: Source::Companion("ListClickHouseInstance"),
    path: "/v3/{project_id}/instances/{instance_id}/clickhouse/{clickhouse_instance_id}",
    path_parameters: &[
        TAURUSDB_ID,
        Field::mandatory("clickhouse_instance_id", Kind::Format(&format::CLICKHOUSE_ID))
            .means("ID of the ClickHouse instance"),
    ],
    reply: &[Field::mandatory("instance", Kind::Object(INSTANCE)).means("the instance")],
    refusals: &[UNKNOWN_HTAP],
    awaits: Awaits::All,
    example: include_str!("../../../fixtures/taurusdb/list_click_house_instance/documented.json"),
    ..Contract::BLANK
};

const MOMENT: Kind = Kind::Integer(0, i64::MAX);
const PORT: Kind = Kind::Integer(0, 65_535);
const PAY_MODEL: Kind = Kind::OneOf(&["0", "1"]);

const INSTANCE: &[Field] = &[
    Field::mandatory("id", Kind::TEXT).means("its ID"),
    Field::mandatory("name", Kind::TEXT).means("its name"),
    Field::mandatory("project_id", Kind::TEXT).means("its project"),
    Field::mandatory("can_enable_public_access", Kind::Boolean)
        .means("whether it can be reached from outside"),
    Field::mandatory("cluster_mode", Kind::OneOf(&["Single", "Ha"])).means("its deployment"),
    Field::mandatory("status", Kind::OneOf(ClickHouse::STATUSES)).means("its status"),
    Field::mandatory("is_frozen", Kind::Integer(0, 1)).means("1 while it is frozen"),
    Field::optional("db_user", Kind::TEXT).means("its user"),
    Field::mandatory("datastore_version_id", Kind::TEXT).means("ID of its version"),
    Field::mandatory("datastore_version", Kind::TEXT).means("its version"),
    Field::mandatory("datastore_type", Kind::OneOf(&["click-house"])).means("its engine"),
    Field::mandatory("create_at", MOMENT).means("creation, in milliseconds"),
    Field::mandatory("update_at", MOMENT).means("last change, in milliseconds"),
    Field::mandatory("db_port", Kind::TEXT).means("its port, as a string"),
    Field::optional("actions", Kind::List(&ACTION, 1)).means("what it is doing"),
    Field::mandatory("groups", Kind::List(&GROUP, 1)).means("its nodes"),
    Field::mandatory(
        "ops_window",
        Kind::Object(&[
            Field::mandatory("start_time", Kind::TEXT).means("start"),
            Field::mandatory("end_time", Kind::TEXT).means("end"),
        ]),
    )
    .means("when the service may maintain it"),
    Field::optional("tags_info", Kind::Object(TAGS)).means("its tags"),
    Field::optional("time_zone", Kind::TEXT).means("its time zone"),
    Field::mandatory("az_mode", Kind::OneOf(&["single", "double"])).means("one zone or two"),
    Field::mandatory("enterprise_project_id", Kind::TEXT).means("its enterprise project"),
    Field::mandatory(
        "port_info",
        Kind::Object(&[
            Field::mandatory("tep_port", PORT).means("ClickHouse's own protocol"),
            Field::mandatory("http_port", PORT).means("HTTP"),
            Field::mandatory("mysql_port", PORT).means("MySQL protocol"),
            Field::mandatory("https_port", PORT).means("HTTPS"),
            Field::mandatory("tep_secure_port", PORT).means("ClickHouse's own within TLS"),
        ]),
    )
    .means("its ports"),
    Field::mandatory("volume_code", Kind::TEXT).means("kind of its storage"),
    Field::mandatory("support_data_replication", Kind::Boolean).means("whether it has replicas"),
    Field::mandatory("new_version_available", Kind::Boolean).means("always false"),
    Field::mandatory("ssl_option", Kind::Boolean).means("always false"),
    Field::optional("pay_model", PAY_MODEL).means("how it is paid"),
];

static GROUP: Kind = Kind::Object(&[
    Field::mandatory("id", Kind::TEXT).means("its ID"),
    Field::mandatory("name", Kind::TEXT).means("its name"),
    Field::mandatory("group_type_name", Kind::OneOf(&["clickhouse"])).means("its kind"),
    Field::mandatory("nodes", Kind::List(&NODE, 2)).means("its nodes"),
]);

static NODE: Kind = Kind::Object(&[
    Field::mandatory("id", Kind::TEXT).means("its ID"),
    Field::mandatory("name", Kind::TEXT).means("its name"),
    Field::mandatory("type", Kind::OneOf(&["master", "slave"])).means("its role"),
    Field::mandatory("status", Kind::TEXT).means("status of the instance"),
    Field::mandatory(
        "volume",
        Kind::Object(&[
            Field::mandatory("type", Kind::TEXT).means("kind"),
            Field::mandatory("size", Kind::TEXT).means("size in GB, as a string"),
            Field::optional("used", Kind::TEXT).means("used part in GB, as a string"),
        ]),
    )
    .means("its storage"),
    Field::mandatory("cpu", Kind::TEXT).means("processors, as a string"),
    Field::mandatory("mem", Kind::TEXT).means("memory in GB, as a string"),
    Field::mandatory(
        "datastore",
        Kind::Object(&[
            Field::mandatory("id", Kind::TEXT).means("ID of the version"),
            Field::mandatory("type", Kind::TEXT).means("engine"),
            Field::mandatory("version", Kind::TEXT).means("version"),
        ]),
    )
    .means("its engine"),
    Field::mandatory("priority", Kind::Integer(0, 16)).means("order of taking over"),
    Field::mandatory("frozen_flag", Kind::Integer(0, 1)).means("1 while it is frozen"),
    Field::mandatory("db_port", PORT).means("its port"),
    Field::mandatory("pay_model", PAY_MODEL).means("how it is paid"),
    Field::mandatory("traffic_ip", Kind::TEXT).means("its address"),
    Field::mandatory("az_code", Kind::TEXT).means("its availability zone"),
    Field::mandatory("az_description", Kind::TEXT).means("the same"),
    Field::mandatory("az_type", Kind::TEXT).means("kind of the zone"),
    Field::mandatory("region", Kind::TEXT).means("its region"),
    Field::mandatory("create_at", MOMENT).means("creation, in milliseconds"),
    Field::mandatory("update_at", MOMENT).means("last change, in milliseconds"),
    Field::mandatory("flavor_id", Kind::TEXT).means("its specification"),
    Field::mandatory("flavor_ref", Kind::TEXT).means("the same"),
    Field::mandatory("iass_flavor_ref", Kind::TEXT).means("the same"),
    Field::mandatory("max_connections", Kind::TEXT).means("connections, as a string"),
    Field::mandatory("vpc_id", Kind::TEXT).means("its VPC"),
    Field::mandatory("subnet_id", Kind::TEXT).means("its subnet"),
    Field::mandatory("need_restart", Kind::Boolean).means("always false"),
    Field::mandatory("sg_id", Kind::TEXT).means("its security group"),
]);

const ENGINE: &str = "click-house";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
    clickhouse_instance_id: String,
}

#[derive(Serialize)]
pub struct Reply {
    instance: InstanceView,
}

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "as many as the answer has")]
struct InstanceView {
    id: String,
    name: String,
    project_id: String,
    can_enable_public_access: bool,
    cluster_mode: String,
    status: &'static str,
    is_frozen: u8,
    db_user: &'static str,
    datastore_version_id: String,
    datastore_version: String,
    datastore_type: &'static str,
    create_at: i64,
    update_at: i64,
    db_port: String,
    actions: Vec<ListedAction>,
    groups: [Group; 1],
    ops_window: Window,
    tags_info: Tags,
    time_zone: String,
    az_mode: String,
    enterprise_project_id: &'static str,
    port_info: Ports,
    volume_code: String,
    support_data_replication: bool,
    new_version_available: bool,
    ssl_option: bool,
    pay_model: String,
}

#[derive(Serialize)]
struct Window {
    start_time: &'static str,
    end_time: &'static str,
}

#[derive(Serialize)]
struct Ports {
    tep_port: u16,
    http_port: u16,
    mysql_port: u16,
    https_port: u16,
    tep_secure_port: u16,
}

#[derive(Serialize)]
struct Group {
    id: String,
    name: String,
    group_type_name: &'static str,
    nodes: Vec<NodeView>,
}

#[derive(Serialize)]
struct NodeView {
    id: String,
    name: String,
    r#type: &'static str,
    status: &'static str,
    volume: Volume,
    cpu: &'static str,
    mem: &'static str,
    datastore: Datastore,
    priority: u8,
    frozen_flag: u8,
    db_port: u16,
    pay_model: String,
    traffic_ip: String,
    az_code: String,
    az_description: String,
    az_type: &'static str,
    region: String,
    create_at: i64,
    update_at: i64,
    flavor_id: String,
    flavor_ref: String,
    iass_flavor_ref: String,
    max_connections: &'static str,
    vpc_id: &'static str,
    subnet_id: &'static str,
    need_restart: bool,
    sg_id: &'static str,
}

#[derive(Serialize)]
struct Volume {
    r#type: String,
    size: String,
    used: &'static str,
}

#[derive(Serialize)]
struct Datastore {
    id: String,
    r#type: &'static str,
    version: String,
}

pub struct ListClickHouseInstance;

impl Operation for ListClickHouseInstance {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let id = request.clickhouse_instance_id;
        let clickhouse = find_htap(&request.instance_id, &id, context)?.clone();
        let unknown = Refusal::NotFound { resource: Resource::HtapInstance, id: id.clone() };
        let instance = context.state.instances.get(id.as_str()).ok_or(unknown)?;
        Ok(Reply { instance: InstanceView::of(instance, &clickhouse, context) })
    }
}

impl InstanceView {
    fn of(instance: &Instance, clickhouse: &ClickHouse, context: &RequestContext<'_>) -> Self {
        let order = &clickhouse.order;
        Self {
            id: instance.id.to_string(),
            name: instance.name.clone(),
            project_id: context.state.project_id.to_string(),
            can_enable_public_access: false,
            cluster_mode: order.ha_mode.clone(),
            status: clickhouse.status(context.now),
            is_frozen: 0,
            db_user: ROOT,
            datastore_version_id: version_id(clickhouse),
            datastore_version: order.version.clone(),
            datastore_type: ENGINE,
            create_at: clickhouse.created_at().milliseconds(),
            update_at: clickhouse.updated_at(context.now).milliseconds(),
            db_port: CLICKHOUSE_PORTS.tep.to_string(),
            actions: ListedAction::current(&instance.id, clickhouse, context),
            groups: [Group::of(instance, clickhouse, context)],
            ops_window: Window {
                start_time: TAURUSDB_MAINTENANCE.0,
                end_time: TAURUSDB_MAINTENANCE.1,
            },
            tags_info: Tags::of(clickhouse),
            time_zone: order.time_zone.clone(),
            az_mode: order.az_mode.clone(),
            enterprise_project_id: TAURUSDB_ENTERPRISE_PROJECT,
            port_info: Ports {
                tep_port: CLICKHOUSE_PORTS.tep,
                http_port: CLICKHOUSE_PORTS.http,
                mysql_port: CLICKHOUSE_PORTS.mysql,
                https_port: CLICKHOUSE_PORTS.https,
                tep_secure_port: CLICKHOUSE_PORTS.tep_secure,
            },
            volume_code: order.io_type.clone(),
            support_data_replication: order.ha_mode == "Ha",
            new_version_available: false,
            ssl_option: false,
            pay_model: order.pay_model.clone(),
        }
    }
}

impl Group {
    fn of(instance: &Instance, clickhouse: &ClickHouse, context: &RequestContext<'_>) -> Self {
        let zones: Vec<&str> = clickhouse.order.az_code.split(',').collect();
        let nodes = clickhouse.nodes(instance).into_iter().zip(zones.iter().cycle()).zip(1..);
        let nodes = nodes
            .map(|((node, zone), priority)| {
                NodeView::of(node, zone.trim(), priority, clickhouse, context)
            })
            .collect();
        Self {
            id: instance.primary_node().replace("no", "gr"),
            name: format!("{}_group", instance.name),
            group_type_name: "clickhouse",
            nodes,
        }
    }
}

impl NodeView {
    fn of(
        node: Node,
        zone: &str,
        priority: u8,
        clickhouse: &ClickHouse,
        context: &RequestContext<'_>,
    ) -> Self {
        let order = &clickhouse.order;
        let (cpu, mem, max_connections) = NODE_SIZE;
        Self {
            id: node.id,
            name: node.name,
            r#type: node.role,
            status: clickhouse.status(context.now),
            volume: Volume {
                r#type: order.io_type.clone(),
                size: order.capacity_in_gb.to_string(),
                used: CLICKHOUSE_STORAGE_USED,
            },
            cpu,
            mem,
            datastore: Datastore {
                id: version_id(clickhouse),
                r#type: ENGINE,
                version: order.version.clone(),
            },
            priority,
            frozen_flag: 0,
            db_port: CLICKHOUSE_PORTS.tep,
            pay_model: order.pay_model.clone(),
            traffic_ip: node.address,
            az_code: zone.to_owned(),
            az_description: zone.to_owned(),
            az_type: "dec",
            region: context.settings.region.clone(),
            create_at: clickhouse.created_at().milliseconds(),
            update_at: clickhouse.updated_at(context.now).milliseconds(),
            flavor_id: order.flavor_id.clone(),
            flavor_ref: order.flavor_id.clone(),
            iass_flavor_ref: order.flavor_id.clone(),
            max_connections,
            vpc_id: TAURUSDB_VPC,
            subnet_id: TAURUSDB_SUBNET,
            need_restart: false,
            sg_id: TAURUSDB_SECURITY_GROUP,
        }
    }
}

fn version_id(clickhouse: &ClickHouse) -> String {
    format!("{ENGINE}-{}", clickhouse.order.version)
}
