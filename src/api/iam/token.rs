//! A token as IAM answers it: what is in it, and the header that carries it.

use super::account::{catalog, user};
use crate::cloud::assumed::ROLE;
use crate::cloud::{RequestContext, Scope, Token};
use crate::contract::{Certainty, Field, Kind, Note};
use serde::Serialize;
use serde_json::{Value, json};

/// The header that carries a token which is talked about.
pub const SUBJECT_TOKEN: &str = "X-Subject-Token";

/// The header of an answer about a token.
pub static REPLY_HEADERS: &[Field] =
    &[Field::mandatory(SUBJECT_TOKEN, Kind::TEXT).means("the token").secret()];

/// The parameter that leaves the catalog out.
pub const NOCATALOG: Field = Field::optional("nocatalog", Kind::TEXT)
    .means("any value leaves the catalog out")
    .notes(&[Note {
        matter: "nocatalog leaves out the catalog, a member that every answer has.",
        decision: "The catalog is then an empty array.",
    }]);

/// The answer of both calls about a token.
pub static REPLY: &[Field] =
    &[Field::mandatory("token", Kind::Object(MEMBERS)).means("what is in the token")];

static MEMBERS: &[Field] = &[
    Field::mandatory("catalog", Kind::List(&ENTRY, 16)).means("where the services are"),
    Field::optional("domain", Kind::Object(NAMED)).means("the account, if that is the scope"),
    Field::mandatory("expires_at", Kind::TEXT)
        .means("end of the token, 24 hours after its issue, by the clock of its project"),
    Field::mandatory("issued_at", Kind::TEXT).means("issue of the token"),
    Field::mandatory("methods", Kind::List(&Kind::OneOf(&["password", "token"]), 8))
        .means("how the user proved who they are"),
    Field::optional("project", Kind::Object(IN_DOMAIN)).means("the project, if that is the scope"),
    Field::mandatory("roles", Kind::List(&Kind::Object(NAMED), 1)).means("what the user may do"),
    Field::mandatory("user", Kind::Object(USER)).means("whose token it is"),
];

/// An entry of the catalog.
static ENTRY: Kind = Kind::Object(&[
    Field::mandatory("type", Kind::TEXT)
        .means("type that clients look for")
        .known_from(Certainty::Client)
        .notes(&[Note {
            matter: "Clients derive paths from entries of other services: GaussDB's from volumev2, \
                     the second version of DCS from dcsv1.",
            decision: "The catalog has these entries, with URLs that are derived from correctly.",
        }]),
    Field::mandatory("id", Kind::TEXT).means("ID of the entry"),
    Field::mandatory("name", Kind::TEXT).means("name of the service"),
    Field::mandatory("endpoints", Kind::List(&ENDPOINT, 1)).means("where it is"),
]);

static ENDPOINT: Kind = Kind::Object(&[
    Field::mandatory("id", Kind::TEXT).means("ID of the endpoint"),
    Field::mandatory("interface", Kind::OneOf(&["public"])).means("who may reach it"),
    Field::mandatory("region", Kind::TEXT).means("region"),
    Field::mandatory("region_id", Kind::TEXT).means("region"),
    Field::mandatory("url", Kind::TEXT).means("base of its URLs, at the host that was asked"),
]);

/// Something with an id and a name.
static NAMED: &[Field] = &[
    Field::mandatory("id", Kind::TEXT).means("ID"),
    Field::mandatory("name", Kind::TEXT).means("name"),
];

static IN_DOMAIN: &[Field] = &[
    Field::mandatory("id", Kind::TEXT).means("ID"),
    Field::mandatory("name", Kind::TEXT).means("name"),
    Field::mandatory("domain", Kind::Object(NAMED)).means("the account it is in"),
];

static USER: &[Field] = &[
    Field::mandatory("id", Kind::TEXT).means("ID"),
    Field::mandatory("name", Kind::TEXT).means("name"),
    Field::mandatory("domain", Kind::Object(NAMED)).means("the account it is in"),
    Field::mandatory("password_expires_at", Kind::TEXT)
        .means("end of the password; empty, since passwords do not expire"),
];

/// The answer of both calls about a token.
#[derive(Serialize)]
pub struct Reply {
    token: Value,
    #[serde(skip)]
    text: String,
}

impl Reply {
    /// What is in a token.
    pub fn of(token: &Token, with_catalog: bool, context: &RequestContext<'_>) -> Self {
        let mut user = user(&token.identity);
        let domain = user["domain"].clone();
        user["password_expires_at"] = "".into();
        let (scope, scoped) = match &token.scope {
            Scope::Domain => ("domain", domain),
            Scope::Project(project) => {
                let members = json!({ "id": project.id, "name": project.name, "domain": domain });
                ("project", members)
            }
        };
        let project_id = token.scope.project_id();
        let catalog = if with_catalog { catalog(project_id, context) } else { json!([]) };
        let shown = json!({
            "catalog": catalog,
            "expires_at": token.expires.with_microseconds(),
            "issued_at": token.issued.with_microseconds(),
            "methods": token.methods,
            scope: scoped,
            "roles": [{ "id": ROLE.0, "name": ROLE.1 }],
            "user": user,
        });
        Self { token: shown, text: token.text.reveal().to_owned() }
    }

    /// The header that carries the token.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        vec![(SUBJECT_TOKEN, self.text.clone())]
    }
}
