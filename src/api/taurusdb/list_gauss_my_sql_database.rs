//! Querying Databases of a TaurusDB instance.

use super::service::{SERVICE, TAURUSDB_ID, find_taurusdb};
use crate::api::paging::{OFFSET, limit, page};
use crate::cloud::RequestContext;
use crate::cloud::assumed::{CHARSET, ROOT};
use crate::contract::{Contract, Field, Kind, Note, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};
use serde_json::Value;

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
        matter: "A synchronization names databases of a TaurusDB instance that no call here created.",
        decision: "An instance has them besides those that were created; deleting a \
                   synchronization leaves them.",
    }],
    example: include_str!("../../../fixtures/taurusdb/list_gauss_my_sql_database/documented.json"),
    ..Contract::BLANK
};

static DATABASE: Kind = Kind::Object(&[
    Field::optional("name", Kind::TEXT).means("its name"),
    Field::optional("charset", Kind::TEXT).means("its character set"),
    Field::optional("comment", Kind::TEXT).means("what was noted about it"),
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
    charset: String,
    comment: String,
    users: Vec<User>,
}

#[derive(Serialize)]
struct User {
    name: String,
    host: String,
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
        let created = context.state.records.of("taurus.database");
        let created = created.filter(|(_, record)| *record.parent == *request.instance_id);
        let created = created.filter_map(|(_, record)| record.shown(context.now));
        let created = created.filter(|shown| shown.get("pending") != Some(&Value::Bool(true)));
        let all = created.map(|shown| Listed::of_created(&shown));
        let all = all.chain(named.into_iter().flatten().map(|name| Listed::of(name)));
        let fitting = all.filter(|database| request.wants(database));
        let (databases, total_count) = page(fitting, request.offset, request.limit.unwrap_or(100));
        Ok(Reply { databases, total_count })
    }
}

impl Request {
    fn wants(&self, database: &Listed) -> bool {
        self.name.as_ref().is_none_or(|wanted| *wanted == database.name)
            && self.charset.as_ref().is_none_or(|wanted| *wanted == database.charset)
    }
}

impl Listed {
    /// One that a synchronization named.
    fn of(name: &str) -> Self {
        let users = vec![User { name: ROOT.to_owned(), host: "%".to_owned(), readonly: false }];
        Self { name: name.to_owned(), charset: CHARSET.to_owned(), comment: String::new(), users }
    }

    /// One that was created, by a declared operation.
    fn of_created(shown: &Value) -> Self {
        let text = |of: &Value| of.as_str().unwrap_or_default().to_owned();
        let users = shown["users"].as_array().into_iter().flatten().map(|user| User {
            name: text(&user["name"]),
            host: text(&user["host"]),
            readonly: user["readonly"] == true,
        });
        Self {
            name: text(&shown["name"]),
            charset: text(&shown["charset"]),
            comment: text(&shown["comment"]),
            users: users.collect(),
        }
    }
}
