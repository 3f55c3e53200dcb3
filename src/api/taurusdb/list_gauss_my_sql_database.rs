//! Querying Databases of a TaurusDB instance.

use super::service::{SERVICE, TAURUSDB_ID, find_taurusdb};
use crate::api::paging::{OFFSET, limit, page};
use crate::cloud::RequestContext;
use crate::cloud::assumed::{CHARSET, ROOT};
use crate::contract::{Contract, Field, Kind, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "ListGaussMySqlDatabase",
    title: "Querying Databases",
    service: &SERVICE,
    source: Source::Companion("ListGaussMySqlDatabase"),
    path: "/v3/{project_id}/instances/{instance_id}/databases",
    path_parameters: &[TAURUSDB_ID],
    query: &[
        OFFSET,
        limit(100, "100"),
        Field::optional("name", Kind::TEXT).means("the database of this name"),
        Field::optional("charset", Kind::TEXT).means("databases with this character set"),
    ],
    reply: &[
        Field::optional("databases", Kind::List(&DATABASE, 100)).means("one page of them"),
        Field::optional("total_count", Kind::Integer(0, i64::MAX)).means("how many fit"),
    ],
    notes: &[Note {
        matter: "No call here creates a database of a TaurusDB instance.",
        decision: "An instance has the databases that synchronizations of it have named; deleting \
                   a synchronization leaves them.",
    }],
    example: include_str!("../../../fixtures/taurusdb/list_gauss_my_sql_database/documented.json"),
    ..Contract::BLANK
};

static DATABASE: Kind = Kind::Object(&[
    Field::optional("name", Kind::TEXT).means("its name"),
    Field::optional("charset", Kind::TEXT).means("its character set"),
    Field::optional("comment", Kind::TEXT).means("always empty"),
    Field::optional("users", Kind::List(&USER, 100)).means("who may use it"),
]);

static USER: Kind = Kind::Object(&[
    Field::optional("name", Kind::TEXT).means("user"),
    Field::optional("host", Kind::TEXT).means("where the user may come from"),
    Field::optional("readonly", Kind::Boolean).means("whether the user may only read"),
]);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
    offset: Option<usize>,
    limit: Option<usize>,
    name: Option<String>,
    charset: Option<String>,
}

#[derive(Serialize)]
pub struct Reply {
    databases: Vec<Listed>,
    total_count: usize,
}

#[derive(Serialize)]
struct Listed {
    name: String,
    charset: &'static str,
    comment: &'static str,
    users: [User; 1],
}

#[derive(Serialize)]
struct User {
    name: &'static str,
    host: &'static str,
    readonly: bool,
}

pub struct ListGaussMySqlDatabase;

impl Operation for ListGaussMySqlDatabase {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        find_taurusdb(&request.instance_id, context)?;
        let named = context.state.source_databases.get(request.instance_id.as_str());
        let fitting = named.into_iter().flatten().filter(|name| request.wants(name));
        let (page, total_count) = page(fitting, request.offset, request.limit.unwrap_or(100));
        let databases = page.into_iter().map(|name| Listed::of(name)).collect();
        Ok(Reply { databases, total_count })
    }
}

impl Request {
    fn wants(&self, name: &str) -> bool {
        self.name.as_ref().is_none_or(|wanted| wanted == name)
            && self.charset.as_ref().is_none_or(|wanted| wanted == CHARSET)
    }
}

impl Listed {
    fn of(name: &str) -> Self {
        let users = [User { name: ROOT, host: "%", readonly: false }];
        Self { name: name.to_owned(), charset: CHARSET, comment: "", users }
    }
}
