//! What the details and the list of instances have in common.
//!
//! Instances cannot be created through these calls: one is there because a documented call named
//! it, and nothing but its ID and name is known. Everything else is the same for all of them.

use crate::cloud::Instance;
use crate::cloud::assumed::dcs;
use crate::contract::{Field, Kind};
use serde::Serialize;

/// Members that both answers have.
pub const COMMON: [Field; 37] = [
    Field::mandatory("instance_id", Kind::TEXT).means("instance ID"),
    Field::mandatory("name", Kind::TEXT).means("instance name"),
    Field::mandatory("status", STATUSES).means("instance status"),
    Field::mandatory("engine", Kind::TEXT).means("cache engine"),
    Field::mandatory("engine_version", Kind::TEXT).means("version of the engine"),
    Field::mandatory("spec_code", Kind::TEXT).means("product specification"),
    Field::mandatory("capacity", NUMBER).means("memory in GB"),
    Field::mandatory("capacity_minor", Kind::TEXT).means("memory in GB, for sizes below one"),
    Field::mandatory("max_memory", NUMBER).means("memory that can be used, in MB"),
    Field::mandatory("used_memory", NUMBER).means("memory that is used, in MB"),
    Field::mandatory("ip", Kind::TEXT).means("address for connections"),
    Field::mandatory("port", NUMBER).means("port for connections"),
    Field::mandatory("domain_name", Kind::TEXT).means("domain name for connections"),
    Field::mandatory("readonly_domain_name", Kind::TEXT)
        .means("domain name of the replica; empty without one"),
    Field::mandatory("vpc_id", Kind::TEXT).means("VPC of the instance"),
    Field::mandatory("vpc_name", Kind::TEXT).means("its name"),
    Field::mandatory("subnet_id", Kind::TEXT).means("subnet of the instance"),
    Field::mandatory("security_group_id", Kind::TEXT).means("security group of the instance"),
    Field::mandatory("az_codes", Kind::List(&Kind::TEXT, 10)).means("zones of its nodes"),
    Field::mandatory("created_at", Kind::TEXT).means("creation, yyyy-MM-ddTHH:mm:ss.SSSZ"),
    Field::mandatory("charging_mode", NUMBER).means("0 for pay-per-use, 1 for yearly or monthly"),
    Field::mandatory("user_id", Kind::TEXT).means("ID of the user who created it"),
    Field::mandatory("user_name", Kind::TEXT).means("name of that user"),
    Field::mandatory("access_user", Kind::TEXT)
        .means("user for connections; empty for the default one"),
    Field::mandatory("no_password_access", Kind::TEXT).means("true where no password is needed"),
    Field::mandatory("maintain_begin", Kind::TEXT).means("begin of the maintenance window"),
    Field::mandatory("maintain_end", Kind::TEXT).means("end of the maintenance window"),
    Field::mandatory("enable_publicip", Kind::Boolean).means("whether it has a public address"),
    Field::mandatory("enable_ssl", Kind::Boolean).means("whether connections are encrypted"),
    Field::mandatory("service_upgrade", Kind::Boolean).means("whether it is being upgraded"),
    Field::mandatory("service_task_id", Kind::TEXT).means("ID of the upgrade; empty without one"),
    Field::mandatory("enterprise_project_id", Kind::TEXT)
        .means("enterprise project; 0 is the default one"),
    Field::mandatory("description", Kind::TEXT).means("description"),
    Field::mandatory("cpu_type", Kind::TEXT).means("architecture of its processor"),
    Field::mandatory("sub_status", Kind::TEXT).means("status in more detail"),
    Field::mandatory("tags", Kind::List(&TAG, 20)).means("tags of the instance"),
    Field::mandatory("features", FEATURES).means("what the instance can do"),
];

/// Every status that an instance is seen in.
const STATUSES: Kind = Kind::OneOf(&[
    "CREATING",
    "CREATEFAILED",
    "RUNNING",
    "ERROR",
    "RESTARTING",
    "EXTENDING",
    "RESTORING",
]);

/// A number in an answer.
pub const NUMBER: Kind = Kind::Integer(0, i64::MAX);

static TAG: Kind = Kind::Object(&[
    Field::mandatory("key", Kind::TEXT).means("key of the tag"),
    Field::optional("value", Kind::TEXT).means("value of the tag"),
]);

