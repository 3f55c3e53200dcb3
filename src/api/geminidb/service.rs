//! GeminiDB's dialect: host, envelope and codes, after the published code list, and what its calls
//! share.

use crate::cloud::assumed::geminidb::{CLUSTER_NODES, FLAVOR, REPLICATION_NODES};
use crate::cloud::assumed::{BUILD_ACTION, LONGEST_TTL, MOST_COLUMNS, RELEASE_ACTION};
use crate::cloud::{Instance, MemoryMapping, RequestContext, Stage};
use crate::contract::{Engine, Envelope, ErrorKind, Field, Kind, Mode, Refused, Service};
use crate::error::{Refusal, Resource};
use axum::http::StatusCode;
use uuid::Uuid;

/// GeminiDB.
pub static SERVICE: Service = Service {
    name: "GeminiDB",
    hosts: &["gaussdb-nosql"],
    prefix_aliases: &[],
    envelope: Envelope::Plain,
    speaks_chinese: false,
    refusals: &[
        Refused::new(ErrorKind::MalformedProjectId, StatusCode::BAD_REQUEST, "DBS.280408"),
        Refused::new(ErrorKind::EmptyBody, StatusCode::BAD_REQUEST, "DBS.280042"),
        Refused::new(ErrorKind::MalformedBody, StatusCode::BAD_REQUEST, "DBS.280042"),
        Refused::new(ErrorKind::InvalidParameter, StatusCode::BAD_REQUEST, "DBS.200001"),
        Refused::new(ErrorKind::MalformedId, StatusCode::BAD_REQUEST, "DBS.280404"),
        Refused::new(ErrorKind::UnknownInstance, StatusCode::NOT_FOUND, "DBS.200002"),
        Refused::new(ErrorKind::WrongEngine, StatusCode::BAD_REQUEST, "DBS.201020"),
        Refused::new(ErrorKind::Forbidden, StatusCode::FORBIDDEN, "DBS.280032"),
        Refused::new(ErrorKind::Busy, StatusCode::FORBIDDEN, "DBS.200019"),
        Refused::new(ErrorKind::WrongState, StatusCode::FORBIDDEN, "DBS.200011"),
        Refused::new(ErrorKind::Internal, StatusCode::INTERNAL_SERVER_ERROR, "DBS.200998"),
    ],
};

/// What the calls on mappings and rules answer about a mapping that does not exist.
pub const UNKNOWN_MAPPING: Refused =
    Refused::new(ErrorKind::UnknownMapping, StatusCode::BAD_REQUEST, "DBS.03050010");

/// Columns of a rule.
pub const COLUMNS: Kind = Kind::List(&Kind::TEXT, MOST_COLUMNS);

/// A separator of a rule: one character.
pub const SEPARATOR: Kind = Kind::Text(1);

/// The parameter `ttl` of a rule.
pub const TTL: Field = Field::optional("ttl", Kind::IntegerOrText(-1, LONGEST_TTL))
    .means("lifetime of a key in milliseconds; -1 for ever");

/// Finds a mapping that has to exist, and to be in one of the statuses.
pub fn mapping_in(
    id: &str,
    allowed: &'static [&'static str],
    context: &RequestContext<'_>,
) -> Result<MemoryMapping, Refusal> {
    let found = Uuid::try_parse(id).ok();
    let found = found.and_then(|id| context.state.memory_mappings.get(id, context.now));
    let (resource, id) = (Resource::Mapping, id.to_owned());
    let Some(mapping) = found else { return Err(Refusal::NotFound { resource, id }) };
    let state = mapping.status(context.now);
    if allowed.contains(&state) {
        return Ok(mapping.clone());
    }
    Err(Refusal::WrongState { resource, id, state, allowed })
}

/// What instance lists say about an engine.
pub struct Product {
    engine: Engine,
    /// Its name in filters, answers and flavours.
    pub datastore: &'static str,
}

/// The engines of GeminiDB.
const PRODUCTS: &[Product] = &[
    Product { engine: Engine::GeminiDbRedis, datastore: "redis" },
    Product { engine: Engine::GeminiDbCassandra, datastore: "cassandra" },
    Product { engine: Engine::GeminiDbMongo, datastore: "mongodb" },
    Product { engine: Engine::GeminiDbInflux, datastore: "influxdb" },
];

impl Product {
    /// The product that an instance is; none if it is not one of GeminiDB's.
    pub fn of(instance: &Instance) -> Option<&'static Self> {
        PRODUCTS.iter().find(|product| product.engine == instance.engine)
    }

    /// The flavour of its nodes.
    pub fn spec_code(&self) -> String {
        format!("geminidb.{}.{FLAVOR}", self.datastore)
    }
}

/// How many nodes an instance has.
pub fn node_count(instance: &Instance) -> usize {
    if instance.mode == Mode::Replication { REPLICATION_NODES } else { CLUSTER_NODES }
}

/// What is being done with an instance; nothing while it is idle.
pub fn actions(instance: &Instance, context: &RequestContext<'_>) -> Vec<&'static str> {
    match context.state.relationships.of(&instance.id, context.now) {
        Some((_, Stage::Building)) => vec![BUILD_ACTION],
        Some((_, Stage::Releasing)) => vec![RELEASE_ACTION],
        Some((_, Stage::Built)) | None => Vec::new(),
    }
}

/// The instances that could be the other side of an instance's relationship: Cassandra instances
/// that are in none.
pub fn candidates<'p>(
    instance: &'p Instance,
    context: &'p RequestContext<'_>,
) -> impl Iterator<Item = &'p Instance> {
    let related = |id: &str| context.state.relationships.of(id, context.now).is_some();
    context.state.instances.values().filter(move |other| {
        other.engine == Engine::GeminiDbCassandra && other.id != instance.id && !related(&other.id)
    })
}
