//! Querying the Databases of a ClickHouse Instance.

use super::service::{CLICKHOUSE_ID, SERVICE, find_clickhouse};
use crate::api::paging::{OFFSET, limit, page};
use crate::cloud::RequestContext;
use crate::contract::{Certainty, Contract, Field, Kind, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

static CONTRACT: Contract = Contract {
    id: "ListClickHouseDataBase",
    title: "Querying the Databases of a ClickHouse Instance",
    service: &SERVICE,
    source: Source::Companion("ListClickHouseDataBase"),
    path: "/v3/{project_id}/instances/{instance_id}/clickhouse/databases",
    path_parameters: &[CLICKHOUSE_ID],
    query: &[
        limit(100, "10"),
        OFFSET,
        Field::optional("database_name", Kind::TEXT).means("the database of this name"),
    ],
    reply: &[
        Field::mandatory("databases", Kind::List(&Kind::TEXT, 100))
            .means("names of one page of them")
            .known_from(Certainty::Inferred)
            .notes(&[Note {
                matter: "No page says which databases a ClickHouse instance has.",
                decision: "Those that are synchronized.",
            }]),
        Field::mandatory("total_count", Kind::Integer(0, i64::MAX)).means("how many fit"),
    ],
    example: include_str!("../../../fixtures/taurusdb/list_click_house_data_base/documented.json"),
    ..Contract::BLANK
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
    limit: Option<usize>,
    offset: Option<usize>,
    database_name: Option<String>,
}

#[derive(Serialize)]
pub struct Reply {
    databases: Vec<Arc<str>>,
    total_count: usize,
}

pub struct ListClickHouseDataBase;

impl Operation for ListClickHouseDataBase {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        find_clickhouse(&request.instance_id, context)?;
        let replications = context.state.replications.get(request.instance_id.as_str());
        let all = replications.into_iter().flat_map(|known| known.values());
        let there = all.filter(|replication| !replication.is_gone(context.now));
        let names = there.map(|replication| &replication.database);
        let wanted = request.database_name.as_deref();
        let fitting = names.filter(|name| wanted.is_none_or(|wanted| &***name == wanted));
        let (page, total_count) = page(fitting, request.offset, request.limit.unwrap_or(10));
        Ok(Reply { databases: page.into_iter().cloned().collect(), total_count })
    }
}
