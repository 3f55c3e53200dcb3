//! TaurusDB's dialect: hosts, envelope and codes, after the published code list.

use crate::contract::{Envelope, Refused, Service, Situation};
use axum::http::StatusCode;

/// TaurusDB, formerly GaussDB(for MySQL).
pub static SERVICE: Service = Service {
    name: "TaurusDB",
    hosts: &["gaussdb", "gaussdbformysql", "gaussdb-mysql"],
    prefix_aliases: &["/mysql"],
    envelope: Envelope::Plain,
    speaks_chinese: true,
    refusals: &[
        Refused::new(Situation::MalformedProjectId, StatusCode::BAD_REQUEST, "DBS.280001"),
        Refused::new(Situation::EmptyBody, StatusCode::BAD_REQUEST, "DBS.200006"),
        Refused::new(Situation::MalformedBody, StatusCode::BAD_REQUEST, "DBS.280001"),
        Refused::new(Situation::InvalidParameter, StatusCode::BAD_REQUEST, "DBS.280001"),
        Refused::new(Situation::MalformedId, StatusCode::BAD_REQUEST, "DBS.280404"),
        Refused::new(Situation::UnknownInstance, StatusCode::NOT_FOUND, "DBS.200002"),
        Refused::new(Situation::UnknownJob, StatusCode::BAD_REQUEST, "DBS.200543"),
        Refused::new(Situation::WrongEngine, StatusCode::BAD_REQUEST, "DBS.280235"),
        Refused::new(Situation::Forbidden, StatusCode::FORBIDDEN, "DBS.200044"),
        Refused::new(Situation::Busy, StatusCode::CONFLICT, "DBS.200047"),
        Refused::new(Situation::WrongState, StatusCode::CONFLICT, "DBS.280406"),
        Refused::new(Situation::Internal, StatusCode::INTERNAL_SERVER_ERROR, "DBS.200005"),
    ],
};
