//! Creating a ClickHouse Instance beside a TaurusDB instance.

use super::service::{SERVICE, TAG, TAGS, TAURUSDB_ID, Tags, find_taurusdb, job};
use crate::cloud::assumed::{
    CLICKHOUSE_PORTS, CREATE_CLICKHOUSE_JOB, ROOT, TAURUSDB_SECURITY_GROUP, TAURUSDB_SUBNET,
    TAURUSDB_VPC, TIME_ZONE,
};
use crate::cloud::{
    CLICKHOUSE_CREATION, ClickHouse, JobKind, Lifecycle, Order, RequestContext, Tag,
};
use crate::contract::{Certainty, Contract, Field, InstanceKind, Kind, Note, Source, format};
use crate::error::Refusal;
use crate::operation::Operation;
use axum::http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

static CONTRACT: Contract = Contract {
    id: "CreateClickHouseInstance",
    title: "Creating a ClickHouse Instance",
    service: &SERVICE,
    source: Source::Companion("CreateClickHouseInstance"),
    method: Method::POST,
    path: "/v3/{project_id}/instances/{instance_id}/clickhouse",
    path_parameters: &[TAURUSDB_ID],
    body: &[
        Field::mandatory("name", Kind::Format(&format::CLICKHOUSE_NAME)).means("its name"),
        Field::mandatory("engine", Kind::Object(ENGINE)).means("its engine"),
        Field::mandatory("ha", Kind::Object(HA)).means("its deployment"),
        Field::mandatory("flavor_id", Kind::TEXT).means("specification of its nodes"),
        Field::mandatory("db_root_pwd", Kind::Format(&format::PASSWORD))
            .means("password of root")
            .secret()
            .notes(&[Note {
                matter: "The page also asks for three of four kinds of characters.",
                decision: "Only the length is checked; the password is kept nowhere.",
            }]),
        Field::mandatory("az_mode", Kind::OneOf(&["single", "double"]))
            .means("one availability zone or two"),
        Field::mandatory("volume", Kind::Object(VOLUME)).means("its storage"),
        Field::mandatory("az_code", Kind::TEXT)
            .means("its availability zone; for Ha several, joined by commas"),
        Field::optional("time_zone", Kind::TEXT)
            .means("its time zone")
            .default("that of the TaurusDB instance"),
        Field::mandatory(
            "tags_info",
            Kind::Object(
                &[Field::optional("sys_tags", Kind::List(&TAG, 100)).means("system tags")],
            ),
        )
        .means("its tags"),
        Field::optional("pay_info", Kind::Object(PAYMENT)).means("how it is paid"),
    ],
    success: StatusCode::ACCEPTED,
    reply: &[
        Field::mandatory("instance", Kind::Object(INSTANCE)).means("the instance"),
        Field::mandatory("job_id", Kind::Format(&format::DASHED_UUID))
            .means("ID of the job; look it up with GET /v3/{project_id}/jobs?id="),
    ],
    example: include_str!("../../../fixtures/taurusdb/create_click_house_instance/documented.json"),
    ..Contract::BLANK
};

const ENGINE: &[Field] = &[
    Field::mandatory("type", Kind::OneOf(&["click-house"])).means("the engine"),
    Field::mandatory("version", Kind::TEXT).means("its major version, one digit"),
];

const HA: &[Field] = &[Field::mandatory("mode", Kind::OneOf(&["Single", "Ha"]))
    .means("one node, or two that stand in for each other")];

const VOLUME: &[Field] = &[
    Field::mandatory("io_type", Kind::OneOf(&["SSD", "ESSD"])).means("kind of storage"),
    Field::mandatory("capacity_in_gb", Kind::Integer(40, 32_000)).means("its size in GB").notes(&[
        Note {
            matter: "capacity_in_gb starts at 50 in the table; the example sends 40.",
            decision: "40 to 32000, so that the example passes.",
        },
    ]),
];

const PAYMENT: &[Field] = &[
    Field::optional("pay_model", Kind::OneOf(&["0", "1"]))
        .means("0 pay per use, 1 yearly or monthly")
        .default("0"),
    Field::optional("order_id", Kind::TEXT).means("ID of the order"),
    Field::optional("period", Kind::Integer(1, 1_000))
        .means("how many months or years")
        .known_from(Certainty::Inferred),
    Field::optional("period_type", Kind::IntegerOneOf(&[2, 3])).means("2 months, 3 years"),
    Field::optional("is_auto_renew", Kind::IntegerOneOf(&[0, 1])).means("1 to renew it"),
];

const INSTANCE: &[Field] = &[
    Field::mandatory("id", Kind::TEXT).means("its ID").names("clickhouse_instance_id"),
    Field::mandatory("az_code", Kind::TEXT).means("its availability zones"),
    Field::mandatory("az_mode", Kind::OneOf(&["single", "double"])).means("one zone or two"),
    Field::mandatory("name", Kind::TEXT).means("its name"),
    Field::mandatory("engine", Kind::Object(ENGINE)).means("its engine"),
    Field::mandatory("vpc_id", Kind::TEXT).means("VPC of the TaurusDB instance"),
    Field::mandatory("security_group_id", Kind::TEXT).means("its security group"),
    Field::mandatory("subnet_id", Kind::TEXT).means("its subnet"),
    Field::mandatory("db_user", Kind::TEXT).means("its user"),
    Field::mandatory("port", Kind::Integer(0, 65_535)).means("its port"),
    Field::mandatory("ha_mode", Kind::OneOf(&["Single", "Ha"])).means("its deployment"),
    Field::mandatory("pay_info", Kind::Object(PAID)).means("how it is paid"),
    Field::mandatory("ssl_option", Kind::Boolean).means("whether it speaks TLS"),
    Field::mandatory(
        "status",
        Kind::OneOf(&["creating", "normal", "abnormal", "createfailed", "deleted"]),
    )
    .means("creating")
    .notes(&[Note {
        matter: "A failed creation is createfailed in the reply of this call, and createfail in \
                 the list of instances.",
        decision: "This call answers creating; whatever is asked later, createfail.",
    }]),
    Field::mandatory("region", Kind::TEXT).means("its region"),
    Field::mandatory("tags_info", Kind::Object(TAGS)).means("its tags"),
];

