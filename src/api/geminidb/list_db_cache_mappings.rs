//! Querying Memory Mappings: all of a context, or those that fit the filters.

use super::service::SERVICE;
use crate::api::paging::{OFFSET, fits, limit, page, page_of_all};
use crate::cloud::{MemoryMapping, RequestContext};
use crate::contract::{Awaits, Contract, Field, Kind, Source, format};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

static CONTRACT: Contract = Contract {
    id: "ListDbCacheMappings",
    title: "Querying Memory Mappings",
    service: &SERVICE,
    source: Source::Companion("ListDbCacheMappings"),
    path: "/v3/{project_id}/dbcache/mappings",
    query: &[
        Field::optional("id", Kind::TEXT).means("mapping ID").names("dbcache_mapping_id"),
        Field::optional("name", Kind::TEXT).means("mapping name; a leading * finds a part of it"),
        Field::optional("source_instance_id", Kind::TEXT).means("source instance ID"),
        Field::optional("source_instance_name", Kind::TEXT)
            .means("source instance name; a leading * finds a part of it"),
        Field::optional("target_instance_id", Kind::TEXT).means("target instance ID"),
        Field::optional("target_instance_name", Kind::TEXT)
            .means("target instance name; a leading * finds a part of it"),
        OFFSET,
        limit(100, "100"),
    ],
    reply: &[
        Field::mandatory("total_count", Kind::Integer(0, i64::MAX)).means("how many fit"),
        Field::mandatory("dbcache_mappings", Kind::List(&MAPPING, 100)).means("one page of them"),
    ],
    awaits: Awaits::All,
    example: include_str!("../../../fixtures/geminidb/list_db_cache_mappings/documented.json"),
    ..Contract::BLANK
};

static MAPPING: Kind = Kind::Object(&[
    Field::mandatory("id", Kind::Format(&format::DASHED_UUID))
        .means("mapping ID")
        .names("dbcache_mapping_id"),
    Field::mandatory("name", Kind::TEXT).means("mapping name"),
    Field::mandatory("source_instance_id", Kind::TEXT).means("source instance ID"),
    Field::mandatory("source_instance_name", Kind::TEXT).means("source instance name"),
    Field::mandatory("target_instance_id", Kind::TEXT).means("target instance ID"),
    Field::mandatory("target_instance_name", Kind::TEXT).means("target instance name"),
    Field::mandatory(
        "status",
        Kind::OneOf(&["creating", "normal", "createfail", "deleting", "stopped", "deleted"]),
    )
    .means("status"),
    Field::mandatory("created", Kind::TEXT).means("creation, yyyy-MM-ddTHH:mm:ss"),
    Field::mandatory("updated", Kind::TEXT).means("last change, yyyy-MM-ddTHH:mm:ss"),
    Field::optional("rule_count", Kind::Integer(0, i64::MAX)).means("how many rules it has"),
]);

#[derive(Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Request {
    id: Option<String>,
    name: Option<String>,
    source_instance_id: Option<String>,
    source_instance_name: Option<String>,
    target_instance_id: Option<String>,
    target_instance_name: Option<String>,
    offset: Option<usize>,
    limit: Option<usize>,
}

#[derive(Serialize)]
pub struct Reply {
    total_count: usize,
    dbcache_mappings: Vec<Mapping>,
}

#[derive(Serialize)]
struct Mapping {
    id: Uuid,
    name: String,
    source_instance_id: String,
    source_instance_name: String,
    target_instance_id: String,
    target_instance_name: String,
    status: &'static str,
    created: String,
    updated: String,
    rule_count: usize,
}

pub struct ListDbCacheMappings;

impl Operation for ListDbCacheMappings {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        let (offset, limit) = (request.offset, request.limit.unwrap_or(100));
        let (mappings, now) = (&context.state.memory_mappings, context.now);
        let wants = |mapping: &&MemoryMapping| request.wants(mapping, context);
        let (page, total_count) = if let Some(id) = &request.id {
            let found = Uuid::try_parse(id).ok().and_then(|id| mappings.get(id, now));
            page(found.into_iter().filter(wants), offset, limit)
        } else if request.wants_all() {
            let exists = |mapping: &&MemoryMapping| mapping.exists(now);
            page_of_all(mappings.all(), mappings.count(now), exists, offset, limit)
        } else {
            page(mappings.iter(now).filter(wants), offset, limit)
        };
        let dbcache_mappings = page.into_iter().map(|one| Mapping::of(one, context)).collect();
        Ok(Reply { total_count, dbcache_mappings })
    }
}

impl Request {
    fn wants_all(&self) -> bool {
        *self == Self { offset: self.offset, limit: self.limit, ..Self::default() }
    }

    fn wants(&self, mapping: &MemoryMapping, context: &RequestContext<'_>) -> bool {
        let source = &*mapping.source_instance_id;
        let target = &*mapping.target_instance_id;
        let is = |filter: &Option<String>, id: &str| filter.as_ref().is_none_or(|it| it == id);
        is(&self.source_instance_id, source)
            && is(&self.target_instance_id, target)
            && fits(self.name.as_ref(), &mapping.name)
            && fits(self.source_instance_name.as_ref(), context.instance_name(source))
            && fits(self.target_instance_name.as_ref(), context.instance_name(target))
    }
}

impl Mapping {
    fn of(mapping: &MemoryMapping, context: &RequestContext<'_>) -> Self {
        let source = &mapping.source_instance_id;
        let target = &mapping.target_instance_id;
        Self {
            id: mapping.id,
            name: mapping.name.clone(),
            source_instance_id: (**source).to_owned(),
            source_instance_name: context.instance_name(source).to_owned(),
            target_instance_id: (**target).to_owned(),
            target_instance_name: context.instance_name(target).to_owned(),
            status: mapping.status(context.now),
            created: mapping.creation.started.without_zone(),
            updated: mapping.updated(context.now).without_zone(),
            rule_count: context.state.memory_rules.count(mapping.id),
        }
    }
}
