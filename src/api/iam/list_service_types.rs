//! Querying Cloud Service Types: Terraform asks billing for one to learn which site it is at.

use super::service::BSS;
use crate::api::paging::{OFFSET, limit, page};
use crate::cloud::RequestContext;
use crate::contract::{Certainty, Contract, Field, Kind, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "ListServiceTypes",
    title: "Querying Cloud Service Types",
    service: &BSS,
    source: Source::Companion("ListServiceTypes"),
    path: "/v2/products/service-types",
    query: &[OFFSET, limit(1000, "10")],
    reply: &[
        Field::mandatory("total_count", Kind::Integer(0, i64::MAX))
            .means("how many there are")
            .known_from(Certainty::Inferred),
        Field::mandatory("service_types", Kind::List(&TYPE, 1000))
            .means("one page of them")
            .known_from(Certainty::Inferred),
    ],
    example: include_str!("../../../fixtures/bss/list_service_types/documented.json"),
    ..Contract::BLANK
};

static TYPE: Kind = Kind::Object(&[
    Field::mandatory("service_type_code", Kind::TEXT).means("code of the service"),
    Field::mandatory("service_type_name", Kind::TEXT).means("name of the service"),
    Field::mandatory("abbreviation", Kind::TEXT).means("short name of the service"),
]);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    offset: Option<usize>,
    limit: Option<usize>,
}

#[derive(Serialize)]
pub struct Reply {
    total_count: usize,
    service_types: Vec<ServiceType>,
}

#[derive(Serialize)]
struct ServiceType {
    service_type_code: &'static str,
    service_type_name: &'static str,
    abbreviation: &'static str,
}

/// The emulated services.
const SERVICES: [(&str, &str, &str); 3] = [
    ("hws.service.type.dcs", "Distributed Cache Service", "DCS"),
    ("hws.service.type.nosql", "GeminiDB", "GeminiDB"),
    ("hws.service.type.taurus", "TaurusDB", "TaurusDB"),
];

pub struct ListServiceTypes;

impl Operation for ListServiceTypes {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, _: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let of = |(service_type_code, service_type_name, abbreviation)| ServiceType {
            service_type_code,
            service_type_name,
            abbreviation,
        };
        let limit = request.limit.unwrap_or(10);
        let services = SERVICES.into_iter().map(of);
        let (service_types, total_count) = page(services, request.offset, limit);
        Ok(Reply { total_count, service_types })
    }
}