const FEATURES: Kind = Kind::Object(&[
    Field::mandatory("support_acl", Kind::Boolean).means("accounts with permissions of their own"),
    Field::mandatory("support_transparent_client_ip", Kind::Boolean)
        .means("passing on the address of clients"),
    Field::mandatory("support_ssl", Kind::Boolean).means("encrypted connections"),
    Field::mandatory("support_audit_log", Kind::Boolean).means("an audit log"),
]);

/// The members that both answers have, and then those of one.
pub const fn and<const OWN: usize, const ALL: usize>(own: [Field; OWN]) -> [Field; ALL] {
    assert!(COMMON.len() + OWN == ALL, "ALL counts both");
    let mut all = [COMMON[0]; ALL];
    let mut at = 0;
    while at < ALL {
        all[at] = if at < COMMON.len() { COMMON[at] } else { own[at - COMMON.len()] };
        at += 1;
    }
    all
}

/// The members that both answers have.
#[derive(Serialize)]
pub struct KnownInstance {
    instance_id: String,
    name: String,
    status: &'static str,
    engine: &'static str,
    engine_version: &'static str,
    spec_code: &'static str,
    capacity: u32,
    capacity_minor: &'static str,
    max_memory: u32,
    used_memory: u32,
    ip: String,
    port: u16,
    domain_name: String,
    readonly_domain_name: &'static str,
    vpc_id: &'static str,
    vpc_name: &'static str,
    subnet_id: &'static str,
    security_group_id: &'static str,
    az_codes: [&'static str; 1],
    created_at: &'static str,
    charging_mode: u8,
    user_id: &'static str,
    user_name: &'static str,
    access_user: &'static str,
    no_password_access: &'static str,
    maintain_begin: &'static str,
    maintain_end: &'static str,
    enable_publicip: bool,
    enable_ssl: bool,
    service_upgrade: bool,
    service_task_id: &'static str,
    enterprise_project_id: &'static str,
    description: &'static str,
    cpu_type: &'static str,
    sub_status: &'static str,
    tags: [(); 0],
    features: Features,
}

#[derive(Default, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the shape on the wire")]
struct Features {
    support_acl: bool,
    support_transparent_client_ip: bool,
    support_ssl: bool,
    support_audit_log: bool,
}

impl KnownInstance {
    /// An instance as it is shown.
    pub fn of(instance: &Instance) -> Self {
        let (ip, port) = endpoint(instance);
        Self {
            instance_id: instance.id.to_string(),
            name: instance.name.clone(),
            status: dcs::STATUS,
            engine: dcs::ENGINE,
            engine_version: dcs::ENGINE_VERSION,
            spec_code: dcs::SPEC_CODE,
            capacity: dcs::CAPACITY,
            capacity_minor: dcs::CAPACITY_MINOR,
            max_memory: dcs::MAX_MEMORY,
            used_memory: dcs::USED_MEMORY,
            ip,
            port,
            domain_name: domain_name(instance),
            readonly_domain_name: "",
            vpc_id: dcs::VPC_ID,
            vpc_name: dcs::VPC_NAME,
            subnet_id: dcs::SUBNET_ID,
            security_group_id: dcs::SECURITY_GROUP_ID,
            az_codes: [dcs::ZONE],
            created_at: dcs::CREATED_AT,
            charging_mode: dcs::CHARGING_MODE,
            user_id: dcs::USER_ID,
            user_name: dcs::USER_NAME,
            access_user: "",
            no_password_access: dcs::NO_PASSWORD_ACCESS,
            maintain_begin: dcs::MAINTAIN_BEGIN,
            maintain_end: dcs::MAINTAIN_END,
            enable_publicip: false,
            enable_ssl: false,
            service_upgrade: false,
            service_task_id: "",
            enterprise_project_id: dcs::ENTERPRISE_PROJECT_ID,
            description: "",
            cpu_type: dcs::CPU_TYPE,
            sub_status: dcs::SUB_STATUS,
            tags: [],
            features: Features::default(),
        }
    }
}

/// Whether an instance can be reached at an address.
pub fn is_at(instance: &Instance, ip: &str) -> bool {
    endpoint(instance).0 == ip
}

/// Address and port apart.
fn endpoint(instance: &Instance) -> (String, u16) {
    let address = instance.address();
    let (ip, port) = address.split_once(':').unwrap_or((&address, ""));
    (ip.to_owned(), port.parse().unwrap_or(dcs::PORT))
}

/// A name under a domain that no one can have (RFC 6761).
fn domain_name(instance: &Instance) -> String {
    format!("{}.dcs.invalid", instance.name)
}
