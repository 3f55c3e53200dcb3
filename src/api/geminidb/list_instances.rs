//! Querying Instances and Details: the only place that shows an active-active relationship.

use super::service::{Product, SERVICE, actions, node_count};
use crate::api::paging::{OFFSET, fits, limit, page};
use crate::cloud::assumed::geminidb;
use crate::cloud::{Instance, Relationship, RequestContext, Stage};
use crate::contract::{Awaits, Certainty, Contract, Field, Kind, Mode, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "ListInstances",
    title: "Querying Instances and Details",
    service: &SERVICE,
    source: Source::Companion("ListInstances"),
    path: "/v3/{project_id}/instances",
    query: &[
        Field::optional("id", Kind::TEXT).means("instance ID; a leading * finds a part of it"),
        Field::optional("name", Kind::TEXT).means("instance name; a leading * finds a part of it"),
        Field::optional(
            "datastore_type",
            Kind::OneOf(&["cassandra", "mongodb", "influxdb", "redis", "dynamodb", "hbase"]),
        )
        .means("engine"),
        Field::optional("mode", MODES).means("mode; ignored unless datastore_type is given"),
        Field::optional("vpc_id", Kind::TEXT).means("VPC ID"),
        Field::optional("subnet_id", Kind::TEXT).means("subnet ID"),
        OFFSET,
        limit(100, "100"),
    ],
    reply: &[
        Field::mandatory("instances", Kind::List(&INSTANCE, 100))
            .means("one page of them, the newest first"),
        Field::mandatory("total_count", Kind::Integer(0, i64::MAX)).means("how many fit"),
    ],
    notes: &[Note {
        matter: "GeminiDB and TaurusDB list their instances at the same path.",
        decision: "The Host header decides; without it TaurusDB takes its own datastore_type and \
                   the IDs of its own instances, and GeminiDB the rest.",
    }],
    awaits: Awaits::All,
    example: include_str!("../../../fixtures/geminidb/list_instances/documented.json"),
    ..Contract::BLANK
};

const MODES: Kind = Kind::OneOf(&[
    "Cluster",
    "CloudNativeCluster",
    "RedisCluster",
    "Replication",
    "InfluxdbSingle",
    "EnhancedCluster",
    "ReplicaSet",
]);

static INSTANCE: Kind = Kind::Object(&[
    Field::mandatory("id", Kind::TEXT).means("instance ID").names("instance_id"),
    Field::mandatory("name", Kind::TEXT).means("instance name"),
    Field::mandatory(
        "status",
        Kind::OneOf(&[
            "normal",
            "abnormal",
            "creating",
            "frozen",
            "data_disk_full",
            "createfail",
            "enlargefail",
        ]),
    )
    .means("status"),
    Field::mandatory("port", Kind::TEXT).means("port, as a string"),
    Field::mandatory("region", Kind::TEXT).means("region"),
    Field::mandatory("datastore", Kind::Object(DATASTORE)).means("engine"),
    Field::mandatory("mode", MODES).means("mode"),
    Field::mandatory("engine", Kind::TEXT).means("storage engine"),
    Field::mandatory("created", Kind::TEXT).means("when it became known, yyyy-MM-ddTHH:mm:ss"),
    Field::mandatory("updated", Kind::TEXT).means("the same: nothing here changes an instance"),
    Field::mandatory("db_user_name", Kind::TEXT).means("administrator"),
    Field::mandatory("vpc_id", Kind::TEXT).means("VPC ID"),
    Field::mandatory("subnet_id", Kind::TEXT).means("subnet ID"),
    Field::mandatory("security_group_id", Kind::TEXT).means("security group ID"),
    Field::mandatory("backup_strategy", Kind::Object(BACKUP_STRATEGY)).means("automatic backups"),
    Field::mandatory("pay_mode", Kind::OneOf(&["0", "1"])).means("0: pay per use").notes(&[Note {
        matter: "pay_mode and ssl are declared strings; the example shows numbers.",
        decision: "Strings, as declared: the Go SDK refuses numbers.",
    }]),
    Field::mandatory("maintenance_window", Kind::TEXT).means("when it is maintained, UTC"),
    Field::mandatory("groups", Kind::List(&GROUP, 100)).means("groups of nodes").notes(&[Note {
        matter: "groups is declared an array; the example shows an object.",
        decision: "An array, as declared.",
    }]),
    Field::mandatory("enterprise_project_id", Kind::TEXT).means("0: the default one"),
    Field::mandatory("time_zone", Kind::TEXT).means("time zone; empty"),
    Field::mandatory("actions", Kind::List(&Kind::TEXT, 100))
        .means("what is being done with it; empty while it is idle")
        .notes(&[Note {
            matter: "No page lists the actions.",
            decision: "BUILD_BIACTIVE and RELEASE_BIACTIVE, on both sides, while the job runs.",
        }]),
    Field::mandatory("disk_encryption_id", Kind::TEXT).means("key ID; empty"),
    Field::optional("availability_zone", Kind::TEXT).means("availability zone"),
    Field::optional("dual_active_info", Kind::Object(DUAL_ACTIVE_INFO))
        .means("the active-active relationship, from the end of the job that built it"),
    Field::mandatory("ssl", Kind::OneOf(&["0", "1"])).means("0: off"),
]);

