//! IAM's dialect: host, envelope and codes; and those of its neighbours that clients ask at their
//! start. An error's code is its status.

use crate::contract::{Envelope, ErrorKind, Field, Kind, Refused, Service};
use axum::http::StatusCode;
use serde::Serialize;

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

/// Security Token Service.
pub static STS: Service = Service {
    name: "STS",
    hosts: &["sts"],
    prefix_aliases: &[],
    envelope: Envelope::Plain,
    speaks_chinese: false,
    refusals: &[Refused::new(ErrorKind::InvalidParameter, StatusCode::BAD_REQUEST, "STS5.0001")],
};

/// Billing.
pub static BSS: Service = Service {
    name: "BSS",
    hosts: &["bss"],
    prefix_aliases: &[],
    envelope: Envelope::Plain,
    speaks_chinese: false,
    refusals: &[Refused::new(ErrorKind::InvalidParameter, StatusCode::BAD_REQUEST, "CBC.0100")],
};

/// Something with an id and a name.
pub static NAMED: &[Field] = &[
    Field::mandatory("id", Kind::TEXT).means("ID"),
    Field::mandatory("name", Kind::TEXT).means("name"),
];

/// Something with an id and a name.
#[derive(Clone, Serialize)]
pub struct Named {
    pub id: String,
    pub name: String,
}

/// The link of something to itself.
pub static LINK: &[Field] =
    &[Field::mandatory("self", Kind::TEXT).means("URL of what is described")];

/// The links of a list, or of something that could be in one.
pub static LINKS: &[Field] = &[
    Field::mandatory("self", Kind::TEXT).means("URL of what is described"),
    Field::mandatory("previous", Kind::TEXT).means("URL of the page before; always empty"),
    Field::mandatory("next", Kind::TEXT).means("URL of the next page; always empty"),
];

/// Links, with neighbours where the contract has [`LINKS`].
#[derive(Serialize)]
pub struct Links {
    #[serde(rename = "self")]
    own: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<&'static str>,
}

impl Links {
    /// The link of something to itself.
    pub fn to(url: String) -> Self {
        Self { own: url, previous: None, next: None }
    }

    /// The same without neighbours.
    pub fn between_none(url: String) -> Self {
        Self { own: url, previous: Some(""), next: Some("") }
    }
}
