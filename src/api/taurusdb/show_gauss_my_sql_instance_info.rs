//! Querying Details of a DB Instance: a TaurusDB instance, as it was adopted.

use super::service::{SERVICE, TAURUSDB_ID, find_taurusdb};
use crate::cloud::assumed::{
    ADOPTED_SINCE, BACKUP_STRATEGY, NODE_SIZE, ROOT, TAURUSDB_ENTERPRISE_PROJECT, TAURUSDB_FLAVOR,
    TAURUSDB_MAINTENANCE, TAURUSDB_PORT, TAURUSDB_SECURITY_GROUP, TAURUSDB_STORAGE,
    TAURUSDB_SUBNET, TAURUSDB_VERSION, TAURUSDB_VPC, TIME_ZONE, zone,
};
use crate::cloud::{Instance, RequestContext};
use crate::contract::{Contract, Field, Kind, Note, Source};
use crate::error::{Refusal, Resource};
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "ShowGaussMySqlInstanceInfo",
    title: "Querying Details of a DB Instance",
    service: &SERVICE,
    source: Source::Companion("ShowGaussMySqlInstanceInfo"),
    path: "/v3/{project_id}/instances/{instance_id}",
    path_parameters: &[TAURUSDB_ID],
    reply: &[Field::mandatory("instance", Kind::Object(INSTANCE)).means("the instance")],
    notes: &[ADOPTED],
    example: include_str!(
        "../../../fixtures/taurusdb/show_gauss_my_sql_instance_info/documented.json"
    ),
    ..Contract::BLANK
};

/// Where TaurusDB instances come from, said once for both of their queries.
pub const ADOPTED: Note = Note {
    matter: "No call here creates a TaurusDB instance, so nothing is known of it but its ID.",
    decision: "One that another call has named is shown as healthy, with one node, addresses for \
               documentation (RFC 5737) and constants.",
};

const INSTANCE: &[Field] = &[
    Field::mandatory("id", Kind::TEXT).means("its ID"),
    Field::mandatory("name", Kind::TEXT).means("its name"),
    Field::mandatory("project_id", Kind::TEXT).means("its project"),
    Field::optional("status", Kind::OneOf(&["ACTIVE"])).means("its status"),
    Field::optional("port", Kind::TEXT).means("its port, as a string"),
    Field::optional("type", Kind::OneOf(&["Cluster"])).means("its kind"),
    Field::optional("charge_info", Kind::Object(CHARGE)).means("how it is paid"),
    Field::optional("node_count", Kind::Integer(1, 16)).means("how many nodes it has"),
    Field::optional("datastore", Kind::Object(DATASTORE)).means("its engine"),
    Field::optional("created", Kind::TEXT).means("creation, yyyy-MM-ddTHH:mm:ss+0000"),
    Field::optional("updated", Kind::TEXT).means("last change, yyyy-MM-ddTHH:mm:ss+0000"),
    Field::optional("private_write_ips", Kind::List(&Kind::TEXT, 16))
        .means("addresses that take writes"),
    Field::optional("public_ips", Kind::TEXT).means("always empty"),
    Field::optional("db_user_name", Kind::TEXT).means("its user"),
    Field::optional("vpc_id", Kind::TEXT).means("its VPC"),
    Field::optional("subnet_id", Kind::TEXT).means("its subnet"),
    Field::optional("security_group_id", Kind::TEXT).means("its security group"),
    Field::optional("backup_strategy", Kind::Object(BACKUPS)).means("when it is backed up"),
    Field::optional("nodes", Kind::List(&NODE, 16)).means("its nodes"),
    Field::optional("enterprise_project_id", Kind::TEXT).means("its enterprise project"),
    Field::optional("time_zone", Kind::TEXT).means("its time zone"),
    Field::optional("az_mode", Kind::OneOf(&["single"])).means("one availability zone"),
    Field::optional("master_az_code", Kind::TEXT).means("its availability zone"),
    Field::optional("maintenance_window", Kind::TEXT).means("when the service may maintain it"),
    Field::optional("tags", Kind::List(&super::service::TAG, 100)).means("always empty"),
    Field::optional("proxies", Kind::List(&Kind::Object(&[]), 16)).means("always empty"),
];