const DATASTORE: &[Field] = &[
    Field::mandatory("type", Kind::TEXT).means("engine"),
    Field::mandatory("version", Kind::TEXT).means("version"),
    Field::mandatory("patch_available", Kind::Boolean).means("whether there is a newer one"),
    Field::mandatory("whole_version", Kind::TEXT).means("version with all its parts"),
];

const BACKUP_STRATEGY: &[Field] = &[
    Field::mandatory("start_time", Kind::TEXT).means("when, UTC"),
    Field::mandatory("keep_days", Kind::Integer(0, i64::MAX)).means("how many days they are kept"),
];

static GROUP: Kind = Kind::Object(&[
    Field::mandatory("id", Kind::TEXT).means("group ID"),
    Field::mandatory("status", Kind::TEXT).means("status"),
    Field::mandatory("volume", Kind::Object(VOLUME)).means("storage"),
    Field::mandatory("nodes", Kind::List(&NODE, 100)).means("its nodes"),
]);

const VOLUME: &[Field] = &[
    Field::mandatory("size", Kind::TEXT).means("GB, as a string"),
    Field::mandatory("used", Kind::TEXT).means("used GB, as a string"),
];

static NODE: Kind = Kind::Object(&[
    Field::mandatory("id", Kind::TEXT).means("node ID"),
    Field::mandatory("name", Kind::TEXT).means("node name"),
    Field::mandatory("status", Kind::TEXT).means("status"),
    Field::mandatory("role", Kind::TEXT)
        .means("master or slave; empty where all nodes are equal")
        .known_from(Certainty::Inferred),
    Field::mandatory("subnet_id", Kind::TEXT).means("subnet ID"),
    Field::mandatory("private_ip", Kind::TEXT).means("address, one for documentation (RFC 5737)"),
    Field::mandatory("public_ip", Kind::TEXT).means("public address; empty"),
    Field::mandatory("spec_code", Kind::TEXT).means("flavour"),
    Field::mandatory("availability_zone", Kind::TEXT).means("availability zone"),
    Field::mandatory("support_reduce", Kind::Boolean).means("whether it can be taken away"),
]);

const DUAL_ACTIVE_INFO: &[Field] = &[
    Field::optional("role", Kind::TEXT).means("what it is in the relationship").notes(&[Note {
        matter: "No page lists the roles, and the example has none.",
        decision: "master on the instance that took the creating call, slave on the other.",
    }]),
    Field::optional("status", Kind::OneOf(&["normal", "abnormal"])).means("status"),
    Field::optional("destination_instance_id", Kind::TEXT).means("ID of the other side"),
    Field::optional("destination_region", Kind::TEXT).means("its region"),
    Field::optional("destination_instance_name", Kind::TEXT).means("its name"),
    Field::optional("destination_instance_node_num", Kind::Integer(1, i64::MAX))
        .means("how many nodes it has"),
    Field::optional("destination_instance_spec_code", Kind::TEXT).means("its flavour"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    id: Option<String>,
    name: Option<String>,
    datastore_type: Option<String>,
    mode: Option<String>,
    vpc_id: Option<String>,
    subnet_id: Option<String>,
    offset: Option<usize>,
    limit: Option<usize>,
}

#[derive(Serialize)]
pub struct Reply {
    instances: Vec<Listed>,
    total_count: usize,
}

#[derive(Serialize)]
struct Listed {
    id: String,
    name: String,
    status: &'static str,
    port: &'static str,
    region: String,
    datastore: Datastore,
    mode: &'static str,
    engine: &'static str,
    created: String,
    updated: String,
    db_user_name: &'static str,
    vpc_id: &'static str,
    subnet_id: &'static str,
    security_group_id: &'static str,
    backup_strategy: BackupStrategy,
    pay_mode: &'static str,
    maintenance_window: &'static str,
    groups: [Group; 1],
    enterprise_project_id: &'static str,
    time_zone: &'static str,
    actions: Vec<&'static str>,
    disk_encryption_id: &'static str,
    availability_zone: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    dual_active_info: Option<DualActiveInfo>,
    ssl: &'static str,
}

#[derive(Serialize)]
struct Datastore {
    #[serde(rename = "type")]
    kind: &'static str,
    version: &'static str,
    patch_available: bool,
    whole_version: &'static str,
}

#[derive(Serialize)]
struct BackupStrategy {
    start_time: &'static str,
    keep_days: u8,
}

#[derive(Serialize)]
struct Group {
    id: String,
    status: &'static str,
    volume: Volume,
    nodes: Vec<Node>,
}

#[derive(Serialize)]
struct Volume {
    size: &'static str,
    used: &'static str,
}

#[derive(Serialize)]
struct Node {
    id: String,
    name: String,
    status: &'static str,
    role: &'static str,
    subnet_id: &'static str,
    private_ip: String,
    public_ip: &'static str,
    spec_code: String,
    availability_zone: String,
    support_reduce: bool,
}

#[derive(Serialize)]
struct DualActiveInfo {
    role: &'static str,
    status: &'static str,
    destination_instance_id: String,
    destination_region: String,
    destination_instance_name: String,
    destination_instance_node_num: usize,
    destination_instance_spec_code: String,
}

pub struct ListInstances;

impl Operation for ListInstances {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let newest_first = context.state.instances.values().rev();
        let own = newest_first.filter_map(|one| Some((one, Product::of(one)?)));
        let fitting = own.filter(|(instance, product)| request.wants(instance, product));
        let (page, total_count) = page(fitting, request.offset, request.limit.unwrap_or(100));
        let listed = |(instance, product)| Listed::of(instance, product, context);
        Ok(Reply { instances: page.into_iter().map(listed).collect(), total_count })
    }
}

