//! The dialects of the services that only declared operations belong to, and whose jobs are whose.

use crate::api::{dcs, geminidb, iam, taurusdb};
use crate::cloud::{Lifecycle, Owner};
use crate::contract::{Envelope, ErrorKind, Refused, Service};
use axum::http::StatusCode;

/// A service of which nothing but its codes is special.
const fn service(
    name: &'static str,
    hosts: &'static [&'static str],
    envelope: Envelope,
    refusals: &'static [Refused],
) -> Service {
    Service { name, hosts, prefix_aliases: &[], envelope, speaks_chinese: false, refusals }
}

const fn bad(error_kind: ErrorKind, code: &'static str) -> Refused {
    Refused::new(error_kind, StatusCode::BAD_REQUEST, code)
}

/// Refusals of a service that has one code for all that is wrong with a request.
macro_rules! refusals {
    ($invalid:literal, $internal:literal) => {
        &[
            bad(ErrorKind::MalformedProjectId, $invalid),
            bad(ErrorKind::EmptyBody, $invalid),
            bad(ErrorKind::MalformedBody, $invalid),
            bad(ErrorKind::InvalidParameter, $invalid),
            Refused::new(ErrorKind::Internal, StatusCode::INTERNAL_SERVER_ERROR, $internal),
        ]
    };
}

/// Virtual Private Cloud, versions 1 and 2.0.
static VPC: Service = service("VPC", &["vpc"], Envelope::Brief, refusals!("VPC.0101", "VPC.0002"));

/// Virtual Private Cloud, version 3.
static VPC_V3: Service =
    service("VPCv3", &[], Envelope::Gateway, refusals!("VPC.0101", "VPC.0002"));

/// Elastic IP.
static EIP: Service = service("EIP", &["eip"], Envelope::Brief, refusals!("VPC.0501", "VPC.0002"));

/// Elastic IP, version 3.
static EIP_V3: Service =
    service("EIPv3", &[], Envelope::Gateway, refusals!("VPC.0501", "VPC.0002"));

/// Elastic Cloud Server.
static ECS: Service = service("ECS", &["ecs"], Envelope::Plain, refusals!("Ecs.0005", "Ecs.0000"));

/// Domain Name Service.
static DNS: Service = service("DNS", &["dns"], Envelope::Brief, refusals!("DNS.0004", "DNS.0005"));

/// Log Tank Service.
static LTS: Service = service("LTS", &["lts"], Envelope::Plain, refusals!("LTS.0208", "LTS.0010"));

/// Object Storage Service.
static OBS: Service =
    service("OBS", &["obs"], Envelope::Brief, refusals!("InvalidArgument", "InternalError"));

/// Business Support System.
static BSS: Service = service("BSS", &["bss"], Envelope::Plain, refusals!("CBC.0101", "CBC.0999"));

/// Security Token Service.
static STS: Service =
    service("STS", &["sts"], Envelope::Plain, &[bad(ErrorKind::InvalidParameter, "STS5.0001")]);

/// The service with a name.
pub fn of(name: &str) -> Option<&'static Service> {
    let own = [
        &geminidb::service::SERVICE,
        &dcs::service::SERVICE,
        &taurusdb::service::SERVICE,
        &iam::service::SERVICE,
        &VPC,
        &VPC_V3,
        &EIP,
        &EIP_V3,
        &ECS,
        &DNS,
        &LTS,
        &OBS,
        &BSS,
        &STS,
    ];
    own.into_iter().find(|service| service.name == name)
}

static OF_DATABASES: Lifecycle =
    Lifecycle { stages: &[("Running", 1.0)], ends: "Completed", fails: "Failed" };

static OF_DCS: Lifecycle =
    Lifecycle { stages: &[("INIT", 0.1), ("RUNNING", 0.9)], ends: "SUCCESS", fails: "FAIL" };

/// Who answers for the jobs of a service, and the statuses of these.
pub fn jobs(service: &str) -> (Owner, &'static Lifecycle) {
    match service {
        "DCS" => (Owner::Dcs, &OF_DCS),
        "TaurusDB" => (Owner::TaurusDb, &OF_DATABASES),
        _ => (Owner::GeminiDb, &OF_DATABASES),
    }
}