const CHARGE: &[Field] =
    &[Field::mandatory("charge_mode", Kind::OneOf(&["postPaid", "prePaid"])).means("pay per use")];

/// Engine of an instance.
pub const DATASTORE: &[Field] = &[
    Field::mandatory("type", Kind::OneOf(&["gaussdb-mysql"])).means("engine"),
    Field::mandatory("version", Kind::TEXT).means("version"),
    Field::mandatory("kernel_version", Kind::TEXT).means("version of the kernel"),
];

/// Backups of an instance.
pub const BACKUPS: &[Field] = &[
    Field::mandatory("start_time", Kind::TEXT).means("window"),
    Field::optional("keep_days", Kind::TEXT).means("days that a backup is kept, as a string"),
];

static NODE: Kind = Kind::Object(&[
    Field::mandatory("id", Kind::TEXT).means("its ID"),
    Field::mandatory("name", Kind::TEXT).means("its name"),
    Field::optional("type", Kind::OneOf(&["master", "slave"])).means("its role"),
    Field::optional("status", Kind::OneOf(&["ACTIVE"])).means("its status"),
    Field::optional("port", Kind::Integer(0, 65_535)).means("its port"),
    Field::optional("private_read_ips", Kind::List(&Kind::TEXT, 16)).means("its addresses"),
    Field::optional(
        "volume",
        Kind::Object(&[
            Field::mandatory("type", Kind::TEXT).means("kind"),
            Field::mandatory("used", Kind::TEXT).means("used part in GB, as a string"),
            Field::mandatory("size", Kind::Integer(0, i64::MAX)).means("size in GB"),
        ]),
    )
    .means("its storage"),
    Field::optional("az_code", Kind::TEXT).means("its availability zone"),
    Field::optional("region_code", Kind::TEXT).means("its region"),
    Field::optional("created", Kind::TEXT).means("creation, yyyy-MM-ddTHH:mm:ss+0000"),
    Field::optional("updated", Kind::TEXT).means("last change, yyyy-MM-ddTHH:mm:ss+0000"),
    Field::optional("flavor_ref", Kind::TEXT).means("its specification"),
    Field::optional("max_connections", Kind::TEXT).means("connections, as a string"),
    Field::optional("vcpus", Kind::TEXT).means("processors, as a string"),
    Field::optional("ram", Kind::TEXT).means("memory in GB, as a string"),
    Field::optional("need_restart", Kind::Boolean).means("always false"),
    Field::optional("priority", Kind::Integer(0, 16)).means("order of taking over"),
]);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
}

#[derive(Serialize)]
pub struct Reply {
    instance: InstanceView,
}

#[derive(Serialize)]
struct InstanceView {
    id: String,
    name: String,
    project_id: String,
    status: &'static str,
    port: &'static str,
    r#type: &'static str,
    charge_info: Charge,
    node_count: usize,
    datastore: Datastore,
    created: String,
    updated: String,
    private_write_ips: [String; 1],
    public_ips: &'static str,
    db_user_name: &'static str,
    vpc_id: &'static str,
    subnet_id: &'static str,
    security_group_id: &'static str,
    backup_strategy: Backups,
    nodes: [NodeView; 1],
    enterprise_project_id: &'static str,
    time_zone: &'static str,
    az_mode: &'static str,
    master_az_code: String,
    maintenance_window: String,
    tags: [(); 0],
    proxies: [(); 0],
}

#[derive(Serialize)]
struct Charge {
    charge_mode: &'static str,
}

/// Engine of an instance.
#[derive(Serialize)]
pub struct Datastore {
    r#type: &'static str,
    version: &'static str,
    kernel_version: &'static str,
}