const PAID: &[Field] = &[
    Field::mandatory("pay_model", Kind::OneOf(&["0", "1"])).means("as sent"),
    Field::mandatory("order_id", Kind::TEXT).means("as sent, or empty"),
    Field::mandatory("period", Kind::TEXT).means("as sent, as a string, or empty"),
    Field::mandatory("period_type", Kind::TEXT).means("as sent, as a string, or empty"),
    Field::mandatory("is_auto_renew", Kind::TEXT).means("as sent, as a string, or empty"),
];

static JOB: JobKind = job(CREATE_CLICKHOUSE_JOB);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
    name: String,
    engine: Engine,
    ha: Ha,
    flavor_id: String,
    #[serde(rename = "db_root_pwd")]
    _password: String,
    az_mode: String,
    volume: Volume,
    az_code: String,
    time_zone: Option<String>,
    tags_info: SystemTags,
    #[serde(default)]
    pay_info: Payment,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Engine {
    r#type: String,
    version: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ha {
    mode: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Volume {
    io_type: String,
    capacity_in_gb: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SystemTags {
    #[serde(default)]
    sys_tags: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payment {
    pay_model: Option<String>,
    order_id: Option<String>,
    period: Option<u16>,
    period_type: Option<u16>,
    is_auto_renew: Option<u16>,
}

#[derive(Serialize)]
pub struct Reply {
    instance: Created,
    job_id: Uuid,
}

#[derive(Serialize)]
struct Created {
    id: String,
    az_code: String,
    az_mode: String,
    name: String,
    engine: Engine,
    vpc_id: &'static str,
    security_group_id: &'static str,
    subnet_id: &'static str,
    db_user: &'static str,
    port: u16,
    ha_mode: String,
    pay_info: Paid,
    ssl_option: bool,
    status: &'static str,
    region: String,
    tags_info: Tags,
}

#[derive(Serialize)]
struct Paid {
    pay_model: String,
    order_id: String,
    period: String,
    period_type: String,
    is_auto_renew: String,
}

pub struct CreateClickHouseInstance;

impl Operation for CreateClickHouseInstance {
    const CONTRACT: &'static Contract = &CONTRACT;
    const JOB: Option<&'static JobKind> = Some(&JOB);
    const LIFECYCLES: &'static [&'static Lifecycle] = &[&CLICKHOUSE_CREATION];
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        find_taurusdb(&request.instance_id, context)?;
        let id = context.new_clickhouse_id();
        let job_id = context.start_job(&JOB, &id);
        let (order, run) = (request.order(), context.start(&CLICKHOUSE_CREATION, id.as_str()));
        let clickhouse = ClickHouse::created(&request.instance_id, order, job_id, run);
        context.state.clickhouses.insert(&id, clickhouse.clone());
        context.add_instance(&id, InstanceKind::CLICKHOUSE, &request.name);
        Ok(Reply { instance: Created::of(id, request, &clickhouse, context), job_id })
    }
}

impl Request {
    fn order(&self) -> Order {
        let tags = self.tags_info.sys_tags.clone();
        Order {
            version: self.engine.version.clone(),
            ha_mode: self.ha.mode.clone(),
            flavor_id: self.flavor_id.clone(),
            az_mode: self.az_mode.clone(),
            az_code: self.az_code.clone(),
            io_type: self.volume.io_type.clone(),
            capacity_in_gb: self.volume.capacity_in_gb,
            time_zone: self.time_zone.clone().unwrap_or_else(|| TIME_ZONE.to_owned()),
            pay_model: self.pay_info.pay_model.clone().unwrap_or_else(|| "0".to_owned()),
            tags,
        }
    }
}

impl Created {
    fn of(
        id: String,
        request: Request,
        clickhouse: &ClickHouse,
        context: &RequestContext<'_>,
    ) -> Self {
        let text = |number: Option<u16>| number.map_or_else(String::new, |it| it.to_string());
        let Payment { order_id, period, period_type, is_auto_renew, .. } = request.pay_info;
        Self {
            id,
            az_code: request.az_code,
            az_mode: request.az_mode,
            name: request.name,
            engine: request.engine,
            vpc_id: TAURUSDB_VPC,
            security_group_id: TAURUSDB_SECURITY_GROUP,
            subnet_id: TAURUSDB_SUBNET,
            db_user: ROOT,
            port: CLICKHOUSE_PORTS.tep,
            ha_mode: request.ha.mode,
            pay_info: Paid {
                pay_model: clickhouse.order.pay_model.clone(),
                order_id: order_id.unwrap_or_default(),
                period: text(period),
                period_type: text(period_type),
                is_auto_renew: text(is_auto_renew),
            },
            ssl_option: false,
            status: clickhouse.status(context.now),
            region: context.settings.region.clone(),
            tags_info: Tags::of(clickhouse),
        }
    }
}
