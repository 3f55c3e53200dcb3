//! GeminiDB's dialect: host, envelope and codes, after the published code list.

use crate::contract::{Envelope, Refused, Service, Situation};
use axum::http::StatusCode;

/// GeminiDB.
pub static SERVICE: Service = Service {
    name: "GeminiDB",
    hosts: &["gaussdb-nosql"],
    prefix_aliases: &[],
    envelope: Envelope::Plain,
    speaks_chinese: false,
    refusals: &[
        Refused::new(Situation::MalformedProjectId, StatusCode::BAD_REQUEST, "DBS.280408"),
        Refused::new(Situation::EmptyBody, StatusCode::BAD_REQUEST, "DBS.280042"),
        Refused::new(Situation::MalformedBody, StatusCode::BAD_REQUEST, "DBS.280042"),
        Refused::new(Situation::InvalidParameter, StatusCode::BAD_REQUEST, "DBS.200001"),
        Refused::new(Situation::MalformedId, StatusCode::BAD_REQUEST, "DBS.280404"),
        Refused::new(Situation::UnknownInstance, StatusCode::NOT_FOUND, "DBS.200002"),
        Refused::new(Situation::WrongEngine, StatusCode::BAD_REQUEST, "DBS.201020"),
        Refused::new(Situation::Forbidden, StatusCode::FORBIDDEN, "DBS.280032"),
        Refused::new(Situation::Busy, StatusCode::FORBIDDEN, "DBS.200019"),
        Refused::new(Situation::WrongState, StatusCode::FORBIDDEN, "DBS.200011"),
        Refused::new(Situation::Internal, StatusCode::INTERNAL_SERVER_ERROR, "DBS.200998"),
    ],
};
