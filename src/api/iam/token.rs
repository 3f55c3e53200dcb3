//! A token as IAM answers it: what is in it, and the header that carries it.

use super::catalog::{self, Entry, catalog};
use super::service::{NAMED, Named};
use crate::cloud::assumed::ROLE;
use crate::cloud::{RequestContext, Scope, Token};
use crate::contract::{Field, Kind, Note};
use serde::Serialize;

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
    Field::mandatory("catalog", Kind::List(&catalog::ENTRY, 16)).means("where the services are"),
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
    token: TokenView,
    #[serde(skip)]
    text: String,
}

#[derive(Serialize)]
struct TokenView {
    catalog: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<Named>,
    expires_at: String,
    issued_at: String,
    methods: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<InDomain>,
    roles: [Named; 1],
    user: User,
}

#[derive(Serialize)]
struct InDomain {
    #[serde(flatten)]
    named: Named,
    domain: Named,
}

#[derive(Serialize)]
struct User {
    #[serde(flatten)]
    named: Named,
    domain: Named,
    password_expires_at: &'static str,
}

impl Reply {
    /// What is in a token.
    pub fn of(token: &Token, with_catalog: bool, context: &RequestContext<'_>) -> Self {
        let Token { identity, scope, .. } = token;
        let domain = Named { id: identity.domain_id(), name: identity.domain.clone() };
        let in_domain = match scope {
            Scope::Domain => None,
            Scope::Project(scope) => {
                let named = Named { id: scope.id.clone(), name: scope.name.clone() };
                Some(InDomain { named, domain: domain.clone() })
            }
        };
        let shown = TokenView {
            catalog: if with_catalog { catalog(context, scope.project_id()) } else { Vec::new() },
            domain: in_domain.is_none().then(|| domain.clone()),
            expires_at: token.expires.with_microseconds(),
            issued_at: token.issued.with_microseconds(),
            methods: token.methods.clone(),
            project: in_domain,
            roles: [Named { id: ROLE.0.to_owned(), name: ROLE.1.to_owned() }],
            user: User {
                named: Named { id: identity.user_id(), name: identity.user.clone() },
                domain,
                password_expires_at: "",
            },
        };
        Self { token: shown, text: token.text.reveal().to_owned() }
    }

    /// The header that carries the token.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        vec![(SUBJECT_TOKEN, self.text.clone())]
    }
}
