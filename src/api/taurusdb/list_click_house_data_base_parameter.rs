//! Querying Database Parameters: what can be set for the synchronisation of a database.

use super::service::{CLICKHOUSE_ID, SERVICE, find_clickhouse};
use crate::cloud::{RequestContext, Setting};
use crate::contract::{Certainty, Contract, Field, Kind, Source};
use crate::error::Refusal;
use crate::operation::Operation;
use serde::{Deserialize, Serialize};

static CONTRACT: Contract = Contract {
    id: "ListClickHouseDataBaseParameter",
    title: "Querying Database Parameters",
    service: &SERVICE,
    source: Source::Companion("ListClickHouseDataBaseParameter"),
    path: "/v3/{project_id}/instances/{instance_id}/clickhouse/replication/database-parameter",
    path_parameters: &[CLICKHOUSE_ID],
    reply: &[Field::mandatory("db_parameters", Kind::List(&PARAMETER, 100)).means("all of them")],
    example: include_str!(
        "../../../fixtures/taurusdb/list_click_house_data_base_parameter/documented.json"
    ),
    ..Contract::BLANK
};

static PARAMETER: Kind = Kind::Object(&[
    Field::mandatory("param_name", Kind::TEXT).means("its name"),
    Field::mandatory("data_type", Kind::TEXT)
        .means("enum, boolean or integer")
        .known_from(Certainty::Inferred),
    Field::mandatory("default_value", Kind::TEXT).means("the value it has if none is set"),
    Field::mandatory("value_range", Kind::TEXT)
        .means("its words joined by commas, or its bounds joined by a hyphen")
        .known_from(Certainty::Inferred),
    Field::mandatory("description", Kind::TEXT).means("what it does"),
]);

/// A parameter.
struct Parameter {
    name: &'static str,
    default: &'static str,
    values: Values,
    description: &'static str,
}

/// The values of a parameter, which are always sent as text.
enum Values {
    Words(&'static [&'static str]),
    Range(i64, i64),
}

const BOOLEAN: Values = Values::Words(&["true", "false"]);

static PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "default_isolation_level",
        default: "QUERY_SNAPSHOT",
        values: Values::Words(&[
            "READ_COMMITTED",
            "READ_UNCOMMITTED",
            "QUERY_RAW",
            "QUERY_SNAPSHOT",
        ]),
        description: "isolation of queries that do not choose one",
    },
    Parameter {
        name: "enable_snapshots",
        default: "true",
        values: BOOLEAN,
        description: "whether queries can read a snapshot",
    },
    Parameter {
        name: "enable_chunk_level",
        default: "true",
        values: BOOLEAN,
        description: "whether tables are copied in chunks",
    },
    Parameter {
        name: "max_sync_threads",
        default: "1",
        values: Values::Range(1, 2),
        description: "threads that synchronize",
    },
    Parameter {
        name: "treat_numeric_string_as_integer",
        default: "false",
        values: BOOLEAN,
        description: "whether text of digits becomes a number",
    },
    Parameter {
        name: "min_binlog_expire_logs_seconds",
        default: "86400",
        values: Values::Range(0, 2_592_000),
        description: "seconds that the source must keep its binlog",
    },
    Parameter {
        name: "max_rows_in_buffer",
        default: "2000000",
        values: Values::Range(1, 10_000_000),
        description: "rows of one table that wait to be written",
    },
    Parameter {
        name: "max_rows_in_buffers",
        default: "6000000",
        values: Values::Range(1, 10_000_000),
        description: "rows of all tables that wait to be written",
    },
    Parameter {
        name: "max_bytes_in_buffer",
        default: "200000000",
        values: Values::Range(1, 1_000_000_000),
        description: "bytes of one table that wait to be written",
    },
    Parameter {
        name: "max_bytes_in_buffers",
        default: "600000000",
        values: Values::Range(1, 1_000_000_000),
        description: "bytes of all tables that wait to be written",
    },
    Parameter {
        name: "max_flush_data_time",
        default: "5000",
        values: Values::Range(1, 10_000),
        description: "milliseconds after which waiting data are written",
    },
];

/// Whether a parameter exists and has a value within its range.
pub fn is_valid(setting: &Setting) -> bool {
    let known = PARAMETERS.iter().find(|known| known.name == setting.param_name);
    known.is_some_and(|known| match known.values {
        Values::Words(words) => words.contains(&setting.value.as_str()),
        Values::Range(least, most) => {
            setting.value.parse().is_ok_and(|value: i64| (least..=most).contains(&value))
        }
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    instance_id: String,
}

#[derive(Serialize)]
pub struct Reply {
    db_parameters: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    param_name: &'static str,
    data_type: &'static str,
    default_value: &'static str,
    value_range: String,
    description: &'static str,
}

pub struct ListClickHouseDataBaseParameter;

impl Operation for ListClickHouseDataBaseParameter {
    const CONTRACT: &'static Contract = &CONTRACT;
    type Request = Request;
    type Reply = Reply;

    fn call(request: Request, context: &mut RequestContext<'_>) -> Result<Reply, Refusal> {
        find_clickhouse(&request.instance_id, context)?;
        Ok(Reply { db_parameters: PARAMETERS.iter().map(Listed::of).collect() })
    }
}

impl Listed {
    fn of(parameter: &'static Parameter) -> Self {
        let (data_type, value_range) = match parameter.values {
            Values::Words(words @ ["true", _]) => ("boolean", words.join(",")),
            Values::Words(words) => ("enum", words.join(",")),
            Values::Range(least, most) => ("integer", format!("{least}-{most}")),
        };
        Self {
            param_name: parameter.name,
            data_type,
            default_value: parameter.default,
            value_range,
            description: parameter.description,
        }
    }
}

#[test]
fn every_default_is_within_its_own_range() {
    for parameter in PARAMETERS {
        let setting = |value: &str| Setting {
            param_name: parameter.name.to_owned(),
            value: value.to_owned(),
        };
        assert!(is_valid(&setting(parameter.default)), "{}", parameter.name);
        for outside in ["", "-1", "10000000000", "TRUE"] {
            assert!(!is_valid(&setting(outside)), "{} = {outside:?}", parameter.name);
        }
    }
    let unknown = Setting { param_name: "sync_speed".to_owned(), value: "1".to_owned() };
    assert!(!is_valid(&unknown));
}