impl Datastore {
    /// The one that every instance has.
    pub const ONLY: Self = Self {
        r#type: "gaussdb-mysql",
        version: TAURUSDB_VERSION.0,
        kernel_version: TAURUSDB_VERSION.1,
    };
}

/// Backups of an instance.
#[derive(Serialize)]
pub struct Backups {
    start_time: &'static str,
    keep_days: &'static str,
}

impl Backups {
    /// The strategy that every instance has.
    pub const ONLY: Self = Self { start_time: BACKUP_STRATEGY.0, keep_days: BACKUP_STRATEGY.1 };
}

#[derive(Serialize)]
struct NodeView {
    id: String,
    name: String,
    r#type: &'static str,
    status: &'static str,
    port: u16,
    private_read_ips: [String; 1],
    volume: Volume,
    az_code: String,
    region_code: String,
    created: String,
    updated: String,
    flavor_ref: &'static str,
    max_connections: &'static str,
    vcpus: &'static str,
    ram: &'static str,
    need_restart: bool,
    priority: u8,
}

#[derive(Serialize)]
struct Volume {
    r#type: &'static str,
    used: &'static str,
    size: u32,
}

pub struct ShowGaussMySqlInstanceInfo;

impl Operation for ShowGaussMySqlInstanceInfo {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(
        Request { instance_id }: Request,
        context: &mut RequestContext<'_>,
    ) -> Result<Reply, Refusal> {
        find_taurusdb(&instance_id, context)?;
        let instance = context.state.instances.get(instance_id.as_str());
        let unknown = Refusal::NotFound { resource: Resource::Instance, id: instance_id.clone() };
        Ok(Reply { instance: InstanceView::of(instance.ok_or(unknown)?, context) })
    }
}

impl InstanceView {
    fn of(instance: &Instance, context: &RequestContext<'_>) -> Self {
        let region = &context.settings.region;
        Self {
            id: instance.id.to_string(),
            name: instance.name.clone(),
            project_id: context.state.project_id.to_string(),
            status: "ACTIVE",
            port: TAURUSDB_PORT.1,
            r#type: "Cluster",
            charge_info: Charge { charge_mode: "postPaid" },
            node_count: 1,
            datastore: Datastore::ONLY,
            created: ADOPTED_SINCE.with_zone(),
            updated: ADOPTED_SINCE.with_zone(),
            private_write_ips: [instance.data_address()],
            public_ips: "",
            db_user_name: ROOT,
            vpc_id: TAURUSDB_VPC,
            subnet_id: TAURUSDB_SUBNET,
            security_group_id: TAURUSDB_SECURITY_GROUP,
            backup_strategy: Backups::ONLY,
            nodes: [NodeView::of(instance, region)],
            enterprise_project_id: TAURUSDB_ENTERPRISE_PROJECT,
            time_zone: TIME_ZONE,
            az_mode: "single",
            master_az_code: zone(region),
            maintenance_window: format!("{}-{}", TAURUSDB_MAINTENANCE.0, TAURUSDB_MAINTENANCE.1),
            tags: [],
            proxies: [],
        }
    }
}

impl NodeView {
    fn of(instance: &Instance, region: &str) -> Self {
        let (vcpus, ram, max_connections) = NODE_SIZE;
        Self {
            id: instance.primary_node(),
            name: format!("{}_master", instance.name),
            r#type: "master",
            status: "ACTIVE",
            port: TAURUSDB_PORT.0,
            private_read_ips: [instance.data_address()],
            volume: Volume { r#type: "DL6", used: TAURUSDB_STORAGE.1, size: TAURUSDB_STORAGE.0 },
            az_code: zone(region),
            region_code: region.to_owned(),
            created: ADOPTED_SINCE.with_zone(),
            updated: ADOPTED_SINCE.with_zone(),
            flavor_ref: TAURUSDB_FLAVOR,
            max_connections,
            vcpus,
            ram,
            need_restart: false,
            priority: 1,
        }
    }
}
