//! Querying DB Instances: the TaurusDB instances of a project.

use super::service::{SERVICE, TAG};
use super::show_gauss_my_sql_instance_info::{ADOPTED, BACKUPS, Backups, DATASTORE, Datastore};
use crate::api::paging::{OFFSET, fits, limit, page};
use crate::cloud::assumed::{
    ADOPTED_SINCE, NODE_SIZE, ROOT, TAURUSDB_ENTERPRISE_PROJECT, TAURUSDB_FLAVOR, TAURUSDB_PORT,
    TAURUSDB_SECURITY_GROUP, TAURUSDB_STORAGE, TAURUSDB_SUBNET, TAURUSDB_VPC, TIME_ZONE,
};
use crate::cloud::{Instance, RequestContext, State};
use crate::contract::check::Sent;
use crate::contract::json::Json;
use crate::contract::{Contract, Engine, Field, Kind, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "ListGaussMySqlInstances",
    title: "Querying DB Instances",
    service: &SERVICE,
    source: Source::Companion("ListGaussMySqlInstances"),
    path: "/v3/{project_id}/instances",
    query: &[
        Field::optional("id", Kind::TEXT).means("instance ID; a leading * finds a part of it"),
        Field::optional("name", Kind::TEXT).means("instance name; a leading * finds a part of it"),
        Field::optional("type", Kind::OneOf(&["Cluster"])).means("instances of this kind"),
        Field::optional("datastore_type", Kind::OneOf(&[ENGINE])).means("instances of this engine"),
        Field::optional("vpc_id", Kind::TEXT).means("instances in this VPC"),
        Field::optional("subnet_id", Kind::TEXT).means("instances in this subnet"),
        Field::optional("private_ip", Kind::TEXT).means("the instance that takes writes here"),
        Field::optional("readonly_private_ip", Kind::TEXT).means("the instance that is read here"),
        Field::optional("proxy_ip", Kind::TEXT).means("no instance: none has a proxy"),
        OFFSET,
        limit(100, "100"),
        Field::optional("tags", Kind::TEXT).means("no instance: none has tags"),
    ],
    reply: &[
        Field::mandatory("instances", Kind::List(&INSTANCE, 100)).means("one page of them"),
        Field::mandatory("total_count", Kind::Integer(0, i64::MAX)).means("how many fit"),
    ],
    notes: &[
        ADOPTED,
        Note {
            matter: "GeminiDB and TaurusDB have GET /v3/{project_id}/instances with different \
                     bodies.",
            decision: "The Host header decides; without a service's name in it, TaurusDB answers \
                       where datastore_type is gaussdb-mysql or id is one of its instances.",
        },
    ],
    example: include_str!("../../../fixtures/taurusdb/list_gauss_my_sql_instances/documented.json"),
    ..Contract::BLANK
};

const ENGINE: &str = "gaussdb-mysql";

const ADDRESSES: Kind = Kind::List(&Kind::TEXT, 16);

static INSTANCE: Kind = Kind::Object(&[
    Field::mandatory("id", Kind::TEXT).means("its ID").names("instance_id"),
    Field::mandatory("name", Kind::TEXT).means("its name"),
    Field::optional("status", Kind::OneOf(&["ACTIVE"])).means("its status"),
    Field::optional("private_ips", ADDRESSES).means("addresses that take writes"),
    Field::optional("proxy_ips", ADDRESSES).means("always empty"),
    Field::optional("readonly_private_ips", ADDRESSES).means("addresses that are read"),
    Field::optional("public_ips", ADDRESSES).means("always empty"),
    Field::optional("port", Kind::TEXT).means("its port, as a string"),
    Field::optional("type", Kind::OneOf(&["Cluster"])).means("its kind"),
    Field::optional("region", Kind::TEXT).means("its region"),
    Field::optional("datastore", Kind::Object(DATASTORE)).means("its engine"),
    Field::optional("created", Kind::TEXT).means("creation, yyyy-MM-ddTHH:mm:ss+0000"),
    Field::optional("updated", Kind::TEXT).means("last change, yyyy-MM-ddTHH:mm:ss+0000"),
    Field::optional("db_user_name", Kind::TEXT).means("its user"),
    Field::optional("vpc_id", Kind::TEXT).means("its VPC"),
    Field::optional("subnet_id", Kind::TEXT).means("its subnet"),
    Field::optional("security_group_id", Kind::TEXT).means("its security group"),
    Field::optional("flavor_ref", Kind::TEXT).means("its specification"),
    Field::optional(
        "flavor_info",
        Kind::Object(&[
            Field::mandatory("vcpus", Kind::TEXT).means("processors, as a string"),
            Field::mandatory("ram", Kind::TEXT).means("memory in GB, as a string"),
        ]),
    )
    .means("its size"),
    Field::optional(
        "volume",
        Kind::Object(&[
            Field::mandatory("type", Kind::TEXT).means("kind"),
            Field::mandatory("size", Kind::TEXT).means("size in GB, as a string"),
        ]),
    )
    .means("its storage"),
    Field::optional("backup_strategy", Kind::Object(BACKUPS)).means("when it is backed up"),
    Field::optional("enterprise_project_id", Kind::TEXT).means("its enterprise project"),
    Field::optional("time_zone", Kind::TEXT).means("its time zone"),
    Field::optional(
        "charge_info",
        Kind::Object(&[
            Field::mandatory("charge_mode", Kind::OneOf(&["postPaid", "prePaid"])).means("how")
        ]),
    )
    .means("how it is paid"),
    Field::optional("tags", Kind::List(&TAG, 100)).means("always empty"),
]);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    id: Option<String>,
    name: Option<String>,
    #[serde(rename = "type")]
    _kind: Option<String>,
    #[serde(rename = "datastore_type")]
    _datastore_type: Option<String>,
    vpc_id: Option<String>,
    subnet_id: Option<String>,
    private_ip: Option<String>,
    readonly_private_ip: Option<String>,
    proxy_ip: Option<String>,
    offset: Option<usize>,
    limit: Option<usize>,
    tags: Option<String>,
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
    private_ips: [String; 1],
    proxy_ips: [(); 0],
    readonly_private_ips: [String; 1],
    public_ips: [(); 0],
    port: &'static str,
    r#type: &'static str,
    region: String,
    datastore: Datastore,
    created: String,
    updated: String,
    db_user_name: &'static str,
    vpc_id: &'static str,
    subnet_id: &'static str,
    security_group_id: &'static str,
    flavor_ref: &'static str,
    flavor_info: Flavor,
    volume: Volume,
    backup_strategy: Backups,
    enterprise_project_id: &'static str,
    time_zone: &'static str,
    charge_info: Charge,
    tags: [(); 0],
}

