//! The API gateway in front of every service: it answers before a service is reached.

use crate::contract::{Envelope, ErrorKind, Refused, Service};
use axum::http::StatusCode;

/// The largest body that the gateway lets through, in bytes: 12 MB.
pub const BODY_LIMIT: usize = 12_000_000;

/// The answer to an operation that Papercloud lacks, which no operation has in its table. No cloud has
/// the code, so nobody takes it for the cloud's own.
pub static NOT_EMULATED: Refused =
    Refused::new(ErrorKind::NotEmulated, StatusCode::NOT_IMPLEMENTED, "PAPER.0501");

/// The gateway, and the codes of its published table.
pub static SERVICE: Service = Service {
    name: "API Gateway",
    hosts: &[],
    prefix_aliases: &[],
    envelope: Envelope::Gateway,
    speaks_chinese: false,
    refusals: &[
        Refused::new(ErrorKind::UnknownRoute, StatusCode::NOT_FOUND, "APIGW.0101"),
        Refused::new(ErrorKind::MalformedRequest, StatusCode::BAD_REQUEST, "APIGW.0201"),
        Refused::new(ErrorKind::BodyTooLarge, StatusCode::PAYLOAD_TOO_LARGE, "APIGW.0201"),
        Refused::new(ErrorKind::BodyTimeout, StatusCode::REQUEST_TIMEOUT, "APIGW.0201"),
        Refused::new(ErrorKind::UnsupportedBody, StatusCode::UNSUPPORTED_MEDIA_TYPE, "APIGW.0201"),
        Refused::new(ErrorKind::Unauthenticated, StatusCode::UNAUTHORIZED, "APIGW.0301").note(
            "The pages of GeminiDB and TaurusDB demand X-Auth-Token, the DCS pages list none but \
             document 401, and no documented example sends a header.",
            "A request without credentials is answered 401 APIGW.0301; --auth off accepts it.",
        ),
        Refused::new(ErrorKind::ForeignPage, StatusCode::FORBIDDEN, "APIGW.0306"),
        Refused::new(ErrorKind::LimitReached, StatusCode::TOO_MANY_REQUESTS, "APIGW.0308"),
        Refused::new(ErrorKind::Internal, StatusCode::INTERNAL_SERVER_ERROR, "APIGW.0601"),
    ],
};
