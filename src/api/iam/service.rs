//! IAM's dialect: host, envelope and codes. An error's code is its status.

use crate::contract::{Envelope, ErrorKind, Refused, Service};
use axum::http::StatusCode;

/// Identity and Access Management.
pub static SERVICE: Service = Service {
    name: "IAM",
    hosts: &["iam"],
    prefix_aliases: &[],
    envelope: Envelope::Nested,
    speaks_chinese: false,
    refusals: &[
        Refused::new(ErrorKind::Unauthenticated, StatusCode::UNAUTHORIZED, "401").note(
            "IAM answers bad credentials in its own envelope, the other services in the gateway's.",
            "Its own calls answer {\"error\": {\"code\": 401, …}}, all others APIGW.0301.",
        ),
        Refused::new(ErrorKind::ForeignPage, StatusCode::FORBIDDEN, "403"),
        Refused::new(ErrorKind::EmptyBody, StatusCode::BAD_REQUEST, "400"),
        Refused::new(ErrorKind::MalformedBody, StatusCode::BAD_REQUEST, "400"),
        Refused::new(ErrorKind::InvalidParameter, StatusCode::BAD_REQUEST, "400"),
        Refused::new(ErrorKind::Internal, StatusCode::INTERNAL_SERVER_ERROR, "500"),
    ],
};