#[derive(Serialize)]
struct Flavor {
    vcpus: &'static str,
    ram: &'static str,
}

#[derive(Serialize)]
struct Volume {
    r#type: &'static str,
    size: String,
}

#[derive(Serialize)]
struct Charge {
    charge_mode: &'static str,
}

pub struct ListGaussMySqlInstances;

impl Operation for ListGaussMySqlInstances {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let all = context.state.instances.values();
        let own = all.filter(|instance| instance.engine == Engine::TaurusDb);
        let fitting = own.filter(|instance| request.wants(instance));
        let (page, total_count) = page(fitting, request.offset, request.limit.unwrap_or(100));
        let instances = page.into_iter().map(|one| Listed::of(one, context)).collect();
        Ok(Reply { instances, total_count })
    }

    /// GeminiDB lists its instances at the same path, and whatever names no engine.
    fn claims(sent: &Sent<'_>, state: &State) -> bool {
        let value = |wanted: &str| {
            let found = sent.query.iter().find(|(name, _)| name == wanted);
            found.and_then(|(_, value)| Json::as_text(value))
        };
        let known = value("id").and_then(|id| state.instances.get(id));
        value("datastore_type") == Some(ENGINE)
            || known.is_some_and(|instance| instance.engine == Engine::TaurusDb)
    }
}

impl Request {
    fn wants(&self, instance: &Instance) -> bool {
        let is =
            |filter: &Option<String>, value: &str| filter.as_ref().is_none_or(|it| it == value);
        let address = instance.data_address();
        fits(self.id.as_ref(), &instance.id)
            && fits(self.name.as_ref(), &instance.name)
            && is(&self.vpc_id, TAURUSDB_VPC)
            && is(&self.subnet_id, TAURUSDB_SUBNET)
            && is(&self.private_ip, &address)
            && is(&self.readonly_private_ip, &address)
            && self.proxy_ip.is_none()
            && self.tags.is_none()
    }
}

impl Listed {
    fn of(instance: &Instance, context: &RequestContext<'_>) -> Self {
        let (vcpus, ram, _) = NODE_SIZE;
        Self {
            id: instance.id.to_string(),
            name: instance.name.clone(),
            status: "ACTIVE",
            private_ips: [instance.data_address()],
            proxy_ips: [],
            readonly_private_ips: [instance.data_address()],
            public_ips: [],
            port: TAURUSDB_PORT.1,
            r#type: "Cluster",
            region: context.settings.region.clone(),
            datastore: Datastore::ONLY,
            created: ADOPTED_SINCE.with_zone(),
            updated: ADOPTED_SINCE.with_zone(),
            db_user_name: ROOT,
            vpc_id: TAURUSDB_VPC,
            subnet_id: TAURUSDB_SUBNET,
            security_group_id: TAURUSDB_SECURITY_GROUP,
            flavor_ref: TAURUSDB_FLAVOR,
            flavor_info: Flavor { vcpus, ram },
            volume: Volume { r#type: "DL6", size: TAURUSDB_STORAGE.0.to_string() },
            backup_strategy: Backups::ONLY,
            enterprise_project_id: TAURUSDB_ENTERPRISE_PROJECT,
            time_zone: TIME_ZONE,
            charge_info: Charge { charge_mode: "postPaid" },
            tags: [],
        }
    }
}