impl Request {
    fn wants(&self, instance: &Instance, product: &Product) -> bool {
        let is = |filter: &Option<String>, value| filter.as_ref().is_none_or(|it| it == value);
        let mode = self.mode.as_ref().filter(|_| self.datastore_type.is_some());
        fits(self.id.as_ref(), &instance.id)
            && fits(self.name.as_ref(), &instance.name)
            && is(&self.datastore_type, product.datastore)
            && mode.is_none_or(|mode| mode == instance.mode.name())
            && is(&self.vpc_id, geminidb::VPC)
            && is(&self.subnet_id, geminidb::SUBNET)
    }
}

impl Listed {
    fn of(instance: &Instance, product: &Product, context: &RequestContext<'_>) -> Self {
        let region = context.region_of(instance);
        let related = context.state.relationships.of(&instance.id, context.now);
        // It stands until its release is over, and only then is it gone.
        let built = related.filter(|(_, stage)| *stage != Stage::Building);
        Self {
            id: instance.id.to_string(),
            name: instance.name.clone(),
            status: instance.status,
            port: product.port,
            region: region.to_owned(),
            datastore: Datastore {
                kind: product.datastore,
                version: product.version,
                patch_available: false,
                whole_version: product.whole_version,
            },
            mode: instance.mode.name(),
            engine: geminidb::STORAGE_ENGINE,
            created: instance.created.without_zone(),
            updated: instance.created.without_zone(),
            db_user_name: geminidb::USER,
            vpc_id: geminidb::VPC,
            subnet_id: geminidb::SUBNET,
            security_group_id: geminidb::SECURITY_GROUP,
            backup_strategy: BackupStrategy {
                start_time: geminidb::BACKUP_WINDOW,
                keep_days: geminidb::BACKUP_DAYS,
            },
            pay_mode: "0",
            maintenance_window: geminidb::MAINTENANCE_WINDOW,
            groups: [Group::of(instance, product, region)],
            enterprise_project_id: geminidb::ENTERPRISE_PROJECT,
            time_zone: "",
            actions: actions(instance, context),
            disk_encryption_id: "",
            availability_zone: availability_zone(region),
            dual_active_info: built.map(|(it, _)| DualActiveInfo::of(it, context)),
            ssl: "0",
        }
    }
}

impl Group {
    fn of(instance: &Instance, product: &Product, region: &str) -> Self {
        let node = |ordinal| Node::of(instance, product, region, ordinal);
        Self {
            id: instance.part_id("gr", 1),
            status: instance.status,
            volume: Volume { size: geminidb::VOLUME_SIZE, used: geminidb::VOLUME_USED },
            nodes: (1..=node_count(instance)).map(node).collect(),
        }
    }
}

impl Node {
    fn of(instance: &Instance, product: &Product, region: &str, ordinal: usize) -> Self {
        let role = match (instance.mode, ordinal) {
            (Mode::Replication, 1) => "master",
            (Mode::Replication, _) => "slave",
            _ => "",
        };
        Self {
            id: instance.part_id("no", ordinal),
            name: format!("{}_node_{ordinal}", instance.name),
            status: instance.status,
            role,
            subnet_id: geminidb::SUBNET,
            private_ip: instance.node_address(ordinal),
            public_ip: "",
            spec_code: product.spec_code(),
            availability_zone: availability_zone(region),
            support_reduce: false,
        }
    }
}

impl DualActiveInfo {
    fn of(relationship: &Relationship, context: &RequestContext<'_>) -> Self {
        let peer = context.state.instances.get(&relationship.peer_instance_id);
        let product = peer.and_then(Product::of);
        Self {
            role: relationship.role,
            status: "normal",
            destination_instance_id: relationship.peer_instance_id.to_string(),
            destination_region: relationship.peer_region.clone(),
            destination_instance_name: peer.map_or_else(String::new, |peer| peer.name.clone()),
            destination_instance_node_num: peer.map_or(geminidb::CLUSTER_NODES, node_count),
            destination_instance_spec_code: product.map(Product::spec_code).unwrap_or_default(),
        }
    }
}

/// The first zone of a region: they are called like it, with a letter.
fn availability_zone(region: &str) -> String {
    format!("{region}a")
}
